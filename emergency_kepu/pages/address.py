"""Where the public page of a campaign is: the address that messages carry.

The key is derived from the house's `KEPU_LINK_KEY`: links in messages that were sent lead there after every restart
and from every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from emergency_kepu.asking.links import LINK_KEY, link_key
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.pages.slug import slug_of
from emergency_kepu.settings import DeskSettings

PATH = "/k/"


class PublicPages:
    """Makes the addresses. `base` is how the outside reaches the desk."""

    def __init__(self, key: Secret, base: str) -> None:
        self._key = hashlib.blake2b(key.reveal().encode(), digest_size=32, person=b"kepu-pages").digest()
        self._base = base.rstrip("/")

    def slug(self, campaign_id: str) -> str:
        """The page's name; the same for every revision and language."""
        return slug_of(campaign_id, self._key)

    def link(self, campaign_id: str) -> str:
        """The whole address, as it stands in messages: the reader's browser says in which language."""
        return f"{self._base}{PATH}{self.slug(campaign_id)}"


def link_of(pages: PublicPages | None, campaign_id: str) -> str:
    """Empty where there are no pages."""
    return pages.link(campaign_id) if pages else ""


def pages_of(environ: Mapping[str, str], desk: DeskSettings) -> PublicPages | None:
    """None where the desk shows no pages. ConfigError when it should and something is missing for that."""
    if not desk.public_pages:
        return None
    key = link_key(environ)
    if not desk.public_url or key is None:
        msg = (
            f"desk.public_pages: a page needs an address: set desk.public_url in kepu.yaml and the variable {LINK_KEY} "
            f"(or {LINK_KEY}_FILE); `openssl rand -hex 32` makes a key"
        )
        raise ConfigError(msg)
    return PublicPages(key, desk.public_url)
