"""`kepu`, also `emergency-kepu`: one file a command group.

Bad input: one line on stderr, exit 2, nothing changed. Nothing found or refused: exit 1.
"""

from __future__ import annotations

import sys

import typer

from emergency_kepu.cli import (
    audience,
    calendar,
    campaign,
    check,
    check_ins,
    db,
    dead,
    deliveries,
    demo,
    drill,
    experts,
    explain,
    factcheck,
    feeds,
    hazards,
    incidents,
    send_test,
    serve,
    silence,
    sms,
    templates,
    topics,
    user,
)
from emergency_kepu.domain.errors import KepuError, UserError
from emergency_kepu.observe.logs import quiet_logs

app = typer.Typer(
    help="Emergency science popularization: alert feeds in, reviewed plain-language advice out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for name, group in (
    ("feeds", feeds.app),
    ("hazards", hazards.app),
    ("incidents", incidents.app),
    ("campaign", campaign.app),
    ("calendar", calendar.app),
    ("factcheck", factcheck.app),
    ("templates", templates.app),
    ("sms", sms.app),
    ("deliveries", deliveries.app),
    ("dead", dead.app),
    ("audience", audience.app),
    ("experts", experts.app),
    ("check-ins", check_ins.app),
    ("drill", drill.app),
    ("silence", silence.app),
    ("topics", topics.app),
    ("db", db.app),
    ("user", user.app),
):
    app.add_typer(group, name=name)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("send-test")(send_test.send_test)
app.command("explain")(explain.explain)
app.command("check-config")(check.check_config)
app.command("doctor")(check.doctor)


def run() -> None:
    """The entry point: errors become one line and an exit code."""
    quiet_logs()
    try:
        app()
    except UserError as problem:
        sys.stderr.write(f"kepu: {problem}\n")
        sys.exit(2)
    except KepuError as problem:
        sys.stderr.write(f"kepu: {problem}\n")
        sys.exit(1)


if __name__ == "__main__":
    run()
