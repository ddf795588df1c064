"""Leads in groups: the levels of a column, its numbers in bands, or two columns at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadrank.frames import pl
from leadrank.types import FloatArray, IntArray

MOST = 30
"""Groups of one column, or of two, that are judged: the largest ones."""
FEW = 6
"""A number of so few different values is grouped by value."""
BLANK = "blank"


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Who belongs to which group.

    Attributes
    ----------
    columns
        One column, or two.
    labels
        The groups that are judged, in the order of their bands, else the largest first.
    codes
        The group of each row, shape (n,); -1 for rows in groups that are too small.
    small, left_out
        How many groups are too small, and how many rows they hold.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    codes: IntArray
    small: int = 0
    left_out: int = 0

    def take(self, rows: IntArray) -> Grouping:
        """Return the groups of the chosen rows."""
        return Grouping(self.columns, self.labels, self.codes[rows], self.small, self.left_out)


def grouping_of(column: pl.Series, *, bands: Sequence[float] = (), smallest: int = 50) -> Grouping:
    """Group rows by one column; a blank is a group too.

    Parameters
    ----------
    column
        Clean cells: Float64, String, or Datetime.
    bands
        Lower ends of the bands of a number, all but the first; without them a number of many values is cut into quarters by rank.
    smallest
        Rows that a group needs to be judged.

    Examples
    --------
    >>> ages = pl.Series("age", [20.0, 35.0, 70.0, None] * 50)
    >>> grouping_of(ages, bands=[30, 60]).labels
    ('below 30', '30 to 60', '60 and more', 'blank')
    """
    if column.dtype.is_temporal():
        codes, labels = _dated(column)
    elif column.dtype.is_numeric():
        codes, labels = _banded(column.cast(pl.Float64).fill_null(np.nan).to_numpy(), tuple(bands))
    else:
        codes, labels = _levelled(column.cast(pl.String))
    return _judged((column.name,), codes, labels, smallest)


def crossed(first: Grouping, second: Grouping, *, smallest: int = 50) -> Grouping:
    """Group rows by two columns at a time."""
    known = (first.codes >= 0) & (second.codes >= 0)
    codes = np.where(known, first.codes * len(second.labels) + second.codes, -1)
    labels = [f"{a}, {b}" for a in first.labels for b in second.labels]
    return _judged((*first.columns, *second.columns), codes, labels, smallest)


def _levelled(column: pl.Series) -> tuple[IntArray, list[str]]:
    counts = column.alias("level").value_counts().sort(["count", "level"], descending=[True, False])
    levels = counts["level"].to_list()
    known = pl.Series([level for level in levels if level is not None], dtype=pl.String)
    places = pl.Series([k for k, level in enumerate(levels) if level is not None], dtype=pl.Int64)
    blank = levels.index(None) if None in levels else -1
    codes: IntArray = column.replace_strict(known, places, default=blank, return_dtype=pl.Int64).to_numpy().astype(np.int64)
    return codes, [BLANK if level is None else level for level in levels]


def _banded(numbers: FloatArray, bands: tuple[float, ...]) -> tuple[IntArray, list[str]]:
    known = numbers[~np.isnan(numbers)]
    values = np.unique(known)
    if not bands and len(values) <= FEW:
        codes, labels = np.searchsorted(values, numbers), [_said(v) for v in values]
    else:
        ends = np.array(bands) if bands else _quarters(known)
        codes, labels = np.searchsorted(ends, numbers, side="right"), _between(ends)
    return _with_blank(codes.astype(np.int64), np.isnan(numbers), labels)


def _dated(column: pl.Series) -> tuple[IntArray, list[str]]:
    moments = column.cast(pl.Datetime("us")).dt.epoch("us").cast(pl.Float64).fill_null(np.nan).to_numpy()
    ends = _quarters(moments[~np.isnan(moments)])
    days = [str(np.datetime64(int(end), "us").astype("datetime64[D]")) for end in ends]
    labels = [f"before {days[0]}", *(f"{a} to {b}" for a, b in pairwise(days)), f"{days[-1]} or later"] if days else ["any"]
    return _with_blank(np.searchsorted(ends, moments, side="right").astype(np.int64), np.isnan(moments), labels)


def _quarters(known: FloatArray) -> FloatArray:
    if not len(known):
        return np.empty(0)
    ends = np.unique(np.quantile(known, [0.25, 0.5, 0.75], method="higher"))
    above: FloatArray = ends[ends > known.min()]
    return above


def _between(ends: FloatArray) -> list[str]:
    said = [_said(end) for end in ends]
    return [f"below {said[0]}", *(f"{a} to {b}" for a, b in pairwise(said)), f"{said[-1]} and more"] if said else ["any"]


def _said(number: float) -> str:
    return f"{number:,.0f}" if number == round(number) and abs(number) >= 10_000 else f"{number:.6g}"


def _with_blank(codes: IntArray, blank: np.typing.NDArray[np.bool_], labels: list[str]) -> tuple[IntArray, list[str]]:
    return np.where(blank, len(labels), codes), [*labels, BLANK]


def _judged(columns: tuple[str, ...], codes: IntArray, labels: Sequence[str], smallest: int) -> Grouping:
    """Keep the groups that are large enough, at most the 30 largest of them."""
    sizes = np.bincount(codes[codes >= 0], minlength=len(labels))
    kept = np.flatnonzero(sizes >= smallest)
    kept = np.sort(kept[np.argsort(-sizes[kept], kind="stable")][:MOST])
    places = np.full(len(labels) + 1, -1, dtype=np.int64)
    places[kept] = np.arange(len(kept))
    small = int((sizes > 0).sum()) - len(kept)
    return Grouping(columns, tuple(labels[int(k)] for k in kept), places[codes], small, len(codes) - int(sizes[kept].sum()))
