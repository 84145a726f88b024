"""What `kepu doctor` looks at: everything a server needs, looked at from here, and nothing changed.

Each finding says what is so and, where that is wrong, what to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, text

from emergency_kepu.asking.links import LINK_KEY, links_of
from emergency_kepu.bus import topics
from emergency_kepu.channels.door import Door
from emergency_kepu.channels.registry import build
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.domain.errors import ConfigError, KepuError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.services import connect, kafka_password
from emergency_kepu.settings import Settings
from emergency_kepu.store import dead, feeds, migrate, months

SKEW_SECONDS = 2.0
"""Leases and expiry times compare clocks of different machines; a lease is half a minute and more."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    check: str
    ok: bool
    detail: str


def look(settings: Settings, environ: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """All findings, as they are made: brokers that do not answer take some seconds."""
    environ = os.environ if environ is None else environ
    yield Finding(check="python", ok=sys.version_info >= (3, 11), detail=sys.version.split()[0])
    yield from _channels(settings, environ)
    yield from _experts(settings, environ)
    yield from _database(settings, environ)
    if settings.bus.engine == "kafka":
        yield from _kafka(settings, environ)
    directory = Path(settings.content.templates) if settings.content.templates else shipped("templates")
    found = load_catalog(directory, sms_parts=settings.content.sms_parts)
    detail = f"{len(found.topics)} of {len(HAZARDS)} hazards have a text"
    yield Finding(check="content", ok=bool(found.topics), detail=detail)


def _channels(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    door = Door(allow_private=settings.http.allow_private, transport=settings.http.door)
    for name, raw in settings.channels.items():
        yield _try(f"channel {name}", lambda name=name, raw=raw: _built(name, raw, door, environ))  # type: ignore[misc]


def _experts(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Only where a policy asks them."""
    if any(policy.experts for policy in settings.policies):
        yield _try("experts", lambda: _links(settings, environ))


def _links(settings: Settings, environ: Mapping[str, str]) -> str:
    if links_of(environ, settings.desk.public_url) is None:
        msg = f"they answer by signed links: set desk.public_url and the variable {LINK_KEY} (or {LINK_KEY}_FILE)"
        raise ConfigError(msg)
    return f"they answer at {settings.desk.public_url}"


def _built(name: str, raw: dict[str, object], door: Door, environ: Mapping[str, str]) -> str:
    build(name, raw, door=door, environ=environ)
    return str(raw["kind"])


def _database(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        database = connect(settings, environ)
        if database.path is not None and not database.path.exists():
            yield Finding(
                check="database", ok=False, detail=f"{database.path} is not there: `kepu db upgrade` makes it"
            )
            return
        with database.reading() as conn:
            yield Finding(check="database", ok=True, detail=database.url.render_as_string(hide_password=True))
            at = migrate.current(conn)
            yield _schema(at)
            if database.path is None:
                yield _clock(conn)
            if at is not None:
                yield from _contents(conn)
    except KepuError as problem:
        yield Finding(check="database", ok=False, detail=str(problem))


def _schema(at: str | None) -> Finding:
    wanted = migrate.head()
    if at == wanted:
        return Finding(check="schema", ok=True, detail=wanted)
    detail = f"{at or 'none'}, this program works with {wanted}: run `kepu db upgrade`"
    return Finding(check="schema", ok=False, detail=detail)


def _clock(conn: Connection) -> Finding:
    """The database's clock against ours; half of the time that asking took is not held against either."""
    before = datetime.now(UTC)
    theirs = datetime.fromtimestamp(float(conn.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))), UTC)
    after = datetime.now(UTC)
    skew = abs((theirs - before - (after - before) / 2).total_seconds())
    fine = skew <= SKEW_SECONDS
    advice = "" if fine else ": let both machines follow the same NTP servers"
    return Finding(check="clock", ok=fine, detail=f"{skew:.1f} s from the database's{advice}")


def _contents(conn: Connection) -> Iterator[Finding]:
    if conn.dialect.name == "postgresql":
        missing = months.missing(conn, datetime.now(UTC))
        detail = f"no partition for {', '.join(missing)}: does a scheduler run?" if missing else "partitions are ready"
        yield Finding(check="months", ok=not missing, detail=detail)
    waiting = sum(dead.counts(conn).values())
    detail = f"{waiting} wait: `kepu dead list`" if waiting else "none"
    yield Finding(check="dead letters", ok=waiting == 0, detail=detail)
    for name, state in feeds.states(conn).items():
        detail = state.last_error or f"last success {state.last_success}"
        yield Finding(check=f"feed {name}", ok=state.last_error is None, detail=detail)


def _kafka(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        found = topics.check(settings.bus, kafka_password(settings, environ))
    except KepuError as problem:
        yield Finding(check="brokers", ok=False, detail=str(problem))
        return
    yield Finding(check="brokers", ok=True, detail=settings.bus.brokers)
    for item in found:
        detail = item.problem or f"{item.partitions} partitions, {item.replication} copies"
        yield Finding(check=f"topic {item.topic}", ok=not item.problem, detail=detail)


def _try(check: str, do: Callable[[], str]) -> Finding:
    try:
        return Finding(check=check, ok=True, detail=do())
    except KepuError as problem:
        return Finding(check=check, ok=False, detail=str(problem))
