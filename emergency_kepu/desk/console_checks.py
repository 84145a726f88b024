"""Pages and forms about rumours and questions: what is known, and a fact-check to write or to correct."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from emergency_kepu.checking.wish import CheckWish
from emergency_kepu.desk import checks, writing
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.checks import RumourDetail
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk, InVisitor
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form
from emergency_kepu.desk.gate import Visitor
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.factcheck import LONGEST, CheckWords, Verdict
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.matching.observe import RUMOUR

_CHANNEL = "channel."
_PARTS = ("claim", "fact", "evidence", "advice")
_WIDE = 2
"""Other scripts may have so many times the characters of Chinese."""


@get("/rumours", include_in_schema=False)
async def rumours_page(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes]:
    """Those that nobody has checked first."""
    visitor.require(Right.READ)
    found = await checks.listed(desk.services)
    return desk.pages.page("rumours.html", request, visitor, rumours=found, refusal=visitor.refusal())


@get("/rumours/check", include_in_schema=False)
async def check_page(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident: FromQuery[str] = ""
) -> Response[bytes]:
    """An empty form, or one with what is known of a rumour."""
    visitor.require(Right.READ)
    known = await checks.detail(desk.services, incident) if incident else None
    return _form(desk, request, visitor, _filled(known), "")


@post("/rumours/check", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def check(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes] | Redirect:
    """The draft's own page, where its texts can be read; or the form again with what is wrong."""
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    try:
        row = await checks.write(desk.services, _wish(desk, form), actor=visitor.name)
    except UserError as problem:
        return _form(desk, request, visitor, form, str(problem))
    desk.overview.forget()
    return Redirect(f"/campaigns/{row.id}?done=written_now", status_code=303)


def _wish(desk: Desk, form: dict[str, str]) -> CheckWish:
    verdict = form.get("verdict", "")
    if verdict not in set(Verdict):
        msg = "verdict: choose one"
        raise UserError(msg)
    words = {
        locale: CheckWords(**{part: form.get(f"{part}.{locale}", "") for part in _PARTS}) for locale in _locales(desk)
    }
    return CheckWish(
        verdict=Verdict(verdict),
        words=words,
        places=writing.places_of(form),
        source=form.get("source", ""),
        source_names={locale: form.get(f"source.{locale}", "") for locale in _locales(desk)},
        channels=tuple(name for name in desk.services.settings.public_channels() if form.get(_CHANNEL + name)),
        about=form.get("about", ""),
        document=form.get("document", ""),
        expert=form.get("expert", ""),
        issued_at=writing.local_instant(form, "issued"),
        incident=form.get("incident", ""),
        urgent=form.get("urgent") == "yes",
        approvers=2 if form.get("approvers") == "2" else 1,
    )


def _filled(known: RumourDetail | None) -> dict[str, str]:
    """The form's fields for a rumour that is known: its check where there is one, else what was seen."""
    if known is None:
        return {}
    about = known.rumour
    words = about.check.words if about.check else known.seen
    form = {f"{part}.{locale}": getattr(said, part) for locale, said in words.items() for part in _PARTS}
    form |= {"incident": about.incident, "source": about.source_name, "places": "，".join(about.place_codes)}
    if about.check is not None:
        form |= {"verdict": about.check.verdict.value, "about": about.check.about, "document": about.check.document}
        form["expert"] = about.check.expert.id if about.check.expert else ""
    return form


def _form(desk: Desk, request: AnyRequest, visitor: Visitor, form: dict[str, str], problem: str) -> Response[bytes]:
    now = desk.services.clock.now()
    return desk.pages.page(
        "check.html",
        request,
        visitor,
        status=400 if problem else 200,
        form=form,
        problem=problem,
        refusal=visitor.refusal(),
        verdicts=[verdict.value for verdict in Verdict],
        parts=[(part, LONGEST[part]) for part in _PARTS],
        wide=_WIDE,
        locales=_locales(desk),
        hazards=[code for code in HAZARDS if code != RUMOUR],
        experts=[(expert.id, next(iter(expert.names.values()))) for expert in desk.services.settings.experts],
        channels=desk.services.settings.public_channels(),
        issued=f"{now.astimezone(writing.DESK_ZONE):%Y-%m-%d %H:%M}",
    )


def _locales(desk: Desk) -> list[str]:
    """The default language first: it is what readers of any other get."""
    catalog, usual = desk.services.catalog, desk.services.settings.content.default_locale
    found = [locale for locale in catalog.locales(RUMOUR) if catalog.phrases[locale].check]
    return sorted(found, key=lambda locale: (locale != usual, not locale.startswith("zh"), locale))


CHECK_PAGES = (rumours_page, check_page, check)
