"""A drill as a CAP 1.2 message with status Exercise: it takes the whole way that a real alert takes.

Nothing here reaches anybody: intake, correlation, policies and planning treat it as they treat every exercise, and
drills go to drill sinks only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from lxml import etree

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.hazard import GEOLOGICAL, HAZARDS
from emergency_kepu.places import gazetteer

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "drill@desk"
_CATEGORY = {"natural": "Met", "accident": "Safety", "health": "Health", "social": "Security"}


def start_document(
    hazard: str, places: tuple[str, ...], *, severity: str, desk: str, now: datetime, length: timedelta
) -> bytes:
    """The alert that begins a drill. The identifier is derived from what and when: the same drill twice is one."""
    name = f"{hazard}|{','.join(places)}|{_stamp(now)}"
    identifier = f"DRILL-{hashlib.blake2b(name.encode(), digest_size=5).hexdigest()}"
    root = _head(identifier, now, "Alert")
    info = _add(root, "info")
    known = HAZARDS[hazard]
    category = "Geo" if hazard in GEOLOGICAL else _CATEGORY[known.category]
    for tag, text in (
        ("language", "zh-CN"),
        ("category", category),
        ("event", known.names["zh-Hans"]),
        ("urgency", "Immediate"),
        ("severity", severity),
        ("certainty", "Observed"),
        ("onset", _stamp(now)),
        ("expires", _stamp(now + length)),
        ("senderName", f"{desk}（演练）"),
        ("headline", f"{known.names['zh-Hans']}演练"),
    ):
        _add(info, tag, text)
    for code in places:
        area = _add(info, "area")
        _add(area, "areaDesc", gazetteer.name(code, "zh-Hans", full=True))
        geocode = _add(area, "geocode")
        _add(geocode, "valueName", "adcode")
        _add(geocode, "value", code)
    return _bytes(root)


def stop_document(alert: Alert, *, now: datetime) -> bytes:
    """The cancel that ends the drill which `alert` began."""
    root = _head(f"{alert.identifier}-END", now, "Cancel")
    sent = _stamp(alert.sent) if alert.sent else ""
    _add(root, "references", f"{alert.sender},{alert.identifier},{sent}")
    return _bytes(root)


def _head(identifier: str, now: datetime, kind: str) -> etree._Element:
    root = etree.fromstring(f'<alert xmlns="{NAMESPACE}"/>'.encode())
    for tag, text in (
        ("identifier", identifier),
        ("sender", SENDER),
        ("sent", _stamp(now)),
        ("status", "Exercise"),
        ("msgType", kind),
        ("scope", "Public"),
    ):
        _add(root, tag, text)
    return root


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    element.text = text
    return element


def _stamp(moment: datetime) -> str:
    """As CAP 1.2 wants it: whole seconds, an offset in figures (3.3.2: never `Z`)."""
    return moment.replace(microsecond=0).isoformat()


def _bytes(root: etree._Element) -> bytes:
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found
