"""Which expert to name, tell or ask: pure ranking with its reasons in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.recipient import place_prefix
from emergency_kepu.matching.rota import Presence, presence
from emergency_kepu.places.gazetteer import contains


class RankedExpert(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate, the best first, and why it stands there."""

    expert: Expert
    on_duty: bool
    there: bool
    """On duty, or keeping no fixed hours: may be asked and named now."""
    stands_in_for: str = ""
    """The id of the expert who is off duty or away and named this one as a substitute."""
    why: tuple[str, ...]


_Rank = tuple[int, Presence, int, int, str]


def match_experts(
    experts: Sequence[Expert], *, fields: Collection[str], places: Collection[str], locale: str, now: datetime
) -> tuple[RankedExpert, ...]:
    """Experts of at least one of these fields who serve at least one of these places, best first.

    Without places regions do not count. In order of weight: more shared fields, whether they are there now, the
    narrower region, the reader's language; then the id, so that the same question always has the same answer. Who is
    off duty or away is followed up by the first substitute who is there: that one takes the fields and the region of
    whom they stand in for, because somebody who knows both named them.
    """
    wanted = {_field(name) for name in fields}
    by_id = {expert.id: expert for expert in experts}
    best: dict[str, tuple[_Rank, RankedExpert]] = {}
    for expert in experts:
        for rank, candidate in _candidates(expert, by_id, wanted, places, locale, now):
            known = best.get(candidate.expert.id)
            if known is None or rank < known[0]:
                best[candidate.expert.id] = (rank, candidate)
    return tuple(candidate for _, candidate in sorted(best.values(), key=lambda pair: pair[0]))


def _candidates(
    expert: Expert,
    by_id: Mapping[str, Expert],
    wanted: Collection[str],
    places: Collection[str],
    locale: str,
    now: datetime,
) -> Iterator[tuple[_Rank, RankedExpert]]:
    """The expert, if fitting, and who stands in."""
    shared = [field for field in expert.fields if _field(field) in wanted]
    region = _region(expert, places)
    if not shared or region is None:
        return
    serves = f"serves {region}" if region else "serves every region"
    duty = presence(expert, now)
    yield _ranked(expert, duty, shared, region, locale, (f"knows {', '.join(shared)}", duty.words, serves))
    if duty.there:
        return
    for other in (by_id[name] for name in expert.substitutes if name in by_id):
        theirs = presence(other, now)
        if theirs.there:
            why = (f"stands in for {expert.id}, who is {duty.words} and knows {', '.join(shared)}", theirs.words)
            yield _ranked(other, theirs, shared, region, locale, why, stands_in_for=expert.id)
            return


def _ranked(
    expert: Expert,
    duty: Presence,
    shared: Sequence[str],
    region: str,
    locale: str,
    why: tuple[str, ...],
    *,
    stands_in_for: str = "",
) -> tuple[_Rank, RankedExpert]:
    weight, spoken = _language(expert, locale)
    rank = (-len(shared), duty, -len(place_prefix(region)), -weight, expert.id)
    return rank, RankedExpert(
        expert=expert,
        on_duty=duty is Presence.ON_DUTY,
        there=duty.there,
        stands_in_for=stands_in_for,
        why=(*why, f"speaks {spoken}" if weight else f"does not speak {locale}"),
    )


def public_contact(ranked: Sequence[RankedExpert]) -> Expert | None:
    """The first whose hotline a message may name at this hour: on duty, or keeping no fixed hours.

    A number that nobody answers at 3 a.m. costs a frightened reader the minute that counts.
    """
    return next((item.expert for item in ranked if item.expert.hotline and item.there), None)


def _field(name: str) -> str:
    """Fields are compared as people write them: `public_health` and `Public health` are one."""
    return name.casefold().replace("_", " ").strip()


def _region(expert: Expert, places: Collection[str]) -> str | None:
    """The narrowest region that holds one of the places; "" for everywhere, None for elsewhere."""
    if not expert.regions or not places:
        return ""
    fitting = [region for region in expert.regions if any(contains(region, place) for place in places)]
    return max(fitting, key=lambda region: (len(place_prefix(region)), region), default=None)


def _language(expert: Expert, locale: str) -> tuple[int, str]:
    """2 for the very locale, 1 for the same language in another form, 0 for none (BCP 47 primary subtag)."""
    if locale in expert.languages:
        return 2, locale
    primary = locale.split("-")[0]
    found = next((language for language in expert.languages if language.split("-")[0] == primary), None)
    return (0, "") if found is None else (1, found)
