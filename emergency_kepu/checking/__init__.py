"""Rumours and hot questions at the desk: what somebody enters, or a feed shows, becomes a fact-check that waits."""
