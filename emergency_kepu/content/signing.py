"""An expert's signature under the texts of one hazard, or under what all share, written into the `meta.yaml` beside.

Only the `review` block (for a draft: `translations`) is rewritten, so that comments and order elsewhere stay as their
author left them.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import msgspec
import yaml

from emergency_kepu.content.catalog import FRAME, Catalog, Frame, Meta, Review, Reviewer, load_catalog
from emergency_kepu.domain.errors import ContentError, UserError

_BLOCKS = {
    name: re.compile(rf"^{name}:.*\n(?:(?:[ \t].*|-.*|[ \t]*)\n)*", re.MULTILINE) for name in ("review", "translations")
}


def sign(
    directory: Path,
    hazard: str,
    reviewer: Reviewer,
    valid_until: date,
    *,
    locale: str = "",
    catalog: Catalog | None = None,
) -> Review:
    """Sign the text as it is now, and return the record. Signing again replaces one's own earlier signature.

    `hazard`: `_common` for the phrases and layouts that all messages share.
    `locale`: only the draft in that language, which may be sent from then on.
    `catalog`: what `directory` holds, where the caller has just read it.

    Others' signatures stay while they are about this same text; then the review ends on the earlier day. UserError for
    a hazard that is not there, an empty name or field, or days that cannot be; ContentError when the file cannot be
    changed safely: then nothing is.
    """
    catalog = catalog or load_catalog(directory)
    topic = catalog.topics.get(hazard)
    if topic is None and (hazard != FRAME or locale):
        msg = f"{directory}: no text about {hazard!r}"
        raise UserError(msg)
    if not reviewer.name.strip() or not reviewer.field.strip():
        msg = "a signature needs the expert's name and field"
        raise UserError(msg)
    if valid_until <= reviewer.on:
        msg = f"--valid-until {valid_until}: must be after the day of signing, {reviewer.on}"
        raise UserError(msg)
    path = directory / hazard / "meta.yaml"
    if topic is None:
        return _sign_frame(path, catalog, reviewer, valid_until)
    if not locale:
        review = _signed(topic.meta.review, topic.text_hash, reviewer, valid_until)
        _write(path, "review", review, msgspec.structs.replace(topic.meta, review=review))
        return review
    text = topic.locales.get(locale)
    if text is None or not text.draft:
        drafts = ", ".join(sorted(name for name, known in topic.locales.items() if known.draft)) or "none"
        msg = f"--locale {locale}: no draft about {hazard}; there are: {drafts}"
        raise UserError(msg)
    earlier = topic.meta.translations.get(locale, Review())
    review = _signed(earlier, topic.draft_hashes[locale], reviewer, valid_until)
    translations = {**topic.meta.translations, locale: review}
    _write(path, "translations", translations, msgspec.structs.replace(topic.meta, translations=translations))
    return review


def _sign_frame(path: Path, catalog: Catalog, reviewer: Reviewer, valid_until: date) -> Review:
    review = _signed(catalog.frame.review, catalog.frame_hash, reviewer, valid_until)
    if not path.exists():  # a library that was copied before the phrases were signed
        path.write_text("", encoding="utf-8")
    _write(path, "review", review, msgspec.structs.replace(catalog.frame, review=review))
    return review


def _signed(before: Review, text_hash: str, reviewer: Reviewer, valid_until: date) -> Review:
    holds = before.state == "signed" and before.text_hash == text_hash
    others = tuple(person for person in before.by if person.name != reviewer.name) if holds else ()
    if others and before.valid_until:
        valid_until = min(valid_until, before.valid_until)
    return Review(state="signed", by=(*others, reviewer), valid_until=valid_until, text_hash=text_hash)


def _write(path: Path, name: str, value: object, wanted: Meta | Frame) -> None:
    text = path.read_text(encoding="utf-8")
    block = yaml.safe_dump(
        {name: msgspec.to_builtins(value, builtin_types=(date,))}, allow_unicode=True, sort_keys=False
    )
    text = text if text.endswith("\n") or not text else text + "\n"
    pattern = _BLOCKS[name]
    if name in (yaml.safe_load(text) or {}) and not pattern.search(text):
        msg = f"{path}: write `{name}:` without quotes, at the start of a line"
        raise ContentError(msg)
    changed = pattern.sub(lambda _: block, text, count=1) if pattern.search(text) else text + block
    try:
        found = msgspec.convert(yaml.safe_load(changed), type(wanted))
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        msg = f"{path}: the {name} block cannot be rewritten; put `{name}:` at the end, at the start of a line"
        raise ContentError(msg) from problem
    if found != wanted:
        msg = f"{path}: rewriting `{name}:` would change something else; put it at the end of the file"
        raise ContentError(msg)
    fresh = path.with_suffix(".yaml.new")
    fresh.write_text(changed, encoding="utf-8")
    os.replace(fresh, path)
