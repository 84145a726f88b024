"""What the demo prints at its end: tables, one sample message per channel and language, latencies, the verdict."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.panel import Panel
from sqlalchemy import Connection, select

from emergency_kepu.cli.output import print_table
from emergency_kepu.demo.check import Finding
from emergency_kepu.domain.severity import Severity
from emergency_kepu.store import campaigns, incidents, progress
from emergency_kepu.store.tables import decisions, messages


def report(conn: Connection, console: Console, findings: list[Finding]) -> None:
    """Everything, in the order in which a newcomer asks."""
    _incidents(conn, console)
    _campaigns(conn, console)
    _deliveries(conn, console)
    _decisions(conn, console)
    _samples(conn, console)
    _verdict(console, findings)


def _incidents(conn: Connection, console: Console) -> None:
    rows = [
        (item.hazard, item.title[:60], Severity(item.severity).cap, item.status.value, ", ".join(item.feeds))
        for item in reversed(incidents.listing(conn))
    ]
    print_table("\nIncidents", ("hazard", "title", "severity", "status", "feeds"), rows, console)


def _campaigns(conn: Connection, console: Console) -> None:
    rows = [
        (
            row.hazard,
            str(row.revision),
            row.kind.value,
            row.policy,
            row.state.value,
            ", ".join(campaigns.approvers(conn, row.id, row.revision)) or "automatic",
            row.planned,
            "" if row.first_send_seconds is None else f"{row.first_send_seconds * 1000:.0f} ms",
        )
        for row in reversed(campaigns.listing(conn))
    ]
    columns = ("hazard", "rev", "kind", "policy", "state", "approved", "to", "first send")
    print_table("\nCampaigns", columns, rows, console)


def _deliveries(conn: Connection, console: Console) -> None:
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for row in progress.counts(conn):
        totals[row.channel, row.locale, row.state, row.reason or ""] += row.number
    rows = [(*key, count) for key, count in sorted(totals.items())]
    print_table("\nDeliveries", ("channel", "language", "state", "reason", "count"), rows, console)


def _decisions(conn: Connection, console: Console) -> None:
    totals = Counter((row.action, row.reason) for row in conn.execute(select(decisions.c.action, decisions.c.reason)))
    rows = [(*key, count) for key, count in sorted(totals.items())]
    print_table("\nDecisions", ("action", "reason", "count"), rows, console)


def _samples(conn: Connection, console: Console) -> None:
    seen: set[tuple[str, str]] = set()
    for row in conn.execute(select(messages).order_by(messages.c.channel, messages.c.locale, messages.c.revision)):
        if (row.channel, row.locale) not in seen:
            seen.add((row.channel, row.locale))
            console.print(Panel(row.text, title=f"{row.channel}, {row.locale}", title_align="left"), highlight=False)


def _verdict(console: Console, findings: list[Finding]) -> None:
    rows = [("ok" if finding.ok else "WRONG", finding.what, finding.detail) for finding in findings]
    print_table("\nChecked", ("", "what", "detail"), rows, console)
    wrong = sum(not finding.ok for finding in findings)
    console.print("Every expected delivery was made, and nothing else." if not wrong else f"{wrong} checks failed.")
