"""`kepu user ...`: who may do what at the desk. The password is never an argument: other processes could read it."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Account, Role
from emergency_kepu.domain.errors import UserError

app = typer.Typer(help="Accounts of the desk: add, token, list, password, disable, enable.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin, one line.")]


@app.command("add")
def add(
    name: Name,
    config: ConfigOption,
    role: Annotated[list[Role], typer.Option("--role", help="May be given several times.")],
    display_name: Annotated[str, typer.Option("--display-name", help="As the console shows it.")] = "",
    password_stdin: FromStdin = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="For systems: tokens only.")] = False,
) -> None:
    """A person (asks for a password) or a system (`--no-password`, then `kepu user token`)."""
    if no_password and password_stdin:
        msg = "--no-password and --password-stdin exclude each other"
        raise UserError(msg)
    password = None if no_password else _read_password(stdin=password_stdin)
    with database_of(config).begin() as conn:
        accounts.add(conn, name, roles=role, password=password, now=datetime.now(UTC), display_name=display_name)
    typer.echo(f"added {name}: {', '.join(sorted(role))}")


@app.command("token")
def token(
    name: Name,
    config: ConfigOption,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    days: Annotated[int, typer.Option("--days", help="Until it expires; 0: never.", min=0, max=3650)] = 365,
) -> None:
    """A bearer token for the API, printed once on stdout and kept only as its hash."""
    now = datetime.now(UTC)
    expires_at = now + timedelta(days=days) if days else None
    with database_of(config).begin() as conn:
        made = accounts.new_token(conn, name, label=label, now=now, expires_at=expires_at)
    typer.echo(made)


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """By name; never passwords or tokens."""
    with database_of(config).reading() as conn:
        found = accounts.everybody(conn)
    if json_output:
        print_json([_shown(account) for account in found])
        return
    rows = [
        (account.name, account.display_name, ", ".join(sorted(account.roles)), _logs_in(account)) for account in found
    ]
    print_table("Accounts", ("name", "shown as", "roles", "logs in"), rows)


@app.command("password")
def password(name: Name, config: ConfigOption, password_stdin: FromStdin = False) -> None:
    """Set a new one; sessions opened with the old one end."""
    fresh = _read_password(stdin=password_stdin)
    with database_of(config).begin() as conn:
        accounts.set_password(conn, name, fresh)
    typer.echo(f"{name} has a new password")


@app.command("disable")
def disable(name: Name, config: ConfigOption) -> None:
    """They can do nothing any more, at once; what they did stays on record."""
    with database_of(config).begin() as conn:
        accounts.set_disabled(conn, name, disabled=True)
    typer.echo(f"{name} is disabled")


@app.command("enable")
def enable(name: Name, config: ConfigOption) -> None:
    """They may again do what their roles say."""
    with database_of(config).begin() as conn:
        accounts.set_disabled(conn, name, disabled=False)
    typer.echo(f"{name} is enabled")


def _shown(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "display_name": account.display_name,
        "roles": sorted(account.roles),
        "password": account.password_hash is not None,
        "disabled": account.disabled,
    }


def _logs_in(account: Account) -> str:
    if account.disabled:
        return "disabled"
    return "console" if account.password_hash else "tokens only"


def _read_password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        msg = "no terminal to ask for a password; give it with --password-stdin, or use --no-password"
        raise UserError(msg)
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        msg = "the two passwords differ"
        raise UserError(msg)
    return first
