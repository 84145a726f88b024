"""The elements of a CAP message, taken out of the tree in one flat walk.

Every proxy that lxml makes for an element, every tag and text read from it, is a new Python object; so each is
read once, in document order, and sorted by one table. CAP uses no name on two levels, which makes the nesting
follow from the names. Looking up fields by path would cost several times the parse itself.
"""

from __future__ import annotations

from lxml import etree

NAMESPACES = (
    "urn:oasis:names:tc:emergency:cap:1.2",
    "urn:oasis:names:tc:emergency:cap:1.1",
    "http://www.incident.com/cap/1.0",
)
ALERT_TAGS = frozenset(f"{{{namespace}}}alert" for namespace in NAMESPACES)

Texts = dict[str, str]
Pairs = dict[str, list[str]]

_OF_INFO, _OF_ALERT, _OF_AREA, _VALUE, _NAME, _PAIRS, _INFO, _AREA, _LISTED, _SHAPE, _OLD_PAIRS = range(11)
_KINDS: dict[int, str] = {
    _OF_INFO: "language event urgency severity certainty effective onset expires senderName headline description "
    "instruction web contact",
    _OF_ALERT: "identifier sender sent status msgType source scope references incidents",
    _OF_AREA: "areaDesc altitude ceiling",
    _LISTED: "category responseType",
    _SHAPE: "polygon circle",
    _PAIRS: "eventCode parameter geocode",
    _INFO: "info",
    _AREA: "area",
    _NAME: "valueName",
    _VALUE: "value",
}
_TABLE: dict[object, tuple[int, str]] = {
    f"{{{namespace}}}{name}": (kind, name)
    for namespace in NAMESPACES
    for kind, names in _KINDS.items()
    for name in names.split()
}
"""Full tag to kind and name. Comments and processing instructions have no text tag and miss it."""
# CAP 1.0 wrote `name=value` as the text of the element.
_TABLE.update({f"{{{NAMESPACES[2]}}}{name}": (_OLD_PAIRS, name) for name in ("eventCode", "geocode")})
# Pairs inside Atom entries (the old NWS index) have lost their CAP prefix.
for _prefix in ("", "{http://www.w3.org/2005/Atom}"):
    _TABLE[f"{_prefix}valueName"] = (_NAME, "valueName")
    _TABLE[f"{_prefix}value"] = (_VALUE, "value")


class AreaElements:
    """The texts of one area, as written."""

    __slots__ = ("circle", "geocode", "polygon", "texts")

    def __init__(self) -> None:
        self.texts: Texts = {}
        self.polygon: list[str] = []
        self.circle: list[str] = []
        self.geocode: Pairs = {}


class InfoElements:
    """The texts of one info, as written."""

    __slots__ = ("areas", "category", "eventCode", "parameter", "responseType", "texts")

    def __init__(self) -> None:
        self.texts: Texts = {}
        self.category: list[str] = []
        self.responseType: list[str] = []
        self.eventCode: Pairs = {}
        self.parameter: Pairs = {}
        self.areas: list[AreaElements] = []


class AlertElements:
    """The texts of one alert, as written. The first of a repeated single element counts."""

    __slots__ = ("infos", "texts")

    def __init__(self) -> None:
        self.texts: Texts = {}
        self.infos: list[InfoElements] = []


def is_cap(element: etree._Element, *names: str) -> bool:
    """Whether an element is one of these, in a CAP name space."""
    return (found := _TABLE.get(element.tag)) is not None and found[1] in names


def gather(root: etree._Element, *, flat: bool = False) -> AlertElements:
    """Sort the elements below `root`. `flat`: an index entry, which has info and area elements of its own."""
    alert = AlertElements()
    info = InfoElements()
    area = AreaElements()
    if flat:
        info.areas.append(area)
        alert.infos.append(info)
    levels: list[Texts] = [info.texts, alert.texts, area.texts]
    pairs: Pairs = {}
    name = ""
    look_up = _TABLE.get
    for element in root.iter():
        found = look_up(element.tag)
        if found is None:
            continue
        kind, field = found
        if kind <= _OF_AREA:
            if (text := element.text) and field not in (level := levels[kind]):
                level[field] = text
        elif kind == _VALUE:
            if name in pairs:
                pairs[name].append(element.text or "")
            elif name:
                pairs[name] = [element.text or ""]
        elif kind == _NAME:
            name = (element.text or "").strip()
        elif kind == _PAIRS:
            pairs = getattr(area if field == "geocode" else info, field)
            name = ""
        elif kind == _INFO:
            info = InfoElements()
            alert.infos.append(info)
            levels[_OF_INFO] = info.texts
        elif kind == _AREA:
            area = AreaElements()
            info.areas.append(area)
            levels[_OF_AREA] = area.texts
        elif kind == _OLD_PAIRS:
            name, _, old_value = (element.text or "").partition("=")
            pairs = getattr(area if field == "geocode" else info, field)
            pairs.setdefault(name.strip(), []).append(old_value)
        elif text := element.text:
            getattr(area if kind == _SHAPE else info, field).append(text)
    return alert
