"""Pages of a cell broadcast: 82 octets each, which are 93 characters of GSM-7 or 41 of UCS-2; at most 15 pages.

A base station repeats the pages and a handset shows them as one text. As in SMS, an escape pair and a surrogate pair
stay together.
"""

from __future__ import annotations

from emergency_kepu.content import sms

MOST_PAGES = 15
GSM_CHARACTERS = 93
UCS2_CHARACTERS = 41


def pages(text: str) -> tuple[str, ...]:
    """The text page by page; the empty text is one empty page."""
    gsm = not sms.count(text).not_gsm
    room = GSM_CHARACTERS if gsm else UCS2_CHARACTERS
    found, used = [""], 0
    for char in text:
        width = sms.width(char, gsm=gsm)
        if used + width > room:
            found.append("")
            used = 0
        found[-1] += char
        used += width
    return tuple(found)


def count(text: str) -> int:
    """How many pages the text needs."""
    return len(pages(text))
