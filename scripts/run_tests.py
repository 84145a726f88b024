"""All tests, in two halves side by side: those that wait for real services, and those that only compute.

    python scripts/run_tests.py            # everything; ARGS of `make test` go to pytest as they are, then in one piece

Kafka, PostgreSQL and a browser leave a processor idle for most of their half. What the first half says is printed whole
when both are done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

PYTEST = [sys.executable, "-m", "pytest"]
SERVICES = "service or slow"
NOTHING_THERE = 5
"""pytest's word for "no test was selected"."""


def main(args: list[str]) -> int:
    """0 when everything passed; else what the first half that failed said."""
    if args:
        return subprocess.call([*PYTEST, *args])
    with tempfile.TemporaryFile() as said:
        waiting = subprocess.Popen(
            [*PYTEST, "-p", "no:cacheprovider", "-m", SERVICES], stdout=said, stderr=subprocess.STDOUT
        )
        # what computes takes only what the services leave: brokers that wait for a processor lose their members
        os.nice(10)
        computing = subprocess.call([*PYTEST, "-m", f"not ({SERVICES})"])
        served = waiting.wait()
        said.seek(0)
        sys.stdout.write("\nWith real services, and whole afternoons:\n")
        sys.stdout.write(said.read().decode(errors="replace"))
    failed = [code for code in (computing, served) if code not in (0, NOTHING_THERE)]
    return failed[0] if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
