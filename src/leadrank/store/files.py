"""Files: uploaded tables that came back scored, until they expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from leadrank.store.records import FileRow
from leadrank.store.rows import one, values_of
from leadrank.store.schema import files


def keep(c: Connection, row: FileRow) -> None:
    """Keep a file."""
    c.execute(insert(files).values(values_of(row)))


def get(c: Connection, id: str, by: str, now: datetime) -> FileRow | None:  # noqa: A002
    """Read a file of one's own that has not expired."""
    return one(c, select(files).where(files.c.id == id, files.c.by == by, files.c.expires_at > now), FileRow)
