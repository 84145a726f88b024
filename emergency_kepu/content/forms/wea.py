"""Wireless emergency alerts: 90 characters on old networks, 360 on 4G and later (47 CFR 10.430, FCC 16-127).

360 hold the text of an SMS. 90 do not: they carry, in the order that FEMA advises, source, hazard, place and time, then
the first action if the whole of it fits, else its short words, else where to look. A sentence is never cut.

Both are written in the GSM alphabet where the language is. Chinese is not part of the American system; here it has the
same number of characters, for handsets that show such messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from emergency_kepu.content import sms
from emergency_kepu.content.forms import short
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.warnings_only import warnings_only
from emergency_kepu.content.limits import Limit
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError

if TYPE_CHECKING:
    from emergency_kepu.content.render import Elements, RenderRequest

OLD_CHARACTERS = 90
CHARACTERS = 360
LOCALES = ("en", "zh-Hans", "zh-Hant")
"""Those with short words, and with sources in letters that handsets have."""


def measure(text: str) -> int:
    """Septets where the GSM alphabet can write the text, else characters."""
    return sum(sms.width(char, gsm=True) for char in text) if not sms.count(text).not_gsm else len(text)


def refuses(body: str, locale: str) -> str:
    """A letter that a handset of this system does not have."""
    strange = sms.count(body).not_gsm if not locale.startswith("zh") else ()
    return f"not in the GSM alphabet: {' '.join(strange)}" if strange else ""


def readable(request: RenderRequest) -> RenderRequest:
    """The source in letters that the alphabet has."""
    request = warnings_only(request)
    if request.locale.startswith("zh"):
        return request
    said = short.readable_source(request.facts, request.locale)
    names = {**request.facts.source_names, request.locale: said}
    return replace(request, facts=replace(request.facts, source_names=names))


def narrow(whole: Elements, request: RenderRequest) -> Iterator[tuple[Elements, tuple[str, ...]]]:
    """From day, clock and first action to the clock alone. ContentError for an explanation: it would not be one."""
    if request.say != "actions":
        msg = f"{request.hazard}/{request.locale}: {OLD_CHARACTERS} characters hold no explanation"
        raise ContentError(msg)
    words, over = short.phrases(request.locale), request.kind is CampaignKind.ALL_CLEAR
    ended = (words.withdrawn, words.withdrawn_last) if whole.withdrawn else (words.all_clear, words.all_clear_last)
    pattern = ended[0] if over else words.what
    said = {
        "source": short.source(request.facts, request.locale),
        "hazard": short.hazard(request.hazard, request.locale),
        "place": short.place(request.facts, request.locale),
    }
    lead = words.drill if request.drill else whole.lead
    note = words.not_real if request.drill else ""
    guidance = "" if over or request.drill else words.guidance
    for more, actions, dropped in (
        (note, whole.actions[:1], ("what else to do",)),
        *(((note, (whole.short,), ("what else to do", "the long words")),) if whole.short and not over else ()),
        (note or guidance, (), ("actions",)),
        ("", (), ("actions", "where to look")),
    ):
        for time in short.times(request.facts, request.locale):
            what = pattern.format(**said, time=time)
            yield replace(whole, lead=lead, what=what, changed="", actions=actions, more=more), dropped
    if over:
        what = ended[1].format(**said)
        yield replace(whole, lead=lead, what=what, changed="", actions=(), more=""), ("actions", "time")


WEA90 = Form(
    limit=Limit(unit="characters", most=OLD_CHARACTERS, measure=measure),
    locales=LOCALES,
    adapt=warnings_only,
    narrow=narrow,
    fold=True,
    refuses=refuses,
    whole=False,
)
WEA360 = Form(
    limit=Limit(unit="characters", most=CHARACTERS, measure=measure),
    locales=LOCALES,
    adapt=readable,
    fold=True,
    refuses=refuses,
)
