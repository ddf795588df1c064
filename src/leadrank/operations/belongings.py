"""What leads and events belong to, as the tables that a model reads: kept in memory, and read anew where the store holds others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from sqlalchemy import Connection

from leadrank.frames import pl
from leadrank.operations.texts import texts_of
from leadrank.store.parents import parents_of, turn_of


class Belongings:
    """The parent tables of one model; safe to share between threads.

    A score of one lead needs a few of their rows, and to read all of them takes far longer than to score.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._turn: tuple[int, int] | None = None
        self._tables: dict[str, pl.DataFrame] = {}

    def tables(self, c: Connection, columns: Mapping[str, Sequence[str]]) -> dict[str, pl.DataFrame]:
        """Return the parent tables that a transaction sees, each with the columns given by name, as texts."""
        if not columns:
            return {}
        turn = turn_of(c)
        with self._lock:
            if self._turn == turn:
                return self._tables
        rows = parents_of(c, columns)
        tables = {name: texts_of(rows[name], wanted) for name, wanted in columns.items()}
        with self._lock:
            self._turn, self._tables = turn, tables
        return tables
