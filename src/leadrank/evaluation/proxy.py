"""Whether what is known of a lead gives a protected attribute away, and by which columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from leadrank.evaluation.groups import BLANK, Grouping
from leadrank.evaluation.slices import LEVEL, area_of, z_of
from leadrank.types import BoolArray, Figure, FloatArray, IntArray, Matrix

TELLING = 0.6
"""Area under the curve from which the columns give a group away."""
CARRIES = 0.55
"""Area of a single column from which it is named."""
NAMED = 5
GROUPS = 5
"""Groups of one attribute that are tested: the largest ones."""
WIDEST = 30
"""Columns that the test reads: those that tell most alone."""
CELLS = 12
"""Cells of one feature."""
PAIRED = 30
"""Features of which pairs are tried."""
MORE = 0.02
"""By so much must a pair tell more than all columns do to a booster."""

Ranker = Callable[[Sequence[str], BoolArray, IntArray, IntArray], FloatArray]
"""From columns, membership of every row, and rows to learn from and to judge: a score of the latter."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """How well the columns tell one group of a protected attribute from the others, on rows not learned from, and which of them do so alone."""

    attribute: str
    group: str
    rows: int
    auc: Figure
    columns: tuple[tuple[str, float], ...]
    telling: bool


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """Every feature in few cells: numbers in tenths by rank, the blank, and the most frequent levels of categories."""

    columns: tuple[str, ...]
    cells: tuple[IntArray, ...]


def binned(X: Matrix) -> Binned:
    """Cut the features of a matrix into cells."""
    numbers = [_tenths(X.numbers[:, j]) for j in range(len(X.numeric))]
    codes = [_frequent(X.codes[:, j].astype(np.int64)) for j in range(len(X.categorical))]
    return Binned(tuple(f.column for f in X.features), (*numbers, *codes))


def _tenths(numbers: FloatArray) -> IntArray:
    known = numbers[~np.isnan(numbers)]
    ends = np.unique(np.quantile(known, np.linspace(0, 1, CELLS - 1)[1:-1])) if len(known) else np.empty(0)
    cells: IntArray = np.where(np.isnan(numbers), 0, np.searchsorted(ends, numbers, side="right") + 1).astype(np.int64)
    return cells


def _frequent(codes: IntArray) -> IntArray:
    """Let all levels but the most frequent ones share a cell."""
    sizes = np.bincount(codes)
    places = np.full(len(sizes), CELLS - 1)
    kept = np.argsort(-sizes, kind="stable")[: CELLS - 1]
    places[kept] = np.arange(len(kept))
    cells: IntArray = places[codes].astype(np.int64)
    return cells


def area_of_cells(cell: IntArray, size: int, member: BoolArray, fold: IntArray) -> float:
    """Return the area under the curve of the rate of members in each cell, learned in the one half and judged in the other.

    Examples
    --------
    >>> cell, fold = np.tile([0, 1], 50), np.repeat([0, 1], 50)
    >>> area_of_cells(cell, 2, cell == 1, fold)
    1.0
    """
    table = np.bincount((fold * 2 + member) * size + cell, minlength=4 * size).reshape(2, 2, size).astype(np.float64)
    return (_area_between(table[0], table[1]) + _area_between(table[1], table[0])) / 2


def _area_between(learn: FloatArray, judge: FloatArray) -> float:
    others, hits = learn
    rate = (hits + hits.sum() / max(learn.sum(), 1)) / (hits + others + 1)
    _, place = np.unique(rate, return_inverse=True)
    wrong, right = (np.bincount(place, weights=each) for each in judge)
    if not right.sum() or not wrong.sum():
        return 0.5
    below = np.cumsum(wrong) - wrong / 2  # equal rates are one cut
    return float(right @ below / (right.sum() * wrong.sum()))


def alone(cells: Binned, member: BoolArray, fold: IntArray) -> dict[str, float]:
    """Return the area under the curve of each column alone, the best of its features."""
    found: dict[str, float] = {}
    for column, cell in zip(cells.columns, cells.cells, strict=True):
        found[column] = max(found.get(column, 0.0), area_of_cells(cell, CELLS, member, fold))
    return found


def together(cells: Binned, columns: Sequence[str], member: BoolArray, fold: IntArray) -> tuple[str, float, int]:
    """Return the two columns that tell most together, their area, and how many pairs were tried: boosters miss what tells nothing alone."""
    own = [(c, cell) for c, cell in zip(cells.columns, cells.cells, strict=True) if c in set(columns)][:PAIRED]
    pairs = [(a, b, area_of_cells(x * CELLS + y, CELLS * CELLS, member, fold)) for (a, x), (b, y) in combinations(own, 2) if a != b]
    a, b, area = max(pairs, key=lambda pair: pair[2], default=("", "", 0.5))
    return f"{a} with {b}", area, len(pairs)


def find_proxies(groups: Grouping, cells: Binned, ranker: Ranker, *, seed: int = 0) -> tuple[Proxy, ...]:
    """Try to tell each group of a protected attribute from all others by the columns of a model.

    Parameters
    ----------
    groups
        The attribute; a blank is nobody's attribute and is left out.
    cells
        The model's features.
    ranker
        Learns membership from one half of the rows and ranks the other.
    seed
        Deals the halves.

    Returns
    -------
    tuple of Proxy
        One for each of the largest groups. It is `telling` with an area above 0.6 that chance among the groups tested does not explain.
    """
    rows = np.flatnonzero(of_somebody(groups)) if cells.columns else np.empty(0, dtype=np.int64)
    sizes = np.bincount(groups.codes[rows], minlength=len(groups.labels))
    tested = [int(k) for k in np.argsort(-sizes, kind="stable")[:GROUPS] if sizes[k]]
    tested = tested[1:] if len(tested) == 2 else tested  # who is not of the one group is of the other
    return tuple(p for k in tested if (p := _tested(groups, k, rows, cells, ranker, seed, len(tested))) is not None)


def of_somebody(groups: Grouping) -> BoolArray:
    """Mark the rows whose group is known and is not the blank."""
    blank = [k for k, label in enumerate(groups.labels) if label == BLANK]
    known: BoolArray = (groups.codes >= 0) & ~np.isin(groups.codes, blank)
    return known


def _tested(groups: Grouping, k: int, rows: IntArray, cells: Binned, ranker: Ranker, seed: int, tests: int) -> Proxy | None:
    member = groups.codes[rows] == k
    fold = _halves(member, seed)
    own = Binned(cells.columns, tuple(cell[rows] for cell in cells.cells))
    each = alone(own, member, fold)
    columns = sorted(each, key=lambda name: -each[name])[:WIDEST]
    area = area_of(member, _ranked(columns, groups.codes == k, rows, fold, ranker))
    if area is None:
        return None
    carrying = [(name, each[name]) for name in columns[:NAMED] if each[name] >= CARRIES]
    pair, joint, tried = together(own, columns, member, fold)
    if joint > max(area.value, each[columns[0]]) + MORE:
        half = area.value - area.low
        area, tests, carrying = Figure(joint, joint - half, min(1.0, joint + half)), tests * tried, [(pair, joint), *carrying][:NAMED]
    surely = area.value - z_of(LEVEL / tests) / z_of(0.05) * (area.value - area.low) > 0.5
    return Proxy(groups.columns[0], groups.labels[k], int(member.sum()), area, tuple(carrying), area.value > TELLING and surely)


def _ranked(columns: Sequence[str], member: BoolArray, rows: IntArray, fold: IntArray, ranker: Ranker) -> FloatArray:
    """Rank each half by what was learned in the other; two models' scores have no common scale, their ranks have."""
    scores = np.zeros(len(rows))
    for part in (0, 1):
        learn, judge = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        scores[judge] = np.argsort(np.argsort(ranker(columns, member, rows[learn], rows[judge]), kind="stable"), kind="stable") / max(len(judge), 1)
    return scores


def _halves(member: BoolArray, seed: int) -> IntArray:
    """Deal members and others into two halves alike."""
    fold, rng = np.empty(len(member), dtype=np.int64), np.random.default_rng(seed)
    for kind in (True, False):
        own = rng.permutation(np.flatnonzero(member == kind))
        fold[own] = np.arange(len(own)) % 2
    return fold
