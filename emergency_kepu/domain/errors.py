"""The error tree. Adapters translate foreign errors at the border; the core branches on these types only.

KepuError                       anything this program raises on purpose
├── UserError                   bad input of a person: one line, exit 2 or a 4xx problem document
│   ├── ConfigError             a configuration file or setting
│   └── ContentError            a template, a locale file, a review record
├── NotFound                    the thing asked for does not exist: exit 1 or 404
├── Refused                     the lifecycle or a guard says no: exit 1 or 409
├── ParseError                  a feed document that cannot be read: dead-lettered with its reason
├── Unprocessable               a record no retry can mend: dead-lettered with its reason
└── TransientError              worth another try: a busy database, an unreachable broker
"""

from __future__ import annotations

from emergency_kepu.domain.decision import Reason


class KepuError(Exception):
    """Anything this program raises on purpose."""


class UserError(KepuError):
    """Bad input. The text is one line: what is wrong, where, and how to mend it."""


class ConfigError(UserError):
    """A configuration file or a setting is wrong."""


class ContentError(UserError):
    """The content library is wrong: a template, a locale file, a review record."""


class NotFound(KepuError):
    """What was asked for does not exist."""


class Refused(KepuError):
    """The lifecycle or a guard refuses. Carries the reason of the closed list."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class ParseError(KepuError):
    """A feed document cannot be read. Says what and where; the poll counts as failed."""


class Unprocessable(KepuError):
    """A record that no retry can mend. It goes to the dead letters with this reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class TransientError(KepuError):
    """Something outside failed for now; trying again later may work."""
