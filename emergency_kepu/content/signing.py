"""An expert's signature under the texts of one hazard, written into that hazard's `meta.yaml`.

Only the `review` block is rewritten, so that comments and order elsewhere stay as their author left them.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import msgspec
import yaml

from emergency_kepu.content.catalog import Meta, Review, Reviewer, Topic, load_catalog
from emergency_kepu.domain.errors import ContentError, UserError

_BLOCK = re.compile(r"^review:.*\n(?:(?:[ \t].*|-.*|[ \t]*)\n)*", re.MULTILINE)


def sign(directory: Path, hazard: str, reviewer: Reviewer, valid_until: date) -> Review:
    """Sign the text as it is now, and return the record. Signing again replaces one's own earlier signature.

    Others' signatures stay while they are about this same text; then the review ends on the earlier day. UserError for
    a hazard that is not there, an empty name or field, or days that cannot be; ContentError when the file cannot be
    changed safely: then nothing is.
    """
    topic = load_catalog(directory).topics.get(hazard)
    if topic is None:
        msg = f"{directory}: no text about {hazard!r}"
        raise UserError(msg)
    if not reviewer.name.strip() or not reviewer.field.strip():
        msg = "a signature needs the expert's name and field"
        raise UserError(msg)
    if valid_until <= reviewer.on:
        msg = f"--valid-until {valid_until}: must be after the day of signing, {reviewer.on}"
        raise UserError(msg)
    review = _signed(topic, reviewer, valid_until)
    _write(directory / hazard / "meta.yaml", topic.meta, review)
    return review


def _signed(topic: Topic, reviewer: Reviewer, valid_until: date) -> Review:
    before = topic.meta.review
    holds = before.state == "signed" and before.text_hash == topic.text_hash
    others = tuple(person for person in before.by if person.name != reviewer.name) if holds else ()
    if others and before.valid_until:
        valid_until = min(valid_until, before.valid_until)
    return Review(state="signed", by=(*others, reviewer), valid_until=valid_until, text_hash=topic.text_hash)


def _write(path: Path, meta: Meta, review: Review) -> None:
    text = path.read_text(encoding="utf-8")
    block = yaml.safe_dump(
        {"review": msgspec.to_builtins(review, builtin_types=(date,))}, allow_unicode=True, sort_keys=False
    )
    text = text if text.endswith("\n") else text + "\n"
    if "review" in yaml.safe_load(text) and not _BLOCK.search(text):
        msg = f"{path}: write `review:` without quotes, at the start of a line"
        raise ContentError(msg)
    changed = _BLOCK.sub(lambda _: block, text, count=1) if _BLOCK.search(text) else text + block
    wanted = msgspec.structs.replace(meta, review=review)
    try:
        found = msgspec.convert(yaml.safe_load(changed), Meta)
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        msg = f"{path}: the review block cannot be rewritten; put `review:` at the end, at the start of a line"
        raise ContentError(msg) from problem
    if found != wanted:
        msg = f"{path}: rewriting `review:` would change something else; put it at the end of the file"
        raise ContentError(msg)
    fresh = path.with_suffix(".yaml.new")
    fresh.write_text(changed, encoding="utf-8")
    os.replace(fresh, path)
