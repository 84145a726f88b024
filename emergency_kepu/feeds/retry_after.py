"""When a server asks to be left alone until:
`Retry-After` and `Cache-Control: max-age` (RFC 9110, RFC 9111).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait the server asks for, in seconds or as a date; None when it says nothing readable."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdigit():
        return timedelta(seconds=min(int(text), 10**8))
    try:
        until = parsedate_to_datetime(text)
        wait = until - now
    except (ValueError, TypeError, OverflowError):
        return None  # a date without an offset is no HTTP date
    return max(wait, timedelta(0))


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """How long the reply stays fresh; None when not said."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    return timedelta(seconds=int(found[1])) if found else None
