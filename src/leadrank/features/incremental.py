"""The incremental twin: a lead's past taken one event at a time, in any order, and its features at any moment.

What a state holds is JSON, so that it can lie in a store between two events.
"""

from __future__ import annotations

import json
from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadrank.errors import UsageError, nearest
from leadrank.features import naming
from leadrank.features.agreements import agree
from leadrank.features.one_parent import Parents, Row, Value
from leadrank.features.one_past import Cell, Event, Known, known_at, of_events, of_scores
from leadrank.features.plan import EventPlan, Featurizer, ScorePlan
from leadrank.features.tables import table_of
from leadrank.frames import pl
from leadrank.moments import NEVER, Clock, number_of
from leadrank.types import AT


@dataclass(slots=True)
class LeadState:
    """One lead's cells, and its events by table, oldest first."""

    lead: dict[str, Value]
    events: dict[str, list[Event]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the state."""
        dates = {name: value.isoformat() for name, value in self.lead.items() if isinstance(value, datetime)}
        cells = {name: value for name, value in self.lead.items() if name not in dates}
        return json.dumps({"cells": cells, "dates": dates, "events": self.events}, allow_nan=False, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> LeadState:
        """Read what `to_json` wrote."""
        told = json.loads(text)
        dates = {name: datetime.fromisoformat(value) for name, value in told["dates"].items()}
        return cls(told["cells"] | dates, {table: [_event(e) for e in events] for table, events in told["events"].items()})


def _event(told: list[Any]) -> Event:
    occurred, group, numbers, texts, known = told
    return Event(occurred, group, tuple((blank, n) for blank, n in numbers), tuple((blank, t) for blank, t in texts), known)


@dataclass(frozen=True, slots=True)
class _Reader:
    """How an event of one table becomes what a state keeps."""

    plan: EventPlan
    groups: dict[str, int]
    rest: int
    texts: tuple[str, ...]
    numbers: tuple[str, ...]

    def read(self, event: Row) -> Event | None:
        """Return None for an event without a moment: it is known at no cutoff."""
        plan = self.plan
        happened, written = _number(event, plan.occurred_at), _number(event, plan.known_at)
        if happened is None:
            return None
        known = happened if written is None else max(happened, written)
        kind = None if plan.type is None else event.get(plan.type)
        numbers = tuple([(1, 0.0) if (n := event.get(name)) is None else (0, float(n)) for name in self.numbers])  # type: ignore[arg-type]
        texts = tuple([(1, "") if (t := event.get(name)) is None else (0, str(t)) for name in self.texts])
        return Event(happened, 0 if plan.type is None else self.groups.get(kind, self.rest), numbers, texts, known)  # type: ignore[arg-type]

    def cells(self, event: Event) -> Row:
        """Return the texts of an event by column."""
        return {name: None if blank else text for name, (blank, text) in zip(self.texts, event.texts, strict=True)}


def _number(event: Row, clock: Clock | None) -> int | None:
    moment = None if clock is None else event.get(clock.column)
    return number_of(moment, by_day=clock.by_day) if clock is not None and isinstance(moment, datetime) else None


class IncrementalFeaturizer:
    """Keeps states of leads up to date, and tells their features: those that `featurize` makes of tables, to 1e-9.

    Parameters
    ----------
    featurizer
        As it was fitted.
    tables
        The parent tables by name, if there are any.

    Examples
    --------
    >>> from leadrank.features.plan import HalfLife, LeadPlan
    >>> visits = EventPlan("visits", ("id",), ("id",), Clock("on", True), half_lives=(HalfLife("visits", 30, "given"),))
    >>> twin = IncrementalFeaturizer(Featurizer(LeadPlan("id", None, ("id",), ()), (7.0,), (visits,)), {})
    >>> state = twin.start({"id": "a"})
    >>> twin.update(state, "visits", {"id": "a", "on": datetime(2024, 5, 1)})
    >>> [twin.features_at(state, datetime(2024, 5, day))["visits all, 7 days"] for day in (1, 2, 9)]
    [0.0, 1.0, 0.0]
    """

    def __init__(self, featurizer: Featurizer, tables: Mapping[str, pl.DataFrame]) -> None:
        self._featurizer = featurizer
        self._readers = {plan.table: _reader(plan, featurizer.scores) for plan in featurizer.events}
        self._parents = Parents(featurizer.parents, {plan.table: table_of(tables, plan.table) for plan in featurizer.parents})

    def start(self, lead: Row) -> LeadState:
        """Return the state of a lead of which no event is known; `lead` are its clean cells."""
        return LeadState({name: lead.get(name) for name in self._read_of_lead()})

    def update(self, state: LeadState, table: str, event: Row) -> None:
        """Take one event of the lead into its state, whenever it happened and became known.

        Raises
        ------
        UsageError
            There is no such event table.
        """
        reader = self._readers.get(table)
        if reader is None:
            raise UsageError(f"{table!r} is none of the event tables {list(self._readers)}.", nearest(table, self._readers))
        read = reader.read(event)
        if read is not None:
            insort(state.events.setdefault(table, []), read)

    def features_at(self, state: LeadState, moment: datetime) -> dict[str, Value]:
        """Tell what was known of the lead at a moment (naive UTC), under the names that `featurize` gives."""
        at, featurizer = number_of(moment), self._featurizer
        made: dict[str, Value] = {naming.of_lead_column(name): state.lead.get(name) for name in featurizer.lead.columns}
        made[AT] = moment
        made |= self._parents.of_lead(state.lead, at)
        made |= {a.name: agree(made[a.one], made[a.other]) for a in featurizer.agreements}
        known = {plan.table: known_at(state.events.get(plan.table, ()), at) for plan in featurizer.events}
        born = self._born(state)
        for plan in featurizer.events:
            made |= of_events(plan, featurizer.windows, known[plan.table], born)
            made |= self._of_things(plan, known[plan.table])
        if featurizer.scores is not None:
            made |= self._of_scores(featurizer.scores, known)
        return made

    def _born(self, state: LeadState) -> int | None:
        """Return when the lead came; NEVER where that is not told, None where it never is."""
        column = self._featurizer.lead.created_at
        created = None if column is None else state.lead.get(column)
        return None if column is None else number_of(created) if isinstance(created, datetime) else NEVER

    def _read_of_lead(self) -> tuple[str, ...]:
        keys = [name for parent in self._featurizer.parents if parent.of == "lead" for name in parent.by]
        created = self._featurizer.lead.created_at
        return tuple(dict.fromkeys([*self._featurizer.lead.columns, *keys, *((created,) if created is not None else ())]))

    def _of_things(self, plan: EventPlan, known: Known) -> Iterator[tuple[str, Value]]:
        reader = self._readers[plan.table]
        return self._parents.of_events(plan.table, [(reader.cells(e), e.known) for e in known.events], known.at)

    def _of_scores(self, plan: ScorePlan, known: Mapping[str, Known]) -> Iterator[tuple[str, Cell]]:
        own, reader = known[plan.interactions], self._readers[plan.interactions]
        times = [e.numbers[reader.numbers.index(plan.time)] for e in own.events] if plan.time is not None else []
        items = [e.texts[reader.texts.index(plan.item)] for e in own.events] if plan.item is not None else []
        available: list[float] = []
        if plan.parent is not None and plan.availability is not None:
            cells = [reader.cells(e) for e in own.events]
            available = [self._parents.availability(plan.parent, c, own.at, plan.availability, plan.available) for c in cells]
        sales = known[plan.sales].moments if plan.sales is not None else ()
        yield from of_scores(plan, own, times, items, available, sales[-1] if sales else None)


def _reader(plan: EventPlan, scores: ScorePlan | None) -> _Reader:
    """Read also what the scores are made of."""
    more = scores if scores is not None and scores.interactions == plan.table else None
    texts = [*plan.distinct, *plan.links, *([more.item] if more is not None and more.item is not None else [])]
    numbers = [*plan.numbers, *([more.time] if more is not None and more.time is not None else [])]
    groups = {kind: code for code, kind in enumerate(plan.kinds)}
    return _Reader(plan, groups, len(plan.kinds), tuple(dict.fromkeys(texts)), tuple(dict.fromkeys(numbers)))
