"""A county on one machine: `kepu serve` with the embedded bus on SQLite, and stand-in gateways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import yaml

from bench.cluster import Cluster
from emergency_kepu.settings import load_settings
from emergency_kepu.store import migrate


class Single(Cluster):
    """One process, `desk`; its database in `disk`."""

    def __init__(self, folder: Path, *, disk: Path | None = None) -> None:
        super().__init__(folder)
        self.disk = disk or folder

    def __enter__(self) -> Single:
        gateway = self._start_standins()
        config = self.folder / "config"
        config.mkdir()
        raw = self._kepu_yaml(f"sqlite:///{self.disk}/kepu.db", gateway) | {"bus": {"engine": "embedded"}}
        (config / "kepu.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
        feeds = {"bench": {"format": "cap", "official": True, "backlog": True}}
        (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
        (config / "policies.yaml").write_text(yaml.safe_dump({"policies": self._policies}), encoding="utf-8")
        self.settings = msgspec.structs.replace(load_settings(config))
        migrate.ensure(self.database())
        self.start("desk")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        if self._standins is not None and self._standins.stdin is not None:
            self._standins.stdin.close()
            self._standins.wait()

    def start(self, name: str) -> None:
        """Every role but the console."""
        config = self.folder / "config"
        words = ["serve", "--role=worker", "--role=scheduler", f"--config={config}"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "emergency_kepu.cli.main", *words], env=self.environ(), stdout=log, stderr=log
            )
