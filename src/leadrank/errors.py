"""What can go wrong, named for what the user did.

    LeadrankError                exit code
    ├── UsageError               2   a flag, a project file, a column that was named and is not there
    │   └── ProjectError         2   the project file is not valid
    ├── DataError                3   the table is missing, empty, binary, or lacks what the model needs
    ├── BundleError              4   the bundle is damaged, foreign, or of another format number
    ├── ServiceError             5   a database or broker could not be reached
    └── MissingExtraError        2   an optional dependency is not installed

Every message says what was expected and what came; `remedy` says what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LeadrankError(Exception):
    """The root of the tree; carries a message and a remedy.

    Parameters
    ----------
    message
        What was expected and what came.
    remedy
        What to do about it.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class UsageError(LeadrankError):
    """A flag or an argument does not fit."""

    exit_code = 2


class ProjectError(UsageError):
    """The project file is not valid."""


class MissingExtraError(UsageError):
    """An optional dependency is needed and is not installed."""


class DataError(LeadrankError):
    """A table cannot be used."""

    exit_code = 3


class BundleError(LeadrankError):
    """A bundle cannot be trusted or read."""

    exit_code = 4


class ServiceError(LeadrankError):
    """A service could not be reached."""

    exit_code = 5


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name the given one may have meant, as a sentence or an empty string.

    Examples
    --------
    >>> nearest("Convertd", ["Converted", "City"])
    "Did you mean 'Converted'?"
    >>> nearest("xyz", ["Converted", "City"])
    ''
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"Did you mean {by_folded[close[0]]!r}?" if close else ""
