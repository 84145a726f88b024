"""One message as an e-mail: subject, text, and simple HTML made from the text (RFC 5322, 2045, 2047).

The HTML shows what the text says and nothing more: no pictures, no address that is not in the text, no style but fonts
and lines of scripts that a reader's program may not know.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

from emergency_kepu.channels.port import OutboundMessage
from emergency_kepu.domain.scripts import FONTS, direction, one_line, vertical

_NUMBERED = re.compile(r"\d+\.\s+(.*)")
_DASHED = re.compile(r"-\s+(.*)")
_LINK = re.compile(r"https?://\S+")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254


def is_address(text: str) -> bool:
    """A plain ASCII address, with nothing around it: no name, no second address, no line break."""
    return bool(_ADDRESS.fullmatch(text)) and len(text) <= _LONGEST_ADDRESS


def domain_of(sender: str) -> str:
    """What is after the @ of `Name <address>`."""
    return parseaddr(sender)[1].rpartition("@")[2]


def as_bytes(message: OutboundMessage, *, sender: str, reply_to: str = "", now: datetime | None = None) -> bytes:
    """The whole e-mail with CRLF line ends. The same delivery has the same Message-ID at every attempt."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr(parseaddr(sender))
    mail["To"] = message.target
    if reply_to:
        mail["Reply-To"] = formataddr(parseaddr(reply_to))
    first_line = message.text.partition("\n")[0]
    mail["Subject"] = one_line(message.title or first_line)
    mail["Date"] = format_datetime(now or datetime.now(UTC))
    mail["Message-ID"] = message_id(message.idempotency_key, domain_of(sender))
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine writes back
    mail.set_content(message.text, cte=_encoding(message.text))
    page = as_html(message.text, message.locale)
    mail.add_alternative(page, subtype="html", cte=_encoding(page))
    mail["Content-Language"] = message.locale
    return mail.as_bytes()


def message_id(key: str, domain: str) -> str:
    """By it a mailbox may drop the second copy of one delivery."""
    return f"<{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}@{domain}>"


def as_html(text: str, locale: str) -> str:
    """Headings none but the first line; numbered and dashed lines as lists; a line that is a link as a link."""
    first, _, rest = text.partition("\n")
    body = "\n".join((f"<h1>{html.escape(first)}</h1>", *_blocks(rest)))
    opened = f'<html lang="{html.escape(locale)}" dir="{direction(locale)}"><body{_script(locale)}>'
    return f"<!doctype html>\n{opened}\n{body}\n</body></html>\n"


def _script(locale: str) -> str:
    """A style only where a reader's program may not know by itself how the script is drawn."""
    if locale not in FONTS:
        return ""
    lines = ";writing-mode:vertical-lr;height:32em" if vertical(locale) else ""
    return f""" style="font-family:{",".join(f"'{name}'" for name in FONTS[locale])},sans-serif{lines}\""""


def _blocks(text: str) -> Iterator[str]:
    items: list[str] = []
    kind = ""
    for line in [*text.splitlines(), ""]:
        found = _NUMBERED.fullmatch(line) or _DASHED.fullmatch(line)
        wanted = ("ol" if found.re is _NUMBERED else "ul") if found else ""
        if items and wanted != kind:
            yield f"<{kind}>{''.join(items)}</{kind}>"
            items = []
        kind = wanted
        if found:
            items.append(f"<li>{html.escape(found[1])}</li>")
        elif line.strip():
            yield f"<p>{_line(line)}</p>"


def _line(line: str) -> str:
    said = html.escape(line)
    return f'<a href="{said}">{said}</a>' if _LINK.fullmatch(line) else said


def _encoding(text: str) -> str:
    """7 bits everywhere: not every relay takes 8."""
    return "quoted-printable" if text.isascii() else "base64"
