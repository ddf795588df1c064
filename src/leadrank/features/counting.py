"""All that is counted of the events of one table, for rows that may see stretches of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadrank.features import naming
from leadrank.features.asof import Asked, Past, Seen
from leadrank.features.decay import decayed
from leadrank.features.keys import match
from leadrank.features.plan import EventPlan
from leadrank.features.tables import Codes, Tables, all_codes, codes_of, table_of
from leadrank.features.windows import Borders, borders_of, counted, different, divided, lengths, recency, summed, trend
from leadrank.frames import pl
from leadrank.moments import NEVER, happened_and_known, microseconds
from leadrank.types import FloatArray, IntArray

Lines = Iterator[tuple[str, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of an event table as numbers: the group of each event, numbers (nan is blank), and codes with what stands for blank.

    `links` are not counted.
    """

    groups: Codes
    numbers: dict[str, FloatArray]
    distinct: dict[str, tuple[Codes, int]]
    links: tuple[Codes, ...] = ()

    @property
    def ties(self) -> tuple[npt.NDArray[np.generic], ...]:
        """All that can put events of one moment in order."""
        return (self.groups, *self.numbers.values(), *(codes for codes, _ in self.distinct.values()), *self.links)


def columns_of(plan: EventPlan, table: pl.DataFrame) -> Columns:
    """Read the columns of an event table that are counted."""
    groups = np.zeros(table.height, dtype=np.uint8) if plan.type is None else codes_of(table[plan.type], plan.kinds)
    numbers = {name: table[name].to_numpy() for name in plan.numbers}
    distinct = {name: all_codes(table[name]) for name in plan.distinct}
    return Columns(groups, numbers, distinct, tuple(all_codes(table[name])[0] for name in plan.links if name not in distinct))


def event_table(plan: EventPlan, tables: Tables) -> pl.DataFrame:
    """Return an event table that has all that the plan reads."""
    clocks = [clock.column for clock in (plan.occurred_at, plan.known_at) if clock is not None]
    types = () if plan.type is None else (plan.type,)
    return table_of(tables, plan.table, (*plan.key, *clocks, *types, *plan.numbers, *plan.distinct, *plan.links))


def past_of(plan: EventPlan, table: pl.DataFrame, leads: pl.DataFrame, columns: Columns) -> tuple[Past, IntArray]:
    """Return the events of a table as the join takes them, and the owner of each lead."""
    own, owner = match(leads.select(plan.lead), table.select(plan.key))
    occurred, known = happened_and_known(table, plan.occurred_at, plan.known_at)
    at_once = known is occurred or np.array_equal(known, occurred)
    return Past(owner, occurred, None if at_once else known, columns.ties), own


def asked_of(own: IntArray, rows: pl.DataFrame) -> Asked:
    """Return whose past each row asks for; nobody's where the cutoff is not known."""
    at = microseconds(rows["at"])
    return Asked(np.where(at == NEVER, -1, own[rows["lead"].to_numpy()]), at)


def count(plan: EventPlan, windows: tuple[float, ...], columns: Columns, seen: Seen) -> Lines:
    """Yield each feature of the rows, by name."""
    borders = borders_of(seen, windows)
    groups = columns.groups[seen.index]
    yield from _of_groups(plan, groups, seen, borders)
    yield from _decayed(plan, groups, seen)
    for name, values in columns.numbers.items():
        yield from _of_number(plan, name, values[seen.index], borders)
    for name, (codes, blank) in columns.distinct.items():
        found = different(codes[seen.index], blank, seen, borders)
        yield from _in_windows(naming.of_different(plan, name), found, borders)


def _of_groups(plan: EventPlan, groups: Codes, seen: Seen, borders: Borders) -> Lines:
    yield from _counts(naming.of_group(plan, ""), None, seen, borders)
    if plan.groups != ("",):
        for code, group in enumerate(plan.groups):
            yield from _counts(naming.of_group(plan, group), groups == code, seen, borders)


def _counts(what: str, marked: npt.NDArray[np.bool_] | None, seen: Seen, borders: Borders) -> Lines:
    found = lengths(borders) if marked is None else counted(marked, borders)
    yield from _in_windows(what, found, borders)
    for window in borders.length:
        yield naming.as_trend(what, window), trend(found, borders, window)
    yield naming.since_last(what), recency(marked, seen)


def _in_windows(what: str, found: FloatArray, borders: Borders) -> Lines:
    for window, line in borders.length.items():
        yield naming.in_window(what, window), found[line]
    yield naming.in_window(what, None), found[0]


def _decayed(plan: EventPlan, groups: Codes, seen: Seen) -> Lines:
    found = decayed(groups, np.array([h.days for h in plan.half_lives]), seen)
    for group, line in zip(plan.groups, found, strict=True):
        yield naming.as_decayed(naming.of_group(plan, group)), line


def _of_number(plan: EventPlan, name: str, values: FloatArray, borders: Borders) -> Lines:
    told = ~np.isnan(values)
    sums, number = summed(np.where(told, values, 0.0), borders), counted(told, borders)
    what = naming.of_number(plan, name, "sum")
    yield from _in_windows(what, sums, borders)
    for window in borders.length:
        yield naming.as_trend(what, window), trend(sums, borders, window)
    yield from _in_windows(naming.of_number(plan, name, "mean"), divided(sums, number), borders)
