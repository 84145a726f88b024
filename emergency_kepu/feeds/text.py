"""Free text as feeds write it: markup out, white space collapsed."""

from __future__ import annotations

import html
import re

_UNREAD = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
"""Only what looks like a tag: `winds < 5 and > 3` stays as it is."""
_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")


def collapse(text: str | None) -> str | None:
    """White space collapsed, tags removed when there are any; None when nothing is left."""
    if not text:
        return None
    if "<" in text:
        text = _without_tags(text)
    return " ".join(text.split()) or None


def trim(text: str | None) -> str | None:
    """Without outer white space; None when nothing is left."""
    return text.strip() or None if text is not None else None


def from_html(text: str | None) -> str | None:
    """Plain text of an HTML fragment. A no-break space inside a number stays one number (`11 634` of WHO)."""
    if not text:
        return None
    plain = html.unescape(_without_tags(text))
    return " ".join(_THOUSANDS.sub(" ", plain).split()) or None


def _without_tags(text: str) -> str:
    return _TAG.sub(" ", _UNREAD.sub(" ", text))
