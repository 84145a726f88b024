"""What every benchmark prints last: one JSON line with figures, baselines, ratios and the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

_ENGINES = (
    "lxml",
    "msgspec",
    "aiohttp",
    "sqlalchemy",
    "kafka-python",
    "faust-streaming",
    "apprise",
    "capparser",
)


def emit(
    bench: str,
    *,
    figures: Mapping[str, float],
    baselines: Mapping[str, float],
    ratios: Mapping[str, float],
) -> None:
    """Print the line.

    Values are in base units (seconds, bytes, records a second); ratios are keyed by baseline.
    """
    line = {
        "bench": bench,
        "figures": dict(figures),
        "baselines": dict(baselines),
        "ratios": dict(ratios),
        "machine": machine(),
    }
    print(msgspec.json.encode(line).decode(), flush=True)


def progress(text: str) -> None:
    """One line of progress, before the last one."""
    print(text, flush=True)


def machine() -> dict[str, object]:
    """What the figures were measured on:
    processor, cores, memory in bytes, interpreter, the engines compared.
    """
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
        "engines": {name: found for name in _ENGINES if (found := _version(name))},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
