"""What one lead's events belong to, without frames: a parent's rows by key, and as they were known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from leadrank.features import naming
from leadrank.features.keys import as_key
from leadrank.features.named_scores import HALF, UNKNOWN
from leadrank.features.plan import ParentPlan
from leadrank.frames import pl
from leadrank.moments import NEVER, held_from

Value = float | str | datetime | None
Row = Mapping[str, Value]


class Things:
    """The rows of a parent table, by key and from when each holds."""

    def __init__(self, plan: ParentPlan, table: pl.DataFrame) -> None:
        table = table.sort(table.columns)
        keys = zip(*(as_key(table[name]).to_list() for name in plan.key), strict=True)
        self._plan, self._rows = plan, table.to_dicts()
        self._found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for place, (key, moment) in enumerate(zip(keys, held_from(table, plan.known_at).tolist(), strict=True)):
            if None not in key:
                self._found.setdefault(key, []).append((moment, place))
        for versions in self._found.values():
            versions.sort()

    def at(self, below: Row | None, at: int) -> Row | None:
        """Return the thing that a row of the table below belongs to, as known at a moment."""
        versions = self._found.get(self._key(below)) if below is not None else None
        place = 0 if versions is None else bisect_right(versions, (at, NEVER))
        return self._rows[versions[place - 1][1]] if versions is not None and place else None

    def holds(self, below: Row) -> bool:
        """Say whether a row belongs to any thing of the table."""
        return self._key(below) in self._found

    def _key(self, below: Row) -> tuple[str, ...]:
        cells = [below.get(name) for name in self._plan.by]
        return () if None in cells else tuple(map(str, cells))


class Parents:
    """All parent tables of a featurizer."""

    def __init__(self, plans: Sequence[ParentPlan], tables: Mapping[str, pl.DataFrame]) -> None:
        self._plans = plans
        self._things = {plan.table: Things(plan, tables[plan.table]) for plan in plans}

    def of(self, root: str, cells: Row | None, at: int) -> dict[str, Row | None]:
        """Return the row of each parent of a row, and of their parents, as known at a moment."""
        found: dict[str, Row | None] = {root: cells}
        for plan in self._plans:
            if plan.root == root:
                found[plan.table] = self._things[plan.table].at(found[plan.of], at)
        return found

    def of_lead(self, cells: Row, at: int) -> Iterator[tuple[str, Value]]:
        """Yield the attributes of what a lead belongs to."""
        rows = self.of("lead", cells, at)
        for plan in self._plans:
            if plan.root == "lead":
                yield from ((naming.of_lead(plan, a), _cell(rows[plan.table], a.column)) for a in plan.attributes)

    def of_events(self, table: str, events: Sequence[tuple[Row, int]], at: int) -> Iterator[tuple[str, Value]]:
        """Yield the attributes of what events (their cells, and when each was known) belong to: of the last one, means, shares."""
        direct = [self._things[p.table] for p in self._plans if p.of == table]
        if not direct:
            return
        last = next((cells for cells, _ in reversed(events) if any(things.holds(cells) for things in direct)), None)
        newest, then = self.of(table, last, at), [self.of(table, cells, known) for cells, known in events]
        for plan in self._plans:
            if plan.root == table:
                yield from ((naming.of_last(plan, a), _cell(newest[plan.table], a.column)) for a in plan.attributes)
                yield from _means_and_shares(plan, [rows[plan.table] for rows in then])

    def availability(self, parent: str, item: Row, at: int, column: str, available: tuple[str, ...]) -> float:
        """Return how available an item was."""
        return _weight(_cell(self._things[parent].at(item, at), column), available)


def _cell(row: Row | None, column: str) -> Value:
    return None if row is None else row[column]


def _means_and_shares(plan: ParentPlan, rows: Sequence[Row | None]) -> Iterator[tuple[str, Value]]:
    for attribute in plan.attributes:
        told = [cell for row in rows if (cell := _cell(row, attribute.column)) is not None]
        if attribute.type == "number":
            yield naming.of_mean(plan, attribute), sum(told) / len(told) if told else None  # type: ignore[arg-type]
        for level in attribute.levels:
            yield naming.of_share(plan, attribute, level), told.count(level) / len(told) if told else None


def _weight(status: Value, available: tuple[str, ...]) -> float:
    if isinstance(status, float):
        return min(max(status, 0.0), 1.0)
    text = UNKNOWN if status is None else str(status).strip().lower()
    return HALF if text == UNKNOWN else float(text in available)
