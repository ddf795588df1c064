"""Access records: who did what, when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select

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
    by, did
        Only these.
    what
        Only what is about this, also among others.
    since, until
        From the one moment on, before the other.
    """
    query = select(access).order_by(access.c.id.desc()).limit(limit)
    same = {access.c.by: by, access.c.did: did}
    query = query.where(*(column == value for column, value in same.items() if value is not None))
    query = query if what is None else query.where(_about(what))
    query = query if before is None else query.where(access.c.id < before)
    query = query if since is None else query.where(access.c.at >= since)
    return many(c, query if until is None else query.where(access.c.at < until), AccessRow)


def _about(what: str) -> ColumnElement[bool]:
    """Find what is about one thing, and of what is about several that which names it; LIKE would find other cases of letters on one database."""
    listed = ", " + access.c.what + ", "
    among = (func.replace(listed, f", {what}{end}", "") != listed for end in (", ", " and "))
    return or_(access.c.what == what, and_(access.c.times > 1, or_(*among)))
