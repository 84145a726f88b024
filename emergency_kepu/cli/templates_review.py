"""`kepu templates review`: experts sign texts of a desk's own library; who signed what, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from emergency_kepu.cli.library import TemplatesOption, directory_of, known, own
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.content.catalog import FRAME, Catalog, Reviewer, load_catalog
from emergency_kepu.content.lint.run import lint
from emergency_kepu.content.review import standing, standings
from emergency_kepu.content.signing import sign
from emergency_kepu.domain.errors import UserError


def review(
    config: ConfigOption,
    hazard: Annotated[
        str, typer.Argument(metavar="[HAZARD]", help="Whose texts were read; `_common`: the shared ones.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="The expert's name.")] = "",
    field: Annotated[str, typer.Option("--field", help="The expert's field, e.g. seismology.")] = "",
    valid_until: Annotated[str, typer.Option("--valid-until", help="Last day on which it holds, 2027-06-30.")] = "",
    on: Annotated[str, typer.Option("--on", help="The day on which the expert read it; today.")] = "",
    locale: Annotated[str, typer.Option("--locale", help="Only the draft in this language; then it may be sent.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the reviews, sign nothing.")] = False,
    despite_lint: Annotated[bool, typer.Option("--despite-lint", help="Sign although lint finds errors.")] = False,
    templates: TemplatesOption = None,
    json_output: JsonOption = False,
) -> None:
    """Signs exactly these words: who changes one loses the signature. With --list only shows what is signed."""
    directory = directory_of(templates, config)
    catalog = load_catalog(directory)
    if hazard not in ("", FRAME):
        known(catalog, hazard)
    if not list_:
        _sign(directory, catalog, hazard, by, field, valid_until, on, despite_lint, locale)
        catalog = load_catalog(directory)
    _show(catalog, hazard, _day("--on", on), json_output)


def _sign(
    directory: Path,
    catalog: Catalog,
    hazard: str,
    by: str,
    field: str,
    valid_until: str,
    on: str,
    despite_lint: bool,
    locale: str,
) -> None:
    missing = [
        name
        for name, given in (("HAZARD", hazard), ("--by", by), ("--field", field), ("--valid-until", valid_until))
        if not given.strip()
    ]
    if missing:
        msg = f"to sign, say also {', '.join(missing)}; to see what is signed: --list"
        raise UserError(msg)
    own(directory, "templates review")
    day, last = _day("--on", on), _day("--valid-until", valid_until)
    if day > _today():
        msg = f"--on {on}: nobody has read it yet on that day"
        raise UserError(msg)
    lint_of = () if hazard == FRAME else (hazard,)
    report = lint(catalog, lint_of)
    if report.errors and not despite_lint:
        command = " ".join(("kepu templates lint", *lint_of))
        msg = f"lint finds {report.errors} error(s), see `{command}`; mend them, or add --despite-lint"
        raise UserError(msg)
    sign(directory, hazard, Reviewer(name=by.strip(), field=field.strip(), on=day), last, locale=locale)


def _show(catalog: Catalog, hazard: str, today: date, json_output: bool) -> None:
    # a text goes out by itself only when both are signed: whoever looks at one sees the other too
    found = [standing(catalog, FRAME, today)] if hazard else []
    found += [standing(catalog, hazard, today)] if hazard not in ("", FRAME) else []
    found = found or list(standings(catalog, today))
    if json_output:
        print_json(found)
        return
    rows = [
        (
            item.hazard,
            item.state,
            ", ".join(item.by) or "-",
            item.valid_until or "-",
            "-" if item.days_left is None else str(item.days_left),
        )
        for item in found
    ]
    if standing(catalog, FRAME, today).state != "valid":
        hint = (
            "nobody's signature holds under what all messages share: sign it too, `kepu templates review _common ...`"
        )
        typer.echo(hint, err=True)
    print_table("Reviews", ("hazard", "state", "by", "valid until", "days left"), rows)


def _today() -> date:
    return datetime.now(UTC).date()


def _day(option: str, text: str) -> date:
    """A day as 2027-06-30; today when left out."""
    if not text:
        return _today()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        msg = f"{option} {text!r}: write a day as 2027-06-30"
        raise UserError(msg) from problem
