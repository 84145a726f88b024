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
    re.IGNORECASE,
)
_ENDED_EVENT = re.compile(r"\bcancellation\b", re.IGNORECASE)
_ENDED_CHINESE = re.compile("解除|取消")
_NEW_CHINESE = re.compile("发布|升级为|變更|变更|發布")
_INFORMATION = re.compile(r"\b(?:information (?:statement|bulletin)|tsunami information)\b", re.IGNORECASE)
_VTEC = re.compile(r"/[OTEX]\.([A-Z]{3})\.[A-Z]{4}\.")
_VTEC_ENDS = frozenset(("CAN", "EXP", "UPG"))
_VTEC_NAMES = ("VTEC", "NWSVTEC")


def effect_of(msg_type: str, infos: Sequence[Info], flags: Flags) -> Effect:
    """The effect of the whole message. Infos that differ give `update` with the flag `partly_ended`."""
    if msg_type == "Cancel":
        return Effect.CANCEL
    if msg_type in ("Ack", "Error"):
        return Effect.INFO
    ended = [_has_ended(info, msg_type, flags) for info in infos]
    if ended and all(ended):
        return Effect.CANCEL
    if any(ended):
        flags.add("partly_ended")
        return Effect.UPDATE
    if infos and all(_is_below_level(info, msg_type, flags) for info in infos):
        return Effect.INFO
    return Effect.UPDATE if msg_type == "Update" else Effect.ISSUE


def _has_ended(info: Info, msg_type: str, flags: Flags) -> bool:
    if "AllClear" in info.response_types or _ENDED_EVENT.search(info.event):
        return True
    if _vtec_ends(info, flags) or _says_ended(info.headline):
        return True
    if _first(info, "Alert_Location_Status").lower() == "ended":
        return True
    # "Past: responsive action is no longer required" (CAP 1.2, 3.2.2). An earthquake is always past, so there
    # the word tells nothing.
    if msg_type == "Update" and info.urgency == "Past" and "Geo" not in info.categories:
        flags.add("ended_by_urgency")
        return True
    return False


def _says_ended(headline: str | None) -> bool:
    if not headline:
        return False
    if _ENDED_WORDS.search(headline):
        return True
    end = _ENDED_CHINESE.search(headline)
    return end is not None and not _NEW_CHINESE.search(headline, end.end())


def _vtec_ends(info: Info, flags: Flags) -> bool:
    """Every event of the VTEC lines ends (NWS Instruction 10-1703):
    one that goes on keeps the message alive.
    """
    if not info.parameters:
        return False
    actions = {
        action
        for name in _VTEC_NAMES
        for text in info.parameters.get(name, ())
        for action in _VTEC.findall(text)
    }
    if not actions or not actions <= _VTEC_ENDS:
        return False
    if "UPG" in actions:
        flags.add("upgraded")  # ended only because a higher product replaces it: not an all-clear
    return True


def _is_below_level(info: Info, msg_type: str, flags: Flags) -> bool:
    """Stored, not pushed: a green level, an information statement, a weather matter already past."""
    if _first(info, "awareness_level").replace(" ", "").lower().startswith("1;"):
        flags.add("green_level")
        return True
    if _first(info, "alertlevel").lower() == "green":
        flags.add("green_level")
        return True
    if _INFORMATION.search(info.event):
        return True
    return msg_type == "Alert" and info.urgency == "Past" and "Geo" not in info.categories


def _first(info: Info, name: str) -> str:
    values = info.parameters.get(name)
    return values[0].strip() if values else ""
