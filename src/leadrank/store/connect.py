"""The way into the store: SQLite in a file, or PostgreSQL by URL, with one behaviour."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from leadrank.errors import BusyError, DataError, MissingExtraError, ServiceError, UsageError
from leadrank.store.failures import in_words, of_database
from leadrank.store.lite import as_we_want_it
from leadrank.store.turns import Turns

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
_LIMITS = "-c lock_timeout=10s -c timezone=UTC"
# A server that is gone without a word is noticed in seconds; nobody waits minutes for a page.
_PATIENCE = {"connect_timeout": 2, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 5000}
_PATIENT = 10
"""Seconds for which a writer waits for others."""
_BREATH = 0.03
"""Seconds between two looks of a process that waits for a SQLite file, as long as it has not waited for 0.1 seconds."""
_ONCE_KEPT = "once_kept"
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Store:
    """An open store; a transaction of its own for each piece of work.

    Parameters
    ----------
    engine
        The connections.
    shown
        Its address, without the password.
    turns
        Lets the writers of one file in, in the order in which they came.
    within
        A transaction that all work becomes a part of, each piece for itself: one that fails takes nothing of the others with it.
    """

    engine: Engine
    shown: str
    turns: Turns = field(default_factory=Turns, repr=False, compare=False)
    within: Connection | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def writing(self, patience: float = _PATIENT) -> Iterator[Connection]:
        """Give a connection whose work is kept as a whole when the block ends, and forgotten as a whole when it fails.

        On a server two writers who each hold what the other wants are ended, so that all lock in one order: a request's reply; leads by key, and
        the names of those that are not there; what hangs on the leads; accounts, the administrators or the reps by name. Whoever holds an account
        locks no lead any more.

        Parameters
        ----------
        patience
            Seconds to wait for this process's other writers of the same file.

        Raises
        ------
        ServiceError
            If the database is out of reach, full, or busy for longer than ten seconds; `BusyError` if it is not one's turn in time.
        ConflictError
            If somebody else wrote the same thing at the same time.
        DataError
            If the database cannot keep a value.
        """
        if self.within is not None:
            with self._part(self.within):
                yield self.within
            return
        kept: list[Callable[[], object]] = []
        options = {"leadrank": "writing", _ONCE_KEPT: kept}
        with in_words(self.shown), self._turn(patience), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
        for do in kept:
            do()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the store for as long as the block lasts; what it writes is forgotten."""
        if self.within is not None:
            with in_words(self.shown):
                yield self.within
            return
        isolated = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with in_words(self.shown), self.engine.connect().execution_options(**isolated) as connection:
            yield connection

    def joining(self, c: Connection) -> Store:
        """Return the same store, all work of which becomes a part of a transaction of `writing`."""
        return replace(self, within=c)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is one file."""
        return self.engine.dialect.name == "sqlite"

    def breathe(self) -> None:
        """Leave other processes the moment in which they look whether they may write: whoever writes piece after piece keeps them out of a file."""
        if self.is_sqlite and self.within is None:
            sleep(_BREATH)

    @contextmanager
    def _part(self, c: Connection) -> Iterator[None]:
        waiting = c.get_execution_options()[_ONCE_KEPT]
        before = len(waiting)
        try:
            with in_words(self.shown), c.begin_nested():
                yield
        except BaseException:
            del waiting[before:]
            raise

    @contextmanager
    def _turn(self, patience: float) -> Iterator[None]:
        """Wait until a file's other writers are done; a server lets several write at once."""
        if not self.is_sqlite:
            yield
            return
        if not self.turns.take(patience):
            raise of_database(self.shown, "was busy for too long", "Try again in a moment.", BusyError)
        try:
            yield
        finally:
            self.turns.give()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def once_kept(c: Connection, do: Callable[[], object]) -> None:
    """Do something as soon as a transaction of `Store.writing` is kept; nothing, if it is forgotten."""
    c.get_execution_options()[_ONCE_KEPT].append(do)


def open_store(url: str) -> Store:
    """Open a store; a SQLite file is created, for its owner's eyes only, and a server is reached when it is first needed.

    Parameters
    ----------
    url
        `sqlite:///file.db` or `postgresql://user:password@host:port/database`.

    Raises
    ------
    UsageError
        If it is no such address.
    ServiceError
        If the file cannot be created.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from leadrank.store.migrate import migrate
    >>> from leadrank.store.registry import champion
    >>> store = open_store(f"sqlite:///{mkdtemp()}/leads.db")
    >>> migrate(store)
    >>> with store.reading() as connection:
    ...     champion(connection) is None
    True
    >>> store.close()
    """
    address = _parsed(url)
    shown = address.set(query={}, drivername=address.get_backend_name()).render_as_string(hide_password=True)
    # An error that is logged shows the statement, and no lead's data with it.
    settled: dict[str, Any] = {"json_serializer": _written, "hide_parameters": True}
    if address.get_backend_name() == "sqlite":
        _touch(str(address.database), shown)
        engine = create_engine(address, pool_size=5, max_overflow=15, connect_args={"timeout": _PATIENT}, **settled)
        return Store(as_we_want_it(engine), shown)
    try:
        limits = {} if "options" in address.query else {"options": _LIMITS}
        pool: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 5, "pool_timeout": _PATIENT}
        engine = create_engine(address, connect_args=_PATIENCE | limits, **pool, **settled)
    except ImportError as problem:
        raise MissingExtraError("PostgreSQL needs the driver psycopg.", "Install it with: pip install 'leadrank[sql]'") from problem
    return Store(engine, shown)


def _parsed(url: str) -> URL:
    scheme = url.partition("://")[0]
    if scheme not in _DRIVERS:
        raise UsageError("The database is no address of SQLite or PostgreSQL.", "Write sqlite:///file.db or postgresql://user:password@host:5432/database")
    try:
        address = make_url(url).set(drivername=_DRIVERS[scheme])
    except (ArgumentError, ValueError):
        raise UsageError("The database's address cannot be read.", "Write postgresql://user:password@host/database; @ in it is %40.") from None
    if scheme == "sqlite" and address.database in {None, "", ":memory:"}:
        raise UsageError("The store needs a file.", "Write sqlite:///relative.db or sqlite:////absolute.db")
    return address


def _touch(file: str, shown: str) -> None:
    try:
        Path(file).touch(mode=0o600)
    except OSError as problem:
        raise ServiceError(f"{shown} could not be opened: {problem.strerror}.", "Check that the folder exists and may be written.") from None


def _written(document: object) -> str:
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise DataError("A number is nan or infinite, which no database keeps.", "Leave it empty where it is unknown.") from None
    if _NUL.search(text):
        raise DataError("A text holds the character NUL, which no database keeps.", "Leave it out.")
    return text
