"""One `info` of CAP 1.2 for a message of our own, that explains an alert of somebody else.

Only what a text says is filled in: headline, description, instruction, web, contact, and what the schema demands.
Identifier, references to the official alert and areas belong to the envelope, which whoever publishes adds. Urgency and
certainty are the authority's to judge: ours says Unknown, and its severity is the official one, handed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lxml import etree

from emergency_kepu.content.catalog import hazard_name
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.warnings_only import warnings_only
from emergency_kepu.content.forms.xml_text import legal
from emergency_kepu.content.limits import Limit
from emergency_kepu.domain.alert import Info
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.hazard import GEOLOGICAL, HAZARDS, event_codes

if TYPE_CHECKING:
    from emergency_kepu.content.catalog import Phrases
    from emergency_kepu.content.render import Elements, RenderRequest

CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_CHARACTERS = 8_000
"""CAP has no limit; ours is that of the plain text."""
HEADLINE_CHARACTERS = 160
"""What CAP 1.2 advises (3.2.2, headline)."""
_CATEGORIES = {"natural": "Met", "accident": "Safety", "health": "Health", "social": "Security"}
_OTHERS = {
    **dict.fromkeys(("wildfire", "building_fire", "ebike_fire"), "Fire"),
    **dict.fromkeys(("chemical_leak", "radiation"), "CBRNE"),
    "rail_emergency": "Transport",
}
_SEVERITIES = frozenset({"Extreme", "Severe", "Moderate", "Minor"})
_SHOWN = ("headline", "description", "instruction", "web", "contact")


def info_of(said: Elements, phrases: Phrases, request: RenderRequest) -> Info:
    """The message as CAP's parts. The description ends with the note that this is no new warning."""
    facts = request.facts
    joined = phrases.joiner.join
    over = request.kind is CampaignKind.ALL_CLEAR
    return Info(
        language=request.locale,
        categories=(category(request.hazard),),
        event=hazard_name(request.hazard, phrases),
        response_types=("AllClear",) if over else (),
        severity=facts.severity if facts.severity in _SEVERITIES and not over else "Unknown",
        expires=facts.until,
        headline=legal(said.lead + said.headline),
        description=legal(joined(filter(None, (said.what, said.impact, said.why, said.relay, said.drill_note)))),
        instruction=legal(joined(filter(None, (*said.actions, *said.avoid, said.more)))),
        web=legal(facts.link) or None,
        contact=legal(said.hotline) or None,
        event_codes=event_codes(request.hazard),
    )


def category(hazard: str) -> str:
    """CAP's category of a hazard of our taxonomy."""
    if hazard in GEOLOGICAL:
        return "Geo"
    return _OTHERS.get(hazard) or _CATEGORIES[HAZARDS[hazard].category]


def write(said: Elements, phrases: Phrases, request: RenderRequest) -> str:
    """The element, in the order of the schema, which is a sequence."""
    info = info_of(said, phrases, request)
    root = etree.Element(f"{{{CAP_1_2}}}info", nsmap={None: CAP_1_2})  # type: ignore[dict-item]  # the stubs know no default name space
    parts = [("language", info.language), ("category", info.categories[0]), ("event", info.event)]
    parts += [("responseType", each) for each in info.response_types]
    parts += [("urgency", info.urgency), ("severity", info.severity), ("certainty", info.certainty)]
    _add(root, parts)
    for name, values in info.event_codes.items():
        for value in values:
            pair = etree.SubElement(root, f"{{{CAP_1_2}}}eventCode")
            _add(pair, [("valueName", name), ("value", value)])
    _add(root, [("expires", info.expires.isoformat(timespec="seconds") if info.expires else None)])
    _add(root, [(name, getattr(info, name)) for name in _SHOWN])
    return etree.tostring(root, encoding="unicode")


def _add(parent: etree._Element, parts: Iterable[tuple[str, str | None]]) -> None:
    for name, text in parts:
        if text:
            etree.SubElement(parent, f"{{{CAP_1_2}}}{name}").text = text


def shown(document: str) -> str:
    """What a reader of the alert is shown."""
    root = etree.fromstring(document.encode())
    return "\n".join(root.findtext(f"{{{CAP_1_2}}}{name}") or "" for name in _SHOWN)


CAP = Form(
    limit=Limit(unit="characters", most=MOST_CHARACTERS, measure=lambda document: len(shown(document))),
    adapt=warnings_only,
    write=write,
    version="cap info 2",
    read=shown,
    roomy=True,
)
