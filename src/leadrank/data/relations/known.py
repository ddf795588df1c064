"""The raw rows of tables that were known at a moment: what is learned of tables as of then may see no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np

from leadrank.data.relations.declared import Table, declared_tables
from leadrank.data.relations.key_texts import key_texts
from leadrank.data.relations.lent import Lent
from leadrank.data.relations.made import with_lent
from leadrank.data.relations.matching import match_keys
from leadrank.data.relations.read_cells import read_cells
from leadrank.frames import pl
from leadrank.moments import LONG_AGO, NEVER, counted_from, is_by_day, microseconds, number_of
from leadrank.project import Project
from leadrank.types import IntArray


def known_rows(project: Project, frames: Mapping[str, pl.DataFrame], until: datetime) -> dict[str, pl.DataFrame]:
    """Leave out what was written down later: leads that came later, events that were not known yet, later versions of parents.

    Rows that do not tell their moment stay, but events without one, which are of no use. So do all leads where they have no key: rows that are
    made of them are called by their number.

    Parameters
    ----------
    project
        What is declared of the tables.
    frames
        Raw cells by name.
    until
        The moment, naive UTC.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> project = parse_project({
    ...     "lead": {"key": "id", "created_at": "came"}, "event": [{"table": "calls", "key": "id", "occurred_at": "at"}],
    ...     "target": {"event": "calls"}})
    >>> lead = pl.DataFrame({"id": ["a", "b"], "came": ["2024-05-01", "2024-06-01"]})
    >>> calls = pl.DataFrame({"id": ["a", "a"], "at": ["2024-05-02 10:00", "2024-05-03 10:00"]})
    >>> known = known_rows(project, {"lead": lead, "calls": calls}, datetime(2024, 5, 3))
    >>> known["lead"]["id"].to_list(), known["calls"].height
    (['a'], 1)
    """
    declared, end = declared_tables(project), number_of(until)
    return dict(frames) | {
        name: frames[name].filter(pl.Series(_known_from(declared, table, frames, end) <= end))
        for name, table in declared.items() if table.kind != "lead" or table.key
    }


def _known_from(declared: Mapping[str, Table], table: Table, frames: Mapping[str, pl.DataFrame], end: int) -> IntArray:
    if table.kind == "lead":
        created = next(iter([*_borrowed(declared, table, frames), *_moments(table, frames[table.name])]), None)
        return np.full(frames[table.name].height, LONG_AGO) if created is None else microseconds(created, LONG_AGO)
    parts = [
        counted_from(moments, by_day=_by_day_then(moments, end), missing=NEVER if table.dated.get(moments.name, True) else LONG_AGO)
        for moments in [*_borrowed(declared, table, frames), *_moments(table, frames[table.name])]
    ]
    latest: IntArray = np.max([np.full(frames[table.name].height, LONG_AGO), *parts], axis=0)
    return latest


def _by_day_then(moments: pl.Series, end: int) -> bool:
    """Judge by what had happened whether a column tells days."""
    return is_by_day(moments.filter(pl.Series(microseconds(moments) <= end)))


def _moments(table: Table, frame: pl.DataFrame, names: tuple[str, ...] = ()) -> list[pl.Series]:
    """Read the columns that tell when rows were known, and nothing else."""
    names = names or tuple(table.dated)
    if not names or not frame.height:
        return [pl.Series(name, [None] * frame.height, dtype=pl.Datetime("us")) for name in names]
    columns = {name: column for name, column in table.declared.columns.items() if name in names}
    told = table.declared.model_copy(update={"columns": columns, "exclude": (), "order": None})
    alone = replace(table, key=(), names=(), outcome=None, dated=dict.fromkeys(names, False), kind="lead", declared=told)
    return read_cells(alone, frame.select(names)).frame.select(names).get_columns()


def _borrowed(declared: Mapping[str, Table], table: Table, frames: Mapping[str, pl.DataFrame]) -> list[pl.Series]:
    """Return when rows happened where a parent tells it."""
    return [_lent(declared, table, frames, one) for one in table.borrowed if one.use == "date"]


def _lent(declared: Mapping[str, Table], table: Table, frames: Mapping[str, pl.DataFrame], one: Lent) -> pl.Series:
    link = next(link for link in table.links if link.of == one.parent)
    parent, (moments,) = frames[one.parent], _moments(declared[one.parent], frames[one.parent], (one.column,))
    theirs = pl.DataFrame([*(key_texts(parent[by], declared[one.parent].declared.null_words) for by in link.by), moments])
    ours = pl.DataFrame([key_texts(frames[table.name][own], table.declared.null_words) for own in link.columns])
    theirs = theirs.unique(link.by, keep="first", maintain_order=True)
    return with_lent(match_keys(ours, link, theirs).frame, link, theirs, [one])[one.name]
