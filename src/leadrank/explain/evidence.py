"""How many training leads were like this, and how many of them converted: counts per level or bin of each feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN, BoolArray, CodeArray, Feature, FloatArray, IntArray, Matrix


@dataclass(frozen=True, slots=True)
class Seen:
    """What training saw of one feature, cell by cell.

    Cells are numbered as codes are: 0 blank, 1 unseen (at training: levels too rare to be learned), then the levels of
    a category or the bins of a number in rising order. Of each bin its smallest, its (lower) median and its largest
    training value are kept; `cuts` are the limits between bins, a value on a limit belongs above it.
    """

    feature: Feature
    rows: tuple[int, ...]
    conversions: tuple[tuple[int, ...], ...]
    lows: tuple[float, ...] = ()
    middles: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts for all features, in the order of contribution columns; `conversions[t]` counts outcomes better than class t."""

    features: tuple[Seen, ...]
    rows: int
    conversions: tuple[int, ...]

    def base_rate(self, threshold: int = 0) -> float:
        """Return the share of all training leads that converted (reached class `threshold` + 1)."""
        return self.conversions[threshold] / self.rows if self.rows else 0.0


def fit_evidence(matrix: Matrix, y: IntArray, *, bins: int = 8, thresholds: int | None = None) -> Evidence:
    """Count rows and conversions per level and per bin.

    A number is cut at its quantiles into about `bins` bins; a value that fills a bin by itself (0 visits) gets one of its
    own, a number of at most `bins` different values one for each. `Feature.bins`, where the user gave them, are used instead.

    Parameters
    ----------
    matrix
        Training rows.
    y
        Shape (n,): 0/1, or class numbers 0..K-1, worst first.
    bins
        Wanted number of bins of a number, at least 1.
    thresholds
        K - 1; by default the largest class in `y`.

    Returns
    -------
    Evidence
        Plain counts: for every threshold t, conversions are the rows with `y > t`.

    Examples
    --------
    >>> source = Feature("source", "source", "category", ("web", "fair"))
    >>> matrix = Matrix(np.empty((4, 0)), np.array([[2], [2], [3], [0]], dtype=np.int32), (), (source,))
    >>> fit_evidence(matrix, np.array([1, 0, 1, 0])).features[0].rows
    (1, 0, 2, 1)
    """
    count = max(int(y.max(initial=1)), 1) if thresholds is None else thresholds
    reached = [y > t for t in range(count)]
    seen = [_seen_number(f, matrix.numbers[:, j], reached, bins) for j, f in enumerate(matrix.numeric)]
    seen += [_count(Seen(f, (), ()), matrix.codes[:, j], reached) for j, f in enumerate(matrix.categorical)]
    return Evidence(tuple(seen), len(matrix), tuple(int(r.sum()) for r in reached))


def number_cells(seen: Seen, values: FloatArray) -> CodeArray:
    """Return the cell of each number, shape (n,); a number of which training saw only blanks is unseen."""
    if not seen.lows:
        return np.where(np.isnan(values), MISSING, UNSEEN).astype(np.int32)
    bins = np.searchsorted(np.asarray(seen.cuts), values, side="right") + FIRST_LEVEL
    return np.where(np.isnan(values), MISSING, bins).astype(np.int32)


def _seen_number(feature: Feature, values: FloatArray, reached: list[BoolArray], bins: int) -> Seen:
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return _count(Seen(feature, (), ()), number_cells(Seen(feature, (), ()), values), reached)
    distinct, counts = np.unique(known, return_counts=True)
    starts = np.flatnonzero(_begins(feature, distinct, counts, bins))
    ends = np.append(starts[1:], len(distinct)) - 1
    first = np.append(0, np.cumsum(counts))[starts]
    last = np.cumsum(counts)[ends] - 1
    lows, highs, middles = distinct[starts], distinct[ends], known[(first + last) // 2]
    shape = Seen(feature, (), (), _floats(lows), _floats(middles), _floats(highs), _floats(_cuts(highs[:-1], lows[1:])))
    return _count(shape, number_cells(shape, values), reached)


def _begins(feature: Feature, distinct: FloatArray, counts: IntArray, bins: int) -> BoolArray:
    """Say which distinct values begin a bin."""
    begins = np.ones(len(distinct), dtype=np.bool_)
    if feature.bins:
        begins[1:] = np.diff(np.searchsorted(np.asarray(feature.bins), distinct, side="right")) > 0
    elif len(distinct) > bins:
        total = counts.sum()
        group = (np.cumsum(counts) - counts / 2) * bins // total
        heavy = counts * bins >= total
        begins[1:] = (np.diff(group) > 0) | heavy[1:] | heavy[:-1]
    return begins


def _cuts(highs: FloatArray, lows: FloatArray) -> FloatArray:
    """Place each limit halfway; between neighbouring floats, where halfway is the lower one, on the upper one."""
    halfway = highs / 2 + lows / 2
    return np.where((halfway > highs) & (halfway <= lows), halfway, lows)


def _count(shape: Seen, cells: CodeArray, reached: list[BoolArray]) -> Seen:
    size = FIRST_LEVEL + (len(shape.feature.levels) if shape.feature.kind == "category" else len(shape.lows))
    rows = tuple(np.bincount(cells, minlength=size).tolist())
    conversions = tuple(tuple(np.bincount(cells[hit], minlength=size).tolist()) for hit in reached)
    return Seen(shape.feature, rows, conversions, shape.lows, shape.middles, shape.highs, shape.cuts)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
