"""From raw cells to a schema: what each column holds, which words mean nothing, which labels are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leadrank.data import said
from leadrank.data.dates import date_order
from leadrank.data.kinds import SAMPLE, Kind, Sketch, kind_of_text, sketch, snake
from leadrank.data.numbers import parse_number
from leadrank.data.schema import ColumnSchema, Role, Schema
from leadrank.data.words import BLANK_WORDS, NONE_WORD, UNANSWERED_WORDS, abbreviates, fold, squash, tidy
from leadrank.errors import DataError, UsageError, nearest
from leadrank.frames import pl
from leadrank.project import Column, LeadTable
from leadrank.types import Finding

NOTABLE = 0.01
"""Share of rows from which blanks, and unanswered words, count as notable."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One column with what was seen in it and what follows."""

    sketch: Sketch
    kind: Kind
    schema: ColumnSchema
    findings: tuple[Finding, ...] = ()


def infer_schema(frame: pl.DataFrame, lead: LeadTable, *, target: str | None = None) -> tuple[Schema, tuple[Finding, ...]]:
    """Decide type, role and cleaning rules of each column, and say so.

    Parameters
    ----------
    frame
        Raw cells as `read_table` gives them.
    lead
        What the user declared; a declared column type wins.
    target
        The outcome column. It is read as labels.

    Returns
    -------
    tuple
        The schema (without excluded and unreadable columns) and the findings D110 to D125.

    Raises
    ------
    UsageError
        If a column that the user named is absent; the nearest spelling is offered.
    DataError
        If the table has no rows, or the order cannot be read as numbers or dates.
    """
    if not frame.height:
        raise DataError("The table has no rows.", "Give at least one row.")
    _present(frame.columns, lead, target)
    refused = [name for name, dtype in frame.schema.items() if name not in lead.exclude and _unreadable(dtype)]
    names = [name for name in frame.columns if name not in lead.exclude and name not in refused]
    judged = [_judge(frame[name], lead, _role(name, lead, target)) for name in names]
    judged = _share_date_order(_share_decimal_mark(judged, lead), lead)
    none_is_blank = _writes_none(judged)
    finished = [_finish(one, lead, none_is_blank=none_is_blank) for one in judged]
    findings = [f for one in finished for f in one.findings]
    columns = tuple(one.schema for one in finished)
    pairs = [(one.sketch, one.schema) for one in finished]
    summary = [*said.refused(frame, refused), *said.types(columns), *said.blanks(pairs), *said.padded(pairs)]
    return Schema(columns), tuple(said.grouped([*summary, *findings]))


def _present(names: list[str], lead: LeadTable, target: str | None) -> None:
    order = None if lead.order == "#row" else lead.order
    named = {"key": lead.key, "order": order, "created_at": lead.created_at, "target": target}
    wanted = [(what, name) for what, name in named.items() if name is not None]
    wanted += [("excluded", name) for name in lead.exclude] + [("declared", name) for name in lead.columns]
    absent = [f"{what} column {name!r} is not there. {nearest(name, names)}".strip() for what, name in wanted if name not in names]
    if absent:
        raise UsageError("; ".join(absent), f"The table has: {', '.join(names[:30])}.")


def _role(name: str, lead: LeadTable, target: str | None) -> Role:
    roles: dict[str | None, Role] = {lead.order: "order", lead.created_at: "created_at", lead.key: "key", target: "target"}
    return roles.get(name, "feature")


def _unreadable(dtype: pl.DataType) -> bool:
    return dtype.is_nested() or dtype in {pl.Object, pl.Binary}


def _judge(series: pl.Series, lead: LeadTable, role: Role) -> Judged:
    declared = lead.columns.get(series.name, Column())
    told = declared.type == "number" and series.dtype.is_float()
    seen = _sketched(series, told=told)
    ordering = role in {"order", "created_at"}
    kind = Kind("number", numeric=True) if told else _typed_kind(series, seen, ordering=ordering)
    kind = kind or kind_of_text(seen, day_first=declared.day_first, ordering=ordering)
    if role == "key":
        kind = replace(kind, type="id", code=kind.numeric and not _zero_led(seen))
    elif role == "target":
        kind = replace(kind, type="category", code=kind.numeric and not _zero_led(seen))
    elif declared.type is not None or declared.blank:
        kind = _declared_kind(kind, declared, seen)
    if ordering and kind.type not in {"number", "date"}:
        said_of = f"The {role} column {series.name!r} reads as {kind.type}; numbers or dates were expected."
        raise DataError(said_of, "Name a column of dates or numbers.")
    schema = ColumnSchema(
        series.name, kind.type, "id" if role == "feature" and kind.type == "id" else role, null_words=_own_words(lead, declared),
        null_numbers=_own_numbers(lead, declared, kind), code=kind.code, decimal=kind.decimal, day_first=_day_first(kind, declared),
        sensitive=declared.sensitive, description=declared.description, blank=declared.blank)
    return Judged(seen, kind, schema)


def _sketched(series: pl.Series, *, told: bool) -> Sketch:
    """Look at a column; where it is told what it holds, or its type speaks for itself and no two cells may be alike, an even sample is enough."""
    speaks = told or series.dtype.is_temporal() or (series.dtype.is_float() and not series.is_nan().any() and not (series == series.floor()).all())
    if not speaks or len(series) <= SAMPLE:
        return sketch(series)
    some = sketch(series.gather_every(len(series) // SAMPLE))
    return replace(some, rows=len(series), cells=len(series) - series.null_count())


def _typed_kind(series: pl.Series, seen: Sketch, *, ordering: bool) -> Kind | None:
    """Judge a column whose type speaks for itself; None for text, and for whole numbers, which may be codes."""
    dtype = series.dtype
    if dtype.is_temporal():
        return Kind("date") if dtype == pl.Date or isinstance(dtype, pl.Datetime) else Kind("number")
    if dtype == pl.Boolean or isinstance(dtype, pl.Categorical | pl.Enum):
        return Kind("category", numeric=False)
    if dtype.is_numeric() and not dtype.is_integer():
        whole = kind_of_text(seen, ordering=ordering)
        return whole if whole.type == "category" and whole.code else Kind("number", numeric=True)
    if dtype.is_integer():
        kind = kind_of_text(seen, ordering=ordering)
        return Kind("number", numeric=True) if kind.type == "date" else kind
    return None


def _declared_kind(kind: Kind, declared: Column, seen: Sketch) -> Kind:
    """Take a type as declared; a name for blanks is a label, and says that there are labels."""
    wanted = declared.type or "category"
    code = kind.numeric and wanted in {"category", "id"} and not _zero_led(seen)
    order = date_order((text, count) for text, _, count in seen.texts) if wanted == "date" and kind.order is None else kind.order
    return replace(kind, type=wanted, because="declared", code=code, order=order)


def _zero_led(seen: Sketch) -> bool:
    return any(len(t) > 1 and t[0] == "0" and t.isdigit() for t, *_ in seen.texts)


def _own_words(lead: LeadTable, declared: Column) -> tuple[str, ...]:
    return tuple(sorted({squash(word) for word in (*lead.null_words, *declared.null_words)}))


def _own_numbers(lead: LeadTable, declared: Column, kind: Kind) -> tuple[float, ...]:
    numbers = (parse_number(tidy(word), kind.decimal) for word in (*lead.null_words, *declared.null_words))
    return tuple(sorted({n for n in numbers if n is not None}))


def _day_first(kind: Kind, declared: Column) -> bool:
    if declared.day_first is not None:
        return declared.day_first
    return kind.order is None or kind.order.decided is not False


def _share_decimal_mark(judged: list[Judged], lead: LeadTable) -> list[Judged]:
    """Read a column whose marks prove nothing as the table's other numbers do, where these agree."""
    proven = {one.kind.marks.proven for one in judged if one.kind.type == "number"} - {None}
    shared = proven.pop() if len(proven) == 1 else None
    done = []
    for one in judged:
        unsure = one.kind.type == "number" and one.kind.marks.unsure
        kind = replace(one.kind, decimal=shared) if shared is not None and unsure else one.kind
        numbers = _own_numbers(lead, lead.columns.get(one.schema.name, Column()), kind)
        schema = replace(one.schema, decimal=kind.decimal, null_numbers=numbers) if unsure else one.schema
        found = said.decimal_mark(schema, kind.marks, borrowed=shared) if kind.type == "number" else ()
        done.append(replace(one, kind=kind, schema=schema, findings=(*one.findings, *found)))
    return done


def _share_date_order(judged: list[Judged], lead: LeadTable) -> list[Judged]:
    """Read a column whose dates prove nothing in the order that the table's other dates prove."""
    proven = {one.kind.order.decided for one in judged if one.kind.order and (one.kind.order.day_first or one.kind.order.month_first)}
    shared = proven.pop() if len(proven) == 1 else None
    done = []
    for one in judged:
        order, declared = one.kind.order, lead.columns.get(one.schema.name, Column()).day_first
        if order is None or declared is not None or one.kind.type != "date":
            done.append(one)
            continue
        borrowed = shared if order.decided is None and order.unsure else None
        schema = one.schema if borrowed is None else replace(one.schema, day_first=borrowed)
        done.append(replace(one, schema=schema, findings=(*one.findings, *said.date_order(schema, order, borrowed=borrowed))))
    return done


def _writes_none(judged: Iterable[Judged]) -> bool:
    """Whether the file writes None for a blank: it does where None stands in a column of numbers or dates."""
    return any(w == NONE_WORD for one in judged if one.kind.type in {"number", "date"} for _, w, _ in one.sketch.texts)


def _finish(one: Judged, lead: LeadTable, *, none_is_blank: bool) -> Judged:
    schema, findings = one.schema, []
    if schema.type == "category":
        schema, words = _words(one, lead, none_is_blank=none_is_blank)
        schema, merged = _spellings(schema, one.sketch)
        findings = [*words, *merged]
    elif schema.type in {"text", "id"}:
        schema = replace(schema, none_is_blank=True)
    return Judged(one.sketch, one.kind, schema, (*one.findings, *said.kind(schema, one.kind, one.sketch), *findings))


def _words(one: Judged, lead: LeadTable, *, none_is_blank: bool) -> tuple[ColumnSchema, list[Finding]]:
    """Decide what `None`, `NA`, `Select` and the user's words mean in a column of labels."""
    schema, seen = one.schema, one.sketch
    declared = lead.columns.get(schema.name, Column())
    kept = ("na",) if _country_codes(seen) else ()
    blank = seen.rows - seen.cells + sum(c for _, w, c in seen.texts if w in BLANK_WORDS and w not in kept)
    nones = sum(c for _, w, c in seen.texts if w == NONE_WORD)
    as_blank = NONE_WORD in schema.null_words or (none_is_blank and declared.type != "category" and blank == 0)
    asked = (UNANSWERED_WORDS | set(schema.null_words)) - BLANK_WORDS - {NONE_WORD}
    unanswered = {t: c for t, w, c in seen.texts if w in asked}
    count = sum(unanswered.values())
    own_level = schema.role != "target" and not schema.blank and min(blank, count) >= NOTABLE * seen.rows and count > 0
    schema = replace(
        schema, kept_words=kept, none_is_blank=as_blank, unanswered="level" if own_level else "missing",
        null_words=tuple(w for w in schema.null_words if w != NONE_WORD))
    findings = said.none_word(schema, nones) + said.unanswered(schema, unanswered, blank) + said.kept_na(schema, seen)
    return schema, findings


def _country_codes(seen: Sketch) -> bool:
    """Whether the labels are two-letter codes, among which NA is Namibia."""
    labels = [t for t, w, _ in seen.texts if w not in BLANK_WORDS]
    return len(labels) >= 20 and sum(len(t) == 2 and t.isupper() for t in labels) >= 0.9 * len(labels) and "count" in snake(seen.name)


def _spellings(schema: ColumnSchema, seen: Sketch) -> tuple[ColumnSchema, list[Finding]]:
    """Merge labels that differ only by case or space, or are cut short at a dot, into the most frequent spelling."""
    if seen.distinct > SAMPLE:
        return schema, []
    groups: dict[str, dict[str, int]] = {}
    for text, word, count in seen.texts:
        if word in BLANK_WORDS and word not in schema.kept_words:
            continue
        label = text[: text.index(".")] if schema.code and text.replace(".", "", 1).isdigit() and "." in text else text
        group = groups.setdefault(fold(label), {})
        group[label] = group.get(label, 0) + count
    for short, full in _abbreviated(groups).items():
        groups[full] |= groups[short]
        groups[short] = groups[full]
    chosen = {key: min(group, key=lambda label: (-group[label], label)) for key, group in groups.items()}
    merged = {fold(chosen[key]): group for key, group in groups.items() if len(group) > 1}
    return replace(schema, spellings=dict(sorted(chosen.items()))), said.merged(schema, merged, chosen)


def _abbreviated(groups: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Find the labels that cut words of exactly one other, more frequent label short."""
    rows = {key: sum(group.values()) for key, group in groups.items()}
    usual = {key: min(group, key=lambda label: (-group[label], label)) for key, group in groups.items()}
    dotted = [key for key, label in usual.items() if "." in label]
    meant = {short: [full for full in groups if rows[full] > rows[short] and abbreviates(usual[short], usual[full])] for short in dotted}
    return {short: full[0] for short, full in meant.items() if len(full) == 1}
