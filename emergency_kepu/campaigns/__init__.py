"""The lifecycle of campaigns: a table of transitions, and the operations of desk and pipeline on it."""
