"""Access records: who did what, when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from leadrank.store.records import AccessRow
from leadrank.store.rows import many, values_of
from leadrank.store.schema import access


def add(c: Connection, rows: Iterable[AccessRow]) -> None:
    """Write access records."""
    values = [values_of(row) for row in rows]
    if values:
        c.execute(insert(access), values)


def page(
    c: Connection, *, limit: int, before: int | None = None, by: str | None = None, did: str | None = None, what: str | None = None,
    since: datetime | None = None, until: datetime | None = None,
) -> list[AccessRow]:
    """Read one page of access records, newest first.

    Parameters
    ----------
    c
        A connection.
    limit
        Records on a page.
    before
        The number of the last record on the page before.
    by, did, what
        Only these.
    since, until
        From the one moment on, before the other.
    """
    query = select(access).order_by(access.c.id.desc()).limit(limit)
    same = {access.c.by: by, access.c.did: did, access.c.what: what}
    query = query.where(*(column == value for column, value in same.items() if value is not None))
    query = query if before is None else query.where(access.c.id < before)
    query = query if since is None else query.where(access.c.at >= since)
    return many(c, query if until is None else query.where(access.c.at < until), AccessRow)
