"""The name of a campaign in public addresses (`/k/{slug}`): stable, and not guessed from the campaign's id.

Ids follow from incidents, so a hash without a key could be computed by anyone who reads this file; drafts that are not
approved would then be looked for by name. The key must never change: links in messages already sent would break.
"""

from __future__ import annotations

import base64
import hashlib

MIN_KEY_BYTES = 16
_BYTES = 10
"""80 bits make 16 letters: too many to try, few enough for one SMS."""


def slug_of(campaign_id: str, key: bytes) -> str:
    """16 characters of a-z and 2-7, the same for every revision. ValueError when the key is short or over 64 bytes."""
    if len(key) < MIN_KEY_BYTES:
        msg = f"the key of public addresses has {len(key)} bytes, at least {MIN_KEY_BYTES} are needed"
        raise ValueError(msg)
    digest = hashlib.blake2b(campaign_id.encode(), key=key, digest_size=_BYTES, person=b"kepu-slug").digest()
    return base64.b32encode(digest).decode().lower()
