"""`kepu templates export` and `new`: a library of your own, and a new hazard in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from emergency_kepu.cli.library import TemplatesOption, directory_of
from emergency_kepu.cli.output import ConfigOption
from emergency_kepu.content.catalog import Catalog, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.skeleton import files
from emergency_kepu.content.translating import check_tag, phrases_of, translation_of
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.hazard import HAZARDS


def export(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty directory.")],
) -> None:
    """A copy of the shipped library, to change and to sign. Name it in `content.templates`."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        msg = f"{target}: is not empty; nothing is written over, name a new directory"
        raise UserError(msg)
    shutil.copytree(shipped("templates"), target, dirs_exist_ok=True)
    typer.echo(f"{len(load_catalog(target).topics)} hazards in {target}; set content.templates to it in kepu.yaml")


def new(
    config: ConfigOption,
    hazard: Annotated[str, typer.Argument(metavar="HAZARD", help="A code of the taxonomy.")],
    templates: TemplatesOption = None,
    locale: Annotated[
        str, typer.Option("--locale", help="A new language of a hazard that has a text: ug, bo ...")
    ] = "",
) -> None:
    """Files to fill in: a hazard in every language of the library, or one hazard in another language. Lint refuses
    them until every word is written."""
    directory = directory_of(templates, config)
    catalog = load_catalog(directory)
    if hazard not in HAZARDS:
        unwritten = ", ".join(sorted(set(HAZARDS) - set(catalog.topics))) or "none"
        msg = f"no hazard {hazard!r} in the taxonomy; still without a text: {unwritten}"
        raise UserError(msg)
    if templates is None and directory.resolve() == shipped("templates").resolve():
        msg = "templates new: say where with --templates DIR; `kepu templates export DIR` makes a library of your own"
        raise UserError(msg)
    folder = directory / hazard
    if locale:
        _new_language(catalog, directory, hazard, locale)
        return
    if folder.exists():
        msg = f"{folder}: is there already; nothing is written over"
        raise UserError(msg)
    folder.mkdir()
    for name, text in files(HAZARDS[hazard], catalog.whole_locales()).items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(folder / name)


def _new_language(catalog: Catalog, directory: Path, hazard: str, locale: str) -> None:
    check_tag(locale)
    topic = catalog.topics.get(hazard)
    if topic is None:
        msg = f"{hazard} has no text yet: `kepu templates new {hazard}` first"
        raise UserError(msg)
    path = directory / hazard / f"{locale}.yaml"
    if path.exists():
        msg = f"{path}: is there already; nothing is written over"
        raise UserError(msg)
    model = "en" if "en" in topic.locales else next(iter(topic.locales))
    common = directory / "_common" / f"{locale}.yaml"
    if not common.exists():
        common.write_text(phrases_of(catalog.phrases[model], locale), encoding="utf-8")
        typer.echo(common)
    path.write_text(translation_of(topic.locales[model], locale), encoding="utf-8")
    typer.echo(path)
