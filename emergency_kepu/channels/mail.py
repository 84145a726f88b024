"""E-mail through a relay of the desk's own (RFC 5321), with the standard library's client in a thread.

One connection a call, one transaction a message. The answer to the end of the data decides: before it nothing was
taken, without it the message may have gone out.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import time
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Literal

import msgspec

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.mail_message import as_bytes, domain_of, is_address
from emergency_kepu.channels.mail_replies import Stage, outcome_of
from emergency_kepu.channels.port import OutboundMessage, Outcome, Rate, Verdict
from emergency_kepu.channels.secrets import Secret, read_secret, scrub
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError

MAX_BYTES = 200_000
_OURS = (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class EmailConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`security`: starttls (587), tls (465), or none: refused with a password unless the relay is this machine."""

    host: str
    sender: str
    """`Name <address>`."""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""
    """Of a certificate authority of your own."""
    username: str = ""
    password_env: str = ""
    reply_to: str = ""
    timeout_seconds: float = 10.0
    """For one call: what has not begun by then is tried again later."""
    per_second: int = 0
    """0: as fast as the relay takes them."""
    concurrency: int = 4
    drill: bool = False


class Email:
    """See `channels.port.Channel`. Targets are addresses."""

    kind = "email"
    Config = EmailConfig
    batch_size = 10

    def __init__(self, name: str, config: EmailConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.concurrency = config.concurrency
        self.drill = config.drill
        self.rates = (Rate(limit=config.per_second, per_seconds=1.0),) if config.per_second else ()
        self._config = config
        self._from = parseaddr(config.sender)[1]
        if not is_address(self._from):
            msg = f"channel {name!r}: sender {config.sender!r} has no address; write `Name <desk@example.org>`"
            raise ConfigError(msg)
        if config.username and not config.password_env:
            msg = f"channel {name!r}: username needs password_env, the variable that holds its password"
            raise ConfigError(msg)
        if config.username and config.security == "none" and config.host not in _LOOPBACK:
            msg = f"channel {name!r}: security none would send the password in clear; use starttls or tls"
            raise ConfigError(msg)
        try:
            self._context = ssl.create_default_context(cafile=config.ca_file or None)
        except OSError as problem:
            msg = f"channel {name!r}: ca_file {config.ca_file!r} cannot be read ({problem.strerror})"
            raise ConfigError(msg) from problem
        self._password = (
            read_secret(config.password_env, environ, f"channel {name!r}") if config.password_env else Secret("")
        )

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One connection for all of them; the client blocks, so it works in a thread."""
        return await asyncio.to_thread(self._send_all, messages)

    def _send_all(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        until = time.monotonic() + self._config.timeout_seconds
        outcomes: dict[int, Outcome] = {}
        wanted: list[tuple[int, OutboundMessage, bytes]] = []
        for number, message in enumerate(messages):
            prepared = self._prepare(message)
            if isinstance(prepared, Outcome):
                outcomes[number] = prepared
            else:
                wanted.append((number, message, prepared))
        client: smtplib.SMTP | None = None
        for number, message, mail in wanted:
            opened = client or self._open(until)
            if isinstance(opened, Outcome):
                outcomes |= {each: opened for each, _, _ in wanted if each not in outcomes}
                break
            outcomes[number], client = self._transact(opened, message.target, mail, until)
        if client is not None:
            _leave(client)
        return [outcomes[number] for number in range(len(messages))]

    def _prepare(self, message: OutboundMessage) -> bytes | Outcome:
        if not is_address(message.target):
            detail = f"{message.target!r} is no e-mail address"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.RECIPIENT_REFUSED, detail=detail)
        mail = as_bytes(message, sender=self._config.sender, reply_to=self._config.reply_to)
        if len(mail) > MAX_BYTES:
            detail = f"{len(mail)} bytes; an e-mail of ours holds {MAX_BYTES}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        return mail

    def _open(self, until: float) -> smtplib.SMTP | Outcome:
        """A session that may send, or why there is none; nothing was handed over yet."""
        config = self._config
        hello, timeout = domain_of(config.sender), until - time.monotonic()
        if timeout <= 0:
            return _late()
        client: smtplib.SMTP | None = None
        try:
            if config.security == "tls":
                client = smtplib.SMTP_SSL(config.host, config.port, hello, timeout=timeout, context=self._context)
            else:
                client = smtplib.SMTP(config.host, config.port, hello, timeout)
            client.ehlo_or_helo_if_needed()
            if config.security == "starttls":
                client.starttls(context=self._context)
                client.ehlo_or_helo_if_needed()
            if config.username:
                client.login(config.username, self._password.reveal())
        except (smtplib.SMTPException, OSError) as problem:
            if client is not None:
                client.close()
            return self._no_session(problem)
        return client

    def _no_session(self, problem: Exception) -> Outcome:
        if isinstance(problem, smtplib.SMTPResponseException):
            said = _text(problem.smtp_error)
            return outcome_of(Stage.SESSION, problem.smtp_code, scrub(said, self._password))
        # a bare SMTPException is the client's own: the relay knows no way to log in that we know
        if isinstance(problem, _OURS) or type(problem) is smtplib.SMTPException:
            detail = f"{self._config.host}: {type(problem).__name__}: {problem}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=scrub(detail, self._password))
        detail = f"{self._config.host}: {type(problem).__name__}: no session"
        return Outcome(verdict=Verdict.RETRY, reason=Reason.CHANNEL_UNREACHABLE, detail=detail)

    def _transact(
        self, client: smtplib.SMTP, target: str, mail: bytes, until: float
    ) -> tuple[Outcome, smtplib.SMTP | None]:
        """(what became of it, the session if it can be used on)."""
        under_way = False
        try:
            for stage, command in ((Stage.SENDER, client.mail), (Stage.RECIPIENT, client.rcpt)):
                if _no_time(client, until):
                    client.close()
                    return _late(), None
                code, said = command(self._from if stage is Stage.SENDER else target)
                if code not in (250, 251, 252):
                    return self._refused(client, stage, code, said)
            under_way = True
            code, said = client.data(mail)
        except smtplib.SMTPDataError as problem:
            return self._refused(client, Stage.DATA, problem.smtp_code, problem.smtp_error)
        except (smtplib.SMTPException, OSError) as problem:
            client.close()
            reason = Reason.CHANNEL_TIMEOUT if under_way else Reason.CHANNEL_UNREACHABLE
            detail = (
                f"{self._config.host}: {type(problem).__name__} {'after the data began' if under_way else 'before it'}"
            )
            return Outcome(verdict=Verdict.RETRY, reason=reason, detail=detail, maybe_sent=under_way), None
        if code != 250:
            return self._refused(client, Stage.DATA, code, said)
        return Outcome(verdict=Verdict.SENT, provider_id=_text(said)[:100]), client

    def _refused(
        self, client: smtplib.SMTP, stage: Stage, code: int, said: bytes | str
    ) -> tuple[Outcome, smtplib.SMTP | None]:
        outcome = outcome_of(stage, code, scrub(_text(said), self._password))
        try:
            if code != 421:  # 421 closes the connection
                client.rset()
                return outcome, client
        except (smtplib.SMTPException, OSError):
            pass
        client.close()
        return outcome, None

    async def close(self) -> None:
        """Nothing is held: a connection lives as long as its call."""


def _no_time(client: smtplib.SMTP, until: float) -> bool:
    """Whether the call is over; else the socket may wait as long as it still lasts."""
    left = until - time.monotonic()
    if left > 0 and client.sock is not None:
        client.sock.settimeout(left)
    return left <= 0


def _late() -> Outcome:
    detail = "the relay was too slow for the messages before; not begun"
    return Outcome(verdict=Verdict.RETRY, reason=Reason.CHANNEL_TIMEOUT, detail=detail)


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
