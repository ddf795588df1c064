"""What leads and events belong to: a company, a property, a campaign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from leadrank.store.rows import upsert
from leadrank.store.schema import parents


def put_parents(c: Connection, table: str, rows: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
    """Write rows of one parent table by their keys, whether they are there or not; one that says what it said before keeps its moment."""
    values = [{"table": table, "key": key, "fields": dict(fields), "at": at, "turn": 1} for key, fields in sorted(rows.items())]
    if values:
        insert = upsert(c, parents)
        news = cast(parents.c.fields, Text) != cast(insert.excluded.fields, Text)
        changed = {name: insert.excluded[name] for name in ("fields", "at")} | {"turn": parents.c.turn + 1}
        c.execute(insert.on_conflict_do_update(index_elements=["table", "key"], set_=changed, where=news), values)


def newest(c: Connection) -> datetime | None:
    """Return the moment at which something last became known of any parent."""
    found: datetime | None = c.execute(select(func.max(parents.c.at))).scalar_one()
    return found


def turn_of(c: Connection) -> tuple[int, int]:
    """Return how many rows there are and how often they said something new: another pair after any change, whichever transaction ended last."""
    count, turns = c.execute(select(func.count(), func.coalesce(func.sum(parents.c.turn), 0)).select_from(parents)).one()
    return int(count), int(turns)


def parents_of(c: Connection, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Read all rows of parent tables, by table."""
    wanted = {name: list[dict[str, Any]]() for name in tables}
    for table, fields in c.execute(select(parents.c.table, parents.c.fields).where(parents.c.table.in_(wanted)).order_by(parents.c.key)):
        wanted[table].append(fields)
    return wanted
