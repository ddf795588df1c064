"""A first guess at how tables belong together: which holds the leads, which tell what happened, and what both belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadrank.data.relations.look import Look, look_at
from leadrank.data.relations.overlaps import NAMED_ALIKE, UNIQUE, Relation, likeness, relation_of
from leadrank.data.relations.roles import Shared, id_of, key_of, likely_lead, measures, shared_columns, type_of
from leadrank.data.relations.unnamed import same_numbers
from leadrank.errors import UsageError, nearest
from leadrank.frames import pl

ALONE = "no column of it names rows of another table, or is named by one"

@dataclass(frozen=True, slots=True)
class DraftEvent:
    """A table that tells what happened to leads: `key` names the lead by its columns `lead`; why it is thought so."""

    table: str
    key: tuple[str, ...]
    lead: tuple[str, ...]
    occurred_at: str
    known_at: str | None
    id: str | None
    type: str | None
    sure: float
    because: str


@dataclass(frozen=True, slots=True)
class DraftParent:
    """A table with what leads or events belong to: rows of `of` name it by `by`; why it is thought so. `also` are other columns that name it.

    What several tables name is drafted for each, since each asks it as of its own moments; after the first it goes by a `name` of its own.
    """

    table: str
    key: str
    of: str
    by: str
    known_at: str | None
    sure: float
    because: str
    also: tuple[tuple[str, str], ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A guess at the relations of several tables.

    Attributes
    ----------
    lead, key, created_at
        The lead table, the column that names each lead, and the one that tells when it came, which may be a parent's: `PARENT.column`.
    events, parents
        The other tables.
    unused
        Tables that fit nowhere, each with the reason.
    doubts
        What somebody should look at.
    once
        Tables with a date and at most one row for each lead: attributes, or else events of which one is the outcome.
    """

    lead: str
    key: str | None
    created_at: str | None
    events: tuple[DraftEvent, ...]
    parents: tuple[DraftParent, ...]
    unused: dict[str, str]
    doubts: tuple[str, ...]
    once: tuple[str, ...] = ()


def draft_relations(frames: Mapping[str, pl.DataFrame], *, lead: str | None = None, target: str | None = None) -> Draft:
    """Guess how tables belong together, by the keys that they share and the names of their columns.

    Parameters
    ----------
    frames
        Raw tables by name.
    lead
        The lead table, where it is known.
    target
        The outcome: a column of the lead table, or a table of events.

    Raises
    ------
    UsageError
        There is no such table or outcome, or nothing that could be a lead table.

    Examples
    --------
    >>> deals = pl.DataFrame({"deal": ["d1", "d2", "d3"], "firm": ["Ace", "Ace", "Byte"], "won": ["yes", "no", "no"]})
    >>> firms = pl.DataFrame({"firm": ["Ace", "Byte"], "size": [10, 200]})
    >>> draft = draft_relations({"deals": deals, "firms": firms}, target="won")
    >>> draft.lead, draft.key, [(p.table, p.by, p.because) for p in draft.parents]
    ('deals', 'deal', [('firms', 'firm', '2 of 2 values found, the key is unique, same name: sure')])
    """
    look = look_at(frames)
    if not look.frames:
        raise UsageError("no table with rows was found.", "Give a folder with tables as CSV, Parquet or JSON lines.")
    _known(look.frames, lead, target)
    chosen = lead or likely_lead(look, target)
    key = key_of(chosen, look)
    events, unused = _events(look, chosen, key, target)
    parents = _parents(look, chosen, {e.table: e.key for e in events}, target)
    created = look.dates[chosen].first or _lent(look, parents)
    used = {chosen, *(e.table for e in events), *(p.table for p in parents)}
    left = {name: unused.get(name) or same_numbers(look, name, used) or ALONE for name in frames if name not in used}
    doubts, once = _doubts(chosen, key, created, events, parents), _once(look, chosen, key, events)
    return Draft(chosen, key, created, tuple(events), tuple(parents), left, doubts, once)


def told(relation: Relation, values: int) -> str:
    """Say how sure a relation is, and why."""
    alike = {1.0: "same name", 0.0: "other name"}.get(relation.alike, "similar name")
    unique = "the key is unique" if relation.unique == 1 else f"{relation.unique:.1%} of the keys are unique"
    written = "; ".join(f"{a!r} is {b!r}" for a, b in relation.repaired)
    repaired = f" ({relation.repairs} written otherwise: {written})" if relation.repairs else ""
    return f"{round(relation.found * values):,} of {values:,} values found{repaired}, {unique}, {alike}: {in_words(relation.sure)}"


def in_words(sure: float) -> str:
    """Say how sure a guess is.

    Examples
    --------
    >>> in_words(0.97), in_words(0.7), in_words(0.4)
    ('sure', 'likely', 'unsure, look at it')
    """
    return "sure" if sure >= 0.85 else "likely" if sure >= 0.55 else "unsure, look at it"


def _known(frames: Mapping[str, pl.DataFrame], lead: str | None, target: str | None) -> None:
    if lead is not None and lead not in frames:
        raise UsageError(f"there is no table {lead!r}.", nearest(lead, frames) or f"There are: {', '.join(frames)}.")
    columns = frames[lead].columns if lead is not None else [name for frame in frames.values() for name in frame.columns]
    if target is not None and target not in frames and target not in columns:
        hint = nearest(target, [*frames, *columns])
        raise UsageError(f"{target!r} is neither a column nor a table of events.", hint or f"The tables are: {', '.join(frames)}.")


def _events(look: Look, lead: str, key: str | None, target: str | None) -> tuple[list[DraftEvent], dict[str, str]]:
    events, unused = list[DraftEvent](), dict[str, str]()
    for name, own in look.columns.items():
        shared = _to_lead(name, look, lead, key) if name != lead else None
        if shared is None:
            continue
        dates = look.dates[name]
        repeats = look.frames[name].select(shared.columns).n_unique() < UNIQUE * look.frames[name].height
        identity = id_of(name, own, shared.columns)
        if dates.first is None:
            if repeats:
                unused[name] = f"it has several rows for one lead ({', '.join(shared.columns)}) and no date, so nothing tells when each was known"
        elif repeats or identity is not None or name == target:
            kind = type_of(own, {*shared.columns, identity})
            events.append(DraftEvent(name, shared.columns, shared.lead, dates.first, dates.known, identity, kind, shared.sure, shared.because))
    return events, unused


def _once(look: Look, lead: str, key: str | None, events: Sequence[DraftEvent]) -> tuple[str, ...]:
    taken = {lead, *(e.table for e in events)}
    return tuple(n for n in look.frames if n not in taken and look.dates[n].first is not None and _to_lead(n, look, lead, key) is not None)


def _to_lead(name: str, look: Look, lead: str, key: str | None) -> Shared | None:
    """Find the columns by which a table names leads: the lead's key, several columns together, or one that both tables have."""
    direct = next((r for r in look.of(name, lead) if r.by == key), None)
    if direct is not None:
        return Shared((direct.column,), (direct.by,), direct.sure, told(direct, len(look.columns[name][direct.column].keys)))
    return shared_columns(name, lead, look)


def _parents(look: Look, lead: str, events: Mapping[str, tuple[str, ...]], target: str | None) -> list[DraftParent]:
    taken, below, parents = {lead, *events}, [lead, *events], list[DraftParent]()
    while below:
        level = below.pop(0)
        for name in [n for n in look.frames if n not in taken]:
            found = look.of(level, name) or _versioned(look, level, name)
            if found:
                others = _others(found[0], look, taken)
                # By the key of its lead an event names what the lead names; what a sale was of is known with the outcome itself.
                again = [r for r in others if r.column not in events.get(r.table, (r.column,)) and r.table not in (level, target)]
                parents.append(_parent(look, found[0], lead, also=[r for r in others if r not in again]))
                parents += [replace(_parent(look, r, lead), name=_name_for(r, look, parents)) for r in again]
                taken.add(name)
                below.append(name)
    return parents


def _name_for(relation: Relation, look: Look, parents: Sequence[DraftParent]) -> str:
    """Call a table that is read once more by the column that names it, if nothing else is called so."""
    used = {*look.frames, "lead", *(p.name for p in parents)}
    return relation.column if relation.column not in used else f"{relation.table}_{relation.column}"


def _parent(look: Look, found: Relation, lead: str, also: Sequence[Relation] = ()) -> DraftParent:
    table, others = "lead" if found.table == lead else found.table, tuple((r.table, r.column) for r in also)
    if found.unique >= UNIQUE:
        because = told(found, len(look.columns[found.table][found.column].keys))
        return DraftParent(found.of, found.by, table, found.column, None, found.sure, because, others)
    known = look.dates[found.of].known or look.dates[found.of].first
    sure = found.found * (0.6 + 0.4 * found.alike)
    return DraftParent(found.of, found.by, table, found.column, known, sure, _told_versions(found, str(known)), others)


def _versioned(look: Look, table: str, of: str) -> list[Relation]:
    """Find columns that name the key of a table in which it stands in several rows, each from another moment on."""
    moment, frame = look.dates[of].known or look.dates[of].first, look.frames[of]
    if moment is None:
        return []
    repeating = [key for key in look.columns[of].values() if len(key.keys) and key.unique < UNIQUE and not measures(key)]
    keys = [key for key in repeating if frame.select(key.name, moment).n_unique() >= UNIQUE * frame.height]
    if not keys:
        return []
    # What a table is about stands in its name: a property is named by its number, not by where it is.
    key = max(keys, key=lambda k: (likeness(k.name, of, of), len(k.keys)))
    near = [c for c in look.columns[table].values() if likeness(c.name, key.name, of) >= NAMED_ALIKE]
    found = [r for c in near if (r := relation_of(table, c, of, key)) is not None]
    return sorted(found, key=lambda r: -r.found * (0.6 + 0.4 * r.alike))


def _others(best: Relation, look: Look, tables: set[str]) -> list[Relation]:
    """Find the other columns that name the same thing."""
    key = look.columns[best.of][best.by]
    if key.unique >= UNIQUE:
        return [r for r in look.relations if (r.of, r.by) == (best.of, best.by) and r.table in tables and r is not best]
    others = [(t, c) for t in look.columns if t in tables for c in look.columns[t].values() if (t, c.name) != (best.table, best.column)]
    near = [(t, c) for t, c in others if likeness(c.name, key.name, best.of) >= NAMED_ALIKE]
    return [r for t, c in near if (r := relation_of(t, c, best.of, key)) is not None]


def _told_versions(relation: Relation, known: str) -> str:
    said = "same name" if relation.alike == 1 else "similar name"
    return f"{relation.found:.0%} of its values found, several rows for each, told apart by {known}, {said}: likely"


def _lent(look: Look, parents: Sequence[DraftParent]) -> str | None:
    """Take the moment at which leads came from a table that has one row for each."""
    for parent in parents:
        if parent.of == "lead" and parent.known_at is None and (first := look.dates[parent.table].first) is not None:
            return f"{parent.table}.{first}"
    return None


def _doubts(lead: str, key: str | None, created: str | None, events: Sequence[DraftEvent], parents: Sequence[DraftParent]) -> tuple[str, ...]:
    doubts = []
    if key is None:
        doubts.append(f"no column of {lead} names each lead once; scores go without a key")
    if created is None and events:
        doubts.append(f"no column tells when a lead of {lead} came; without it events cannot be counted")
    elif created is not None and any(created.startswith(f"{p.table}.") for p in parents):
        doubts.append(f"{lead} itself does not tell when a lead came; {created} was taken for it")
    doubts += [f"{e.table} as events of {lead}: {e.because}" for e in events if e.sure < 0.85]
    doubts += [f"{p.table} as what {p.of}.{p.by} names: {p.because}" for p in parents if p.sure < 0.85]
    return tuple(doubts)
