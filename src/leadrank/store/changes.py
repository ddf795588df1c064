"""Whether a queue may look different from a moment ago, and whose."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, Table, func, select, union

from leadrank.store.rows import chunks
from leadrank.store.schema import assignments, contacts, leads, outcomes, overrides, scores, snoozes

_SHOWN = (scores, assignments, outcomes, contacts, snoozes, overrides)
_RECENT = 1000


class Holder(NamedTuple):
    """Who has a lead: an owner, or a team alone."""

    owner: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw.

    Attributes
    ----------
    version
        Numbers that grow with every change of what a queue shows.
    touched
        Who has a lead that changed since the look before, or had it; None: anybody may.
    recent
        The last rows of each table: their numbers, and their leads.
    """

    version: tuple[int, ...]
    touched: frozenset[Holder] | None
    recent: tuple[Mapping[int, str], ...]


def version(c: Connection) -> tuple[int, ...]:
    """Return numbers that grow with every change of what a queue shows."""
    return tuple(int(number) for number in c.execute(_VERSION).one())


def look(c: Connection, before: Look | None = None) -> Look:
    """Look what changed since the look before.

    Parameters
    ----------
    c
        A connection that sees one moment.
    before
        That look; None: there was none.
    """
    seen = version(c)
    if before is None:
        return Look(seen, None, tuple(_rows(c, k, seen) for k in range(len(_SHOWN))))
    changed = [k for k in range(len(_SHOWN)) if _of(seen, k) != _of(before.version, k)]
    recent = tuple(_rows(c, k, seen) if k in changed else before.recent[k] for k in range(len(_SHOWN)))
    if any(_of(seen, k)[0] - _RECENT > _of(before.version, k)[0] for k in changed):  # more than were read
        return Look(seen, None, recent)
    news = {k: {lead for number, lead in recent[k].items() if number not in before.recent[k]} for k in changed}
    return Look(seen, _holders(c, set().union(*news.values()), news.get(_SHOWN.index(assignments), ())), recent)


def _of(seen: tuple[int, ...], k: int) -> tuple[int, int]:
    return seen[2 * k], seen[2 * k + 1]


def _rows(c: Connection, k: int, seen: tuple[int, ...]) -> Mapping[int, str]:
    table, top = _SHOWN[k], _of(seen, k)[0]
    return dict(c.execute(select(table.c.id, table.c.lead).where(table.c.id > top - _RECENT)).all())


def _holders(c: Connection, changed: Collection[str], moved: Collection[str]) -> frozenset[Holder]:
    """Name who has leads, and who had those that went from one to another."""
    has = [select(leads.c.owner, leads.c.team).where(leads.c.key.in_(piece)) for piece in chunks(changed)]
    had = [select(assignments.c.owner, assignments.c.team).where(assignments.c.lead.in_(piece)) for piece in chunks(moved)]
    return frozenset(Holder(owner, team) for owner, team in c.execute(union(*has, *had))) if has else frozenset()


def _newest(table: Table) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    # On PostgreSQL a row may appear after one with a higher number, when its transaction took longer; counting the last ones sees it.
    top = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
    return top, select(func.count()).select_from(table).where(table.c.id > top - _RECENT).scalar_subquery()


_VERSION = select(*(part for table in _SHOWN for part in _newest(table)))
"""Made once: it is asked five times a second, and to put it together takes longer than to answer it."""
