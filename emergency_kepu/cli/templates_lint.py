"""`kepu templates lint`: what an author must mend before experts read a text."""

from __future__ import annotations

from typing import Annotated

import typer

from emergency_kepu.cli.library import TemplatesOption, catalog_of, known
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.content.lint.finding import Severity
from emergency_kepu.content.lint.rules import RULES
from emergency_kepu.content.lint.run import Report, lint
from emergency_kepu.domain.errors import UserError


def lint_(
    config: ConfigOption,
    hazards: Annotated[list[str] | None, typer.Argument(metavar="[HAZARD]...", help="Only these.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    templates: TemplatesOption = None,
    json_output: JsonOption = False,
) -> None:
    """Reads every text and builds every message, sends nothing. Exit 1 when there are errors; warnings are advice."""
    catalog = catalog_of(templates, config)
    for hazard in hazards or ():
        known(catalog, hazard)
    unknown = [name for name in rule or () if name not in RULES]
    if unknown:
        msg = f"no rule {unknown[0]!r}; there are: {', '.join(RULES)}"
        raise UserError(msg)
    report = lint(catalog, hazards or (), rule or ())
    if json_output:
        print_json(report)
    else:
        if report.findings:
            rows = [
                (item.severity.value, item.rule, f"{item.file}\n{item.key}".strip(), item.message)
                for item in report.findings
            ]
            print_table("Findings", ("", "rule", "where", "what"), rows)
        typer.echo(summary(report))
    if report.errors:
        raise typer.Exit(1)


def summary(report: Report) -> str:
    """What was looked at and found, in one line."""
    counts = {
        "hazards": len(report.hazards),
        "languages": len(report.locales),
        "messages built": report.rendered,
        f"{Severity.ERROR}s": report.errors,
        f"{Severity.WARNING}s": report.warnings,
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
