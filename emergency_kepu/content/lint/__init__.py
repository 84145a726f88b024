"""What keeps a library sound before anyone reads it: one rule a file, each a pure function over one subject."""
