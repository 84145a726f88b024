"""Files for a language that a desk's own translators write: the English text stands in each place, and nothing is sent.

No translation is made up here. Every text is the skeleton's, in its marks, so that lint refuses it until a person has
written it; and the file is a draft, so that even then it waits for a signature.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from emergency_kepu.content.catalog import LocaleText, Phrases
from emergency_kepu.content.lint.placeholder import CLOSE, OPEN
from emergency_kepu.domain.errors import UserError

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")
_KEPT = ("locale", "id", "joiner", "sentence_end")
"""What is no text to translate."""


def check_tag(locale: str) -> None:
    """UserError for what is no language tag of BCP 47 as the library writes them: ug, mn-Mong, pt-BR."""
    if not _TAG.match(locale):
        msg = f"--locale {locale}: write a language tag such as ug, bo or mn-Mong (BCP 47)"
        raise UserError(msg)


def translation_of(english: LocaleText, locale: str) -> str:
    """The file of one hazard in a new language."""
    whole = _marked(msgspec.to_builtins(english))
    return _dump(
        {"locale": locale, "draft": True, **{key: whole[key] for key in whole if key not in ("locale", "draft")}}
    )


def phrases_of(english: Phrases, locale: str) -> str:
    """The phrases that all messages of a new language share."""
    return _dump({**_marked(msgspec.to_builtins(english)), "locale": locale})


def _marked(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        # short words are for alerts that other languages do not have
        return {name: _marked(part, name) for name, part in value.items() if name != "short"}
    if isinstance(value, list | tuple):
        return [_marked(part, key) for part in value]
    if isinstance(value, str) and value and key not in _KEPT:
        return f"{OPEN}{value}{CLOSE}"
    return value


def _dump(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120)
