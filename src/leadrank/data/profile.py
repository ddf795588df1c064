"""The data dictionary: what each column held when the model was made."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leadrank.data.schema import ColumnSchema, ColumnType, Schema
from leadrank.frames import pl

TOP = 20
DECILES = tuple(i / 10 for i in range(11))


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column in figures.

    `top` holds the most frequent labels with their cells; `edges` the eleven deciles of a number (seconds since 1970 for a date);
    `minimum`, `median` and `maximum` are those of numbers, `earliest` and `latest` those of dates.
    """

    name: str
    type: ColumnType
    rows: int
    blank: int
    distinct: int
    top: tuple[tuple[str, int], ...] = ()
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None
    mean: float | None = None
    edges: tuple[float, ...] = ()
    earliest: str | None = None
    latest: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """All columns in figures."""

    rows: int
    columns: tuple[ColumnProfile, ...]


def profile(frame: pl.DataFrame, schema: Schema, columns: Iterable[str] | None = None) -> Profile:
    """Describe a clean table column by column.

    Parameters
    ----------
    frame
        A table as `clean_frame` gives it.
    schema
        Its columns; those that the frame lacks are left out. Identifiers and free texts show no values.
    columns
        The names wanted; all by default.

    Examples
    --------
    >>> from leadrank.data.schema import ColumnSchema
    >>> found = profile(pl.DataFrame({"n": [1.0, None, 3.0]}), Schema((ColumnSchema("n", "number"),)))
    >>> found.columns[0].median, found.columns[0].blank
    (2.0, 1)
    """
    wanted = set(schema.names if columns is None else columns)
    return Profile(frame.height, tuple(_column(frame[c.name], c) for c in schema.columns if c.name in wanted and c.name in frame.columns))


def _column(series: pl.Series, schema: ColumnSchema) -> ColumnProfile:
    filled = series.drop_nulls()
    plain = ColumnProfile(schema.name, schema.type, len(series), series.null_count(), filled.n_unique(), description=schema.description)
    if not len(filled) or schema.type in {"text", "id"}:
        return plain
    if schema.type == "category":
        return replace(plain, top=_top(filled))
    if schema.type == "date":
        seconds = filled.dt.epoch("us").cast(pl.Float64) / 1e6
        return replace(plain, edges=_edges(seconds), earliest=str(filled.min()), latest=str(filled.max()))
    top = _top(filled.cast(pl.String)) if plain.distinct <= TOP else ()
    return replace(
        plain, top=top, minimum=_figure(filled.min()), median=_figure(filled.median()), maximum=_figure(filled.max()),
        mean=_figure(filled.mean()), edges=_edges(filled))


def _top(filled: pl.Series) -> tuple[tuple[str, int], ...]:
    counts = filled.alias("label").to_frame().group_by("label").len().sort(["len", "label"], descending=[True, False]).head(TOP)
    return tuple((label, count) for label, count in counts.iter_rows())


def _edges(filled: pl.Series) -> tuple[float, ...]:
    found = (filled.quantile(q, interpolation="linear") for q in DECILES)
    return tuple(float(e) for e in found if e is not None and math.isfinite(e))


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
