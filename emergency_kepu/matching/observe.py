"""What matters of one alert for one hazard: the languages of one message become one observation."""

from __future__ import annotations

from datetime import datetime

import msgspec

from emergency_kepu.domain.alert import Alert, Effect, Info
from emergency_kepu.domain.factcheck import CheckWords, FactCheck, Verdict, too_long
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.incident import AlertKey
from emergency_kepu.domain.plain import plain
from emergency_kepu.domain.severity import Severity
from emergency_kepu.places import gazetteer

RUMOUR = "rumour"
"""The hazard of fact-checks."""
_NUMBERS = ("magnitude", "depth_km", "mmi", "cases", "deaths", "rain_mm", "max_temp_c", "wind_force")


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One alert about one hazard, as correlation and policies see it. Instants UTC, degrees WGS 84."""

    key: AlertKey
    feed: str
    issuer: str
    """Who can end what it started: feed, sender name and hazard area for lists without references."""
    hazard: str
    """Empty only for a cancel without infos: its references alone tell what it ends."""
    category: str
    effect: Effect
    status: str
    scope: str
    severity: Severity
    colour: str | None
    sent: datetime
    onset: datetime | None
    expires: datetime | None
    expires_stated: bool = False
    """False: a usual lifetime was assumed, so a later end is no news."""
    place_codes: tuple[str, ...]
    place_text: str
    lat: float | None
    lon: float | None
    source_name: str
    references: tuple[AlertKey, ...]
    headlines: dict[str, str]
    values: dict[str, float | str]
    check: FactCheck | None = None
    """Of a rumour whose message says all that a fact-check needs."""

    @property
    def drill(self) -> bool:
        """An exercise or a test: reaches drill sinks only."""
        return self.status in ("Exercise", "Test")

    @property
    def public(self) -> bool:
        """For the public, or an exercise of that. Everything else must not touch what the public is told."""
        return self.status in ("Actual", "Exercise", "Test") and self.scope == "Public"


def observe(alert: Alert, *, feed: str, expires: datetime | None, now: datetime) -> tuple[Observation, ...]:
    """One observation a known hazard, in the order of the alert. `expires` is the alert's end, stated or assumed.

    Infos of one hazard that end (AllClear) beside others that go on are the same event for us: it ends only
    when all of them end, which is what the alert's own effect says.
    """
    by_hazard: dict[str, list[Info]] = {}
    for info in alert.infos:
        if info.hazard is not None:
            by_hazard.setdefault(info.hazard, []).append(info)
    if len(by_hazard) == 1:
        known = next(iter(by_hazard.values()))
        languages = {info.language for info in known}
        known += [info for info in alert.infos if info.hazard is None and info.language not in languages]
    elif not by_hazard and alert.effect is Effect.CANCEL and alert.references:
        by_hazard[""] = list(alert.infos)
    return tuple(
        _observation(alert, infos, hazard, feed=feed, expires=expires, now=now) for hazard, infos in by_hazard.items()
    )


def _observation(
    alert: Alert, infos: list[Info], hazard: str, *, feed: str, expires: datetime | None, now: datetime
) -> Observation:
    areas = [area for info in infos for area in info.areas]
    codes = tuple(dict.fromkeys(code for area in areas for code in gazetteer.covers(area)))
    points = [(circle.lat, circle.lon) for area in areas for circle in area.circles]
    lat, lon = points[0] if points else (None, None)
    sent = alert.sent or now
    source_name = next((info.sender_name for info in infos if info.sender_name), None) or alert.source or alert.sender
    return Observation(
        key=AlertKey(sender=alert.sender, identifier=alert.identifier, sent=alert.sent),
        feed=feed,
        issuer=_issuer(alert, feed, source_name, codes),
        hazard=hazard,
        category=HAZARDS[hazard].category if hazard else "",
        # an upgraded warning goes on under another number: ending it would be a false all-clear
        effect=Effect.INFO if "upgraded" in alert.flags else alert.effect,
        status=alert.status,
        scope=alert.scope,
        severity=max((Severity.of(info.severity) for info in infos), default=Severity.UNKNOWN),
        colour=next((info.parameters["colour"][0] for info in infos if info.parameters.get("colour")), None),
        sent=sent,
        onset=infos[0].onset if infos else None,
        expires=expires,
        expires_stated=any(info.expires is not None for info in infos),
        place_codes=codes,
        place_text=next((area.desc for area in areas if area.desc), ""),
        lat=lat,
        lon=lon,
        source_name=source_name,
        references=tuple(
            AlertKey(sender=item.sender, identifier=item.identifier, sent=item.sent) for item in alert.references
        ),
        headlines={info.language or "und": info.headline for info in infos if info.headline},
        values=_values(infos),
        check=_check(infos) if hazard == RUMOUR else None,
    )


def _issuer(alert: Alert, feed: str, source_name: str, codes: tuple[str, ...]) -> str:
    """CAP names its sender; lists of warnings without references chain by issuing office, then by place."""
    return "|".join((feed, alert.sender if alert.references else source_name, ",".join(codes[:1])))


def _values(infos: list[Info]) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for info in infos:
        for name in _NUMBERS:
            for text in info.parameters.get(name, ())[:1]:
                try:
                    found.setdefault(name, float(text))
                except ValueError:
                    continue  # a feed's own wording, e.g. "shallow": nothing a text could print as a number
    return found


def _check(infos: list[Info]) -> FactCheck | None:
    """What a fact-checker found, from the parameters that `feeds.claim_review` writes; None where something is missing
    or is longer than a message: then a person writes it."""
    words: dict[str, CheckWords] = {}
    verdicts: list[str] = []
    for info in infos:
        claim, fact, evidence = (plain(_one(info, name)) for name in ("claim", "fact", "evidence"))
        if info.language in (None, "und") or not claim or not fact or not evidence:
            continue
        found = CheckWords(claim=claim, fact=fact, evidence=evidence, advice=plain(info.instruction or ""))
        if not too_long(info.language, found):
            words[info.language] = found
            verdicts.append(_one(info, "verdict"))
    if not words or len(set(verdicts)) != 1 or verdicts[0] not in set(Verdict):
        return None
    first = infos[0]
    return FactCheck(
        verdict=Verdict(verdicts[0]), words=words, about=_one(first, "about"), document=_one(first, "document")
    )


def _one(info: Info, name: str) -> str:
    return next(iter(info.parameters.get(name, ())), "")
