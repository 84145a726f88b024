"""The taxonomy of hazards, and how an event of any feed finds its code.

`hazards.yaml` has the names, `hazard_lists.yaml` what the lists of others call them, `not_hazards.yaml` what only
looks like one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import yaml

CATEGORIES = ("natural", "accident", "health", "social")
"""自然灾害, 事故灾难, 公共卫生事件, 社会安全事件 (突发事件应对法 2024, Art. 2)."""
CATEGORY_NAMES: Mapping[str, str] = MappingProxyType(
    dict(zip(CATEGORIES, ("自然灾害", "事故灾难", "公共卫生事件", "社会安全事件"), strict=True))
)
GEOLOGICAL = frozenset({"earthquake", "aftershock", "tsunami", "volcanic_ash", "landslide", "debris_flow", "avalanche"})
"""Those that CAP's category `Geo` is for; the other natural ones are weather."""
OWN = "kepu"
"""The value name of our own codes in the documents that we publish."""
OASIS = "OET:v1.2"
"""The value name of OASIS event codes, as its list wants it. Other versions number the same terms otherwise (OET-184 is
space debris here and snow in `OET:v1.0`), so codes under their names are not read."""
CMA = "CMA"
"""The value name that we write Chinese event codes under. They are read under any: their shape is like no other's."""
AWARENESS = "awareness_type"
"""MeteoAlarm's parameter. Thirteen types for all of Europe: it is asked last."""

_NOT_NAMES = ("category", "words", "exact")
_MATCHED = ("zh-Hans", "zh-Hant", "en")
_CMA_CODE = re.compile(r"(1[1-4][A-Z]\d\d)(?:0[1-5]|_[A-Z]+)?")
"""A level may follow, as two digits or as a colour. Three digits (11B101) are a commercial feed's own."""
_CJK = "\u3040-\u30ff\u3400-\u9fff"
_LETTER = rf"[^\W{_CJK}]"


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One hazard. Docstrings name the list; `docs/reference/hazards.md` says where each was read."""

    code: str
    category: str
    names: dict[str, str]
    """By locale: zh-Hans, zh-Hant and en for every hazard, and whatever else there is. To print."""
    words: tuple[str, ...] = ()
    """Names that occur in titles."""
    exact: tuple[str, ...] = ()
    """Names that count only as the whole title."""
    cma: tuple[str, ...] = ()
    """Event codes of Chinese warnings (11Bnn family), the first the plain one."""
    oasis: dict[str, str] = {}
    """OASIS Event Terms List v1.2: code to term, those that mean this hazard."""
    oasis_near: dict[str, str] = {}
    """The same list: the nearest wider term, where none means just this. Written, never read."""
    nws: tuple[str, ...] = ()
    """Event names of the US National Weather Service (api.weather.gov/alerts/types)."""
    same: tuple[str, ...] = ()
    """Codes of the US Emergency Alert System (47 CFR 11.31) and of NOAA Weather Radio, in CAP as `SAME`."""
    cap_cp: tuple[str, ...] = ()
    """Event codes of the Canadian profile (`profile:CAP-CP:Event:0.4`)."""
    meteoalarm: tuple[str, ...] = ()
    """Awareness types of MeteoAlarm, number and name."""
    gdacs: str | None = None
    """Event type of GDACS."""
    who: tuple[str, ...] = ()
    """As titles of WHO's Disease Outbreak News write the disease."""
    icd11: dict[str, str] = {}
    """ICD-11 for Mortality and Morbidity Statistics: code to title."""

    @property
    def oasis_terms(self) -> Mapping[str, str]:
        """What to write in our documents, the best first; empty where the list has nothing near."""
        return self.oasis or self.oasis_near


def _load() -> Mapping[str, Hazard]:
    lists = _read("hazard_lists.yaml")
    rows = _read("hazards.yaml")
    if unknown := lists.keys() - rows.keys():
        msg = f"hazard_lists.yaml: no such hazard: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    return MappingProxyType({code: _hazard(code, row, lists.get(code, {})) for code, row in rows.items()})


def _hazard(code: str, row: Mapping[str, Any], lists: Mapping[str, Any]) -> Hazard:
    if misplaced := row.keys() & {field.name for field in msgspec.structs.fields(Hazard)} - set(_NOT_NAMES):
        msg = f"hazards.yaml: {code}: {', '.join(sorted(misplaced))} belongs to hazard_lists.yaml"
        raise ValueError(msg)
    return msgspec.convert(
        {
            "code": code,
            "category": row["category"],
            "names": {key: str(value) for key, value in row.items() if key not in _NOT_NAMES},
            "words": row.get("words", ()),
            "exact": row.get("exact", ()),
            **lists,
        },
        Hazard,
    )


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return found


HAZARDS: Mapping[str, Hazard] = _load()
NOT_HAZARDS: Mapping[str, str] = MappingProxyType(_read("not_hazards.yaml"))
"""Names that hold the name of a hazard of ours and mean something else, and why."""


def get(code: str) -> Hazard | None:
    """The hazard of a code, or None."""
    return HAZARDS.get(code)


def event_codes(code: str) -> dict[str, tuple[str, ...]]:
    """What a document of ours says that its event is, by value name: our own code, OASIS's, and the Chinese one."""
    hazard = HAZARDS[code]
    said = {OWN: (code,), OASIS: tuple(hazard.oasis_terms)[:1], CMA: hazard.cma[:1]}
    return {name: values for name, values in said.items() if values}


def classify(
    *, event: str, event_codes: Mapping[str, Sequence[str]] = MappingProxyType({}), headline: str | None = None
) -> str | None:
    """The code of our taxonomy for an event as a feed names it, or None: a guess would send wrong advice.

    Codes first, each only under the name of its own list; if they leave more than one hazard, or contradict each other,
    the name decides. Of names: the whole, then the longest known word in the event; the headline is only asked when
    the event itself says nothing. MeteoAlarm's awareness type comes last.
    """
    told = _by_codes(event_codes) if event_codes else frozenset()
    if len(told) == 1:
        return next(iter(told))
    found = _by_text(event) or (_by_text(headline) if headline and not event.strip() else None)
    return found or _by_awareness(event_codes.get(AWARENESS, ()))


def _by_codes(event_codes: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """What all the codes can mean together; empty when none is known, or when they contradict each other."""
    own = [code for value in event_codes.get(OWN, ()) if (code := value.strip()) in HAZARDS]
    if own:
        return frozenset(own)
    left: frozenset[str] | None = None
    for name, values in event_codes.items():
        which = _list_of(name)
        for value in values:
            meant = _meanings().get((which, _code(which, value)))
            if meant:
                left = meant if left is None else left & meant
    return left or frozenset()


def _list_of(name: str) -> str:
    """Which list a value name stands for. What no list of ours claims may hold Chinese codes."""
    said = name.strip().casefold()
    if said == OASIS.casefold():
        return "oasis"
    if said.startswith(("oet", "oasis")):
        return ""
    if said == "same":
        return "same"
    if said.startswith("profile:cap-cp:event"):
        return "cap_cp"
    if "gdacs" in said:
        return "gdacs"
    if said.startswith(("icd-11", "icd11")):
        return "icd11"
    return "cma"


def _code(which: str, value: str) -> str:
    code = value.strip().upper()
    if which == "cma":
        found = _CMA_CODE.fullmatch(code)
        return found[1] if found else ""
    return code


def _by_text(text: str) -> str | None:
    wanted = _plain(text)
    if not wanted:
        return None
    exact = _whole_names().get(wanted)
    if exact is not None:
        return exact or None
    found = _words().findall(wanted)
    return (_names_inside()[max(found, key=len)] or None) if found else None


def _by_awareness(values: Sequence[str]) -> str | None:
    found = {hazard for value in values if (hazard := _awareness().get(_plain(value.replace(";", " "))))}
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    """One spelling of the same words: letters and blanks as the standard forms, hyphens and slashes as blanks."""
    said = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+\(", "(", " ".join(re.sub(r"[-/_\u2010-\u2015]", " ", said).split()))


@cache
def _meanings() -> Mapping[tuple[str, str], frozenset[str]]:
    table: dict[tuple[str, str], set[str]] = {}
    for hazard in HAZARDS.values():
        for which, code in _codes(hazard):
            table.setdefault((which, code.upper()), set()).add(hazard.code)
    return {key: frozenset(meant) for key, meant in table.items()}


def _codes(hazard: Hazard) -> Iterator[tuple[str, str]]:
    for which in ("cma", "oasis", "same", "cap_cp", "icd11"):
        for code in getattr(hazard, which):
            yield which, code
    if hazard.gdacs:
        yield "gdacs", hazard.gdacs


@cache
def _names_inside() -> Mapping[str, str]:
    """Names that count inside a title, to a code, or to nothing for what is no hazard of ours."""
    table = {_plain(name): "" for name in NOT_HAZARDS}
    for hazard in HAZARDS.values():
        # other languages' names are for readers: inside other words of theirs they mean something else
        for name in (*hazard.words, *hazard.nws, *hazard.who, *(hazard.names[locale] for locale in _MATCHED)):
            table.setdefault(_plain(name), hazard.code)
    return table


@cache
def _whole_names() -> Mapping[str, str]:
    """Names that count as a whole title: those, and words too short or too wide to look for inside one."""
    table = dict(_names_inside())
    terms: dict[str, set[str]] = {}
    for hazard in HAZARDS.values():
        for term in (*hazard.exact, *hazard.oasis.values()):
            terms.setdefault(_plain(term), set()).add(hazard.code)
    for term, codes in terms.items():
        if len(codes) == 1:
            table.setdefault(term, *codes)
    return table


@cache
def _awareness() -> Mapping[str, str]:
    return {_plain(kind): hazard.code for hazard in HAZARDS.values() for kind in hazard.meteoalarm}


@cache
def _words() -> re.Pattern[str]:
    """Longest first, so that 雷雨大风 is found before 大风; only as whole words, where words have blanks between."""
    names = [re.escape(name) for name in sorted(_names_inside(), key=len, reverse=True)]
    joined = "|".join(name for name in names if re.search(f"[{_CJK}]", name))
    apart = "|".join(name for name in names if not re.search(f"[{_CJK}]", name))
    return re.compile(f"{joined}|(?<!{_LETTER})(?:{apart})(?!{_LETTER})")
