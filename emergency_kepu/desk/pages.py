"""Pages: templates, words and filters. Everything that comes from outside is escaped; nothing is inline."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from emergency_kepu.desk import words
from emergency_kepu.desk.gate import Visitor
from emergency_kepu.domain.hazard import HAZARDS

HERE = Path(__file__).parent
_HTML = "text/html; charset=utf-8"
_YEAR_SECONDS = 365 * 86_400


class Pages:
    """Renders. `desk_name` stands in every heading, `locale` is what a visitor without a wish gets; `check_ins`: the
    menu leads to what people told public pages."""

    def __init__(self, desk_name: str, locale: str, *, check_ins: bool = False) -> None:
        self._desk_name = desk_name
        self._locale = locale
        self._env = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals["menu_check_ins"] = check_ins
        self._env.filters["when"] = when
        self._env.filters["clock"] = clock_time
        self._env.filters["language"] = words.language_name

    def page(self, name: str, request: Any, visitor: Visitor, *, status: int = 200, **values: Any) -> Response[bytes]:
        """One page, or its live part alone when the page asks for news of itself."""
        asked = request.query_params.get("lang")
        lang = words.language_of(
            asked, request.cookies.get(words.COOKIE), request.headers.get("accept-language"), self._locale
        )
        live = request.headers.get("hx-request") == "true"
        body = self._env.get_template(name).render(
            layout="live.html" if live else "base.html",
            desk_name=self._desk_name,
            lang=lang,
            w=words.WORDS[lang],
            hazard=lambda code: _hazard(code, lang),
            since=lambda at, now: _since(words.WORDS[lang], at, now),
            visitor=visitor,
            address=_address(request),
            elsewhere=_address(request, lang=words.WORDS[lang]["ui"]["other_tag"]),
            **values,
        )
        cookies = [_remember(lang)] if asked in words.WORDS else []
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie, HX-Request"}
        return Response(body.encode(), status_code=status, media_type=_HTML, headers=headers, cookies=cookies)


def _remember(lang: str) -> Cookie:
    return Cookie(key=words.COOKIE, value=lang, max_age=_YEAR_SECONDS, samesite="strict", httponly=True)


def _address(request: Any, **changed: str) -> str:
    """Path and query of this page, so that it can be asked for again or in the other language."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang" or not changed]
    query = "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in [*kept, *changed.items()])
    return str(request.url.path) + (f"?{query}" if query else "")


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _hazard(code: str, lang: str) -> str:
    known = HAZARDS.get(code)
    return code if known is None else known.names["en" if lang == "en" else "zh-Hans"]


def when(at: datetime | None, tz: str = "UTC") -> str:
    """`2026-06-30 16:28 UTC+8`: the place's own time, and never without its zone."""
    if at is None:
        return ""
    local = _local(at, tz)
    return f"{local:%Y-%m-%d %H:%M} {_zone(local)}"


def clock_time(at: datetime, tz: str = "UTC") -> str:
    """`06-30 16:28:07`, for tables whose heading names the zone."""
    return f"{_local(at, tz):%m-%d %H:%M:%S}"


def _local(at: datetime, tz: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(tz))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(ZoneInfo("UTC"))


def _zone(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def _since(w: words.Words, at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = max(0, int((now - at).total_seconds()) // 60)
    if minutes < 120:
        return f"{minutes} {w['ui']['minutes']}"
    if minutes < 48 * 60:
        return f"{minutes // 60} {w['ui']['hours']}"
    return f"{minutes // 1440} {w['ui']['days']}"
