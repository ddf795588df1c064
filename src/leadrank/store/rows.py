"""Records to rows and back, and the insert that is written alike on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from leadrank.store import records

T = TypeVar("T")
AT_ONCE = 1000
"""Names in one IN list; SQLite takes 32,766."""


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the columns that a record has, but the number that the database gives."""
    return tuple(f.name for f in fields(kind) if f.name != "id" or f.type != "int")


_NAMES: dict[type, tuple[str, ...]] = {kind: names_of(kind) for kind in vars(records).values() if isinstance(kind, type) and is_dataclass(kind)}


def values_of(record: object) -> dict[str, Any]:
    """Return what is inserted for a record."""
    return {name: getattr(record, name) for name in _NAMES[type(record)]}


def one(c: Connection, query: Select[Any], kind: type[T]) -> T | None:
    """Read the first row as a record."""
    row = c.execute(query).first()
    return None if row is None else record_of(row, kind)


def many(c: Connection, query: Select[Any], kind: type[T]) -> list[T]:
    """Read all rows as records."""
    return [record_of(row, kind) for row in c.execute(query)]


def record_of(row: Row[Any], kind: type[T]) -> T:
    """Make the record of a row."""
    return kind(**row._mapping)


def add(c: Connection, table: Table, record: Any) -> int:
    """Insert one record and return the number that it got."""
    return int(c.execute(insert(table).values(values_of(record)).returning(table.c.id)).scalar_one())


def new_ones(c: Connection, table: Table, given: Iterable[Any], name: Column[str]) -> set[str]:
    """Insert what is not there yet, and return the names of what was inserted; what somebody else inserts meanwhile is theirs."""
    rows = [values_of(record) for record in given]
    if not rows:
        return set()
    return set(c.execute(upsert(c, table).on_conflict_do_nothing().returning(name), rows).scalars())


def upsert(c: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert that may say what to do on a conflict."""
    return sqlite.insert(table) if c.dialect.name == "sqlite" else postgresql.insert(table)


def chunks(keys: Iterable[str]) -> Iterator[Sequence[str]]:
    """Cut names into pieces that fit an IN list."""
    rest = iter(keys)
    while piece := list(islice(rest, AT_ONCE)):
        yield piece
