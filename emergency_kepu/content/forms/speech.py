"""For loudspeakers and voices: a text in which everything is a word (`tts`), and the same as SSML 1.1 (`ssml`).

Read at four Chinese characters or two and a half English words a second, a message takes at most three minutes; more is
not listened to, and a siren waits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from emergency_kepu.content.forms import spoken_en, spoken_zh
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.xml_text import legal
from emergency_kepu.content.limits import Limit

if TYPE_CHECKING:
    from emergency_kepu.content.catalog import Phrases
    from emergency_kepu.content.render import Elements, RenderRequest

MOST_SECONDS = 180
CHARACTERS_A_SECOND = 4.0
WORDS_A_SECOND = 2.5
PAUSE = "500ms"
"""Between what happened, what to do and the rest."""
SSML_1_1 = "http://www.w3.org/2001/10/synthesis"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LOCALES = ("en", "zh-Hans", "zh-Hant")
"""Whose numbers, times and units somebody has written rules for."""
LANGUAGES = {"zh-Hans": "zh-CN", "en": "en-GB"}
"""As voices are named; others as they are."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


def seconds(text: str) -> int:
    """How long a text takes, about."""
    return round(len(_HAN.findall(text)) / CHARACTERS_A_SECOND + len(_WORD.findall(text)) / WORDS_A_SECOND)


def spell(text: str, locale: str) -> str:
    """Everything as words, in the reader's language."""
    if locale.startswith("zh"):
        return spoken_zh.spell(text, traditional=locale == "zh-Hant")
    return spoken_en.spell(text)


def write(said: Elements, phrases: Phrases, request: RenderRequest) -> str:
    """One paragraph for what happened, one for what to do, one for the rest; a sentence each."""
    root = etree.Element(f"{{{SSML_1_1}}}speak", nsmap={None: SSML_1_1})  # type: ignore[dict-item]  # the stubs know no default name space
    root.set("version", "1.1")
    root.set(_LANG, LANGUAGES.get(request.locale, request.locale))
    groups = (
        (said.lead, said.what, said.impact),
        (*said.actions, *said.avoid),
        (said.why, said.more, said.hotline, said.drill_note),
    )
    for sentences in groups:
        if any(sentences):
            if len(root):
                etree.SubElement(root, f"{{{SSML_1_1}}}break").set("time", PAUSE)
            paragraph = etree.SubElement(root, f"{{{SSML_1_1}}}p")
            for sentence in filter(None, sentences):
                etree.SubElement(paragraph, f"{{{SSML_1_1}}}s").text = legal(sentence.strip())
    return etree.tostring(root, encoding="unicode")


def heard(document: str) -> str:
    """What a voice says."""
    return " ".join(map(str, etree.fromstring(document.encode()).itertext()))


TTS = Form(limit=Limit(unit="seconds", most=MOST_SECONDS, measure=seconds), locales=LOCALES, words=spell)
SSML = Form(
    limit=Limit(unit="seconds", most=MOST_SECONDS, measure=lambda document: seconds(heard(document))),
    locales=LOCALES,
    words=spell,
    write=write,
    version="ssml 1",
    read=heard,
    roomy=True,
)
