"""Status callbacks of Twilio: proved by their signature, then on `kepu.receipt`.

Signature: HMAC-SHA1 over the public URL and the sorted form (https://www.twilio.com/docs/usage/security); the vendor's
own validator checks it. Statuses: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from litestar import post
from litestar.exceptions import NotAuthorizedException
from litestar.params import FromPath
from twilio.request_validator import RequestValidator

from emergency_kepu.channels.secrets import Secret, read_secret
from emergency_kepu.channels.twilio import TwilioConfig
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk
from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.pipeline.jobs import Receipt, receipt_record

MAX_CALLBACK_BYTES = 64_000
_STATES = {"delivered": "delivered", "read": "delivered", "failed": "failed", "undelivered": "failed"}
_OPT_OUT_ERROR = "21610"


@post(
    "/callbacks/twilio/{channel:str}",
    status_code=204,
    include_in_schema=False,
    request_max_body_size=MAX_CALLBACK_BYTES,
)
async def twilio_status(request: AnyRequest, desk: InDesk, channel: FromPath[str]) -> None:
    """204 once the word is durable; intermediate statuses are heard and forgotten. 401 for a wrong signature."""
    token = _token(desk, channel)
    form = _form(await request.body())
    public = desk.services.settings.desk.public_url.rstrip("/")
    url = f"{public}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    signature = request.headers.get("x-twilio-signature", "")
    if not public or not RequestValidator(token.reveal()).validate(url, form, signature):
        raise NotAuthorizedException(
            detail="the signature is not Twilio's for this address; desk.public_url must be the address Twilio calls"
        )
    receipt = _receipt(channel, form)
    if receipt is not None:
        await desk.services.bus.publish([receipt_record(receipt)])


def _token(desk: Desk, channel: str) -> Secret:
    raw = desk.services.settings.channels.get(channel, {})
    if raw.get("kind") != "twilio":
        msg = f"no channel {channel!r} of kind twilio"
        raise NotFound(msg)
    config = msgspec.convert({key: value for key, value in raw.items() if key != "kind"}, TwilioConfig)
    return read_secret(config.auth_token_env, desk.environ, f"channel {channel!r}")


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError as problem:
        msg = "the body is no form"
        raise UserError(msg) from problem
    return dict(pairs)


def _receipt(channel: str, form: dict[str, str]) -> Receipt | None:
    sid = form.get("MessageSid") or form.get("SmsSid") or ""
    state = _STATES.get(form.get("MessageStatus", ""))
    if not sid or state is None:
        return None
    code = form.get("ErrorCode", "")
    target = form.get("To", "")
    if code == _OPT_OUT_ERROR and target:
        detail = "Twilio: the reader has opted out (21610)"
        return Receipt(channel=channel, provider_id=sid, state="opted_out", detail=detail, target=target)
    return Receipt(channel=channel, provider_id=sid, state=state, detail=f"error {code}" if code else "", target=target)
