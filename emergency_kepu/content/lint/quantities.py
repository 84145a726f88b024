"""Numbers with their units, read out of English and Chinese texts alike, so that languages can be compared.

Digits count everywhere. Numbers written as words count only before a unit: 两小时 and `two hours`, not 一样 or `one`.
Emergency numbers, clock times apart, are not amounts: each country has its own.
"""

from __future__ import annotations

import re

import msgspec

_UNITS: dict[str, tuple[str, ...]] = {
    "cm": ("厘米", "公分", "cm", "centimetres?", "centimeters?"),
    "mm": ("毫米", "mm", "millimetres?", "millimeters?"),
    "km": ("公里", "千米", "km", "kilometres?", "kilometers?"),
    "m": ("米(?!粉|饭|酵)", "公尺", "metres?", "meters?", "m(?![a-z])"),
    "floor": ("层(?:楼)?", "層(?:樓)?", "floors?", "storeys?"),
    "second": ("秒钟?", "秒鐘?", "seconds?"),
    "minute": ("分钟", "分鐘", "minutes?", "mins?"),
    "hour": ("个?小时", "個?小時", "hours?", "h(?![a-z])"),
    "day": ("天", "日(?!元)", "days?"),
    "week": ("个?星期", "個?星期", "个?礼拜", "周(?!围|岁)", "週", "weeks?"),
    "month": ("个月", "個月", "months?"),
    "year": ("周?岁", "週?歲", "年", "years?(?: old| of age)?"),
    "degree": ("摄氏度", "攝氏度", "度", "°C", "℃", "C(?![a-z])", "degrees?(?: Celsius| C)?"),
    "litre": ("公升", "升", "litres?", "liters?", "l(?![a-z])"),
    "ml": ("毫升", "ml", "millilitres?"),
    "g": ("克", "g(?![a-z])", "grams?"),
    "kg": ("公斤", "千克", "kg", "kilos?", "kilograms?"),
    "percent": ("%", "％", "per cent", "percent"),
    "person": ("人(?!员|員|群|们|們|类|類|工)", "people", "persons?"),
    "times": ("倍", "次", "times"),
    "clock": ("点(?!燃|火|着)", "點(?!燃|火|著)", "时(?!候|间)", "時(?!候|間)", "o'clock"),
}
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "half an": 0.5, "half a": 0.5,
}  # fmt: skip
_DIGITS = {char: "零一二三四五六七八九".index(char) for char in "零一二三四五六七八九"}
_DIGITS |= {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_UNIT = "|".join(f"(?P<{name}>{'|'.join(spellings)})" for name, spellings in _UNITS.items())
_ZH_NUMBER = r"(?<![几幾数數多第好])[零〇一二两兩三四五六七八九十百千]+(?!周(?!岁|内|后)|面八方)"
"""Not 几十, 第三, 四周 (all around)."""
_NUMBER = rf"\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b|{_ZH_NUMBER}|半(?=个?小时|個?小時|分钟|分鐘|米|年)"
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|~|～|至|到|或|to|or|and|、)\s*(?P<high>{_NUMBER}))?"
    rf"\s?-?(?:多|几|幾|来|餘|余)?\s?(?:个|個)?(?:{_UNIT})?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b([01]?\d|2[0-4])[:：]([0-5]\d)\b")
_PHONE = re.compile(r"(?<!\d)(?:110|112|114|119|120|122|911|999|995|96110|12\d{3})(?!\d)")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?:\d{1,2}月)?(?:\d{1,2}日)?")
_MULTIPLES = (
    (re.compile(r"([一二三四五六七八九])成(?![为為年人了功])"), r"\1十%"),
    (re.compile(r"(?<=[快多大高长長])(?:了)?一倍"), "2倍"),
    (re.compile(r"\b(?:twice|double)\b", re.IGNORECASE), "2 times"),
    (re.compile(r"\btriple\b", re.IGNORECASE), "3 times"),
)
_CONVERTED = re.compile(r"\(\d[^)]*\)")


class Quantity(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One amount. `unit` is empty for a bare number."""

    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}".strip()


def quantities(text: str) -> frozenset[Quantity]:
    """Every amount of a text, each once."""
    found: set[Quantity] = set()
    found |= {Quantity(value=float(hour), unit="clock") for hour, _ in _TIME.findall(text)}
    rest = _DATE.sub(r"\1 ", _PHONE.sub(" ", _CONVERTED.sub(" ", _TIME.sub(" ", text))))
    for pattern, plain in _MULTIPLES:
        rest = pattern.sub(plain, rest)
    for match in _RANGE.finditer(rest):
        unit = next((name for name in _UNITS if match[name]), "")
        for number in (match["low"], match["high"]):
            if number and (unit or number[0].isdigit()):
                found |= {Quantity(value=_value(part), unit=unit) for part in _parts(number)}
    return frozenset(found)


def _parts(number: str) -> tuple[str, ...]:
    """两三天 is two or three days, not twenty-three."""
    return tuple(number) if len(number) == 2 and all(char in _DIGITS for char in number) else (number,)


def _value(number: str) -> float:
    if number[0].isdigit():
        return float(number.replace(",", ""))
    if number == "半":
        return 0.5
    if number.lower() in _WORDS:
        return float(_WORDS[number.lower()])
    total, current = 0, 0
    for char in number:
        if char in _PLACES:
            total += (current or 1) * _PLACES[char]
            current = 0
        else:
            current = _DIGITS[char]
    return float(total + current)
