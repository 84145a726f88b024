"""What a size needs, from measured unit costs: a small simulation in steps of one second.

A campaign's recipients are planned (rows a second of one worker), sent (messages a second of one worker, as long as the
providers take them), and written (rows a second that the database takes from all workers together); alerts are matched
beside it, on the same workers. Each second every stage does what its limits allow; what it cannot do waits. The
simulation says when all is sent, how long the longest queue of alerts was, which limit was the tightest, and how much
is stored.

The unit costs are those of docs/reference/sizing.md, measured by the other benches on a machine of two cores; give
your own.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

from bench.report import emit, progress

_DAY = 86_400


class Costs(NamedTuple):
    """What one unit can do in a second."""

    worker_sends: float = 790.0
    worker_plans: float = 5_000.0
    worker_matches: float = 85.0
    database_rows: float = 5_000.0
    """Deliveries a second that go through plan, claim and settle on one PostgreSQL: assumed, not yet measured."""
    provider_sends: float = 1_000.0
    delivery_bytes: float = 500.0


class Wanted(NamedTuple):
    """What there is to do, and with what."""

    recipients: float
    workers: int
    alerts_per_minute: float
    databases: int = 1
    """PostgreSQL servers, each with its own part of the recipients (a desk of its own)."""


class Outcome(NamedTuple):
    """How it went."""

    seconds: float
    limit: str
    waiting_alerts: float
    stored_bytes: float


def simulate(wanted: Wanted, costs: Costs) -> Outcome:
    """Step by step until everything is sent, or for a week."""
    planned = sent = waiting = longest = 0.0
    tight: dict[str, int] = {}
    second = 0
    while sent < wanted.recipients and second < 7 * _DAY:
        second += 1
        waiting += wanted.alerts_per_minute / 60
        busy = min(1.0, waiting / max(1e-9, wanted.workers * costs.worker_matches))
        waiting -= busy * wanted.workers * costs.worker_matches
        longest = max(longest, waiting)
        # alerts go first; what is left of the workers plans and sends
        workers = wanted.workers * (1 - busy)
        rows = costs.database_rows * wanted.databases
        room = {"planning": workers * costs.worker_plans, "database": rows}
        planned = min(wanted.recipients, planned + min(room.values()))
        limits = {
            "database": rows,
            "workers": workers * costs.worker_sends,
            "providers": costs.provider_sends,
            "planning": planned - sent,
        }
        if waiting > wanted.alerts_per_minute / 60:
            tight["matching"] = tight.get("matching", 0) + 1
        name = min(limits, key=lambda key: limits[key])
        tight[name] = tight.get(name, 0) + 1
        sent += max(0.0, limits[name])
    limit = max(tight, key=lambda key: tight[key])
    return Outcome(float(second), limit, longest, wanted.recipients * costs.delivery_bytes)


def main(argv: list[str]) -> int:
    """Last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench sizing", description=__doc__)
    parser.add_argument("--recipients", type=float, default=100e6)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--databases", type=int, default=1)
    parser.add_argument("--alerts-per-minute", type=float, default=10_000)
    for name, default in Costs._field_defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=default)
    given = vars(parser.parse_args(argv))
    costs = Costs(**{name: given[name] for name in Costs._fields})
    wanted = Wanted(given["recipients"], given["workers"], given["alerts_per_minute"], given["databases"])
    found = simulate(wanted, costs)
    progress(
        f"{wanted.recipients:,.0f} recipients, {wanted.workers} workers, {wanted.alerts_per_minute:,.0f} alerts/min: "
        f"sent after {found.seconds / 60:,.1f} min; the limit is {found.limit}; at most {found.waiting_alerts:,.0f} "
        f"alerts waited; {found.stored_bytes / 1e9:,.1f} GB are stored"
    )
    emit(
        "sizing",
        figures={
            "seconds": found.seconds,
            "waiting_alerts": found.waiting_alerts,
            "stored_bytes": found.stored_bytes,
            **{f"cost_{name}": value for name, value in costs._asdict().items()},
        },
        baselines={},
        ratios={},
    )
    return 0
