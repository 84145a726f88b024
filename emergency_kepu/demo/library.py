"""The demo's own copy of the content library, signed by the demo's invented experts, each in their own field.

A real desk does it by hand: `kepu templates export`, then `kepu templates review` (docs/how-to/review-content.md).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from emergency_kepu.content.catalog import FRAME, Reviewer, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.signing import sign
from emergency_kepu.domain.expert import Expert

_HOLDS = timedelta(days=365)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What was signed, to be said aloud: these signatures are worth nothing outside the demo."""

    directory: Path
    texts: int
    of: int
    by: tuple[str, ...]
    """Names, as the demo's configuration gives them in English."""


def signed_copy(experts: Sequence[Expert], directory: Path, on: date) -> Signed:
    """Copy the shipped library to `directory` and sign what an expert's fields cover; the rest stays unsigned."""
    if directory.exists():
        shutil.rmtree(directory)
    shutil.copytree(shipped("templates"), directory)
    catalog = load_catalog(directory)
    asked = {FRAME: catalog.frame.experts, **{name: topic.meta.experts for name, topic in catalog.topics.items()}}
    texts, by = 0, []
    for hazard, fields in asked.items():
        for expert in experts:
            shared = [field for field in fields if field in expert.fields]
            if shared:
                reviewer = Reviewer(name=expert.names["en"], field=shared[0], on=on)
                sign(directory, hazard, reviewer, on + _HOLDS, catalog=catalog)
                texts += hazard != FRAME
                by.append(reviewer.name)
                break
    return Signed(directory=directory, texts=texts, of=len(catalog.topics), by=tuple(dict.fromkeys(by)))
