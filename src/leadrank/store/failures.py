"""What a database says, in words that help: never an address with its password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError as RefusedValue
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as NoneFree

from leadrank.errors import ConflictError, DataError, LeadrankError, ServiceError

_AGAIN = "Try again in a moment."
_FULL = ("has no room left on its disk; what was acknowledged before is kept", "Make room, then try again.")
_LOCKED = ("was busy for too long", _AGAIN)
_DAMAGED = ("is no readable database", "Check the path, or restore the last copy.")
_NO_TABLES = ("has no tables of Leadrank, or those of another version", "Start `leadrank serve`, which sets them up.")
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL, sqlite3.SQLITE_BUSY: _LOCKED, sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED, sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: ("may not be written", "Check who owns the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("could not be opened", "Check that the folder exists and may be written."),
    sqlite3.SQLITE_IOERR: ("could not be read or written", "Check the disk and the room on it."),
}
_POSTGRESQL = {
    "53100": _FULL, "55P03": _LOCKED, "40P01": _LOCKED, "40001": _LOCKED, "42P01": _NO_TABLES, "42703": _NO_TABLES,
    "53300": ("takes no more connections", "Raise max_connections, or start fewer workers."),
    "28P01": ("refused the login", "Check the user and the password."), "28000": ("refused the login", "Check the user and the password."),
    "3D000": ("does not exist", "Create the database, then start again."),
    "25006": ("may not be written", "Check that this is the primary server."),
}
_AWAY = ("could not be reached", "Check that the database runs and that address and login are right, then try again.")
_CONFLICTS = {sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "23503", "23505"}


@contextmanager
def in_words(shown: str) -> Iterator[None]:
    """Turn what a database says into the errors of the house; what is a mistake of the program stays what it is."""
    try:
        yield
    except LeadrankError:
        raise
    # The chain is cut wherever a driver's message may quote the address, or a value that nobody should read in a log.
    except NoneFree:
        raise of_database(shown, "has no connection free", _AGAIN) from None
    except DBAPIError as problem:
        said = _said(problem, shown)
        if said is None:
            raise
        raise said from None
    except (StatementError, UnicodeEncodeError, OverflowError) as problem:
        raise _unfit(problem) from None


def of_database(shown: str, said: str, remedy: str, kind: type[ServiceError] = ServiceError) -> ServiceError:
    """Say what is wrong with a database; to those outside without its address.

    Examples
    --------
    >>> of_database("postgresql://ann@db/leads", "could not be reached", "").outside
    'The database could not be reached.'
    """
    return kind(f"{shown} {said}.", remedy, outside=f"The database {said}.")


def _said(problem: DBAPIError, shown: str) -> LeadrankError | None:
    reason = problem.orig
    code = getattr(reason, "sqlstate", None) or getattr(reason, "sqlite_errorcode", None)
    if isinstance(problem, RefusedValue):
        return _unfit(problem)
    if isinstance(problem, IntegrityError):
        return ConflictError("Somebody else changed the same thing at the same time.", _AGAIN) if code in _CONFLICTS else None
    if isinstance(code, int):
        found = _NO_TABLES if "no such table" in str(reason) or "no such column" in str(reason) else _SQLITE.get(code & 0xFF)
    else:
        found = _POSTGRESQL.get(code or "") or (_AWAY if _is_away(problem, code) else None)
    return found and of_database(shown, *found)


def _is_away(problem: DBAPIError, code: str | None) -> bool:
    """Classes 08 and 57P: the connection, or a server that stops or starts; without a code it was never reached."""
    return problem.connection_invalidated or code is None or code.startswith(("08", "57P", "58", "53"))


def _unfit(problem: Exception) -> DataError:
    reason = getattr(problem, "orig", None) or problem
    if isinstance(reason, DataError):
        return reason
    if isinstance(reason, UnicodeEncodeError):
        return DataError("A text holds half a character (a lone surrogate), which no database keeps.", "Send it as UTF-8.")
    if "NUL" in str(reason):
        return DataError("A text holds the character NUL, which no database keeps.", "Leave it out.")
    return DataError("A text is too long or a number too large for its column.", "Shorten it.")
