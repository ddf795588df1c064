"""Several raw tables to several clean ones: read alike, each thing once, and keys that match across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadrank.data.relations.declared import LEAD, Link, Table, check_columns, declared_tables
from leadrank.data.relations.key_texts import key_texts
from leadrank.data.relations.made import with_bands, with_lent
from leadrank.data.relations.matching import Repair, match_keys, remembered
from leadrank.data.relations.orphans import matched_findings, undated_events, without_events, without_rows
from leadrank.data.relations.read_cells import ReadTable, read_cells
from leadrank.data.relations.rejects import RejectedRow
from leadrank.data.relations.repeats import drop_repeats
from leadrank.data.relations.wanted_numbers import need_numbers
from leadrank.data.schema import Schema
from leadrank.errors import DataError
from leadrank.frames import pl
from leadrank.project import Project
from leadrank.types import Finding


@dataclass(frozen=True, slots=True)
class Tidier:
    """What training learned of the tables: how their columns are read, and which keys were repaired."""

    schemas: dict[str, Schema]
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Tidied:
    """Clean tables by name, how they came about, what was noticed, and the rows that could not be used.

    Numbers are Float64, dates Datetime("us") in UTC without a zone, all else text. Keys are text and match across tables. The column with the
    outcome is left as it came.
    """

    tables: dict[str, pl.DataFrame]
    tidier: Tidier
    findings: tuple[Finding, ...]
    rejected: tuple[RejectedRow, ...]


@dataclass(slots=True)
class _Heap:
    """What has been tidied so far."""

    declared: Mapping[str, Table]
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    seen: list[pl.DataFrame] = field(default_factory=list)


def tidy_tables(
    project: Project, frames: Mapping[str, pl.DataFrame], tidier: Tidier | None = None, *, skipped: Mapping[str, Sequence[int]] | None = None
) -> Tidied:
    """Clean all tables of a project.

    Parameters
    ----------
    project
        What is declared of them.
    frames
        Raw cells by name, `lead` among them; other frames are ignored.
    tidier
        What training learned, to be applied; by default it is learned here.
    skipped
        By table the numbers below the header of records that did not split, so that all others are called by theirs.

    Returns
    -------
    Tidied
        With findings D110 to D125 and D145 of each table's columns, and D170 to D178 of its rows and keys.

    Raises
    ------
    UsageError
        A table or column is not there that was declared.
    DataError
        Once learned from: a table or column is not there that rows cannot be used without. Or nothing can be made of a table.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> project = parse_project({
    ...     "lead": {"key": "id"}, "parent": [{"table": "products", "key": "product"}], "target": {"column": "won", "positive": "yes"}})
    >>> lead = pl.DataFrame({"id": ["1", "2"], "product": ["GTXPro", "GTK"], "won": ["yes", "no"]})
    >>> products = pl.DataFrame({"product": ["GTX Pro", "GTK"], "price": ["4,821", "20"]})
    >>> tidied = tidy_tables(project, {"lead": lead, "products": products})
    >>> tidied.tables["lead"]["product"].to_list(), tidied.tidier.repairs[0].meant
    (['GTX Pro', 'GTK'], ((('GTXPro',), ('GTX Pro',)),))
    """
    declared = declared_tables(project)
    check_columns(declared, frames, learned=tidier is not None)
    heap = _Heap(declared)
    for table in declared.values():
        schema = None if tidier is None else _schema_of(tidier, table)
        read = read_cells(table, frames[table.name], schema, (skipped or {}).get(table.name, ()))
        if tidier is None:
            need_numbers(project, table.name, frames[table.name], read.frame)
        _take(heap, table, read, frames[table.name], tidier)
    order = [LEAD, *(name for name in frames if name in declared and name != LEAD)]
    tables = {name: heap.tables[name] for name in order}
    tables[LEAD] = with_bands(tables[LEAD], project.lead.bands)
    heap.findings += without_events(tables[LEAD], heap.seen, [t for t in declared.values() if t.kind == "event"])
    return Tidied(tables, Tidier(heap.schemas, tuple(heap.repairs)), tuple(heap.findings), tuple(heap.rejected))


def _schema_of(tidier: Tidier, table: Table) -> Schema:
    if table.name not in tidier.schemas:
        raise DataError(f"training did not know table {table.name!r}.", f"It knew: {', '.join(tidier.schemas)}.")
    return tidier.schemas[table.name]


def _take(heap: _Heap, table: Table, read: ReadTable, raw: pl.DataFrame, tidier: Tidier | None) -> None:
    frame = read.frame
    if table.outcome is not None and table.outcome in raw.columns:
        frame = frame.with_columns(raw[table.outcome].filter(read.kept).alias(table.outcome))
    heap.findings += (*without_rows(table, raw), *read.findings)
    heap.rejected += read.rejected
    heap.schemas[table.name] = read.schema
    lenders = {one.parent for one in table.borrowed}
    for link in table.links:
        if link.of in lenders:
            frame = _borrowing(heap, table, link, _linked(heap, table, link, frame, tidier))
    frame, found = drop_repeats(table, frame)
    heap.findings += (*found, *undated_events(table, frame))
    for link in table.links:
        if link.of not in lenders:
            frame = _linked(heap, table, link, frame, tidier)
    heap.tables[table.name] = frame


def _linked(heap: _Heap, table: Table, link: Link, frame: pl.DataFrame, tidier: Tidier | None) -> pl.DataFrame:
    """Match the keys of one relation, and remember what was repaired."""
    learned = None if tidier is None else _learned(tidier, table, link)
    matched = match_keys(frame, link, heap.tables[link.of], learned)
    heap.findings += matched_findings(table, link, matched, frame.height)
    repair = learned if tidier is not None else remembered(table.name, link, matched)
    heap.repairs += [] if repair is None else [repair]
    if table.kind == "event" and link.of == LEAD:
        heap.seen.append(matched.keys.rename(dict(zip(matched.keys.columns, link.by, strict=True))))
    return matched.frame


def _borrowing(heap: _Heap, table: Table, link: Link, frame: pl.DataFrame) -> pl.DataFrame:
    """Move what a parent lends to the rows that belong to it, so that nothing is told twice; keys of parents stay."""
    lent, parent = [one for one in table.borrowed if one.parent == link.of], heap.tables[link.of]
    frame = with_lent(frame, link, parent, lent)
    heap.tables[link.of] = parent.drop(one.column for one in lent if one.column not in heap.declared[link.of].names)
    return frame.with_columns(key_texts(frame[one.name]) for one in lent if one.use == "label")


def _learned(tidier: Tidier, table: Table, link: Link) -> Repair | None:
    return next((r for r in tidier.repairs if (r.table, r.columns, r.of) == (table.name, link.columns, link.of)), None)
