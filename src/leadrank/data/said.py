"""The findings of reading and cleaning, in words: one per decision worth knowing, folded where there are many alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from leadrank.data.cell import clean_cell
from leadrank.data.dates import DateOrder
from leadrank.data.kinds import Kind, Sketch
from leadrank.data.numbers import DecimalMark, Marks
from leadrank.data.schema import ColumnSchema
from leadrank.data.words import BLANK_WORDS, NOT_ANSWERED
from leadrank.frames import pl
from leadrank.types import Finding

MOST_ALIKE = 12
"""Findings of one code that are told one by one; more are folded into one."""


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Fold many findings of the same code and severity into one that lists their columns."""
    listed = list(findings)
    counts = Counter((f.code, f.severity) for f in listed)
    done, out = set(), []
    for finding in listed:
        kind = (finding.code, finding.severity)
        if counts[kind] <= MOST_ALIKE:
            out.append(finding)
        elif kind not in done:
            done.add(kind)
            alike = [f for f in listed if (f.code, f.severity) == kind]
            names = [f.column or "" for f in alike]
            message = f"{len(alike)} columns ({listing(names)}), for instance {finding.column!r}: {finding.message}"
            out.append(Finding(finding.code, finding.severity, None, sum(f.rows for f in alike), message, finding.remedy,
                               {"columns": float(len(alike))}))
    return out


def listing(names: Sequence[str], most: int = 8) -> str:
    """Write names as a list that ends after a few.

    Examples
    --------
    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def refused(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    """Say which columns hold what no cell can hold."""
    remedy = "Spread it into plain columns."
    return [Finding("D117", "warning", n, frame.height, f"{n} holds {frame.schema[n]} cells; it was left out.", remedy) for n in names]


def types(columns: Sequence[ColumnSchema]) -> list[Finding]:
    """Say how many columns were read as what."""
    counts = Counter(c.type for c in columns)
    parts = [f"{n} as {kind}: {listing([c.name for c in columns if c.type == kind], 5)}" for kind, n in sorted(counts.items())]
    return [Finding("D110", "info", None, 0, f"{len(columns)} columns were read, {'; '.join(parts)}.",
                    "Declare a type under [lead.columns] where this is wrong.", {k: float(n) for k, n in sorted(counts.items())})]


def blanks(columns: Sequence[tuple[Sketch, ColumnSchema]]) -> list[Finding]:
    """Say which words were read as blanks, over the whole table."""
    words: Counter[str] = Counter()
    where = []
    for seen, schema in columns:
        found = {t: c for t, w, c in seen.texts if t and w in BLANK_WORDS and w not in schema.kept_words}
        words.update(found)
        where += [schema.name] if found else []
    if not words:
        return []
    listed = ", ".join(f"{word!r} ({count})" for word, count in words.most_common(8))
    return [Finding("D120", "info", None, sum(words.values()), f"Words read as blanks: {listed}; in {listing(where)}.",
                    "Nothing to do unless one of them is a value.", {"columns": float(len(where))})]


def padded(columns: Sequence[tuple[Sketch, ColumnSchema]]) -> list[Finding]:
    """Say how many cells had surplus white space."""
    found = [(schema.name, seen.padded) for seen, schema in columns if seen.padded]
    if not found:
        return []
    return [Finding("D125", "info", None, sum(n for _, n in found), f"{sum(n for _, n in found)} cells had surplus white space, which was "
                    f"taken away; in {listing([n for n, _ in found])}.", "Nothing to do.", {"columns": float(len(found))})]


def kind(schema: ColumnSchema, found: Kind, seen: Sketch) -> list[Finding]:
    """Say what was decided about one column's type, where it is worth knowing."""
    name, out = schema.name, []
    if found.because == "empty" and schema.role != "target":
        said = f"{name} is empty in all {seen.rows} rows."
        out.append(Finding("D119", "warning", name, seen.rows, said, "Exclude it, or export it with its values."))
    elif found.because != "declared" and schema.role in {"feature", "id"}:
        out += _type_findings(schema, found, seen)
    if found.bad and schema.type in {"number", "date"}:
        examples = ", ".join(repr(t[:40]) for t in found.examples)
        said = f"{found.bad} cells of {name} cannot be read as a {schema.type} ({examples}); they count as missing."
        remedy = "Mend them, list them under null_words, or declare another type."
        out.append(Finding("D118", "warning", name, found.bad, said, remedy, {"share": found.bad / max(seen.cells, 1)}))
    return out


def _type_findings(schema: ColumnSchema, found: Kind, seen: Sketch) -> list[Finding]:
    name = schema.name
    if found.type == "category" and found.numeric:
        said = f"{name} holds codes ({found.because}); it was read as a category with {_levels(schema, seen)} levels."
        code, remedy = "D111", f'If its size means something, declare "{name}" = {{ type = "number" }}.'
    elif found.type == "id":
        said = f"{name} names the rows ({found.because}); it cannot enter a model."
        code, remedy = "D112", f"Use it as the key, or declare another type for {name}."
    elif found.type == "text":
        said = f"{name} is free text ({found.because}); only its presence and length can enter a model."
        code, remedy = "D113", f'If it has levels worth learning, declare "{name}" = {{ type = "category" }}.'
    else:
        return []
    return [Finding(code, "info", name, seen.cells, said, remedy, {"distinct": float(seen.distinct)})]


def _levels(schema: ColumnSchema, seen: Sketch) -> int:
    """Count the levels as they come out of cleaning: a blank is none."""
    return len({clean_cell(schema, text) for text, *_ in seen.texts} - {None})


def decimal_mark(schema: ColumnSchema, marks: Marks, *, borrowed: DecimalMark | None) -> tuple[Finding, ...]:
    """Say what the point and the comma were taken for, and on what evidence; `borrowed` is what the table's other numbers prove."""
    name, minority = schema.name, min(marks.points, marks.commas)
    if minority:
        text = f"{name} mixes decimal points and decimal commas; {schema.decimal!r} was taken, {minority} cells speak against it."
        return (Finding("D114", "warning", name, minority, text, "Export the column in one notation."),)
    if marks.unsure:
        return _unsure_mark(schema, marks, borrowed)
    text = f"{name} is written with decimal commas and was read so."
    return (Finding("D114", "info", name, 0, text, "Nothing to do."),) if schema.decimal == "," else ()


def _unsure_mark(schema: ColumnSchema, marks: Marks, borrowed: DecimalMark | None) -> tuple[Finding, ...]:
    mark, word = (".", "point") if marks.unsure_points else (",", "comma")
    grouped = schema.decimal != mark
    meaning = "grouping thousands" if grouped else f"a decimal {word}"
    seen = f"{marks.unsure} cells of {schema.name} look like 1{mark}234"
    settled = marks.grouping != borrowed if borrowed is None or marks.grouping is not None else True
    if settled and schema.decimal == "." and not grouped:
        return ()
    if settled:
        why = "as in the table's other numbers" if borrowed else "three digits follow it in all of them, and no number without it exceeds 999"
        text = f"{seen}; the {word} was read as {meaning}: {why}."
        return (Finding("D114", "info", schema.name, marks.unsure, text, "Nothing to do."),)
    why = "the table's other numbers and the column's own disagree on" if borrowed else "nothing tells"
    other, instead = (f"is a decimal {word}", "with a decimal point") if grouped else ("groups thousands", "without it")
    text = f"{seen} and {why} the {word}'s meaning; it was read as {meaning}."
    return (Finding("D114", "warning", schema.name, marks.unsure, text, f"If it {other}, export the numbers {instead}."),)


def date_order(schema: ColumnSchema, order: DateOrder, *, borrowed: bool | None) -> tuple[Finding, ...]:
    """Say how dates with two leading numbers were read, and on what evidence."""
    name, cells = schema.name, order.day_first + order.month_first + order.unsure
    if not cells:
        return ()
    words = "day first" if schema.day_first else "month first"
    evidence = {"day_first": float(order.day_first), "month_first": float(order.month_first), "unsure": float(order.unsure)}
    if order.day_first and order.month_first:
        cells = min(order.day_first, order.month_first)
        said = f"{name} mixes orders; it was read {words}, {cells} cells speak against it and count as missing."
        return (Finding("D115", "warning", name, cells, said, "Export the dates as 2024-02-29.", evidence),)
    if order.decided is None:
        why = "as in the table's other dates" if borrowed is not None else "by default: no cell tells"
        said, remedy = f"{name} was read {words}, {why}.", f'Declare "{name}" = {{ day_first = … }}.'
        return (Finding("D115", "info" if borrowed is not None else "warning", name, cells, said, remedy, evidence),)
    return (Finding("D116", "info", name, cells, f"{name} was read {words}.", "Nothing to do.", evidence),)


def none_word(schema: ColumnSchema, cells: int) -> list[Finding]:
    """Say whether the literal None is a value or a blank."""
    if not cells:
        return []
    name = schema.name
    said, remedy = f"{cells} cells of {name} say None; it was kept as a value.", "If it means a blank, add it to null_words."
    if schema.none_is_blank:
        said = f"{cells} cells of {name} say None; the file writes None for a blank, so they count as missing."
        remedy = f'If None is a value, declare "{name}" = {{ type = "category" }}.'
    return [Finding("D123", "info", name, cells, said, remedy)]


def unanswered(schema: ColumnSchema, words: Mapping[str, int], blank: int) -> list[Finding]:
    """Say what became of Select, unknown and the user's own null words."""
    if not words:
        return []
    name, cells = schema.name, sum(words.values())
    listed = ", ".join(f"{word!r} ({count})" for word, count in sorted(words.items(), key=lambda pair: -pair[1])[:5])
    evidence = {"unanswered": float(cells), "blank": float(blank)}
    if schema.unanswered == "level":
        said = f"{name}: {listed} became the level {NOT_ANSWERED}, kept apart from {blank} real blanks."
        return [Finding("D121", "info", name, cells, said, "Nothing to do; the two may mean different things.", evidence)]
    said = f"{name}: {listed} count as missing."
    return [Finding("D122", "info", name, cells, said, "Nothing to do unless one of them is a value.", evidence)]


def kept_na(schema: ColumnSchema, seen: Sketch) -> list[Finding]:
    """Say that NA is a country here."""
    cells = sum(c for _, w, c in seen.texts if w in schema.kept_words)
    if not cells:
        return []
    said = f"{cells} cells of {schema.name} say NA; among two-letter country codes it was kept as Namibia."
    return [Finding("D120", "info", schema.name, cells, said, "If it means a blank, write an empty cell.")]


def merged(schema: ColumnSchema, groups: Mapping[str, Mapping[str, int]], chosen: Mapping[str, str]) -> list[Finding]:
    """Say which spellings became one label."""
    if not groups:
        return []
    moved = {key: sum(c for label, c in group.items() if label != chosen[key]) for key, group in groups.items()}
    listed = "; ".join(
        f"{', '.join(repr(label) for label in group if label != chosen[key])} into {chosen[key]!r} ({moved[key]} cells)"
        for key, group in list(groups.items())[:5])
    more = f" and {len(groups) - 5} more" if len(groups) > 5 else ""
    how = "by case, space, hyphen, a word cut short or the way to write an amount"
    said = f"{schema.name}: labels that differ only {how} were merged: {listed}{more}."
    remedy = "Nothing to do unless they mean different things."
    return [Finding("D124", "info", schema.name, sum(moved.values()), said, remedy, {"labels": float(len(groups))})]
