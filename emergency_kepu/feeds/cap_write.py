"""One alert in normal form as a CAP 1.2 document: the reverse of `cap_alert`, for the messages that we publish.

Other systems act on what is published here, so what the reader forgives the writer refuses: CAP 1.2 (OASIS,
section 3.2) wants an identifier without blanks or commas, instants in whole seconds with an offset, and an
update or a cancellation that names what it replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from emergency_kepu.domain.alert import Alert, Area, Info, Reference
from emergency_kepu.feeds.cap_elements import NAMESPACES

CAP_1_2 = NAMESPACES[0]
_NAME = re.compile(r"[^\s,<&]+")
_NEEDS_REFERENCE = ("Update", "Cancel")


def write_alert(alert: Alert) -> bytes:
    """The document, UTF-8. ValueError, in one line, when CAP 1.2 does not allow such a message."""
    _check(alert)
    root = etree.Element(f"{{{CAP_1_2}}}alert", nsmap={None: CAP_1_2})  # type: ignore[dict-item]  # the stubs know no default name space
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add(root, "sent", _instant(alert.sent))
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.msg_type)
    _add(root, "source", alert.source)
    _add(root, "scope", alert.scope)
    _add(root, "references", " ".join(_triple(reference) for reference in alert.references))
    _add(root, "incidents", " ".join(_quoted(name) for name in alert.incidents))
    for info in alert.infos:
        _add_info(root, info)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _check(alert: Alert) -> None:
    for what, name in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not _NAME.fullmatch(name):
            msg = f"{what} {name!r}: CAP allows no blank, comma, < or & and no empty name"
            raise ValueError(msg)
    if alert.sent is None or not alert.status or not alert.scope:
        msg = f"{alert.identifier}: sent, status and scope are required"
        raise ValueError(msg)
    if alert.msg_type in _NEEDS_REFERENCE and not alert.references:
        msg = f"{alert.identifier}: {alert.msg_type} must name the message that it replaces"
        raise ValueError(msg)
    for info in alert.infos:
        if not info.event or not info.categories:
            msg = f"{alert.identifier}: every info needs an event and a category"
            raise ValueError(msg)
        if not all(area.desc for area in info.areas):
            msg = f"{alert.identifier}: every area needs a description"
            raise ValueError(msg)


def _add_info(root: etree._Element, info: Info) -> None:
    """Elements in the order of the schema, which is a sequence: another order is invalid."""
    element = etree.SubElement(root, f"{{{CAP_1_2}}}info")
    _add(element, "language", info.language)
    _add_each(element, "category", info.categories)
    _add(element, "event", info.event)
    _add_each(element, "responseType", info.response_types)
    _add(element, "urgency", info.urgency)
    _add(element, "severity", info.severity)
    _add(element, "certainty", info.certainty)
    _add_pairs(element, "eventCode", info.event_codes)
    _add(element, "effective", _instant(info.effective))
    _add(element, "onset", _instant(info.onset))
    _add(element, "expires", _instant(info.expires))
    _add(element, "senderName", info.sender_name)
    _add(element, "headline", info.headline)
    _add(element, "description", info.description)
    _add(element, "instruction", info.instruction)
    _add(element, "web", info.web)
    _add(element, "contact", info.contact)
    _add_pairs(element, "parameter", info.parameters)
    for area in info.areas:
        _add_area(element, area)


def _add_area(info: etree._Element, area: Area) -> None:
    element = etree.SubElement(info, f"{{{CAP_1_2}}}area")
    _add(element, "areaDesc", area.desc)
    _add_each(element, "polygon", (" ".join(f"{lat!r},{lon!r}" for lat, lon in ring) for ring in area.polygons))
    _add_each(element, "circle", (f"{circle.lat!r},{circle.lon!r} {circle.radius_km!r}" for circle in area.circles))
    _add_pairs(element, "geocode", area.geocodes)
    _add(element, "altitude", None if area.altitude is None else repr(area.altitude))
    _add(element, "ceiling", None if area.ceiling is None else repr(area.ceiling))


def _add(parent: etree._Element, name: str, text: str | None) -> None:
    """An absent value has no element: an empty one would be invalid."""
    if text:
        etree.SubElement(parent, f"{{{CAP_1_2}}}{name}").text = text


def _add_each(parent: etree._Element, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _add(parent, name, text)


def _add_pairs(parent: etree._Element, name: str, pairs: dict[str, tuple[str, ...]]) -> None:
    for key, values in pairs.items():
        for value in values:
            element = etree.SubElement(parent, f"{{{CAP_1_2}}}{name}")
            etree.SubElement(element, f"{{{CAP_1_2}}}valueName").text = key
            etree.SubElement(element, f"{{{CAP_1_2}}}value").text = value


def _instant(at: datetime | None) -> str | None:
    """CAP forbids the letter Z; UTC is written `-00:00`, but `+00:00` says the same and every reader knows it."""
    if at is None:
        return None
    if at.tzinfo is None:
        msg = f"{at.isoformat()}: an instant without an offset"
        raise ValueError(msg)
    return at.isoformat(timespec="seconds")


def _triple(reference: Reference) -> str:
    if reference.sent is None or not (_NAME.fullmatch(reference.sender) and _NAME.fullmatch(reference.identifier)):
        msg = f"reference to {reference.identifier!r}: needs a sender, an identifier and the instant it was sent"
        raise ValueError(msg)
    return f"{reference.sender},{reference.identifier},{_instant(reference.sent)}"


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
