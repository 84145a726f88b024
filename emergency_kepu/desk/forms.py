"""Forms of the console: read small, and only those that this very page was made for.

Three things must hold for a form that changes something: the session cookie is `SameSite=Strict`, the form carries the
session's token, and the browser does not say that another site sent it (`Origin`, Fetch Metadata).
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from litestar.exceptions import PermissionDeniedException

from emergency_kepu.desk.context import AnyRequest, Desk
from emergency_kepu.desk.session import COOKIE
from emergency_kepu.domain.errors import UserError

MAX_FORM_BYTES = 64_000
_FIELDS = 50


async def read_form(request: AnyRequest) -> dict[str, str]:
    """The fields, the last of each name. 403 for a form of another site, UserError for what is no form."""
    if not sent_by_us(request):
        raise PermissionDeniedException(detail="this form was sent by another site")
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError as problem:
        msg = "the body is no form"
        raise UserError(msg) from problem
    return dict(pairs)


async def own_form(request: AnyRequest, desk: Desk) -> dict[str, str]:
    """A form of the session that sends it. 403 when its token is another's."""
    form = await read_form(request)
    if not desk.sessions.form_is_ours(request.cookies.get(COOKIE, ""), form.get("form_token", "")):
        raise PermissionDeniedException(detail="this form is of another session: go back, reload, and try again")
    return form


def sent_by_us(request: AnyRequest) -> bool:
    """Does the browser say that the form came from this desk? Old browsers say nothing: the token decides."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def whole_number(form: dict[str, str], field: str) -> int:
    """A field that our own page filled. UserError when somebody else did."""
    text = form.get(field, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        msg = f"the form's {field} is no number"
        raise UserError(msg)
    return int(text)
