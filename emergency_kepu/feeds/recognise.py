"""The one seam to the hazard taxonomy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def hazard_of(event: str, event_codes: Mapping[str, Sequence[str]], headline: str | None) -> str | None:
    """The code of our taxonomy, or None when nothing recognises the event."""
    return None
