"""What can go wrong, named for what the user did.

    LeadrankError                exit code
    ├── UsageError               2   a flag, a project file, a column that was named and is not there
    │   └── ProjectError         2   the project file is not valid
    ├── DataError                3   the table is missing, empty, binary, or lacks what the model needs
    ├── BundleError              4   the bundle is damaged, foreign, or of another format number
    ├── ServiceError             5   a database or broker could not be reached
    ├── NotFoundError            1   a lead, a model, an account that is not in the store, or not for this caller
    ├── ForbiddenError           1   the caller may not do this
    ├── ConflictError            1   somebody else was quicker, or the same key came with another request
    └── MissingExtraError        2   an optional dependency is not installed

Every message says what was expected and what came; `remedy` says what to do.
"""

from __future__ import annotations

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
    """A service could not be reached.

    Parameters
    ----------
    message, remedy
        As of every error; for those who run the program.
    outside
        What is said to everybody else: the message without addresses.
    """

    exit_code = 5

    def __init__(self, message: str, remedy: str = "", *, outside: str = "") -> None:
        super().__init__(message, remedy)
        self.outside = outside or message


class BusyError(ServiceError):
    """Others write, and it is not one's turn yet."""


class NotFoundError(LeadrankError):
    """What was asked for is not there, or not for this caller."""


class ForbiddenError(LeadrankError):
    """The caller may not do this."""


class ConflictError(LeadrankError):
    """Two requests contradict each other."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name the given one may have meant, as a sentence or an empty string.

    Examples
    --------
    >>> nearest("Convertd", ["Converted", "City"])
    "Did you mean 'Converted'?"
    >>> nearest("converted", ["need", "City"])
    ''
    """
    import difflib

    folded, by_folded = name.casefold(), {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(folded, list(by_folded), n=5, cutoff=0.6)
    near = [candidate for candidate in close if _slips(folded, candidate) <= max(1, max(len(folded), len(candidate)) // 3)]
    return f"Did you mean {by_folded[near[0]]!r}?" if near else ""


def _slips(a: str, b: str) -> int:
    """Count the letters to put in, leave out, change or swap with the next (Damerau 1964): what a slip of the pen makes is few."""
    before, last = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != other)))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]
