"""Chinese as a voice should say it: numbers, times, dates, units and telephone numbers written out in characters.

On the telephone 1 is said 幺 on the mainland; 2 before a measure word is 两. What a rule does not know is read as
a number, never left as digits that each engine says in its own way. An emergency number read as an amount is not
dialled: those that everybody knows are told by themselves, unless something is counted with them.
"""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_UNITS = {
    "km/h": "公里每小时", "m/s": "米每秒", "km": "公里", "cm": "厘米", "mm": "毫米", "kg": "公斤", "mL": "毫升",
    "ml": "毫升", "m": "米", "g": "克", "L": "升", "℃": "摄氏度", "°C": "摄氏度",
}  # fmt: skip
_TWO_BEFORE = "个個小天次分秒米厘公人岁歲周週倍升名条條包户戶起处處辆輛层層块塊瓶杯杆种種步手只隻剂劑年百千万萬"
"""Measure words before which 2 is 两. Not 月, 日, 级, 度, 号: there it is 二."""
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_TRADITIONAL = str.maketrans("两万亿点时厘摄负", "兩萬億點時釐攝負")
_CALLED = r"((?:[打拨撥]|电话|電話|热线|熱線)[:： ]?)(\d{3,8})(?!\d)"
_SERVICE = rf"(?<![\d.])(?:11[0249]|12[02]|999|12\d{{3}}|9[56]\d{{3}})(?![\d.:%％℃A-Za-z{_TWO_BEFORE}月日号號级級度])"
_RULES = (
    (re.compile(r"【([^】]*)】"), lambda found: f"{found[1]}。"),
    (re.compile(r"(?<!\d)\+?(?=(?:[- ]?\d){7,})\d+(?:[- ]\d+)*"), lambda found: telephone(found[0])),
    (re.compile(_CALLED), lambda found: found[1] + telephone(found[2])),
    (re.compile(_SERVICE), lambda found: telephone(found[0])),
    (re.compile(r"(\d{4})年"), lambda found: f"{each(found[1])}年"),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?!\d)"), lambda found: clock(int(found[1]), int(found[2]))),
    (re.compile(rf"({_NUMBER})\s*[%％]"), lambda found: f"百分之{number(found[1])}"),
    (re.compile(rf"({_NUMBER})\s*[-–~～]\s*(?={_NUMBER})"), lambda found: f"{found[1]}到"),
    (
        re.compile(rf"([-−]?)({_NUMBER})\s*({'|'.join(map(re.escape, _UNITS))})(?![A-Za-z])"),
        lambda found: measured(found[1], found[2], found[3]),
    ),
    (re.compile(r"(?<=[A-Za-z])\d+"), lambda found: each(found[0])),
    (re.compile(r"(?<![\d.])0\d+(?![\d.])"), lambda found: each(found[0])),
    (re.compile(rf"(?<![\d.])2(?=[{_TWO_BEFORE}])"), lambda found: "两"),
    (re.compile(_NUMBER), lambda found: number(found[0])),
)


def spell(text: str, *, traditional: bool = False) -> str:
    """The text with nothing left that is not a word."""
    for pattern, said in _RULES:
        text = pattern.sub(lambda found, said=said: _script(said(found), traditional), text)  # type: ignore[misc]
    return text


def _script(said: str, traditional: bool) -> str:
    return said.translate(_TRADITIONAL).replace("幺", "一") if traditional else said


def each(digits: str) -> str:
    """One by one: 2026 is 二零二六."""
    return "".join(_DIGITS[int(digit)] if digit.isdigit() else digit for digit in digits)


def telephone(written: str) -> str:
    """One by one, with a pause between groups."""
    groups = re.findall(r"\d+", written)
    return "，".join(each(group).replace("一", "幺") for group in groups)


def clock(hour: int, minute: int) -> str:
    """23:59 is 二十三点五十九分."""
    said = "两" if hour == 2 else cardinal(hour)
    if minute == 0:
        return f"{said}点整"
    return f"{said}点{'零' if minute < 10 else ''}{cardinal(minute)}分"


def measured(sign: str, amount: str, unit: str) -> str:
    """5 cm, -3 ℃."""
    name = _UNITS[unit]
    minus = ("零下" if name == "摄氏度" else "负") if sign else ""
    said = "两" if amount == "2" and name != "摄氏度" else number(amount)
    return minus + said + name


def number(written: str) -> str:
    """A whole number or a decimal."""
    whole, _, part = written.replace(",", "").partition(".")
    return cardinal(int(whole)) + (f"点{each(part)}" if part else "")


def cardinal(value: int) -> str:
    """一千二百三十四; above a million million digit by digit."""
    if value >= 10**12:
        return each(str(value))
    for step, name in ((10**8, "亿"), (10**4, "万")):
        if value >= step:
            high, low = divmod(value, step)
            rest = ("零" if low < step // 10 else "") + cardinal(low) if low else ""
            return ("两" if high == 2 else cardinal(high)) + name + rest
    said = _below_ten_thousand(value)
    return said.removeprefix("一") if 10 <= value < 20 else said


def _below_ten_thousand(value: int) -> str:
    if value == 0:
        return "零"
    said, gap = "", False
    for step, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, step)
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + name
        gap = digit == 0
    return said
