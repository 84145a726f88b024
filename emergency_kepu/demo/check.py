"""Was every expected delivery made, and nothing else? Compares the ledger with what the gateways accepted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import yaml
from sqlalchemy import Connection, select

from emergency_kepu.store.tables import campaigns, dead_letters, deliveries, messages
from emergency_kepu.testing.journal import Entry


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One revision, and how many deliveries of it end in which state on which channel."""

    hazard: str
    revision: int
    kind: str
    state: str
    deliveries: dict[str, int]
    """`channel/state` to number."""


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`expected.yaml`."""

    campaigns: tuple[Expectation, ...]
    dead_letters: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was checked."""

    what: str
    ok: bool
    detail: str


def read_expected(directory: Path) -> Expected:
    """The expectation that lies beside the timeline."""
    return msgspec.convert(yaml.safe_load((directory / "expected.yaml").read_text(encoding="utf-8")), Expected)


def check(conn: Connection, expected: Expected, journal: list[Entry]) -> list[Finding]:
    """Every campaign, every number, every message: found, missing, too many."""
    return [*_campaigns(conn, expected), _dead(conn, expected), *_messages(conn, journal)]


def found(conn: Connection) -> list[dict[str, Any]]:
    """What there is, in the shape of `expected.yaml`."""
    rows = conn.execute(select(campaigns).order_by(campaigns.c.created_at, campaigns.c.revision)).all()
    return [
        {
            "hazard": row.hazard,
            "revision": row.revision,
            "kind": row.kind,
            "state": row.state,
            "deliveries": _numbers(conn, row.id, row.revision),
        }
        for row in rows
    ]


def _numbers(conn: Connection, campaign_id: str, revision: int) -> dict[str, int]:
    query = select(deliveries.c.channel, deliveries.c.state).where(
        deliveries.c.campaign_id == campaign_id, deliveries.c.revision == revision
    )
    # whether the provider's "delivered" came before a crash or was lost in it, the message was taken
    taken = {"delivered": "sent"}
    found = Counter(f"{row.channel}/{taken.get(row.state, row.state)}" for row in conn.execute(query))
    return dict(sorted(found.items()))


def _campaigns(conn: Connection, expected: Expected) -> list[Finding]:
    there = {(item["hazard"], item["revision"]): item for item in found(conn)}
    findings = []
    for wanted in expected.campaigns:
        item = there.pop((wanted.hazard, wanted.revision), None)
        want = msgspec.to_builtins(wanted)
        detail = "as expected" if item == want else f"expected {want}, found {item}"
        findings.append(
            Finding(what=f"{wanted.hazard} {wanted.revision} {wanted.kind}", ok=item == want, detail=detail)
        )
    findings += [
        Finding(what=f"{hazard} {revision}", ok=False, detail="was not expected at all") for hazard, revision in there
    ]
    return findings


def _dead(conn: Connection, expected: Expected) -> Finding:
    count = len(conn.execute(select(dead_letters.c.seq)).all())
    return Finding(
        what="dead letters", ok=count == expected.dead_letters, detail=f"{count}, expected {expected.dead_letters}"
    )


def _messages(conn: Connection, journal: list[Entry]) -> list[Finding]:
    """Each sent delivery is in the journal once; more than once only where the ledger doubts it itself."""
    query = (
        select(deliveries.c.target, messages.c.text, deliveries.c.possible_duplicates)
        .join(messages, messages.c.id == deliveries.c.message_id)
        .where(deliveries.c.state.in_(("sent", "delivered")), deliveries.c.channel != "drills")
    )
    sent: Counter[tuple[str, str]] = Counter()
    doubted: Counter[tuple[str, str]] = Counter()
    for row in conn.execute(query):
        sent[row.target, row.text] += 1
        doubted[row.target, row.text] += row.possible_duplicates
    accepted = Counter((entry.target, entry.text) for entry in journal)
    lost = [key for key, count in sent.items() if accepted[key] < count]
    strange = [key for key in accepted if key not in sent]
    doubled = [key for key, count in accepted.items() if key in sent and count > sent[key] + doubted[key]]
    return [
        Finding(what="lost messages", ok=not lost, detail=f"{len(lost)} of {sum(sent.values()):,} sent"),
        Finding(what="messages nobody planned", ok=not strange, detail=str(len(strange))),
        Finding(what="doubled messages", ok=not doubled, detail=f"{len(doubled)} beyond those in flight at a crash"),
    ]
