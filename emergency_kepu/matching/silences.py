"""Which silence holds an incident back: pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.severity import Severity
from emergency_kepu.domain.silence import Silence
from emergency_kepu.places.gazetteer import contains, is_place


def silenced_by(
    silences: Sequence[Silence],
    *,
    hazard: str,
    places: Collection[str],
    feed: str,
    severity: Severity,
    now: datetime,
) -> str:
    """The first silence that matches, in words for the log; empty when none does.

    Places: every place of the incident must lie inside the silenced ones. An incident that also concerns somebody
    else is not theirs to silence.
    """
    for silence in silences:
        holds = (
            silence.starts_at <= now < silence.ends_at
            and silence.covers(severity)
            and (not silence.hazards or hazard in silence.hazards)
            and (not silence.feeds or feed in silence.feeds)
            and (not silence.places or _all_inside(places, silence.places))
        )
        if holds:
            return f"{silence.id} by {silence.created_by} until {silence.ends_at:%F %H:%MZ}: {silence.comment}"
    return ""


def _all_inside(places: Collection[str], wanted: Collection[str]) -> bool:
    return bool(places) and all(any(contains(outer, code) for outer in wanted) for code in places)


def check_silence(silence: Silence, *, feeds: Collection[str]) -> None:
    """UserError with one line for the first field that is wrong. `feeds`: those of feeds.yaml."""
    problem = _problem(silence, feeds)
    if problem:
        raise UserError(problem)


def _problem(silence: Silence, feeds: Collection[str]) -> str:
    if not (silence.hazards or silence.places or silence.feeds):
        return "a silence of everything is none: give --hazard, --place or --feed"
    if not silence.comment.strip():
        return "comment: say why; everybody sees it"
    for code in silence.hazards:
        if code not in HAZARDS:
            return f"hazard {code!r}: not in the taxonomy; `kepu templates list` shows it"
    for code in silence.places:
        if not is_place(code):
            return f"place {code!r}: give a 6-digit adcode or an ISO 3166 country code"
    for name in silence.feeds:
        if name not in feeds:
            return f"feed {name!r}: not in feeds.yaml, which has: {', '.join(sorted(feeds))}"
    return ""
