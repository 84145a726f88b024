"""Which content library a command is about: named, or that of the configuration, or the shipped one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emergency_kepu.cli import output
from emergency_kepu.content.catalog import Catalog, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.domain.errors import UserError
from emergency_kepu.settings import load_settings

TemplatesOption = Annotated[
    Path | None,
    typer.Option("--templates", help="A library; without it that of the configuration, which may be the shipped one."),
]


def directory_of(templates: Path | None, config: Path) -> Path:
    """The library's directory. ConfigError when the configuration has to be asked and is wrong."""
    if templates is not None:
        return templates
    named = load_settings(config).content.templates
    return Path(named) if named else shipped("templates")


def catalog_of(templates: Path | None, config: Path) -> Catalog:
    """The library read, with the configuration's limits where it is the configuration's library."""
    if templates is not None:
        return load_catalog(templates)
    return output.catalog_of(load_settings(config))


def known(catalog: Catalog, hazard: str) -> None:
    """UserError when the library has no text about a hazard; it names those that it has."""
    if hazard not in catalog.topics:
        msg = f"no text about {hazard!r}; there is one about: {', '.join(sorted(catalog.topics))}"
        raise UserError(msg)


def own(directory: Path, command: str) -> None:
    """UserError for the shipped library: an update of the program replaces it, with all that was written there."""
    if directory.resolve() == shipped("templates").resolve():
        msg = (
            f"{command}: the shipped library is replaced by every update; copy it with `kepu templates export DIR`, "
            "name the copy in content.templates (or by --templates DIR) and work there"
        )
        raise UserError(msg)
