"""Where the truth lives: one SQL schema on SQLite and PostgreSQL, queries grouped by subject."""
