"""Configuration, read once into frozen values. Unknown keys are errors; secrets are named, never written here.

A configuration directory holds `kepu.yaml`, `feeds.yaml`, `policies.yaml` and, optionally, `experts.yaml` and
`calendar.yaml`. Every setting below has its default beside it and a line in `docs/reference/settings.md`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.kafka_clients import check as check_bus
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.calendar import Entry, load_calendar
from emergency_kepu.matching.experts_file import load_experts
from emergency_kepu.matching.policy import Policy, load_policies
from emergency_kepu.places.china import by_adcode
from emergency_kepu.places.world import is_country

MAX_CHECK_IN_DAYS = 365
"""Names and telephone numbers of people in need are kept no longer than that."""


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The desk itself: who speaks, where the console listens."""

    name: str = "Emergency desk"
    host: str = "127.0.0.1"
    port: int = 8600
    public_url: str = ""
    """How the outside reaches this desk; providers call back to it and experts answer at it (empty: they do not).
    https: secure cookies."""
    public_pages: bool = False
    """Every campaign has a page for the public at `/k/...`, and messages carry its address where it fits. Needs
    `public_url` and `KEPU_LINK_KEY`."""
    check_in_places: tuple[str, ...] = ()
    """Adcodes or ISO countries whose people can tell the public page "I am safe" or "I need help". Empty: nobody is
    asked. Only where somebody at the desk reads the answers at once."""
    check_in_days: int = 30
    """Days after which what they told is deleted, 1 to 365."""
    locale: str = "zh-Hans"
    """Of the console."""
    cap_sender: str = ""
    """Who speaks in `/cap/feed.atom`, e.g. `kepu@example.org`: one word that names this desk for the world. Needs
    `public_url`. Empty: nothing is published there."""


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the truth lives."""

    url: str = "sqlite:///var/kepu.db"
    synchronous: str = "FULL"
    """SQLite only. FULL survives a power cut, NORMAL may lose the last commits in one."""
    keep_months: int = 24
    """Whole months for which deliveries (they hold addresses), decisions, and questions to experts are kept; 0: for
    ever. What an incident that has not ended still needs stays."""


class ContentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content library."""

    templates: str = ""
    """A directory; empty: the library that ships with the program."""
    default_locale: str = "zh-Hans"
    """For a reader whose language has no text."""
    trust_shipped: bool = False
    """True once your own experts have signed the texts that ship: until then automatic sending waits for approval."""
    sms_parts: dict[str, Annotated[int, msgspec.Meta(ge=1, le=10)]] = {}
    """Locale to the most parts of an SMS (1 to 10), `*` for all others; 3 where nothing is said. Letters that are no
    GSM-7 leave 201 characters in 3 parts: `{ar: 5, ru: 5}` keeps more of the advice and costs more."""
    remind_days: int = 30
    """`kepu_content_reviews_expiring` counts the texts whose review ends within so many days."""


class GuardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits that no policy can lift."""

    max_age_hours: float = 6.0
    """An alert older than this when first seen is not sent automatically."""
    flood_per_hour: int = 12
    """Automatic campaigns an hour; more wait for a person."""
    blast_radius: int = 100_000
    """More recipients than this need a second approver."""
    startup_quiet_minutes: float = 5.0
    """What feeds already show when the program starts is backlog for this long: a person decides."""


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one HTTP door."""

    contact: str = "https://github.com/emergency-kepu/emergency_kepu"
    """In the User-Agent: several feeds refuse anonymous clients."""
    timeout_seconds: float = 10.0
    door: Literal["auto", "aiohttp", "pyreqwest"] = "auto"
    """What sends. `auto`: pyreqwest where it is installed (`emergency-kepu[fast]`), else aiohttp."""
    allow_private: tuple[str, ...] = ()
    """Addresses or networks inside your own house that channels and feeds may reach, e.g. `10.1.2.0/24`."""


class DeliverySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How deliveries are cut, claimed and retried."""

    batch_size: int = 200
    lease_seconds: float = 60.0
    max_attempts: int = 6
    retry_base_seconds: float = 2.0
    retry_cap_seconds: float = 300.0
    plan_page: int = 2_000
    """Recipients planned in one handler call; a larger audience continues itself with a cursor."""


class FeedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed in `feeds.yaml`."""

    format: str
    url: str = ""
    """Empty: push only."""
    every_seconds: float = 60.0
    official: bool = False
    """A trusted official source: its alerts may launch without a person where a policy says so."""
    push: bool = False
    """Accepts documents at `POST /api/v1/feeds/{name}`."""
    source_names: dict[str, str] = {}
    """Locale to the authority's name, as messages name it; empty: as the alert says."""
    headers: dict[str, str] = {}
    backlog: bool = False
    """True: what the feed shows at start-up is treated as news (demo, replay)."""


DRILL_FEED = "drill"
"""Where `kepu drill start` hands in its exercises. Always there; no configuration may take the name."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kepu.yaml`, with the other files of the directory read into it."""

    desk: DeskSettings = DeskSettings()
    store: StoreSettings = StoreSettings()
    bus: BusSettings = BusSettings()
    content: ContentSettings = ContentSettings()
    guards: GuardSettings = GuardSettings()
    http: HttpSettings = HttpSettings()
    delivery: DeliverySettings = DeliverySettings()
    channels: dict[str, dict[str, Any]] = {}
    """Name to `{kind: ..., ...}`; the rest belongs to the kind (docs/reference/channels.md)."""
    feeds: dict[str, FeedSettings] = {}
    policies: tuple[Policy, ...] = ()
    experts: tuple[Expert, ...] = ()
    calendar: tuple[Entry, ...] = ()
    directory: str = ""
    """Where it was read from."""

    def public_channels(self) -> list[str]:
        """Channels by which campaigns reach people: all but those of exercises."""
        return [name for name, raw in self.channels.items() if not raw.get("drill")]


def load_settings(directory: Path) -> Settings:
    """Read a configuration directory. ConfigError names file, key and mend; nothing is half read."""
    if not directory.is_dir():
        msg = f"{directory}: no such configuration directory; give one with --config or copy the shipped `config/`"
        raise ConfigError(msg)
    raw = _mapping(directory / "kepu.yaml", required=True)
    for reserved in ("feeds", "policies", "experts", "calendar", "directory"):
        if reserved in raw:
            msg = f"{directory / 'kepu.yaml'}: `{reserved}` does not belong here; it has its own file"
            raise ConfigError(msg)
    feeds = _mapping(directory / "feeds.yaml", required=False).get("feeds") or {}
    if DRILL_FEED in feeds:
        msg = f"{directory / 'feeds.yaml'}: the name {DRILL_FEED!r} is kept for drills of the desk; choose another"
        raise ConfigError(msg)
    try:
        settings = msgspec.convert({**raw, "feeds": feeds, "directory": str(directory)}, Settings)
    except msgspec.ValidationError as problem:
        where = "feeds.yaml" if "$.feeds" in str(problem) else "kepu.yaml"
        msg = f"{directory / where}: {problem}; see docs/reference/settings.md"
        raise ConfigError(msg) from problem
    policies_file = directory / "policies.yaml"
    if policies_file.exists():
        settings = msgspec.structs.replace(settings, policies=load_policies(policies_file))
    experts_file = directory / "experts.yaml"
    if experts_file.exists():
        settings = msgspec.structs.replace(settings, experts=load_experts(experts_file))
    calendar_file = directory / "calendar.yaml"
    if calendar_file.exists():
        settings = msgspec.structs.replace(settings, calendar=load_calendar(calendar_file))
    _check_across(settings)
    drill = FeedSettings(format="cap", official=True)
    return msgspec.structs.replace(settings, feeds={**settings.feeds, DRILL_FEED: drill})


def _check_across(settings: Settings) -> None:
    """What no single file can see: policies name channels that exist, feeds name formats that exist."""
    from emergency_kepu.channels.registry import CHANNELS
    from emergency_kepu.feeds.registry import FORMATS

    where = settings.directory
    if settings.content.remind_days < 0:
        msg = f"{where}/kepu.yaml: content.remind_days is {settings.content.remind_days}; days cannot be negative"
        raise ConfigError(msg)
    if settings.store.keep_months < 0:
        msg = f"{where}/kepu.yaml: store.keep_months is {settings.store.keep_months}; give 0 to keep everything"
        raise ConfigError(msg)
    _check_sms_parts(settings.content, where)
    _check_cap_sender(settings.desk, where)
    _check_check_in(settings.desk, where)
    check_bus(settings.bus, f"{where}/kepu.yaml")
    for name, channel in settings.channels.items():
        if channel.get("kind") not in CHANNELS:
            known = ", ".join(sorted(CHANNELS))
            msg = f"{where}/kepu.yaml: channel {name!r} has kind {channel.get('kind')!r}; known kinds: {known}"
            raise ConfigError(msg)
    for name, feed in settings.feeds.items():
        if feed.format not in FORMATS:
            known = ", ".join(sorted(FORMATS))
            msg = f"{where}/feeds.yaml: feed {name!r} has format {feed.format!r}; known formats: {known}"
            raise ConfigError(msg)
    for policy in settings.policies:
        for channel_name in (*policy.channels, *policy.drill_channels):
            if channel_name not in settings.channels:
                msg = (
                    f"{where}/policies.yaml: policy {policy.name!r} names channel {channel_name!r}, "
                    "which kepu.yaml does not configure"
                )
                raise ConfigError(msg)
        if policy.experts is not None and not settings.desk.public_url:
            msg = (
                f"{where}/policies.yaml: policy {policy.name!r} asks experts, who answer by link: set desk.public_url "
                "in kepu.yaml to the address under which they reach this desk"
            )
            raise ConfigError(msg)
    for expert in settings.experts:
        for way in expert.private:
            if way.channel not in settings.channels:
                msg = (
                    f"{where}/experts.yaml: {expert.id}: private channel {way.channel!r} is not in kepu.yaml, which "
                    f"has: {', '.join(sorted(settings.channels)) or 'none'}"
                )
                raise ConfigError(msg)
    for entry in settings.calendar:
        for channel_name in entry.channels:
            known_as = settings.channels.get(channel_name)
            if known_as is None or bool(known_as.get("drill")) is not (entry.kind == "drill"):
                takes = "a drill channel" if entry.kind == "drill" else "a channel that is not for drills"
                msg = f"{where}/calendar.yaml: entry {entry.name!r} names {channel_name!r}; give {takes} of kepu.yaml"
                raise ConfigError(msg)


def _check_sms_parts(content: ContentSettings, where: str) -> None:
    if strange := [name for name in content.sms_parts if not re.fullmatch(r"\*|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", name)]:
        msg = f"{where}/kepu.yaml: content.sms_parts: {strange[0]!r} is no language such as ar or zh-Hans, and not '*'"
        raise ConfigError(msg)


def _check_cap_sender(desk: DeskSettings, where: str) -> None:
    if not desk.cap_sender:
        return
    if not re.fullmatch(r"[^\s,<&]+", desk.cap_sender):
        msg = f"{where}/kepu.yaml: desk.cap_sender {desk.cap_sender!r}: CAP allows no blank, comma, < or & in it"
        raise ConfigError(msg)
    if not desk.public_url:
        msg = f"{where}/kepu.yaml: desk.cap_sender needs desk.public_url: the feed links to its documents"
        raise ConfigError(msg)


def _check_check_in(desk: DeskSettings, where: str) -> None:
    known = [code for code in desk.check_in_places if is_country(code) or (len(code) == 6 and by_adcode(code))]
    if strange := [code for code in desk.check_in_places if code not in known]:
        msg = f"{where}/kepu.yaml: desk.check_in_places: {strange[0]!r} is no adcode of 6 digits and no ISO country"
        raise ConfigError(msg)
    if desk.check_in_places and not desk.public_pages:
        msg = f"{where}/kepu.yaml: desk.check_in_places needs desk.public_pages: people are asked on those pages"
        raise ConfigError(msg)
    if not 1 <= desk.check_in_days <= MAX_CHECK_IN_DAYS:
        msg = f"{where}/kepu.yaml: desk.check_in_days is {desk.check_in_days}; give 1 to {MAX_CHECK_IN_DAYS}"
        raise ConfigError(msg)


def _mapping(path: Path, *, required: bool) -> dict[str, Any]:
    if not path.exists():
        if required:
            msg = f"{path}: missing; every configuration directory has one (an empty file takes all defaults)"
            raise ConfigError(msg)
        return {}
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: not valid YAML: {' '.join(str(problem).split())}"
        raise ConfigError(msg) from problem
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        msg = f"{path}: must be a mapping of settings, not a {type(loaded).__name__}"
        raise ConfigError(msg)
    return loaded
