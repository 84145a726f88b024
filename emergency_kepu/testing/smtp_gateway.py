"""A stand-in for a mail relay (RFC 5321): envelope, size, authentication, refusals and a rate, as relays answer them.

Recipients by the word before the @: `nobody` does not exist, `full` has no room, `grey` is told to come back once,
`spam` is refused for its content, `mute` gets its message taken without an answer.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import ssl
from email.message import EmailMessage

from emergency_kepu.testing.journal import Journal

_REFUSED = {
    "nobody": "550 5.1.1 no such user here",
    "full": "452 4.2.2 mailbox full",
}


class SmtpGateway:
    """`password` empty: nobody has to log in. `context` given: STARTTLS is offered and demanded."""

    def __init__(
        self, journal: Journal, *, username: str = "", password: str = "", size: int = 100_000,
        messages_a_session: int = 100, context: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._username, self._password = username, password
        self._size = size
        self._most = messages_a_session
        self._context = context
        self._came_before: set[str] = set()
        self._server: asyncio.Server | None = None
        self.sessions = 0
        self.port = 0

    async def start(self) -> None:
        """Listens on a free port of the loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """No more sessions."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        session = _Session()
        try:
            await _say(writer, "220 stand-in ESMTP")
            while line := (await reader.readline()).decode("ascii", "replace").strip():
                verb, _, rest = line.partition(" ")
                if verb.upper() == "QUIT":
                    await _say(writer, "221 2.0.0 bye")
                    break
                if verb.upper() == "STARTTLS" and self._context is not None:
                    await _say(writer, "220 2.0.0 go ahead")
                    await writer.start_tls(self._context)
                    session = _Session(secure=True)
                    continue
                if not await self._answer(session, verb.upper(), rest, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, session: _Session, verb: str, rest: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """False: the session is over."""
        if verb in ("EHLO", "HELO"):
            offers = [f"SIZE {self._size}", "ENHANCEDSTATUSCODES"]
            offers += ["STARTTLS"] if self._context is not None and not session.secure else []
            offers += ["AUTH PLAIN"] if self._password else []
            lines = ["stand-in", *offers]
            await _say(writer, "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines))
        elif self._context is not None and not session.secure:
            await _say(writer, "530 5.7.0 must issue a STARTTLS command first")
        elif verb == "AUTH":
            wanted = base64.b64encode(f"\0{self._username}\0{self._password}".encode()).decode()
            session.known = rest == f"PLAIN {wanted}"
            await _say(writer, "235 2.7.0 welcome" if session.known else f"535 5.7.8 bad credentials {self._password}")
        elif verb == "MAIL" and self._password and not session.known:
            await _say(writer, "530 5.7.0 authentication required")
        elif verb == "MAIL" and session.taken >= self._most:
            await _say(writer, "421 4.7.0 too many messages in this session")
            return False
        elif verb == "RCPT":
            session.target = rest.partition("<")[2].partition(">")[0]
            await _say(writer, self._about(session.target))
        elif verb == "DATA":
            await _say(writer, "354 end with a dot")
            return await self._take(session, reader, writer)
        else:
            await _say(writer, "250 2.0.0 ok" if verb in ("MAIL", "RSET", "NOOP") else "502 5.5.1 not known")
        return True

    def _about(self, target: str) -> str:
        who = target.partition("@")[0]
        if who == "grey" and target not in self._came_before:
            self._came_before.add(target)
            return "451 4.7.1 greylisted, come back later"
        return _REFUSED.get(who, "250 2.1.5 ok")

    async def _take(self, session: _Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        raw = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if len(raw) > self._size:
            await _say(writer, "552 5.3.4 message too big")
            return True
        if session.target.startswith("spam@"):
            await _say(writer, "554 5.7.1 refused as spam")
            return True
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        text = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
        words = text.get_content().replace("\r\n", "\n").rstrip("\n") if text is not None else ""
        self._journal.write(gateway="email", target=session.target, text=words, id=str(mail["Message-ID"]))
        session.taken += 1
        if session.target.startswith("mute@"):
            return False
        await _say(writer, f"250 2.0.0 queued as {session.taken}")
        return True


class _Session:
    """What one connection has said so far."""

    def __init__(self, *, secure: bool = False) -> None:
        self.secure = secure
        self.known = False
        self.target = ""
        self.taken = 0


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()
