"""Words of somebody else as one line of plain text: what people type, what a feed says."""

from __future__ import annotations

import re
import unicodedata

from emergency_kepu.domain.scripts import one_line, shown

ACTIVE = re.compile(r"[<>`*_\[\]{}|\\@#]")
"""Characters that chat formats or templates act on; a text from outside must not mention everyone in a room."""


def capital(text: str) -> str:
    """The same with a capital first letter. `str.capitalize` would write Mers for MERS and marburg for Marburg."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """One line without control characters or anything that a chat room would act on."""
    return one_line(ACTIVE.sub(" ", shown(unicodedata.normalize("NFC", text))))
