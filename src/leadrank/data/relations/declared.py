"""What a project declares of its tables, in one form for all three kinds: names, moments, and what belongs to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadrank.data.relations.lent import Lent, Use, lent_columns
from leadrank.errors import DataError, UsageError, nearest
from leadrank.frames import pl
from leadrank.project import Column, LeadTable, Project
from leadrank.project.tables import ColumnType, EventTable, ParentTable

LEAD = "lead"
_READ_AS: Mapping[Use, ColumnType] = {"label": "category", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class Link:
    """Columns of a table that hold the key of another (`of`), whose columns are `by`."""

    columns: tuple[str, ...]
    of: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table.

    Attributes
    ----------
    name, kind
        What it is called, and what it is.
    key
        Its columns without which a row is of no use: a lead's or parent's own key, an event's columns that name the lead.
    once
        Columns that name a row once; rows that repeat them are one.
    moments
        Columns by which such rows are put in order: of an event when it happened and, if declared, when it was written down; of a lead when it came.
    dated
        Columns that must be moments, and whether a row needs one.
    links
        Which other tables its rows belong to.
    names
        All its columns that hold keys, other tables' and its own.
    outcome
        A column that is left as it came: outcomes are read by rules of their own.
    declared
        What the user said of its columns, as of a lead table.
    borrowed
        Columns that are taken from its parents, once these are found.
    lends
        Its own columns that the table below takes.
    """

    name: str
    kind: Literal["lead", "event", "parent"]
    key: tuple[str, ...]
    once: tuple[str, ...]
    moments: tuple[str, ...]
    dated: dict[str, bool]
    links: tuple[Link, ...]
    names: tuple[str, ...]
    outcome: str | None
    declared: LeadTable
    borrowed: tuple[Lent, ...] = ()
    lends: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which the table is of no use, now and later."""
        return tuple(dict.fromkeys([*self.key, *self.dated, *self.names, *self.lends]))


def declared_tables(project: Project) -> dict[str, Table]:
    """Return every table of a project, parents before what belongs to them.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> project = parse_project({
    ...     "lead": {"key": "id", "created_at": "at"}, "event": [{"table": "visits", "key": "lead_id", "occurred_at": "on"}],
    ...     "parent": [{"table": "firms", "key": "name", "by": "firm"}], "target": {"event": "visits"}})
    >>> {t.name: [(link.columns, link.of) for link in t.links] for t in declared_tables(project).values()}
    {'firms': [], 'lead': [(('firm',), 'firms')], 'visits': [(('lead_id',), 'lead')]}
    """
    links = {LEAD: _parents_of(project, LEAD)}
    links |= {p.name: _parents_of(project, p.name) for p in project.parent}
    links |= {e.name: (Link(e.key, LEAD, project.lead_columns(e)), *_parents_of(project, e.name)) for e in project.event}
    lent = lent_columns(project)
    tables = {LEAD: _lead(project, links, lent.get(LEAD, ()))}
    tables |= {p.name: _parent(p, links, tuple(one for one in lent.get(p.of, ()) if one.parent == p.name)) for p in project.parent}
    tables |= {e.name: _event(e, links, lent.get(e.name, ())) for e in project.event}
    done: dict[str, Table] = {}
    for name in tables:
        _put(name, tables, done, frozenset())
    return done


def check_columns(tables: Mapping[str, Table], frames: Mapping[str, pl.DataFrame], *, learned: bool) -> None:
    """Refuse tables that lack what was declared; once learned from, only what rows cannot be used without.

    Raises
    ------
    UsageError, DataError
        A table or column is not there, that was declared or that training learned from; the nearest name is offered.
    """
    problem = DataError if learned else UsageError
    for table in tables.values():
        if table.name not in frames:
            raise problem(f"table {table.name!r} is not there; {', '.join(map(repr, frames)) or 'nothing'} came.", "Give it under this name.")
        present = frames[table.name].columns
        outcome = () if table.outcome is None or learned else (table.outcome,)
        wanted = [*table.needed, *outcome] if learned else [*table.needed, *outcome, *table.declared.columns, *table.declared.exclude]
        absent = [name for name in dict.fromkeys(wanted) if name not in present]
        if absent:
            hint = nearest(absent[0], present) or f"It has: {', '.join(present[:30])}."
            raise problem(f"table {table.name!r} has no column {', '.join(map(repr, absent))}.", hint)


def _put(name: str, tables: Mapping[str, Table], done: dict[str, Table], above: frozenset[str]) -> None:
    if name in done:
        return
    if name in above:
        raise UsageError(f"table {name!r} belongs to itself, by way of {', '.join(sorted(above - {name}))}.", "Leave one `of` out.")
    for link in tables[name].links:
        _put(link.of, tables, done, above | {name})
    done[name] = tables[name]


def _parents_of(project: Project, name: str) -> tuple[Link, ...]:
    return tuple(Link(p.by, p.name, p.key) for p in project.parent if p.of == name)


def _lead(project: Project, links: Mapping[str, tuple[Link, ...]], borrowed: tuple[Lent, ...]) -> Table:
    lead, economics = project.lead, project.economics
    key = () if lead.key is None else (lead.key,)
    dated = dict.fromkeys(_own((lead.created_at,) if lead.created_at is not None else (), borrowed), False)
    names = _own(_united(key, *(link.columns for link in links[LEAD]), *_asked(links, LEAD)), borrowed)
    numbers = [n for n in (economics.value_column, economics.contact_cost_column, *(b.of for b in lead.bands.values())) if n is not None]
    outcome = project.target.column if project.target.event is None else None
    needed = {*names, *dated, *numbers, outcome, lead.order, *project.watch.audit}
    declared = LeadTable(
        order=None if lead.order in {*names, lead.created_at} else lead.order, created_at=next(iter(dated), None), null_words=lead.null_words,
        exclude=tuple(n for n in lead.exclude if n not in needed),
        columns=_typed({n: c for n, c in lead.columns.items() if not lead.made_of(n)}, numbers, dated))
    return Table(LEAD, "lead", key, key, tuple(dated), dated, links[LEAD], names, outcome, declared, borrowed)


def _own(names: tuple[str, ...], borrowed: tuple[Lent, ...]) -> tuple[str, ...]:
    taken = {one.name for one in borrowed}
    return tuple(name for name in names if name not in taken)


def _event(event: EventTable, links: Mapping[str, tuple[Link, ...]], borrowed: tuple[Lent, ...]) -> Table:
    once = () if event.id is None else (event.id,)
    moments = (event.occurred_at, *(() if event.known_at is None else (event.known_at,)))
    dated = {name: name == event.occurred_at for name in _own(moments, borrowed)}
    key = _own(event.key, borrowed)
    names = _own(_united(once, event.key, *(link.columns for link in links[event.name]), *_asked(links, event.name)), borrowed)
    kinds = _own(() if event.type is None or event.type in names else (event.type,), borrowed)
    numbers = _own(tuple(n for n in event.numbers or () if n not in names), borrowed)
    kept = {*names, *dated, *kinds, *numbers, *(event.distinct or ())}
    columns = _typed(event.columns, numbers, dated)
    columns |= {name: _with_type(columns.get(name), "category") for name in kinds}
    declared = LeadTable(null_words=event.null_words, exclude=tuple(n for n in event.exclude if n not in kept), columns=columns)
    return Table(event.name, "event", key, once, moments, dated, links[event.name], names, None, declared, borrowed)


def _parent(parent: ParentTable, links: Mapping[str, tuple[Link, ...]], lent: tuple[Lent, ...]) -> Table:
    dated = {} if parent.known_at is None else {parent.known_at: False}
    names = _united(parent.key, *(link.columns for link in links[parent.name]), *_asked(links, parent.name))
    lends = tuple(one.column for one in lent)
    columns = _typed(parent.columns, (), dated) | {
        one.column: _with_type(parent.columns.get(one.column), _READ_AS[one.use]) for one in lent if one.column not in names}
    declared = LeadTable(
        null_words=parent.null_words, exclude=tuple(n for n in parent.exclude if n not in {*names, *dated, *lends}), columns=columns)
    once = (*parent.key, *dated)
    return Table(parent.name, "parent", parent.key, once, (), dated, links[parent.name], names, None, declared, (), lends)


def _asked(links: Mapping[str, tuple[Link, ...]], name: str) -> list[tuple[str, ...]]:
    return [link.by for own in links.values() for link in own if link.of == name]


def _united(*columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in columns for name in some))


def _typed(columns: Mapping[str, Column], numbers: Sequence[str], dated: Mapping[str, bool]) -> dict[str, Column]:
    typed = dict(columns)
    typed |= {name: _with_type(columns.get(name), "number") for name in numbers}
    return typed | {name: _with_type(columns.get(name), "date") for name in dated}


def _with_type(column: Column | None, kind: ColumnType) -> Column:
    return (column or Column()).model_copy(update={"type": kind})
