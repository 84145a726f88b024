"""The one seam to the hazard taxonomy, remembered: a feed repeats the same few events for hours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from emergency_kepu.domain.hazard import classify


def hazard_of(event: str, codes: Mapping[str, tuple[str, ...]], headline: str | None) -> str | None:
    """The code of our taxonomy, or None when nothing recognises the event.

    The headline counts only where the event is empty, as `classify` has it; leaving it out otherwise is what
    makes remembering worth while.
    """
    return _remembered(event, tuple(codes.items()) if codes else (), None if event else headline)


@lru_cache(maxsize=4096)
def _remembered(event: str, codes: tuple[tuple[str, tuple[str, ...]], ...], headline: str | None) -> str | None:
    return classify(event=event, event_codes=dict(codes), headline=headline)
