"""`python -m bench NAME [ARGS]`: run one benchmark of the table."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES: dict[str, str] = {
    "batch": "bench.batch",
    "fanout": "bench.fanout",
    "faults": "bench.faults",
    "kafka_latency": "bench.kafka_latency",
    "latency": "bench.latency",
    "match": "bench.match",
    "parse": "bench.parse",
    "priority": "bench.priority",
    "scaleout": "bench.scaleout",
    "sizing": "bench.sizing",
}
"""Name to the module whose `main(argv) -> int` runs it."""


def main(argv: list[str]) -> int:
    """Dispatch. 2 for a name that is not in the table."""
    name = argv[0] if argv else ""
    module = BENCHES.get(name)
    if module is None:
        known = ", ".join(sorted(BENCHES))
        print(f"bench: no benchmark named {name!r}; choose one of: {known}", file=sys.stderr)
        return 2
    status: int = import_module(module).main(argv[1:])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
