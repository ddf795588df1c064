"""Whole tables, cleaned by the same rules as single cells: a strict fast path, and the scalar rules for the distinct rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from leadrank.data.cell import EXPECTED, Clean, clean_cell, read_cell, text_of
from leadrank.data.distinct import distinct_texts
from leadrank.data.schema import ColumnSchema, Schema
from leadrank.data.words import BLANK_WORDS, NONE_WORD, UNANSWERED_WORDS
from leadrank.errors import DataError, nearest
from leadrank.frames import pl
from leadrank.types import Labels

__all__ = ["CellProblem", "Cleaned", "clean_cell", "clean_column", "clean_frame"]

PROBLEMS_KEPT = 1_000
"""Unreadable cells described per column; all of them are counted."""
NAMED = 10
"""Absent columns that an error names; the others are counted."""

_LONGEST, _REMEMBERED = 100, 1 << 12
"""Labels up to this length are remembered, so many of one column."""
_PLAIN_TEXT = r"^[!-~]+( [!-~]+)*$"
_ISO_SHAPES = (
    (r"^[1-9]\d{3}-\d{2}-\d{2}$", "%Y-%m-%d"),
    *((rf"^[1-9]\d{{3}}-\d{{2}}-\d{{2}}{mark}[0-2]\d:[0-5]\d{shape}$", f"%Y-%m-%d{mark}%H:%M{pattern}")
      for mark in " T" for shape, pattern in (("", ""), (r":[0-5]\d", ":%S"), (r":[0-5]\d\.\d{1,6}", ":%S%.f"), (r":[0-5]\dZ", ":%SZ"))),
)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that could not be read: 0-based row, column, the value (cut to 60 characters), and what was expected."""

    row: int
    column: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean table, its unreadable cells (the first 1,000 per column), and the columns held as labels.

    `unreadable` counts the cells of each column that could not be read, `bad` marks them.
    """

    frame: pl.DataFrame
    problems: tuple[CellProblem, ...]
    unreadable: dict[str, int] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)
    bad: dict[str, pl.Series] = field(default_factory=dict)


def clean_frame(
    schema: Schema, frame: pl.DataFrame, *, required: Collection[str] | None = None, numbered: bool = False
) -> Cleaned:
    """Clean a table: number to Float64, date to naive UTC Datetime("us"), category, text and id to String; null is missing.

    Parameters
    ----------
    schema
        The columns wanted; others are ignored. Columns of the schema that are neither there nor required are left out.
    frame
        Raw cells, as text or typed.
    required
        Names that must be there; by default every feature of the schema.
    numbered
        Hold categories that came as text or labels as `Cleaned.labels`, each text once, and not in the frame: many times faster.

    Returns
    -------
    Cleaned
        Same rows in the same order.

    Raises
    ------
    DataError
        If a required column is absent; the nearest spelling is offered.
    """
    wanted = {c.name for c in schema.features} if required is None else set(required)
    _require(schema, wanted, frame.columns)
    columns, problems, unreadable, labels, marked = [], [], {}, {}, {}
    for column in schema.columns:
        if column.name in frame.columns:
            held = _labels(column, frame[column.name]) if numbered else None
            if held is not None:
                labels[column.name] = held
                continue
            series, bad = clean_column(column, frame[column.name])
            columns.append(series)
            if bad is not None:
                unreadable[column.name], marked[column.name] = int(bad.sum()), bad
                problems += _problems(column, frame[column.name], bad)
    return Cleaned(pl.DataFrame({column.name: column for column in columns}), tuple(problems), unreadable, labels, marked)


def _require(schema: Schema, wanted: set[str], present: list[str]) -> None:
    absent = [name for name in schema.names if name in wanted and name not in present]
    if not absent:
        return
    said = ("the column " if len(absent) == 1 else f"{len(absent)} columns: ") + ", ".join(map(repr, absent[:NAMED]))
    more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
    meant = " ".join(filter(None, (_spelling(name, present, alone=len(absent) == 1) for name in absent[:NAMED])))
    raise DataError(f"The table lacks {said}{more}.", meant or f"It has: {', '.join(present[:20])}.")


def _spelling(name: str, present: list[str], *, alone: bool) -> str:
    hint = nearest(name, present)
    return hint if alone or not hint else f"{name!r}: {hint[0].lower()}{hint[1:]}"


def clean_column(column: ColumnSchema, raw: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Clean one column; return it with a mask of its unreadable cells (None when all were read)."""
    if isinstance(raw.dtype, pl.Categorical | pl.Enum):
        raw = raw.cast(pl.String)
    typed = _typed(column, raw)
    if typed is None:
        done, left = _fast(column, raw) if raw.dtype == pl.String else (None, raw.is_not_null())
        typed = _merged(column, raw, done, left)
    return (typed[0].fill_null(column.blank), typed[1]) if column.blank else typed


def _labels(column: ColumnSchema, raw: pl.Series) -> Labels | None:
    """Clean each different label once. Every text can be read as one, so nothing is ever unreadable."""
    if column.type != "category" or not isinstance(raw.dtype, pl.String | pl.Categorical | pl.Enum):
        return None
    found = distinct_texts(raw)
    if found is None:
        return None
    texts = tuple(map(_read_before(column).__getitem__, found[0]))
    # Where no cell is empty nobody has number 0: then it shall not look as if some had.
    return Labels(texts if raw.null_count() or len(texts) == 1 else (texts[1], *texts[1:]), found[1])  # type: ignore[arg-type]


class _ReadBefore(dict[str | None, Clean]):
    """Labels of one column that were cleaned before: the pieces of a long table hold the same ones."""

    def __init__(self, column: ColumnSchema) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, text: str | None) -> Clean:
        cell = clean_cell(self._column, text)
        if len(self) < _REMEMBERED and (text is None or len(text) <= _LONGEST):
            self[text] = cell
        return cell


_read_before = lru_cache(maxsize=256)(_ReadBefore)


def _clean_type(column: ColumnSchema) -> pl.DataType | type[pl.DataType]:
    if column.type == "date":
        return pl.Datetime("us")
    return pl.Float64 if column.type == "number" else pl.String


def _merged(column: ColumnSchema, raw: pl.Series, done: pl.Series | None, left: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Fill what the fast path left by the scalar rules, once per distinct value."""
    target = _clean_type(column)
    base = _nothing(raw, target) if done is None else done
    if not left.any():
        return base, None
    if raw.dtype.is_nested() or raw.dtype in {pl.Object, pl.Binary}:
        return base, left
    places = left.arg_true()
    cells = raw.gather(places)
    distinct = cells.unique()
    read = [read_cell(column, value) for value in distinct.to_list()]
    values = pl.Series("clean", [value for value, _ in read], dtype=target)
    known = pl.DataFrame({"raw": distinct, "clean": values, "bad": pl.Series([not ok for _, ok in read], dtype=pl.Boolean)})
    found = pl.DataFrame({"raw": cells}).join(known, on="raw", how="left", maintain_order="left", nulls_equal=True)
    filled = base.scatter(places, found["clean"]) if len(places) < len(raw) else found["clean"].alias(raw.name)
    if not found["bad"].any():
        return filled.alias(raw.name), None
    return filled.alias(raw.name), pl.Series([False]).new_from_index(0, len(raw)).scatter(places, found["bad"])


def _fast(column: ColumnSchema, raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Clean what needs no thought; return it with a mask of the cells that do."""
    done = _FAST[column.type](column, raw)
    return done, done.is_null() & raw.is_not_null()


def _fast_numbers(column: ColumnSchema, raw: pl.Series) -> pl.Series:
    if column.decimal == ",":
        raw = pl.select(pl.when(~raw.str.contains(".", literal=True)).then(raw.str.replace(",", ".", literal=True))).to_series()
    number = raw.cast(pl.Float64, strict=False)
    keep = number.is_finite() & ~number.is_in(list(column.null_numbers))
    return pl.select(pl.when(keep).then(number)).to_series().alias(raw.name)


def _fast_dates(column: ColumnSchema, raw: pl.Series) -> pl.Series:
    done = _nothing(raw, pl.Datetime("us"))
    if _null_dates(column):
        return done
    for shape, pattern in _ISO_SHAPES:
        fits = raw.str.contains(shape)
        if fits.any():
            moments = pl.select(pl.when(fits).then(raw)).to_series().str.to_datetime(pattern, time_unit="us", strict=False)
            done = pl.select(pl.coalesce(done, moments)).to_series()
    return done.alias(raw.name)


def _fast_texts(column: ColumnSchema, raw: pl.Series) -> pl.Series:
    if column.code or column.spellings:
        return _nothing(raw, pl.String)
    words = raw.str.to_lowercase().str.replace_all(" ", "", literal=True)
    keep = raw.str.contains(_PLAIN_TEXT) & ~words.is_in(sorted({*BLANK_WORDS, *UNANSWERED_WORDS, *column.null_words, NONE_WORD}))
    return pl.select(pl.when(keep).then(raw)).to_series().alias(raw.name)


def _fast_labels(column: ColumnSchema, raw: pl.Series) -> pl.Series:  # noqa: ARG001 - labels have no fast path: they repeat
    return _nothing(raw, pl.String)


def _nothing(raw: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series(raw.name, [None], dtype=dtype).new_from_index(0, len(raw))


_FAST: dict[str, Callable[[ColumnSchema, pl.Series], pl.Series]] = {
    "number": _fast_numbers, "date": _fast_dates, "category": _fast_labels, "text": _fast_texts, "id": _fast_texts,
}


def _typed(column: ColumnSchema, raw: pl.Series) -> tuple[pl.Series, pl.Series | None] | None:
    """Clean a column whose type already fits, without looking at single cells."""
    if column.type == "number" and (raw.dtype.is_integer() or raw.dtype.is_float()) and raw.dtype not in {pl.Int128, pl.UInt128}:
        number = raw.cast(pl.Float64)
        if not column.null_numbers and math.isfinite(number.sum()):
            return number, None
        number = pl.select(pl.when(~number.is_nan() & ~number.is_in(list(column.null_numbers))).then(number)).to_series().alias(raw.name)
        bad = number.is_infinite().fill_null(value=False)
        return (pl.select(pl.when(~bad).then(number)).to_series().alias(raw.name), bad) if bad.any() else (number, None)
    if column.type in {"id", "text", "category"} and raw.dtype.is_integer() and not column.null_words:
        return raw.cast(pl.String), None
    moments = _typed_dates(raw) if column.type == "date" and not _null_dates(column) else None
    return None if moments is None else (moments, None)


def _typed_dates(raw: pl.Series) -> pl.Series | None:
    if raw.dtype == pl.Date:
        return raw.cast(pl.Datetime("us"))
    if isinstance(raw.dtype, pl.Datetime):
        moments = raw.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if raw.dtype.time_zone else raw
        return moments.dt.cast_time_unit("us")
    return None


def _null_dates(column: ColumnSchema) -> bool:
    """Whether the user's null words may name a date, such as 1900-01-01."""
    return any(any(c.isdigit() for c in word) for word in column.null_words)


def _problems(column: ColumnSchema, raw: pl.Series, bad: pl.Series) -> list[CellProblem]:
    rows = bad.arg_true().head(PROBLEMS_KEPT)
    values = raw.gather(rows).to_list()
    return [CellProblem(row, column.name, _cut(value), EXPECTED[column.type]) for row, value in zip(rows.to_list(), values, strict=True)]


def _cut(value: object) -> str:
    text = text_of(value)
    text = repr(value) if text is None else text
    return text if len(text) <= 60 else text[:57] + "..."


def kept_problems(problems: Iterable[CellProblem]) -> tuple[CellProblem, ...]:
    """Put together the unreadable cells of the parts of a table, column by column, no more of each than are described."""
    by_column: dict[str, list[CellProblem]] = {}
    for problem in problems:
        own = by_column.setdefault(problem.column, [])
        if len(own) < PROBLEMS_KEPT:
            own.append(problem)
    return tuple(problem for own in by_column.values() for problem in own)
