"""Who is acting on the command line, and how they prove it.

What needs a second person needs an account: a token in `KEPU_TOKEN` (or the file named by `KEPU_TOKEN_FILE`), or
`--as NAME` with that account's password. Everything else is put down to the account, or to `shell:` and the login
name: whoever has a shell here and the database's file can do it anyway, and the record should say so.
"""

from __future__ import annotations

import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Account, Right
from emergency_kepu.domain.errors import UserError

TOKEN = "KEPU_TOKEN"  # noqa: S105 - the name of the variable
AsOption = Annotated[str, typer.Option("--as", help="Your account; asks for its password. Or set KEPU_TOKEN.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin, one line.")]


def proven(conn: Connection, name: str, right: Right, *, password_stdin: bool = False) -> str:
    """The account's name. UserError when nothing proves it, or when it may not do this."""
    account = _by_token(conn) if not name else _by_password(conn, name, stdin=password_stdin)
    if account is None:
        msg = (
            f"this needs an account with the right to {right.value}: set {TOKEN} (`kepu user token NAME`), or give "
            "--as NAME and its password"
        )
        raise UserError(msg)
    if not account.may(right):
        msg = f"{account.name} may not {right.value}; `kepu user list` shows who may"
        raise UserError(msg)
    return account.name


def named(conn: Connection, right: Right) -> str:
    """The token's account, which must have the right; without a token the login name, marked as such."""
    account = _by_token(conn)
    if account is None:
        return f"shell:{getpass.getuser()}"
    if not account.may(right):
        msg = f"{account.name} may not {right.value}; `kepu user list` shows who may"
        raise UserError(msg)
    return account.name


def _by_token(conn: Connection) -> Account | None:
    token = os.environ.get(TOKEN, "").strip()
    path = os.environ.get(f"{TOKEN}_FILE", "")
    if not token and path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except OSError as problem:
            msg = f"{TOKEN}_FILE: {path} cannot be read ({problem.strerror})"
            raise UserError(msg) from problem
    if not token:
        return None
    account = accounts.bearer(conn, token, now=datetime.now(UTC))
    if account is None:
        msg = f"{TOKEN}: unknown or expired token; `kepu user token NAME` makes one"
        raise UserError(msg)
    return account


def _by_password(conn: Connection, name: str, *, stdin: bool) -> Account:
    if not stdin and not sys.stdin.isatty():
        msg = f"--as {name}: no terminal to ask for the password; use --password-stdin, or set {TOKEN}"
        raise UserError(msg)
    password = sys.stdin.readline().rstrip("\r\n") if stdin else getpass.getpass(f"Password of {name}: ")
    account = accounts.find(conn, name)
    if account is None or not accounts.password_fits(account, password):
        msg = f"--as {name}: the name or the password is wrong"
        raise UserError(msg)
    return account
