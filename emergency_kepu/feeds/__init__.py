"""Feeds: bytes of a public source in, alerts in normal form out. Pure but for the thin poller."""
