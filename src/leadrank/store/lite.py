"""SQLite as the store wants it: nothing acknowledged is lost, writers wait for each other, readers for nobody."""

from __future__ import annotations

import sqlite3
from time import sleep
from typing import Any

from sqlalchemy import Connection, Engine, event

_TRIES = 100


def as_we_want_it(engine: Engine) -> Engine:
    """Set every connection of an engine up."""
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction by itself; `_begin` does
    connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows ASCII only
    connection.execute("PRAGMA busy_timeout = 10000")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, once in the life of a file; here SQLite does not wait for others by itself."""
    for _ in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            sleep(0.1)
        else:
            return


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("leadrank")
    if kind == "migrating":
        # A table that is made anew must not take its children with it; outside a transaction only can this be said.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    # Whoever will write says so at once: a reader that becomes a writer later may find that somebody else was quicker.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if kind else "BEGIN")


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text
