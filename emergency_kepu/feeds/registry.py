"""The formats by name, in plain sight; each module is loaded on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from emergency_kepu.domain.errors import UserError
from emergency_kepu.feeds.format import FeedFormat

FORMATS: dict[str, str] = {
    "cap": "emergency_kepu.feeds.cap:parse",
    "usgs": "emergency_kepu.feeds.usgs:parse",
    "who_don": "emergency_kepu.feeds.who_don:parse",
    "nmc": "emergency_kepu.feeds.nmc:parse",
    "claim_review": "emergency_kepu.feeds.claim_review:parse",
    "wolfx_cenc": "emergency_kepu.feeds.wolfx:parse",
}


@cache
def load_format(name: str) -> FeedFormat:
    """The parser of a format. UserError names the known ones when there is none of that name."""
    target = FORMATS.get(name)
    if target is None:
        msg = f"unknown feed format {name!r}; known formats: {', '.join(sorted(FORMATS))}"
        raise UserError(msg)
    module, _, attribute = target.partition(":")
    return cast("FeedFormat", getattr(import_module(module), attribute))
