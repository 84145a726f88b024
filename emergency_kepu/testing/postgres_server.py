"""A PostgreSQL server of our own on the loopback: made in a folder, ended with its process, as fast as tests need.

From Debian's `postgresql` package (or any `initdb` on the PATH). initdb refuses to run as root: then everything runs as
the package's user `postgres`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from emergency_kepu.testing.ports import free_port

_PATIENCE_SECONDS = 30.0


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest version first; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """`start`, `stop`, `kill` (as a crash), `start` again on the same data."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        binaries = find_binaries()
        if binaries is None:
            msg = "PostgreSQL is not installed (apt-get install postgresql)"
            raise RuntimeError(msg)
        self._binaries = binaries
        self._data = folder / "data"
        self._durable = durable
        self._user = "postgres" if os.geteuid() == 0 else None
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "server.log"
        if self._user:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
            for parent in folder.parents:
                if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o011)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """For `store.url`."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Up and answering. RuntimeError with the end of its log when it is not within half a minute."""
        if not self._data.exists():
            words = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
            self._run("initdb", f"--pgdata={self._data}", *words)
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                command, stdout=log, stderr=log, user=self._user, group=self._user, cwd="/"
            )
        self._wait()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a power cut does: SIGKILL for the server and all its children."""
        if self._process is not None:
            children = subprocess.run(  # noqa: S603
                ["/usr/bin/pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False
            )
            for pid in (self._process.pid, *map(int, children.stdout.split())):
                _kill(pid)
            self._process.wait(timeout=_PATIENCE_SECONDS)
            self._process = None
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def create_database(self, name: str) -> str:
        """A fresh database; its address."""
        import psycopg

        plain = self.url().replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            conn.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=_PATIENCE_SECONDS)
            self._process = None

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._binaries / program), *words]
        done = subprocess.run(  # noqa: S603
            command, user=self._user, group=self._user, capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode:
            msg = f"{program}: {done.stderr.strip()[-500:]}"
            raise RuntimeError(msg)

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + _PATIENCE_SECONDS
        plain = self.url().replace("+psycopg", "")
        while True:
            try:
                psycopg.connect(plain, connect_timeout=2).close()
            except psycopg.OperationalError as problem:
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > until:
                    log = self._log.read_text(encoding="utf-8", errors="replace")[-800:]
                    msg = f"PostgreSQL did not come up: {log}"
                    raise RuntimeError(msg) from problem
                time.sleep(0.05)
            else:
                return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
