"""What the poller remembers of each feed."""

from __future__ import annotations

from sqlalchemy import Connection, select

from emergency_kepu.feeds.poller import FeedState
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.tables import feed_states
from emergency_kepu.store.upsert import put


def get_state(conn: Connection, feed: str) -> FeedState:
    """The empty state for a feed that was never asked."""
    raw = conn.scalar(select(feed_states.c.state).where(feed_states.c.feed == feed))
    return FeedState() if raw is None else unpack(raw, FeedState)


def save_state(conn: Connection, feed: str, state: FeedState) -> None:
    """Insert or replace."""
    row = {
        "feed": feed,
        "state": pack(state),
        "last_success": state.last_success,
        "last_error": state.last_error,
    }
    put(conn, feed_states, row)


def states(conn: Connection) -> dict[str, FeedState]:
    """Every feed that was asked."""
    query = select(feed_states.c.feed, feed_states.c.state).order_by(feed_states.c.feed)
    return {feed: unpack(raw, FeedState) for feed, raw in conn.execute(query)}
