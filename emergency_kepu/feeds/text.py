"""Free text as feeds write it: markup out, white space collapsed."""

from __future__ import annotations

import html
import re

_UNREAD = re.compile(r"<(/?)(?:script|style)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
"""Only what looks like a tag: `winds < 5 and > 3` stays as it is."""
_INLINE = re.compile(r"</?(?:a|b|i|u|em|strong|span|font|sup|sub)\b[^<>]*>", re.IGNORECASE)
"""Tags that stand inside a word or before a full stop; all others part words."""
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
    return _TAG.sub(" ", _INLINE.sub("", _without_scripts(text)))


def _without_scripts(text: str) -> str:
    """Drop what stands between script or style tags, in one pass: text of a feed may be hostile."""
    kept: list[str] = []
    at, hidden = 0, False
    for tag in _UNREAD.finditer(text):
        if not hidden:
            kept.append(text[at : tag.start()])
        hidden, at = not tag[1], tag.end()
    if not hidden:
        kept.append(text[at:])
    return " ".join(kept)
