"""Characters that XML 1.0 cannot hold in any way, escaped or not, are left away."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text without them."""
    return _ILLEGAL.sub("", text)
