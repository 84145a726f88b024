"""What all pages for the public share: their frame, their policy, their words, and the page that is not there."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from emergency_kepu.content.checks import check_locales
from emergency_kepu.desk import words
from emergency_kepu.desk.context import Desk
from emergency_kepu.desk.pages import HERE, when
from emergency_kepu.desk.public_lookup import PublicLookup, Shown

_CSS = (HERE / "static/public.css").read_text(encoding="utf-8")
HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY.format(style=base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()),
    # an update must be seen at once; a page in hand may be shown where the network is gone
    "Cache-Control": "no-cache, stale-if-error=86400",
    "X-Robots-Tag": "noindex",
}
_FALLBACK = "en"


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["when"] = when
    return env


_ENV = _environment()


def frame(name: str, locale: str, /, **values: Any) -> bytes:
    """One page in a content locale: its own words are `w`, in the language `own`."""
    own = locale if locale in words.PAGE else _FALLBACK
    return _ENV.get_template(name).render(css=_CSS, w=words.PAGE[own], own=own, **values).encode()


async def found(desk: Desk, slug: str) -> tuple[PublicLookup | None, Shown | None]:
    """What there is to show under a name; both None where there is nothing."""
    shown = await desk.public.find(slug) if desk.public else None
    return (desk.public, shown) if shown else (None, None)


def locales(desk: Desk, shown: Shown) -> tuple[str, ...]:
    """The languages of a page."""
    return check_locales(desk.services.catalog, shown.row.hazard, shown.row.spec.facts.check)


def gone(desk: Desk) -> Response[bytes]:
    """In every language of the page's own, since nobody knows whose address it was."""
    body = _ENV.get_template("public_gone.html").render(
        css=_CSS, pages=words.PAGE, desk_name=desk.services.settings.desk.name
    )
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return Response(body.encode(), status_code=404, media_type=HTML, headers=headers)
