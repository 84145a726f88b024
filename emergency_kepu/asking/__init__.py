"""Experts who are told of incidents on a private channel, and answer by links that only they have."""
