"""The cluster of the fault benches with one webhook channel to a sink and a policy that sends every alert at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import alerts, world
from bench.cluster import Cluster
from emergency_kepu.store import recipients


def province(folder: Path, url: str, *, workers: int = 2, concurrency: int = 50, **delivery: Any) -> Cluster:
    """Use as a context manager."""
    return Cluster(
        folder,
        workers=workers,
        policies=[{"name": "all", "mode": "auto", "channels": [world.CHANNEL]}],
        channels={
            world.CHANNEL: {
                "kind": "webhook",
                "targets": {"t": url},
                "secret_env": "BENCH_SECRET",
                "concurrency": concurrency,
            }
        },
        guards={"flood_per_hour": 0, "startup_quiet_minutes": 0.0, "blast_radius": 100_000_000},
        delivery={"batch_size": 200, "plan_page": 2_000, "lease_seconds": 60.0, "retry_base_seconds": 1.0, **delivery},
    )


def settle_in(cluster: Cluster) -> None:
    """A room to tell in each county."""
    with cluster.database().begin() as conn:
        recipients.save_all(conn, (alerts.room(code) for code in alerts.codes()))
