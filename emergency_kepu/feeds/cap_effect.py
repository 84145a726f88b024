"""What a CAP message means for the public, which its `msgType` alone often does not say.

Live services end an event under another name: an `Alert` or `Update` with response `AllClear`, a VTEC action
of cancellation or expiry, "has been cancelled" or 解除 in the headline, an event called "... Cancellation"
(docs/reference/feeds.md, "How an end is recognised").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from emergency_kepu.domain.alert import Effect, Info
from emergency_kepu.feeds.flags import Flags

_ENDED_WORDS = re.compile(
    r"\b(?:has|have) (?:been )?(?:cancell?ed|expired|ended)\b"
    r"|\b(?:is|are) (?:now )?(?:cancell?ed|over|no longer in effect)\b"
    r"|\b(?:is|are|has been|have been) (?:allowed to expire|lifted)\b",
)
_NEW_CHINESE = re.compile("发布|發布|升级为|變更|变更")
_INFORMATION = ("information statement", "information bulletin", "tsunami information")
_VTEC = re.compile(r"/[OTEX]\.([A-Z]{3})\.[A-Z]{4}\.")
_VTEC_ENDS = frozenset(("CAN", "EXP", "UPG"))
_VTEC_NAMES = ("VTEC", "NWSVTEC")


def effect_of(msg_type: str, infos: Sequence[Info], flags: Flags) -> Effect:
    """The effect of the whole message. Infos that differ give `update` with the flag `partly_ended`."""
    if msg_type == "Cancel":
        return Effect.CANCEL
    if msg_type in ("Ack", "Error"):
        return Effect.INFO
    ended = 0
    for info in infos:
        if _has_ended(info, msg_type, flags):
            ended += 1
    if ended:
        if ended == len(infos):
            return Effect.CANCEL
        flags.add("partly_ended")
        return Effect.UPDATE
    for info in infos:
        if not _is_below_level(info, msg_type, flags):
            break
    else:
        if infos:
            return Effect.INFO
    return Effect.UPDATE if msg_type == "Update" else Effect.ISSUE


def _has_ended(info: Info, msg_type: str, flags: Flags) -> bool:
    if "AllClear" in info.response_types or "cancellation" in info.event.lower():
        return True
    headline = info.headline
    if headline:
        # A plain search is many times cheaper than the pattern, and nearly always says no.
        text = headline.lower()
        if (
            "cancel" in text
            or "expire" in text
            or "ended" in text
            or " over" in text
            or "in effect" in text
            or "lifted" in text
            or "解除" in text
            or "取消" in text
        ) and _says_ended(text):
            return True
    if info.parameters and (_vtec_ends(info, flags) or _first(info, "Alert_Location_Status") == "ended"):
        return True
    # "Past: responsive action is no longer required" (CAP 1.2, 3.2.2). An earthquake is always past, so there
    # the word tells nothing.
    if info.urgency == "Past" and msg_type == "Update" and "Geo" not in info.categories:
        flags.add("ended_by_urgency")
        return True
    return False


def _says_ended(headline: str) -> bool:
    """Whether a headline, in lower case, speaks of an end and not of something new after it."""
    if _ENDED_WORDS.search(headline):
        return True
    end = max(headline.rfind("解除"), headline.rfind("取消"))
    return end >= 0 and not _NEW_CHINESE.search(headline, end)


def _vtec_ends(info: Info, flags: Flags) -> bool:
    """Every event of the VTEC lines ends (NWS Instruction 10-1703).

    One that goes on keeps the message alive.
    """
    texts = [text for name in _VTEC_NAMES for text in info.parameters.get(name, ())]
    actions = {action for text in texts for action in _VTEC.findall(text)}
    if not actions or not actions <= _VTEC_ENDS:
        return False
    if "UPG" in actions:
        flags.add("upgraded")  # ended only because a higher product replaces it: not an all-clear
    return True


def _is_below_level(info: Info, msg_type: str, flags: Flags) -> bool:
    """Stored, not pushed: a green level, an information statement, a weather matter already past."""
    if info.parameters and (
        _first(info, "alertlevel") == "green" or _first(info, "awareness_level").replace(" ", "").startswith("1;")
    ):
        flags.add("green_level")
        return True
    event = info.event.lower()
    if "information" in event and any(words in event for words in _INFORMATION):
        return True
    return info.urgency == "Past" and msg_type == "Alert" and "Geo" not in info.categories


def _first(info: Info, name: str) -> str:
    """The first value of a parameter in lower case; empty when there is none."""
    values = info.parameters.get(name)
    return values[0].lower() if values else ""
