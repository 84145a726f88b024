"""For Faust's own command line: `faust -A streams.app worker --without-web`, with KEPU_CONFIG naming the configuration.

`kepu worker` is the way to run workers (a group for each stage, a watchdog, no web port); this module is for those who
want Faust's own tools around one stage, named by KEPU_STAGE (default: intake).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import faust

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.pipeline.stages import STAGES
from emergency_kepu.services import kafka_password, wire
from emergency_kepu.settings import load_settings
from streams.agents import add_agent
from streams.apps import make_app
from streams.consumers import burial


def _app() -> Any:
    settings = load_settings(Path(os.environ.get("KEPU_CONFIG", "config")))
    if settings.bus.engine != "kafka":
        msg = "KEPU_CONFIG: bus.engine must be kafka"
        raise ConfigError(msg)
    wanted = os.environ.get("KEPU_STAGE", "intake")
    stage = next((item for item in STAGES if item.name == wanted), None)
    if stage is None:
        msg = f"KEPU_STAGE {wanted!r}: one of {', '.join(item.name for item in STAGES)}"
        raise ConfigError(msg)
    services = wire(settings).services

    class StageApp(faust.App):
        """Opens the database before the first record comes."""

        async def on_start(self) -> None:
            await services.database.start()
            await super().on_start()

    app = make_app(settings.bus, stage, kafka_password(settings, os.environ), kind=StageApp)
    add_agent(app, settings.bus, stage, services, burial(services.database, services.clock))
    return app


app = _app()
