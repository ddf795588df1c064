"""Decides, from what is declared and what training knew, which columns of which tables become features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from leadrank.errors import UsageError, nearest
from leadrank.features.agreements import planned_agreements
from leadrank.features.asof import Past
from leadrank.features.counting import columns_of, event_table, past_of
from leadrank.features.plan import Attribute, EventPlan, Featurizer, LeadPlan, ParentPlan, ScorePlan
from leadrank.features.tables import Tables, table_of
from leadrank.frames import pl
from leadrank.moments import LONG_AGO, clock_of, clocks_of, held_from, microseconds
from leadrank.project import EventTable, ParentTable, Project, Scores
from leadrank.types import BoolArray, IntArray

LEVELS = 50
"""A parent's column with more different values than this has no shares; a lead's column with more that holds another table's key is an identifier."""


def planned(project: Project, tables: Tables, rows: pl.DataFrame) -> Featurizer:
    """Plan the features; kinds of events and levels of parents are those that were known at the rows' cutoffs. Half-lives are not told yet."""
    parents = _parents(project, tables, rows)
    events = tuple(_with_kinds(project, _event(project, event, tables, parents), tables, rows) for event in project.event)
    lead = _lead(project, tables, rows)
    agreed = planned_agreements(project, tables, lead, parents)
    return Featurizer(lead, project.counting.windows, events, parents, _scores(project, tables, parents), agreed)


def _lead(project: Project, tables: Tables, rows: pl.DataFrame) -> LeadPlan:
    lead, learned = project.lead, rows["lead"].unique()
    foreign = {c for e in project.event for c in project.lead_columns(e)} | {c for p in project.parent if p.of == "lead" for c in p.by}
    ids = {name for name in foreign - {lead.key} if table_of(tables, "lead", (name,))[name].gather(learned).n_unique() > LEVELS}
    columns = tuple(name for name in table_of(tables, "lead").columns if name not in ids and name not in lead.exclude)
    features = tuple(name for name in columns if name not in {lead.key, project.target.column, *_ids(project.lead.columns)})
    return LeadPlan(lead.key, lead.created_at, columns, features)


def _ids(columns: Mapping[str, object]) -> set[str]:
    return {name for name, column in columns.items() if getattr(column, "type", None) == "id"}


def _event(project: Project, event: EventTable, tables: Tables, parents: tuple[ParentPlan, ...]) -> EventPlan:
    table = table_of(tables, event.name, (*event.key, event.occurred_at))
    links = tuple(dict.fromkeys(column for p in parents if p.of == event.name for column in p.by))
    kept = set(table.columns) - {*event.key, event.id, *links, *event.exclude, *_ids(event.columns)}
    numbers = event.numbers if event.numbers is not None else tuple(c for c in table.columns if c in kept and table[c].dtype == pl.Float64)
    for name in (*numbers, *(event.distinct or ())):
        if name not in table.columns:
            raise UsageError(f"{event.name!r} is to be counted by {name!r}, and has no such column.", nearest(name, table.columns))
    _check_numbers(event, table)
    return EventPlan(
        event.name, event.key, project.lead_columns(event), *clocks_of(event, table), event.type,
        numbers=tuple(c for c in numbers if c != event.type), distinct=event.distinct if event.distinct is not None else links, links=links,
    )


def _check_numbers(event: EventTable, table: pl.DataFrame) -> None:
    """Refuse a column that is to be summed and holds no numbers."""
    words = [name for name in event.numbers or () if table[name].dtype != pl.Float64 or name == event.type]
    if words:
        there = [name for name in table.columns if table[name].dtype == pl.Float64 and name != event.type]
        said = f"{event.name!r} is to be summed by `numbers` = {words[0]!r}, which holds no numbers."
        raise UsageError(said, f"It has the numbers {there}; different words of a column are counted by `distinct`.")


def _with_kinds(project: Project, plan: EventPlan, tables: Tables, rows: pl.DataFrame) -> EventPlan:
    """Find the most frequent kinds among the events that any row knew at its cutoff."""
    if plan.type is None:
        return plan
    table = event_table(plan, tables)
    past, own = past_of(plan, table, tables["lead"], columns_of(plan, table))
    known = table.filter(pl.Series(known_to_any(past, own, rows)))
    counts = known.select(pl.col(plan.type).cast(pl.String).alias("kind")).drop_nulls().to_series().value_counts()
    ordered = counts.sort(["count", "kind"], descending=[True, False])["kind"].to_list()
    kinds = tuple(kind for kind in ordered if kind.casefold() != "other")[: project.counting.kinds]
    told = int(counts.filter(pl.col("kind").is_in(kinds))["count"].sum())
    return replace(plan, kinds=kinds, others=told < known.height)


def known_to_any(past: Past, own: IntArray, rows: pl.DataFrame) -> BoolArray:
    """Mark the events that were known at the cutoff of any row."""
    last = np.full(max(int(own.max(initial=-1)), int(past.owner.max(initial=-1))) + 2, np.iinfo(np.int64).min)
    np.maximum.at(last, own[rows["lead"].to_numpy()], microseconds(rows["at"], np.iinfo(np.int64).min))
    last[-1] = np.iinfo(np.int64).min
    marked: BoolArray = (past.occurred if past.known is None else past.known) <= last[past.owner]
    return marked


def _parents(project: Project, tables: Tables, rows: pl.DataFrame) -> tuple[ParentPlan, ...]:
    """Plan the parents, each after the one below it, as they were known at the last of the rows' cutoffs."""
    waiting, done = list(project.parent), list[ParentPlan]()
    last = int(microseconds(rows["at"].drop_nulls()).max(initial=LONG_AGO))
    while waiting:
        ready = [p for p in waiting if p.of not in {other.name for other in waiting}]
        if not ready:
            raise UsageError(f"The parents {[p.name for p in waiting]} belong to each other in a circle.", "Let one be `of` lead or an event table.")
        done += [_parent(project, p, tables, next((d.root for d in done if d.table == p.of), p.of), last) for p in ready]
        waiting = [p for p in waiting if p not in ready]
    return tuple(done)


def _parent(project: Project, parent: ParentTable, tables: Tables, root: str, last: int) -> ParentPlan:
    table = table_of(tables, parent.name, parent.key)
    above = {column for p in project.parent if p.of == parent.name for column in p.by}
    left = {*parent.key, parent.known_at, *above, *parent.exclude, *_ids(parent.columns)}
    known = None if parent.known_at is None else clock_of(table, parent.known_at)
    versions = table.filter(pl.Series(held_from(table, known) <= last))
    attributes = tuple(_attribute(versions[name], root == "lead", project.counting.kinds) for name in table.columns if name not in left)
    return ParentPlan(parent.name, parent.key, parent.of, parent.by, root, known, tuple(a for a in attributes if a is not None))


def _attribute(column: pl.Series, of_lead: bool, most: int) -> Attribute | None:
    """Say how a column of a parent is read; None where it seems to name rows and belongs to events."""
    if column.dtype == pl.Float64:
        return Attribute(column.name, "number")
    if column.dtype.is_temporal():
        return Attribute(column.name, "date")
    counts = column.cast(pl.String).alias("level").drop_nulls().value_counts().sort(["count", "level"], descending=[True, False])
    if of_lead:
        return Attribute(column.name, "category")
    if counts.height > max(LEVELS, len(column) // 2):
        return None
    return Attribute(column.name, "category", tuple(counts["level"].to_list()[:most]) if counts.height <= LEVELS else ())


def _scores(project: Project, tables: Tables, parents: tuple[ParentPlan, ...]) -> ScorePlan | None:
    wanted = project.counting.scores
    if wanted is False:
        return None
    _check_scores(project, wanted, tables)
    named = [e for e in project.event if e.name == wanted.interactions or (wanted.interactions is None and _serves(wanted, tables[e.name]))]
    if not named:
        return None
    event = named[0]
    columns = tables[event.name].columns
    found = [
        p for p in parents if p.of == event.name and p.by == (wanted.item,) and wanted.availability in {a.column for a in p.attributes}
    ]
    sales = wanted.sales or (project.target.event if project.target.event in {e.name for e in project.event} else None)
    return ScorePlan(
        event.name, wanted.time if wanted.time in columns else None, wanted.item if wanted.item in columns else None,
        found[0].table if found else None, wanted.availability if found else None, tuple(word.casefold() for word in wanted.available),
        None if sales == event.name else sales,
    )


def _serves(wanted: Scores, table: pl.DataFrame) -> bool:
    return wanted.time in table.columns and table[wanted.time].dtype == pl.Float64 and wanted.item in table.columns


def _check_scores(project: Project, wanted: Scores, tables: Tables) -> None:
    """Refuse a table or column that was named for the scores and is not there."""
    names = [e.name for e in project.event]
    for said in ("interactions", "sales"):
        table = getattr(wanted, said)
        if table is not None and table not in names:
            raise UsageError(f"[counting.scores] {said} = {table!r} is none of the event tables {names}.", nearest(table, names))
    if wanted.interactions is not None:
        columns = tables[wanted.interactions].columns
        for said in ("time", "item"):
            column = getattr(wanted, said)
            if said in wanted.model_fields_set and column not in columns:
                raise UsageError(f"[counting.scores] {said} = {column!r} is no column of {wanted.interactions!r}.", nearest(column, columns))
