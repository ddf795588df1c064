"""One table of several: its cells cleaned, its keys as text, and the rows that cannot be used put aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadrank.data.cell import text_of
from leadrank.data.clean import Cleaned, clean_frame
from leadrank.data.infer import infer_schema
from leadrank.data.relations.declared import Table
from leadrank.data.relations.key_texts import key_texts
from leadrank.data.relations.rejects import RejectedRow, number_of
from leadrank.data.schema import ColumnSchema, Schema
from leadrank.data.words import squash
from leadrank.errors import DataError, LeadrankError
from leadrank.frames import pl
from leadrank.project import Column, LeadTable
from leadrank.types import Finding

LONGEST = 60
"""Letters of a cell that are kept with a rejected row."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A clean table, how it was read, and what was noticed; `kept` marks the raw rows that are in it."""

    frame: pl.DataFrame
    schema: Schema
    findings: tuple[Finding, ...]
    rejected: tuple[RejectedRow, ...]
    kept: pl.Series


def read_cells(table: Table, frame: pl.DataFrame, schema: Schema | None = None, skipped: Sequence[int] = ()) -> ReadTable:
    """Clean a table; rows without a key, or events without a moment, are put aside.

    Parameters
    ----------
    table
        What is declared of it.
    frame
        Raw cells.
    schema
        What training learned; by default it is inferred.
    skipped
        Numbers below the header of records that did not split, so that all others are called by theirs.

    Raises
    ------
    LeadrankError
        As `infer_schema` and `clean_frame` have it; the message names the table.
    DataError
        No row has a moment that can be read.
    """
    frame = frame if table.outcome is None or table.outcome not in frame.columns else frame.drop(table.outcome)
    try:
        schema, findings = (_inferred(table, frame)) if schema is None else (schema, ())
        keys = [key_texts(frame[name], schema.column(name).null_words) for name in table.names]
        cleaned = clean_frame(schema.only(set(schema.names) - set(table.names)), frame, required=tuple(table.dated))
    except LeadrankError as problem:
        raise type(problem)(f"table {table.name!r}: {problem.message}", problem.remedy) from problem
    by_name = {series.name: series for series in (*keys, *cleaned.frame.get_columns())}
    clean = pl.DataFrame([by_name[name] for name in schema.names if name in by_name])
    whys = _reasons(table, clean, cleaned)
    bad = pl.Series("bad", [False]).new_from_index(0, frame.height)
    for _, mask, _ in whys:
        bad |= mask
    _some_moments(table, frame, clean)
    rejected = _rejected(table, frame, whys, skipped) if bad.any() else ()
    told = [f for f in findings if f.code != "D118" or table.kind == "lead" or f.column not in table.dated]
    kept = clean.filter(~bad) if rejected else clean
    found = (*(_of_table(table, f) for f in told), *_unread(table, cleaned, skipped), *_said(table, rejected), *_undated(table, frame, kept))
    return ReadTable(kept, schema, found, rejected, ~bad)


def _inferred(table: Table, frame: pl.DataFrame) -> tuple[Schema, tuple[Finding, ...]]:
    names = set(table.names)
    rest = frame.drop(names)
    declared = table.declared.model_copy(update={
        "columns": {n: c for n, c in table.declared.columns.items() if n in rest.columns},
        "exclude": tuple(n for n in table.declared.exclude if n in rest.columns)})
    inferred, findings = infer_schema(rest, declared) if rest.width and rest.height else (_unseen(rest, declared), ())
    words = {n: _own_words(table, n) for n in table.names}
    columns = {n: table.declared.columns.get(n, Column()) for n in names}
    own = {
        n: ColumnSchema(n, "id", "key" if n in table.key else "id", null_words=words[n], sensitive=c.sensitive, description=c.description)
        for n, c in columns.items()}
    known = own | {c.name: c for c in inferred.columns}
    return Schema(tuple(known[name] for name in frame.columns if name in known)), findings


def _unseen(frame: pl.DataFrame, declared: LeadTable) -> Schema:
    """Read a table in which nothing has happened yet as declared, and all else as labels."""
    known = declared.columns
    return Schema(tuple(ColumnSchema(n, known.get(n, Column()).type or "category") for n in frame.columns if n not in declared.exclude))


def _own_words(table: Table, name: str) -> tuple[str, ...]:
    column = table.declared.columns.get(name)
    return tuple(sorted({squash(word) for word in (*table.declared.null_words, *(column.null_words if column is not None else ()))}))


def _reasons(table: Table, clean: pl.DataFrame, cleaned: Cleaned) -> list[tuple[str, pl.Series, str]]:
    """Mark the rows that cannot be used, by column, each with the reason."""
    belongs = "an event belongs to a lead by it" if table.kind == "event" else f"it names the {table.kind}"
    whys = [(name, clean[name].is_null(), f"{name} is blank, and {belongs}") for name in table.key]
    for name, needed in table.dated.items():
        if needed:
            whys.append((name, clean[name].is_null(), f"{name} is no date that can be read, and an event counts from its moment on"))
        elif name in cleaned.bad and table.kind != "lead":
            whys.append((name, cleaned.bad[name], f"{name} is no date that can be read, so nothing tells since when the row is known"))
    return whys


def _some_moments(table: Table, frame: pl.DataFrame, clean: pl.DataFrame) -> None:
    for name, needed in table.dated.items():
        if needed and frame.height and clean[name].null_count() == frame.height:
            example = next((text_of(v) for v in frame[name].drop_nulls().head(1).to_list()), None)
            said = f"{name} of table {table.name!r} has no cell that reads as a date" + (f", e.g. {example!r}." if example else ".")
            raise DataError(said, "Name a column of dates in `occurred_at`.")


def _rejected(
    table: Table, frame: pl.DataFrame, whys: list[tuple[str, pl.Series, str]], skipped: Sequence[int]
) -> tuple[RejectedRow, ...]:
    done: dict[int, RejectedRow] = {}
    for name, mask, reason in whys:
        rows = mask.arg_true()
        for row, value in zip(rows.to_list(), frame[name].gather(rows).to_list(), strict=True):
            if row not in done:
                cell = (text_of(value) or "")[:LONGEST] if value is not None else ""
                done[row] = RejectedRow(table.name, number_of(row, skipped), name, cell, reason)
    return tuple(done[row] for row in sorted(done))


def _said(table: Table, rejected: tuple[RejectedRow, ...]) -> list[Finding]:
    found = []
    for column in dict.fromkeys(r.column for r in rejected):
        own = [r for r in rejected if r.column == column]
        said = f"{table.name}: {len(own):,} rows cannot be used: {own[0].reason}; the first is row {own[0].row:,}."
        found.append(Finding("D172", "warning", _column(table, column), len(own), said, "Mend them: the file of rejected rows lists each."))
    return found


def _undated(table: Table, frame: pl.DataFrame, clean: pl.DataFrame) -> list[Finding]:
    """Say how many rows do not tell when they were written down."""
    found = []
    for name, needed in table.dated.items():
        blank = clean[name].null_count()
        if needed or not blank or table.kind == "lead":
            continue
        when = "when it happened" if table.kind == "event" else "from the beginning"
        said = f"{table.name}: {blank:,} of {frame.height:,} rows have no {name}; each counts as known {when}."
        found.append(Finding("D173", "warning", _column(table, name), blank, said, "If they were written down later, fill it in: it is hindsight."))
    return found


def _unread(table: Table, cleaned: Cleaned, skipped: Sequence[int]) -> list[Finding]:
    """Say which cells count as missing; those that cost a whole row are said with the row."""
    found = []
    for column, cells in cleaned.unreadable.items():
        if column in table.dated and table.kind != "lead":
            continue
        first = next(p for p in cleaned.problems if p.column == column)
        where = f"e.g. {first.value!r} in row {number_of(first.row, skipped):,}"
        said = f"{cells:,} cells of {column} are not {first.expected}, {where}; they count as missing."
        finding = Finding("D145", "warning", column, cells, said, "Mend them in the source, or declare the column's type.")
        found.append(_of_table(table, finding))
    return found


def _of_table(table: Table, finding: Finding) -> Finding:
    """Let a finding about a column name its table, as the column is called in features."""
    column = None if finding.column is None else _column(table, finding.column)
    return replace(finding, column=column, message=f"{table.name}: {finding.message}")


def _column(table: Table, name: str) -> str:
    return name if table.name == "lead" else f"{table.name}.{name}"
