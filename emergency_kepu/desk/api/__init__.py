"""`/api/v1`: what other systems and scripts use. Errors are problem documents; lists are read page by page."""
