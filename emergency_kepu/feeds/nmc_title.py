"""The title of a Chinese warning signal, taken apart: issuer, verb, hazard, colour.

Forms that occur: `某县气象台发布暴雨橙色预警信号`, `...变更...`, `...解除...`,
`...将暴雨橙色预警信号升级为红色`, `...继续发布...`, with `[II级/严重]` behind, with `Ⅱ` as one character.
The colours are those of the national scheme (气象灾害预警信号发布与传播办法, CMA order 16).
"""

from __future__ import annotations

import re

import msgspec

from emergency_kepu.domain.alert import Effect

COLOURS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_END = re.compile("解除|取消")
_CHANGE = re.compile("继续发布|更新|变更|升级|降级")
_ISSUE = re.compile("发布|更新为|变更为|升级为|降级为")
_FIRST_VERB = re.compile("继续发布|发布|更新|变更|升级|降级|解除|取消|将")
_COLOUR = re.compile("([红橙黄蓝白])色")
_NOT_HAZARD = re.compile(
    "继续发布|发布|更新|变更|升级|降级|解除|取消|预警信号|预警|[将由为至的了到,，。:：;；、\\s]|[红橙黄蓝白]色"
)
_LEVEL = re.compile(r"(?<![IVX])(IV|III|II|I|Ⅳ|Ⅲ|Ⅱ|Ⅰ)\s*级")
_LEVEL_COLOURS = {
    "IV": "blue",
    "Ⅳ": "blue",
    "III": "yellow",
    "Ⅲ": "yellow",
    "II": "orange",
    "Ⅱ": "orange",
    "I": "red",
    "Ⅰ": "red",
}
_OFFICE = re.compile("(?:气象台|气象局|气象中心|气象服务中心|预警信息发布中心)$")


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """What a title says. `hazard` and `issuer` are empty, `colour` None, where it says nothing."""

    text: str
    issuer: str
    place: str
    effect: Effect
    hazard: str
    colour: str | None


def read_title(raw: str) -> Title:
    """Take a title apart; never fails, since an odd title is still a warning to be shown."""
    text = " ".join(raw.split())
    verb = _FIRST_VERB.search(text)
    issuer = text[: verb.start()].strip() if verb else ""
    rest = text[verb.start() :] if verb else text
    return Title(
        text=text,
        issuer=issuer,
        place=_OFFICE.sub("", issuer),
        effect=_effect(rest),
        hazard=_hazard(rest),
        colour=_colour(rest),
    )


def _effect(rest: str) -> Effect:
    end = _END.search(rest)
    if end is not None:
        # "解除暴雨黄色预警信号，发布暴雨橙色预警信号": the warning goes on at another level.
        return Effect.UPDATE if _ISSUE.search(rest, end.end()) else Effect.CANCEL
    return Effect.UPDATE if _CHANGE.search(rest) else Effect.ISSUE


def _colour(rest: str) -> str | None:
    """The last colour named is the one that holds;
    a white signal (Guangdong) is below the national scheme.
    """
    colours = _COLOUR.findall(rest)
    if colours:
        return COLOURS.get(colours[-1])
    level = _LEVEL.search(rest)
    return _LEVEL_COLOURS[level[1]] if level else None


def _hazard(rest: str) -> str:
    """The words right before a colour, from the last colour that has some: "升级为红色" leaves them out."""
    for found in reversed(list(_COLOUR.finditer(rest))):
        words = [word for word in _NOT_HAZARD.split(rest[: found.start()]) if word]
        if words:
            return words[-1]
    words = [word for word in _NOT_HAZARD.split(rest) if word]
    return words[0] if words else ""
