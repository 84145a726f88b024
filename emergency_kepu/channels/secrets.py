"""Secrets by environment: `X` or `X_FILE`. They print as stars and never reach a config file, log or error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emergency_kepu.domain.errors import ConfigError


class Secret:
    """A value that hides itself. `reveal()` is called where a request is built, and nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


def read_secret(name: str, environ: Mapping[str, str], where: str) -> Secret:
    """The secret in variable `name`, or in the file that `name_FILE` names. ConfigError says what to set."""
    if value := environ.get(name):
        return Secret(value)
    if path := environ.get(f"{name}_FILE"):
        try:
            return Secret(Path(path).read_text(encoding="utf-8").strip())
        except OSError as problem:
            msg = f"{where}: {name}_FILE cannot be read ({problem.strerror})"
            raise ConfigError(msg) from problem
    msg = f"{where}: set the environment variable {name} (or {name}_FILE to a file that holds it)"
    raise ConfigError(msg)


def scrub(text: str, *secrets: Secret) -> str:
    """`text` without any of these secrets: providers echo what they were sent."""
    for secret in secrets:
        if secret.reveal():
            text = text.replace(secret.reveal(), "***")
    return text
