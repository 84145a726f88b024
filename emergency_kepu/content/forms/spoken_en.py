"""English as a voice should say it: numbers, times, dates, units, telephone numbers and initials in words."""

from __future__ import annotations

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}  # fmt: skip
_MONTHS = {
    name[:3]: name
    for name in (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    )
}  # fmt: skip
_UNITS = {
    "km/h": ("kilometre an hour", "kilometres an hour"), "m/s": ("metre a second", "metres a second"),
    "km an h": ("kilometre an hour", "kilometres an hour"), "km": ("kilometre", "kilometres"),
    "cm": ("centimetre", "centimetres"), "mm": ("millimetre", "millimetres"), "kg": ("kilogram", "kilograms"),
    "mL": ("millilitre", "millilitres"), "ml": ("millilitre", "millilitres"), "m": ("metre", "metres"),
    "g": ("gram", "grams"), "L": ("litre", "litres"), "C": ("degree Celsius", "degrees Celsius"),
    "°C": ("degree Celsius", "degrees Celsius"), "F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "h": ("hour", "hours"), "min": ("minute", "minutes"), "%": ("percent", "percent"),
}  # fmt: skip
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_MONTH = "|".join(_MONTHS)
_SERVICE = r"(?:11[0249]|12[02]|911|999|12\d{3}|9[56]\d{3})(?=[.,;:!?]|$)"
_RULES = (
    (re.compile(r"\b([A-Z]{4,}): ?"), lambda found: f"{found[1].capitalize()}. "),
    (re.compile(r"\s*\(([^()]*)\)"), lambda found: f", {found[1]},"),
    (re.compile(r"\be\.g\.,?"), lambda found: "for example"),
    (re.compile(r"\s*&\s*"), lambda found: " and "),
    (re.compile(r"(?<!\d)\+?(?=(?:-?\d){7,})\d+(?:-\d+)*"), lambda found: telephone(found[0])),
    (re.compile(r"\b([Cc]all|[Dd]ial|[Pp]hone) (\d{3,6})\b"), lambda found: f"{found[1]} {telephone(found[2])}"),
    (re.compile(rf"\b{_SERVICE}"), lambda found: telephone(found[0])),
    (re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)\b"), lambda found: clock(int(found[1]), int(found[2]))),
    (re.compile(rf"\b(\d{{1,2}}) ({_MONTH})[a-z]*\b"), lambda found: date(int(found[1]), found[2])),
    (
        re.compile(rf"\b(in|of|since|{'|'.join(_MONTHS.values())}) ((?:19|20)\d\d)\b"),
        lambda found: f"{found[1]} {year(int(found[2]))}",
    ),
    (re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b"), lambda found: ordinal(int(found[1]))),
    (re.compile(rf"\b({_NUMBER})\s*[-–~]\s*(?={_NUMBER}\b)"), lambda found: f"{found[1]} to "),
    (
        re.compile(rf"(-?)\b({_NUMBER})\s*({'|'.join(map(re.escape, _UNITS))})(?![A-Za-z])"),
        lambda found: measured(found[1], found[2], found[3]),
    ),
    (re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"), lambda found: " "),
    (re.compile(_NUMBER), lambda found: number(found[0])),
    (re.compile(r"\bMERS\b"), lambda found: found[0].capitalize()),  # a word, not letters
    (re.compile(r"\b[A-Z]{2,4}\b"), lambda found: " ".join(found[0])),
    (re.compile(r",\s*([,.;:?!])"), lambda found: found[1]),
    (re.compile(r",\s*$"), lambda found: ""),
)


def spell(text: str) -> str:
    """The text with nothing left that is not a word."""
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text


def each(digits: str) -> str:
    """One by one."""
    return " ".join(_ONES[int(digit)] for digit in digits if digit.isdigit())


def telephone(written: str) -> str:
    """One by one, with a pause between groups."""
    return ", ".join(each(group) for group in re.findall(r"\d+", written))


def clock(hour: int, minute: int) -> str:
    """23:59 is eleven fifty-nine at night."""
    if minute == 0 and hour % 12 == 0:
        return "noon" if hour == 12 else "midnight"
    part = (
        "in the morning"
        if hour < 12
        else "in the afternoon"
        if hour < 18
        else "in the evening"
        if hour < 21
        else "at night"
    )
    said = cardinal((hour - 1) % 12 + 1)
    if minute == 0:
        return f"{said} o'clock {part}"
    return f"{said} {'oh ' if minute < 10 else ''}{cardinal(minute)} {part}"


def date(day: int, month: str) -> str:
    """30 Nov is the thirtieth of November."""
    return f"the {ordinal(day)} of {_MONTHS[month]}"


def ordinal(value: int) -> str:
    """30 is thirtieth."""
    head, dash, last = cardinal(value).rpartition("-")
    if not dash:
        head, dash, last = cardinal(value).rpartition(" ")
    if last in _ORDINALS:
        return head + dash + _ORDINALS[last]
    return head + dash + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(value: int) -> str:
    """2021 is twenty twenty-one."""
    high, low = divmod(value, 100)
    if low == 0 or 2000 <= value < 2010:
        return cardinal(value)
    return f"{cardinal(high)} {'oh ' if low < 10 else ''}{cardinal(low)}"


def measured(sign: str, amount: str, unit: str) -> str:
    """5 cm, -3 C."""
    one, more = _UNITS[unit]
    return f"{'minus ' if sign else ''}{number(amount)} {one if amount == '1' else more}"


def number(written: str) -> str:
    """A whole number or a decimal; one that begins with a zero, one by one."""
    whole, _, part = written.replace(",", "").partition(".")
    said = each(whole) if len(whole) > 1 and whole[0] == "0" else cardinal(int(whole))
    return said + (f" point {each(part)}" if part else "")


def cardinal(value: int) -> str:
    """One thousand two hundred and thirty-four; above a million million digit by digit."""
    if value >= 10**12:
        return each(str(value))
    for step, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if value >= step:
            high, low = divmod(value, step)
            rest = (" and " if low < 100 else " ") + cardinal(low) if low else ""
            return f"{cardinal(high)} {name}{rest}"
    if value >= 100:
        high, low = divmod(value, 100)
        return f"{_ONES[high]} hundred" + (f" and {cardinal(low)}" if low else "")
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
