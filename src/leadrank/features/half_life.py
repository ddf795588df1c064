"""How fast each kind of event is forgotten: half-lives that are given, learned from the training rows, or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadrank.errors import UsageError, nearest
from leadrank.features.asof import Seen, every, spread
from leadrank.features.counting import asked_of, columns_of, event_table, past_of
from leadrank.features.forgetting import Ages, Forgetting, learn, sureness
from leadrank.features.keys import as_key
from leadrank.features.plan import OTHER, EventPlan, Featurizer, HalfLife
from leadrank.features.tables import Tables, table_of
from leadrank.frames import pl
from leadrank.moments import days_of, microseconds
from leadrank.types import Finding, FloatArray, IntArray

ASSUMED = 30.0
"""Days, where nothing is given and nothing can be told."""
ROWS = 60_000
"""Rows that are learned from; converted ones are preferred, which moves nothing but the base rate (Prentice & Pyke 1979)."""
SUPPORT = 50
"""Rows that need to know of a kind of event."""
GAIN = 4.5
"""A kind whose half-life is learned raises the log-likelihood by this; without an effect any half-life fits, so chance gains more than usual
(Davies 1987)."""


@dataclass(frozen=True, slots=True)
class _Group:
    """One kind of event of one table."""

    table: str
    kind: str
    given: float | None


def half_lives(
    featurizer: Featurizer, tables: Tables, rows: pl.DataFrame, y: IntArray, given: Mapping[str, float],
) -> tuple[EventPlan, ...]:
    """Return the event plans with a half-life for each kind.

    Parameters
    ----------
    featurizer
        Without half-lives.
    tables, rows, y
        Clean tables, and the training rows with their outcomes, 0 or 1.
    given
        Days by kind, or by table where it has no kinds; these are used as they are.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    groups = [_Group(e.table, g or e.table, given.get(g or e.table)) for e in featurizer.events for g in e.groups]
    _all_there(featurizer, tables, given)
    chosen = _sample(tables, featurizer.lead.key, rows, y)
    rows, outcome = rows[chosen], y[chosen].astype(np.float64)
    ages = [age for plan in featurizer.events for age in _ages(plan, tables, rows)]
    found = _learned(groups, ages, outcome)
    told = iter(found)
    return tuple(replace(plan, half_lives=tuple(next(told) for _ in plan.groups)) for plan in featurizer.events)


def _all_there(featurizer: Featurizer, tables: Tables, given: Mapping[str, float]) -> None:
    """Refuse a half-life of what happens nowhere; kinds that are too rare to be counted apart, or are yet to come, are there."""
    untyped = [plan.table for plan in featurizer.events if plan.type is None]
    columns = [event_table(plan, tables)[plan.type] for plan in featurizer.events if plan.type is not None]
    kinds = [*untyped, *(str(kind) for column in columns for kind in column.drop_nulls().unique(maintain_order=True)), OTHER]
    for kind in given:
        if kind not in kinds:
            hint = nearest(kind, kinds) or f"There are {', '.join(dict.fromkeys(kinds))}."
            raise UsageError(f"[counting] half_lives names {kind!r}, and there is no such kind of event, nor an event table without kinds.", hint)


def _learned(groups: list[_Group], ages: list[Ages], y: FloatArray) -> list[HalfLife]:
    """Learn all half-lives together; kinds of which too few rows know are left out."""
    result = [HalfLife(g.kind, g.given or ASSUMED, "assumed" if g.given is None else "given") for g in groups]
    used = [k for k, age in enumerate(ages) if len(np.unique(age.row)) >= SUPPORT]
    free = [place for place, k in enumerate(used) if groups[k].given is None]
    if not free or min(y.sum(), len(y) - y.sum()) < SUPPORT:
        return result
    model = learn([ages[k] for k in used], y, np.log([result[k].days for k in used]), free)
    for place in free:
        result[used[place]] = _judged(model, place, result[used[place]])
    return result


def _judged(model: Forgetting, place: int, assumed: HalfLife) -> HalfLife:
    """Take what was learned where the likelihood can tell it from others."""
    sure = sureness(model, place)
    if sure.gain < GAIN or (sure.low is None and sure.high is None):
        return assumed
    return HalfLife(assumed.kind, float(np.exp(model.log_half_lives[place])), "learned", sure.low, sure.high)


def _sample(tables: Tables, key: str | None, rows: pl.DataFrame, y: IntArray) -> IntArray:
    """Choose rows evenly in time, in an order that does not depend on how tables are sorted."""
    leads = table_of(tables, "lead")
    names = as_key(leads[key].gather(rows["lead"])) if key is not None else rows["lead"]
    order = pl.DataFrame({"at": microseconds(rows["at"]), "name": names}).with_row_index().sort("at", "name")["index"].to_numpy()
    order = order.astype(np.int64)
    parts = [order[y[order] == outcome] for outcome in (1, 0)]
    most = min(len(parts[0]), max(ROWS // 2, ROWS - len(parts[1])))
    return np.concatenate([_evenly(parts[0], most), _evenly(parts[1], ROWS - most)])


def _evenly(order: IntArray, most: int) -> IntArray:
    if len(order) <= most:
        return order
    return order[np.arange(most) * len(order) // most]


def _ages(plan: EventPlan, tables: Tables, rows: pl.DataFrame) -> list[Ages]:
    """Return the events of each group that rows know, with their ages."""
    table = event_table(plan, tables)
    columns = columns_of(plan, table)
    past, own = past_of(plan, table, table_of(tables, "lead"), columns)
    parts: list[tuple[IntArray, FloatArray, IntArray]] = []

    def work(seen: Seen) -> None:
        places, row = spread(seen.starts, seen.ends - seen.starts)
        parts.append((seen.rows[row], days_of(seen.at[row] - seen.occurred[places]), columns.groups[seen.index[places]].astype(np.int64)))

    every(past, asked_of(own, rows), work)
    if not parts:
        return [Ages(np.empty(0, dtype=np.int64), np.empty(0)) for _ in plan.groups]
    row, days, group = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return [Ages(row[group == code], days[group == code]) for code in range(len(plan.groups))]


def half_life_findings(featurizer: Featurizer) -> tuple[Finding, ...]:
    """Say of each kind of event how fast it is forgotten, and how sure that is."""
    return tuple(_finding(plan, life) for plan in featurizer.events for life in plan.half_lives)


def _finding(plan: EventPlan, life: HalfLife) -> Finding:
    what = plan.table if life.kind == plan.table else f"{life.kind} ({plan.table})"
    evidence = {"days": life.days} | {name: end for name, end in (("low", life.low), ("high", life.high)) if end is not None}
    remedy = f"To set it yourself: [counting] half_lives = {{ \"{life.kind}\" = \"{life.days:.0f} days\" }}."
    if life.how == "learned":
        range_ = f"{'less than 1' if life.low is None else f'{life.low:.3g}'} to {'more than 1,000' if life.high is None else f'{life.high:.3g}'}"
        said = f"The weight of {what} halves in {life.days:.3g} days; with the other half-lives held, {range_} days fit the outcomes nearly as well."
        return Finding("D190", "info", life.kind, 0, said, remedy, evidence)
    if life.how == "given":
        return Finding("D190", "info", life.kind, 0, f"The weight of {what} halves in {life.days:g} days, as declared.", "Nothing to do.", evidence)
    said = f"How fast {what} is forgotten cannot be told from the outcomes; {life.days:g} days are assumed."
    return Finding("D191", "info", life.kind, 0, said, remedy, evidence)
