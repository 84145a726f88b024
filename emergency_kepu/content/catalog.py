"""The content library in memory: one `Topic` a hazard, one `LocaleText` a language, checked when loaded.

templates/<hazard>/meta.yaml       what it is about, phases, sources of every claim, the review record
templates/<hazard>/<locale>.yaml   the elements in one language
templates/_common/<locale>.yaml    the phrases that all messages share
templates/_common/meta.yaml        the review record of what all messages share: these phrases and the layouts
templates/layouts/<layout>.j2      how elements become one channel's format
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS, SMS_PARTS
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import HAZARDS

PHASES = ("before", "now", "after")
Phase = Literal["before", "now", "after"]
FRAME = "_common"
"""The folder of what all messages share, and its name where reviews are listed."""
T = TypeVar("T")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same safe subset, ten times as fast where libyaml is built in: a whole library is read at every start."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One claim or action. `id` is the same in every language and names its sources in `meta.yaml`."""

    id: str
    text: str
    short: str = ""
    """The same order in few words, for alerts of 90 characters; only the first action of a phase needs one."""


class Myth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What some believe, and what is so."""

    id: str
    claim: str
    fact: str


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What differs for one audience: whole elements, nothing is merged inside one."""

    actions: dict[Phase, tuple[Entry, ...]] = {}
    avoid: tuple[Entry, ...] | None = None
    impact: Entry | None = None


class LocaleText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One hazard in one language. Every string is a short Jinja2 template."""

    locale: str
    draft: bool = False
    """A translation that no expert has read yet: sent to nobody before somebody signs it (`Meta.translations`)."""
    headline: str
    what: str
    impact: Entry
    actions: dict[Phase, tuple[Entry, ...]]
    avoid: tuple[Entry, ...]
    why: Entry
    myths: tuple[Myth, ...] = ()
    more: str = ""
    audiences: dict[str, Variant] = {}


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who says so. Grades: A the authority itself, B a report naming it, C others, D official wording in code, R
    research or law."""

    title: str
    publisher: str
    grade: Literal["A", "B", "C", "D", "R"]
    year: int | None = None
    url: str | None = None


class Reviewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An expert who read the text, and the date."""

    name: str
    field: str
    on: date


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`shipped`: nobody has signed yet. A signature holds for one text hash, until a date."""

    state: Literal["shipped", "signed"] = "shipped"
    by: tuple[Reviewer, ...] = ()
    valid_until: date | None = None
    text_hash: str | None = None


class Meta(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs to a hazard in every language."""

    hazard: str
    category: str
    phases: tuple[Phase, ...]
    experts: tuple[str, ...] = ()
    sources: dict[str, Source] = {}
    claims: dict[str, tuple[str, ...]] = {}
    first: dict[Phase, str] = {}
    """Phase to the id of the action that saves lives: it must come first in every language, and is never cut."""
    ending: Literal["lifted", "calm", "after", "notice", "withdrawn"] = "lifted"
    """What an all-clear says. `calm`: in words for what leaves no ruins. `after`: the advice of phase `after`, which
    then must be right once the danger is over; `notice`: the same, in words for what is a notice itself.
    `withdrawn`: of what happened and cannot be lifted, only the report of it taken back."""
    review: Review = Review()
    translations: dict[str, Review] = {}
    """Signatures under drafts, by locale: who vouches for that language."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs to the phrases and layouts around every text. They are signed once, not with each hazard."""

    experts: tuple[str, ...] = ()
    review: Review = Review()


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One hazard's content. `text_hash` covers every language but drafts: a changed word loses the review."""

    meta: Meta
    locales: dict[str, LocaleText]
    """All that there are, drafts too: what may be sent is `sendable`."""
    text_hash: str
    draft_hashes: dict[str, str] = {}
    """What a signature under a draft covers: its words, and the phrases of its language around them."""

    def sendable(self, today: date) -> tuple[str, ...]:
        """Languages in which something may be sent: a draft only while a signature holds for just these words."""
        return tuple(locale for locale, text in self.locales.items() if not text.draft or self.vouched(text, today))

    def vouched(self, text: LocaleText, today: date) -> bool:
        """Whether somebody has signed this draft as it is, for this day too."""
        signed = self.meta.translations.get(text.locale)
        if signed is None or signed.state != "signed" or not signed.by:
            return False
        if signed.text_hash != self.draft_hashes.get(text.locale):
            return False
        return signed.valid_until is not None and today <= signed.valid_until


class EndPhrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of all-clears that are not those of a warning of nature."""

    headline: str
    what: str
    actions: tuple[str, ...]


class DayPhrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of messages for a day or a season of the calendar. They say that nothing is the matter."""

    headline: str
    what: str
    do: dict[Phase, str]
    """What stands before the advice of each phase: "what to do now" would be an order."""


class CheckPhrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of messages about a rumour or a question. The fact comes first; the claim once, marked, never in the headline."""

    headline: str
    answer_headline: str
    what: str
    """For a rumour; may use `fact`, `about` and what every text may use."""
    answer: str
    """For a question; may use `claim` too."""
    verdicts: dict[str, str]
    """Verdict to the sentence that repeats the claim and says what it is worth; an answer needs none."""
    names: dict[str, str]
    """Verdict to a word, for corrections."""
    corrected: str
    """Of an update: `before` and `now` are such words."""
    expert: str
    """`who` is institution, title and name."""
    withdrawn: str
    """The check itself is taken back."""


class Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all messages of a language share."""

    locale: str
    levels: dict[str, str]
    """Colour to words: red -> 红色预警."""
    update_lead: str
    drill_lead: str
    drill_note: str
    all_clear_headline: str
    all_clear_what: str
    all_clear_actions: tuple[str, ...]
    """Of natural hazards, and of every other kind that `all_clear_of` lacks."""
    joiner: str
    """Between sentences."""
    sentence_end: str
    do: str
    avoid: str
    why: str
    myth: str
    hotline: str
    relay: str
    """That this explains a warning of someone else."""
    all_clear_of: dict[Literal["accident", "health", "social", "calm", "notice", "withdrawn"], EndPhrases] = {}
    """By the hazard's `ending`, else by its category."""
    hazards: dict[str, str] = {}
    """Hazard to its name, where the program has none in this language (`domain/hazards.yaml`) or not the desk's own."""
    step_lead: str = ""
    """Before a later message that no new warning caused."""
    expert: str = "{{ who }}:"
    """Before what an expert wrote; `who` is institution, title and name."""
    changes: dict[str, str] = {}
    """What is different from the last message: raised, lowered (each also with `_from_to`), places_more, places_less,
    until, figure. A library without them says that something changed, not what."""
    day: DayPhrases | None = None
    """A library without them has no messages for the calendar."""
    check: CheckPhrases | None = None
    """A library without them has no fact-checks in this language."""
    figures: dict[str, str] = {}
    """Values of a feed whose change is worth a sentence, e.g. magnitude."""


def hazard_name(hazard: str, phrases: Phrases) -> str:
    """As readers of a language know it; in English where nobody has named it."""
    names = HAZARDS[hazard].names
    return phrases.hazards.get(hazard) or names.get(phrases.locale, names["en"])


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """The whole library."""

    directory: str
    topics: dict[str, Topic]
    phrases: dict[str, Phrases]
    layouts: dict[str, str]
    sms_parts: Mapping[str, int] = MappingProxyType({})
    """Locale to the most parts of an SMS, `*` for the others; what is not said is `limits.SMS_PARTS`."""
    frame: Frame = Frame()
    frame_hash: str = ""
    """Of the phrases of every language but those of which there are only drafts, and of the library's own layouts."""

    def parts(self, locale: str) -> int:
        """The most parts of an SMS in a language."""
        return self.sms_parts.get(locale, self.sms_parts.get("*", SMS_PARTS))

    def whole_locales(self) -> tuple[str, ...]:
        """Languages that every hazard must have: all but those of which there are only drafts so far."""
        texts = [text for topic in self.topics.values() for text in topic.locales.values()]
        begun = {text.locale for text in texts if text.draft} - {text.locale for text in texts if not text.draft}
        return tuple(sorted(set(self.phrases) - begun))

    def locales(self, hazard: str) -> tuple[str, ...]:
        """Languages in which something about a hazard may be sent, so no drafts; empty when there is none."""
        topic = self.topics.get(hazard)
        return topic.sendable(datetime.now(UTC).date()) if topic else ()


def load_catalog(directory: Path, *, sms_parts: Mapping[str, int] = MappingProxyType({})) -> Catalog:
    """Read and check a library. ContentError names the file, the key and the mend."""
    if not directory.is_dir():
        msg = f"{directory}: no such content library"
        raise ContentError(msg)
    shared = directory / FRAME
    phrases = {path.stem: _read(path, Phrases) for path in sorted(shared.glob("*.yaml")) if path.name != "meta.yaml"}
    frame = _read(shared / "meta.yaml", Frame) if (shared / "meta.yaml").exists() else Frame()
    folders = [path.parent for path in sorted(directory.glob("*/meta.yaml")) if path.parent != shared]
    topics = {folder.name: _topic(folder, phrases) for folder in folders}
    own = _layouts(directory)
    # a library that was copied before a form existed still has that form: those of the program stand in
    layouts = {**_layouts(shipped("templates"), without=LIMITS), **own}
    found = Catalog(
        directory=str(directory), topics=topics, phrases=phrases, layouts=layouts, frame=frame, sms_parts=sms_parts
    )
    around = [*(phrases[locale] for locale in found.whole_locales()), own]
    return msgspec.structs.replace(found, frame_hash=_digest(around))


def _layouts(directory: Path, *, without: Container[str] = ()) -> dict[str, str]:
    paths = sorted((directory / "layouts").glob("*.j2"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths if path.stem not in without}


def _topic(folder: Path, phrases: Mapping[str, Phrases]) -> Topic:
    meta = _read(folder / "meta.yaml", Meta)
    if meta.hazard != folder.name or meta.hazard not in HAZARDS:
        msg = f"{folder / 'meta.yaml'}: hazard {meta.hazard!r} must be the folder's name and in the taxonomy"
        raise ContentError(msg)
    locales: dict[str, LocaleText] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "meta.yaml":
            text = _read(path, LocaleText)
            if text.locale != path.stem or text.locale not in phrases:
                msg = f"{path}: locale {text.locale!r} must be the file's name and have a file in _common/"
                raise ContentError(msg)
            missing = [phase for phase in meta.phases if not text.actions.get(phase)]
            if missing:
                msg = f"{path}: no actions for phase {missing[0]!r}, which meta.yaml promises"
                raise ContentError(msg)
            locales[text.locale] = text
    if meta.ending in ("after", "notice") and "after" not in meta.phases:
        msg = f"{folder / 'meta.yaml'}: ending `{meta.ending}` needs the phase `after`"
        raise ContentError(msg)
    ours = [locales[name] for name in sorted(locales) if not locales[name].draft]
    if not ours:
        msg = f"{folder}: every language is a draft; one must be the text that the others translate"
        raise ContentError(msg)
    # `ending` chooses what an all-clear says: whoever changes it changes the words
    drafts = {name: hash_of([text], phrases[name], meta.ending) for name, text in locales.items() if text.draft}
    return Topic(meta=meta, locales=locales, text_hash=hash_of(ours, meta.ending), draft_hashes=drafts)


def hash_of(texts: Sequence[LocaleText], *around: Any) -> str:
    """What a signature is under: the words, not whether they are a draft; and what else decides what is said."""
    words = [{key: value for key, value in msgspec.to_builtins(text).items() if key != "draft"} for text in texts]
    return _digest([*words, *around])


def _digest(words: Sequence[Any]) -> str:
    return hashlib.blake2b(msgspec.json.encode(words), digest_size=12).hexdigest()


def _read(path: Path, kind: type[T]) -> T:
    try:
        raw: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        return msgspec.convert(raw, kind)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as problem:
        msg = f"{path}: not readable as YAML: {' '.join(str(problem).split())}"
        raise ContentError(msg) from problem
    except msgspec.ValidationError as problem:
        msg = f"{path}: {problem}"
        raise ContentError(msg) from problem
