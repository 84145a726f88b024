"""A contact with fields, regions, languages and a duty rota: named in messages, told of incidents, asked to review."""

from __future__ import annotations

from datetime import datetime

import msgspec


class DutyWindow(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}
):
    """Hours in the expert's own time zone. `days` are 1 (Monday) to 7; a window may run past midnight."""

    start: str
    """HH:MM, included."""
    end: str
    """HH:MM, excluded."""
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class Absence(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}
):
    """Not there, whatever the rota says. Instants without an offset are of the expert's own time zone."""

    start: datetime
    """Included."""
    end: datetime
    """Excluded."""


class PrivateChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to the expert alone. Never printed: the target is somebody's own number."""

    channel: str
    """A channel of `kepu.yaml`; one with `drill: true` is used for exercises, and for nothing else."""
    target: str


class Expert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One expert, as `experts.yaml` has it."""

    id: str
    names: dict[str, str]
    """Locale to name; at least one."""
    titles: dict[str, str] = {}
    institutions: dict[str, str] = {}
    fields: tuple[str, ...]
    """What content files name under `experts`: seismology, epidemiology, ..."""
    regions: tuple[str, ...] = ()
    """Adcodes or countries served; empty: everywhere."""
    languages: tuple[str, ...]
    """BCP 47, the best first."""
    hotline: str = ""
    """A number or address that the public may be given."""
    private: tuple[PrivateChannel, ...] = ()
    """Where the expert alone is told of incidents, the preferred first; empty: is never told."""
    tz: str = "Asia/Shanghai"
    duty: tuple[DutyWindow, ...] = ()
    """Empty: on call at no fixed hours."""
    away: tuple[Absence, ...] = ()
    substitutes: tuple[str, ...] = ()
    """Ids of those who stand in while this expert is off duty or away, the first that is there."""
