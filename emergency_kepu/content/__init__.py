"""Prepared popularization: the library, how it becomes a message, and what keeps it sound. Pure but for loading."""
