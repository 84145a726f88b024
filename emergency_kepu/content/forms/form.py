"""What a form is: a layout that changes the words on their way out. Pure, like all of rendering.

The plain layouts (`content/limits.py`) put a text together as it was written. A form may narrow it by rules of its own,
say its words in another way (spelled out, escaped), write a format that a template cannot safely write, and say how a
reader gets the words back, so that lint can look for source, hazard, place, time and action in what really arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from emergency_kepu.content.limits import Limit

if TYPE_CHECKING:
    from emergency_kepu.content.catalog import Phrases
    from emergency_kepu.content.render import Elements, RenderRequest


def _same(words: str, locale: str) -> str:
    return words


def _read(body: str) -> str:
    return body


def _fine(body: str, locale: str) -> str:
    return ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One layout. Without `write` it is the template `layouts/<name>.j2`."""

    limit: Limit
    locales: tuple[str, ...] = ()
    """The languages that it knows; empty: every one. Others are refused: half of a promise is none."""
    adapt: Callable[[RenderRequest], RenderRequest] | None = None
    """Other facts, where this form cannot say those that came. ContentError: it cannot say them at all."""
    narrow: Callable[[Elements, RenderRequest], Iterator[tuple[Elements, tuple[str, ...]]]] | None = None
    """Ever shorter elements, each with the names of what is gone. None: the order of `content.render`."""
    words: Callable[[str, str], str] = _same
    """(text, locale) to how this form says it. Done to every element, so that no template can forget it."""
    write: Callable[[Elements, Phrases, RenderRequest], str] | None = None
    version: str = ""
    """Of `write`: changes when the same elements are written differently."""
    headings: bool = False
    """Of `write`: what to do stands under a heading."""
    fold: bool = False
    """In the alphabet of GSM handsets, where that needs no more than an accent less."""
    refuses: Callable[[str, str], str] = _fine
    """(body, locale) to why it must not go out; empty: it may."""
    read: Callable[[str], str] = _read
    """A body to what a reader sees or hears."""
    roomy: bool = False
    """The limit is far from the longest message: lint tries fewer."""
    whole: bool = True
    """Source, hazard, place, time and the first action are all there, as the plain texts say them. False: the form says
    itself what it promises, see `docs/reference/layouts.md`."""
