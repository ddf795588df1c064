"""Attributes of what leads and events belong to, as they were known: companies, campaigns, properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from leadrank.features import naming
from leadrank.features.asof import Asked, Past, Seen, latest
from leadrank.features.keys import match
from leadrank.features.plan import Attribute, ParentPlan
from leadrank.features.tables import Tables, codes_of, table_of
from leadrank.features.windows import divided, last_of, totals
from leadrank.frames import pl
from leadrank.moments import held_from
from leadrank.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A parent table, and how its rows are found; of several rows for one thing the newest that is known counts.

    `holder` numbers the things that the rows of the table below hold.
    """

    plan: ParentPlan
    table: pl.DataFrame
    own: IntArray
    holder: IntArray
    known: IntArray

    def rows(self, below: IntArray, at: IntArray) -> IntArray:
        """Return the parent's row for each given row of the table below (-1 is none), as known at a moment each."""
        owner = np.where(below >= 0, self.holder[below], -1) if len(self.holder) else np.full(len(below), -1)
        return latest(Past(self.own, self.known), Asked(owner, at))


def hold(tables: Tables, plan: ParentPlan, below: pl.DataFrame) -> Held:
    """Make a parent's rows findable from the rows of the table below it."""
    table = table_of(tables, plan.table, (*plan.key, *(a.column for a in plan.attributes)))
    table = table.sort(table.columns)  # so that nothing depends on how it came
    own, holder = match(table.select(plan.key), below.select(plan.by))
    return Held(plan, table, own, holder, held_from(table, plan.known_at))


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A table's parents, their parents, and so on, each after the one below it."""

    held: tuple[Held, ...]

    def rows(self, root: IntArray, at: IntArray) -> dict[str, IntArray]:
        """Return the row of each parent for given rows of the root table, as known at a moment each."""
        found: dict[str, IntArray] = {}
        for held in self.held:
            below = root if held.plan.of == held.plan.root else found[held.plan.of]
            found[held.plan.table] = held.rows(below, at)
        return found


def family_of(tables: Tables, plans: tuple[ParentPlan, ...], root: pl.DataFrame) -> Family:
    """Make all parents of a table findable."""
    held: list[Held] = []
    for plan in plans:
        below = root if plan.of == plan.root else next(h.table for h in held if h.plan.table == plan.of)
        held.append(hold(tables, plan, below))
    return Family(tuple(held))


def lead_attributes(family: Family, lead: IntArray, at: IntArray) -> Iterator[pl.Series]:
    """Yield the attributes of what each row's lead belonged to at the cutoff."""
    rows = family.rows(lead, at)
    for held in family.held:
        for attribute in held.plan.attributes:
            yield taken(held.table[attribute.column], rows[held.plan.table]).alias(naming.of_lead(held.plan, attribute))


def taken(column: pl.Series, rows: IntArray) -> pl.Series:
    """Return a column's cells at given rows; null where the row is -1."""
    if not len(column):
        return pl.Series([None] * len(rows), dtype=column.dtype)
    cells = column.gather(np.maximum(rows, 0))
    return cells if (rows >= 0).all() else pl.select(pl.when(pl.Series(rows >= 0)).then(cells)).to_series()


Counter = Callable[[Seen], Iterator[tuple[str, FloatArray]]]


def means_and_shares(family: Family, events: IntArray, known: IntArray) -> Iterator[Counter]:
    """Yield what counts over all known events: the mean of each number, the share of each level, as known with each event."""
    rows = family.rows(events, known)
    for held in family.held:
        for attribute in held.plan.attributes:
            cells = taken(held.table[attribute.column], rows[held.plan.table])
            if attribute.type == "number":
                yield _mean(naming.of_mean(held.plan, attribute), cells.to_numpy())
            elif attribute.levels:
                yield _shares(held.plan, attribute, cells)


def _mean(name: str, values: FloatArray) -> Counter:
    def count(seen: Seen) -> Iterator[tuple[str, FloatArray]]:
        own = values[seen.index]
        told = ~np.isnan(own)
        number = _inside(told, seen)
        yield name, divided(totals(np.where(told, own, 0.0), seen), number)

    return count


def _shares(plan: ParentPlan, attribute: Attribute, cells: pl.Series) -> Counter:
    codes, told = codes_of(cells, attribute.levels), cells.is_not_null().to_numpy()

    def count(seen: Seen) -> Iterator[tuple[str, FloatArray]]:
        own, number = codes[seen.index], _inside(told[seen.index], seen)
        for code, level in enumerate(attribute.levels):
            yield naming.of_share(plan, attribute, level), divided(_inside(own == code, seen), number)

    return count


def _inside(marked: BoolArray, seen: Seen) -> FloatArray:
    before = np.append(0, np.cumsum(marked))
    numbers: FloatArray = (before[seen.ends] - before[seen.starts]).astype(np.float64)
    return numbers


def last_attributes(family: Family, last: IntArray, at: IntArray) -> Iterator[pl.Series]:
    """Yield the attributes, at the cutoff, of what each row's last event that belongs to anything belongs to."""
    rows = family.rows(last, at)
    for held in family.held:
        for attribute in held.plan.attributes:
            yield taken(held.table[attribute.column], rows[held.plan.table]).alias(naming.of_last(held.plan, attribute))


def last_that_belongs(belongs: BoolArray, out: IntArray) -> Callable[[Seen], None]:
    """Return what finds each row's last event that belongs to something."""
    def find(seen: Seen) -> None:
        last, some = last_of(belongs[seen.index], seen)
        out[seen.rows[some]] = seen.index[last[some]]

    return find
