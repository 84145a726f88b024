"""`kepu factcheck ...`: rumours and hot questions, and what is told about them."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml

from emergency_kepu.checking import write as writing
from emergency_kepu.checking.seen import rumour, rumours, what_was_seen
from emergency_kepu.checking.wish import CheckWish, check_wish, plainly
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, database_of, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.factcheck import CheckWords, Verdict
from emergency_kepu.matching.observe import RUMOUR
from emergency_kepu.pages.address import link_of, pages_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.places.search import find_place
from emergency_kepu.services import open_database
from emergency_kepu.settings import Settings, load_settings
from emergency_kepu.store.audience_size import audience_size

app = typer.Typer(help="Rumours and questions: list, new, draft.", no_args_is_help=True)

_HEAD = """\
# A fact-check. Fill it in, then: kepu factcheck draft {file}
# verdict: {verdicts}
# words: claim (as it goes round, once), fact (what is so), evidence (how one knows), advice (optional, one order).
# Leave out languages that you do not write in. Say nothing that you cannot prove.
"""


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Those that nobody has checked first, then the newest."""
    with database_of(config).reading() as conn:
        found = rumours(conn)
    if json_output:
        print_json(found)
        return
    rows = [
        (
            item.title,
            item.check.verdict.value if item.check else "not checked",
            item.state or item.status,
            item.campaign or "-",
            item.incident,
        )
        for item in found
    ]
    columns = ("claim", "verdict", "state", "campaign", "incident")
    print_table("Rumours and questions", columns, rows)


@app.command("new")
def new(
    config: ConfigOption,
    incident: Annotated[str, typer.Option("--incident", help="A rumour that is known: with what was seen.")] = "",
) -> None:
    """A file to fill in, on stdout."""
    settings = load_settings(config)
    catalog = catalog_of(settings)
    locales = [locale for locale in catalog.locales(RUMOUR) if catalog.phrases[locale].check]
    head: dict[str, Any] = {"verdict": "", "about": "", "places": [], "source": "", "source_names": {}}
    words: dict[str, CheckWords] = {}
    if incident:
        with open_database(settings).reading() as conn:
            known = rumour(conn, incident)
            words = known.check.words if known.check else what_was_seen(conn, incident)
        check = known.check
        head = {"incident": incident, **head, "places": list(known.place_codes), "source": known.source_name}
        if check is not None:
            head |= {"verdict": check.verdict.value, "about": check.about, "document": check.document}
            head |= {"expert": check.expert.id} if check.expert else {}
    empty = CheckWords(claim="", fact="", evidence="")
    whole = {
        **head,
        "channels": settings.public_channels(),
        "words": {locale: msgspec.to_builtins(words.get(locale, empty)) for locale in locales},
    }
    verdicts = ", ".join(verdict.value for verdict in Verdict)
    sys.stdout.write(_HEAD.format(file="FILE", verdicts=verdicts))
    sys.stdout.write(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110))


@app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="As `kepu factcheck new` writes it.")],
    config: ConfigOption,
    json_output: JsonOption = False,
) -> None:
    """Write a fact-check, or the correction of one. Nothing is sent before somebody else approves."""
    settings = load_settings(config)
    catalog = catalog_of(settings)
    now = datetime.now(UTC)
    wish = plainly(_read(file))
    check_wish(wish, catalog, settings, now=now)
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        contact = contact_for(conn, catalog, settings, hazard=wish.about or RUMOUR, places=wish.places, now=now)
        row = writing.write(
            conn,
            wish,
            settings,
            actor=actor,
            now=now,
            wall=time.time(),
            contact=contact,
            link_of=partial(link_of, _pages(settings)),
        )
        reach = audience_size(conn, row)
    if json_output:
        print_json({"campaign": row.id, "revision": row.revision, "state": row.state, "audience": reach})
        return
    what = "a correction" if row.spec.facts.before else "a draft"
    typer.echo(f"{row.id}: {what} for {reach:,} recipients. Read it: kepu campaign preview {row.id}")
    typer.echo(f"Then ask for approval: kepu campaign submit {row.id}")


def _pages(settings: Settings) -> Any:
    return pages_of(os.environ, settings.desk)


def _read(file: Path) -> CheckWish:
    """UserError names file and key."""
    try:
        raw: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        msg = f"{file}: not readable as YAML: {' '.join(str(problem).split())}"
        raise UserError(msg) from problem
    if not isinstance(raw, dict):
        msg = f"{file}: must be a mapping; `kepu factcheck new` writes one to fill in"
        raise UserError(msg)
    places = raw.get("places")
    if isinstance(places, list):
        raw = {**raw, "places": [find_place(str(name)) for name in places]}
    if raw.get("verdict") not in set(Verdict):
        msg = f"{file}: verdict {raw.get('verdict')!r}: one of {', '.join(Verdict)}"
        raise UserError(msg)
    try:
        return msgspec.convert(raw, CheckWish)
    except msgspec.ValidationError as problem:
        msg = f"{file}: {problem}"
        raise UserError(msg) from problem
