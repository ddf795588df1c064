"""Leads as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, text, update

from leadrank.store.records import LeadRow
from leadrank.store.rows import chunks, names_of, one, record_of, upsert, values_of
from leadrank.store.schema import leads

_ALIVE = ("open", "snoozed")
_NEWS = [name for name in names_of(LeadRow) if name != "key"]
# A server has room for some thousand locks; 256 for all keys that are not there yet cost at worst a short wait.
_LOCK = text("""
    SELECT pg_advisory_xact_lock(7701, bucket)
    FROM (SELECT DISTINCT hashtext(key) & 255 AS bucket FROM unnest(CAST(:keys AS text[])) AS key ORDER BY bucket) AS buckets
""")


def put_leads(c: Connection, rows: Iterable[LeadRow]) -> set[str]:
    """Write leads, whether they are there or not; of two with one key the last counts.

    Returns
    -------
    set
        The keys of the new ones.
    """
    # In order of their keys, so that two who write the same leads wait for each other instead of locking each other out.
    by_key = dict(sorted({row.key: row for row in rows}.items()))
    known = _known(c, by_key)
    missing = [key for key in by_key if key not in known]
    if missing and _lock_names(c, missing):
        known |= _known(c, missing)
    if by_key:
        insert = upsert(c, leads)
        news = {name: insert.excluded[name] for name in _NEWS}
        c.execute(insert.on_conflict_do_update(index_elements=["key"], set_=news), [values_of(row) for row in by_key.values()])
    return by_key.keys() - known


def get_lead(c: Connection, key: str) -> LeadRow | None:
    """Read one lead."""
    return one(c, select(leads).where(leads.c.key == key), LeadRow)


def lock_lead(c: Connection, key: str) -> LeadRow | None:
    """Read one lead to change it; until the transaction ends nobody else may, nor create it where it is not there."""
    query = select(leads).where(leads.c.key == key).with_for_update()
    found = one(c, query, LeadRow)
    if found is None and _lock_names(c, [key]):
        found = one(c, query, LeadRow)
    return found


def lock_leads(c: Connection, keys: Iterable[str]) -> dict[str, LeadRow]:
    """Read leads to change them, as `lock_lead` does one."""
    wanted = sorted(set(keys))
    found = _locked(c, wanted)
    missing = [key for key in wanted if key not in found]
    if missing and _lock_names(c, missing):
        found |= _locked(c, missing)
    return found


def change_lead(c: Connection, key: str, **columns: Any) -> bool:
    """Change some columns of a lead; say whether it is there."""
    return c.execute(update(leads).where(leads.c.key == key).values(**columns)).rowcount > 0


def open_keys(c: Connection, *, after: str | None = None, limit: int) -> list[str]:
    """Name open and snoozed leads in the order of their keys, beginning behind `after`."""
    query = select(leads.c.key).where(leads.c.status.in_(_ALIVE))
    return list(c.execute((query if after is None else query.where(leads.c.key > after)).order_by(leads.c.key).limit(limit)).scalars())


def due_snoozes(c: Connection, now: datetime, limit: int) -> list[str]:
    """Name the snoozed leads that should wake up, those that should have first."""
    due = leads.c.status == "snoozed", leads.c.snoozed_until <= now
    return list(c.execute(select(leads.c.key).where(*due).order_by(leads.c.snoozed_until, leads.c.key).limit(limit)).scalars())


def overdue(c: Connection, now: datetime, limit: int, *, after: tuple[datetime, str] | None = None) -> list[tuple[datetime, str]]:
    """Name somebody's open leads whose deadline passed without any contact, the longest overdue first, beginning behind a deadline and key."""
    late = (leads.c.status == "open", leads.c.owner.is_not(None), leads.c.due_at <= now, leads.c.contacted_at.is_(None))
    query = select(leads.c.due_at, leads.c.key).where(*late)
    if after is not None:
        # The first half is a range of the index, the second decides among equals.
        query = query.where(leads.c.due_at >= after[0], or_(leads.c.due_at > after[0], leads.c.key > after[1]))
    return [(due, key) for due, key in c.execute(query.order_by(leads.c.due_at, leads.c.key).limit(limit))]


def ended_overrides(c: Connection, now: datetime, limit: int) -> list[str]:
    """Name the leads whose override has expired, those first whose did first."""
    ended = leads.c.overridden_until <= now
    return list(c.execute(select(leads.c.key).where(ended).order_by(leads.c.overridden_until, leads.c.key).limit(limit)).scalars())


def scored_before(c: Connection, moment: datetime, limit: int) -> list[str]:
    """Name open and snoozed leads that were last scored before a moment, the oldest scores first."""
    query = select(leads.c.key).where(leads.c.status.in_(_ALIVE), leads.c.scored_at < moment)
    return list(c.execute(query.order_by(leads.c.scored_at, leads.c.key).limit(limit)).scalars())


def scored_otherwise(c: Connection, model: str, limit: int) -> list[str]:
    """Name open and snoozed leads whose score is not by this model, or is from before what plans count with was kept."""
    otherwise = (leads.c.status.in_(_ALIVE), or_(leads.c.model != model, leads.c.chance.is_(None)))
    return list(c.execute(select(leads.c.key).where(*otherwise).order_by(leads.c.key).limit(limit)).scalars())


def late(c: Connection, now: datetime) -> dict[str | None, int]:
    """Count the open leads whose deadline passed without any contact, by owner."""
    waiting = (leads.c.status == "open", leads.c.due_at <= now, leads.c.contacted_at.is_(None))
    return {owner: int(count) for owner, count in c.execute(select(leads.c.owner, func.count()).where(*waiting).group_by(leads.c.owner))}


def alive_of(c: Connection, owner: str) -> list[str]:
    """Name somebody's open and snoozed leads."""
    return list(c.execute(select(leads.c.key).where(leads.c.owner == owner, leads.c.status.in_(_ALIVE)).order_by(leads.c.key)).scalars())


def loads(c: Connection) -> dict[str, int]:
    """Count the open leads worth contacting, by owner."""
    working = (leads.c.owner.is_not(None), leads.c.status == "open", leads.c.contact == True)  # noqa: E712
    counts = select(leads.c.owner, func.count()).where(*working).group_by(leads.c.owner)
    return {str(owner): int(count) for owner, count in c.execute(counts)}


def _locked(c: Connection, keys: Iterable[str]) -> dict[str, LeadRow]:
    def query(piece: Iterable[str]) -> Select[Any]:
        return select(leads).where(leads.c.key.in_(piece)).order_by(leads.c.key).with_for_update()

    return {row.key: record_of(row, LeadRow) for piece in chunks(keys) for row in c.execute(query(piece))}


def _known(c: Connection, keys: Iterable[str]) -> set[str]:
    return {key for piece in chunks(keys) for key in c.execute(select(leads.c.key).where(leads.c.key.in_(piece))).scalars()}


def _lock_names(c: Connection, keys: list[str]) -> bool:
    """Lock keys that no row has yet; on SQLite whoever writes is alone anyway."""
    if c.dialect.name == "sqlite":
        return False
    c.execute(_LOCK, {"keys": keys})
    return True
