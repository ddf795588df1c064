"""How groups of leads are treated: who is called, who is found of those who convert, whether promises hold; and what chance does not explain.

Selection rates are compared as in the four-fifths rule (29 CFR 1607.4 D); finding rates as "equal opportunity" (Hardt, Price and Srebro 2016);
promised and observed rates as calibration within groups (Kleinberg, Mullainathan and Raghavan 2017, who show that not all three can hold at once).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadrank.evaluation.curves import wilson
from leadrank.evaluation.groups import Grouping
from leadrank.evaluation.metrics import roc_auc
from leadrank.types import BoolArray, Figure, FloatArray, IntArray

FOUR_FIFTHS = 0.8
"""A group's rate below this share of the reference group's counts as adverse."""
ALLOWED = 0.9
"""A model is learned from a sample: what it took for a trait of a group by chance, it does to all of that group, up to a tenth."""
LEVEL = 0.05
"""Chance that an audit of leads without any difference names one: half of it for single columns, half for pairs."""
LEAST_CONVERTED = 20
"""Conversions (and others) that a group needs for a finding rate, and for an area under the curve."""
MEASURES = 3


@dataclass(frozen=True, slots=True)
class Slice:
    """One group of leads.

    Attributes
    ----------
    group, rows, called, converted, caught
        Its name, and how many of it there are, were called, converted, and both.
    rate
        Share that is called.
    ratio
        That over the reference group's; None where that is 0.
    recall, recall_ratio
        Share of its conversions that is called, and that over the reference group's; None where there are few conversions.
    promised, observed
        Mean probability, and share that converted.
    auc
        Area under the curve within the group; None where there are few conversions.
    beyond
        Which of `rate`, `recall`, `promise` differ by more than four fifths and by more than chance does among all groups audited.
    """

    group: str
    rows: int
    called: int
    converted: int
    caught: int
    rate: Figure
    ratio: Figure | None
    recall: Figure | None
    recall_ratio: Figure | None
    promised: float
    observed: Figure
    auc: Figure | None
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """All groups of one column, or of two; `reference` is the group whose rate is surely high. `small` groups with `left_out` rows are not judged."""

    columns: tuple[str, ...]
    slices: tuple[Slice, ...]
    reference: str
    small: int
    left_out: int

    @property
    def name(self) -> str:
        """The columns in words."""
        return " and ".join(self.columns)

    @property
    def worst(self) -> Slice:
        """The group with the lowest rate of being called beside the reference's, among those beyond chance where there are any."""
        beyond = [one for one in self.slices if "rate" in one.beyond]
        return min(beyond or self.slices, key=_ratio_of)


def _ratio_of(one: Slice) -> float:
    return math.inf if one.ratio is None else one.ratio.value


def audit(groupings: Sequence[Grouping], y: IntArray, p: FloatArray, called: BoolArray) -> tuple[Cut, ...]:
    """Measure how groups are treated, on rows that the model did not learn from.

    Parameters
    ----------
    groupings
        Who belongs to which group, by one column or by two; those with fewer than two groups are left out.
    y, p, called
        Whether a lead converted (0/1), its probability, and whether it would be called, each of shape (n,).

    Returns
    -------
    tuple of Cut
        One for each grouping with at least two groups. Each group is tested against nine tenths of every other one's rate (normal test on the
        arcsine of the root of the rate), and promises against what came (normal test on the sum), with Bonferroni's correction over pairs of groups,
        over measures and over groupings.

    Examples
    --------
    >>> who = Grouping(("kind",), ("a", "b"), np.repeat([0, 1], 100))
    >>> cut, = audit([who], np.tile([0, 1], 100), np.full(200, 0.5), np.repeat([True, False], 100))
    >>> cut.reference, [s.ratio.value for s in cut.slices], cut.slices[1].beyond
    ('a', [1.0, 0.0], ('rate', 'recall'))
    """
    judged = [one for one in groupings if len(one.labels) > 1]
    of_size = {size: sum(len(one.columns) == size for one in judged) for size in (1, 2)}
    share = LEVEL / (2 if of_size[1] and of_size[2] else 1) / MEASURES
    return tuple(_cut(one, y, p, called, share / of_size[len(one.columns)]) for one in judged)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    rows: FloatArray
    called: FloatArray
    converted: FloatArray
    caught: FloatArray
    promised: FloatArray
    variance: FloatArray


def _counted(one: Grouping, y: IntArray, p: FloatArray, called: BoolArray) -> _Counts:
    inside, codes = one.codes >= 0, one.codes[one.codes >= 0]

    def sums(each: FloatArray) -> FloatArray:
        found: FloatArray = np.bincount(codes, weights=each[inside], minlength=len(one.labels)).astype(np.float64)
        return found

    hit, chosen = y.astype(np.float64), called.astype(np.float64)
    return _Counts(sums(np.ones(len(y))), sums(chosen), sums(hit), sums(hit * chosen), sums(p), sums(p * (1 - p)))


def _cut(one: Grouping, y: IntArray, p: FloatArray, called: BoolArray, level: float) -> Cut:
    n = _counted(one, y, p, called)
    enough = n.converted >= LEAST_CONVERTED
    first = reference_of(n.called, n.rows)
    best = reference_of(np.where(enough, n.caught, 0), np.where(enough, n.converted, 1))
    areas = _areas(one, y, p) if len(one.columns) == 1 else [None] * len(one.labels)
    beyond = {"rate": _worse(n.called, n.rows, n.rows > 0, level), "recall": _worse(n.caught, n.converted, enough, level), "promise": _off(n, level)}
    slices = tuple(
        Slice(
            label, int(n.rows[k]), int(n.called[k]), int(n.converted[k]), int(n.caught[k]), _share(n.called[k], n.rows[k]),
            ratio_of(n.called[k], n.rows[k], n.called[first], n.rows[first], own=k == first),
            _share(n.caught[k], n.converted[k]) if enough[k] else None,
            ratio_of(n.caught[k], n.converted[k], n.caught[best], n.converted[best], own=k == best) if enough[k] else None,
            float(n.promised[k] / n.rows[k]), _share(n.converted[k], n.rows[k]), areas[k],
            tuple(name for name, found in beyond.items() if found[k]),
        )
        for k, label in enumerate(one.labels)
    )
    return Cut(one.columns, slices, one.labels[first], one.small, one.left_out)


def reference_of(hits: FloatArray, rows: FloatArray) -> int:
    """Return the number of the group whose rate is surely high: with the highest lower end of its 95 % interval.

    The highest rate of all would be, among many small groups, mostly the luckiest.
    """
    return int(np.argmax([wilson(int(k), int(n))[0] if n else 0.0 for k, n in zip(hits, rows, strict=True)]))


def ratio_of(hits: float, rows: float, best_hits: float, best_rows: float, *, own: bool = False) -> Figure | None:
    """Return the ratio of two rates with its 95 % interval on the logarithm (Katz et al. 1978); None where the second is 0.

    Examples
    --------
    >>> ratio = ratio_of(30, 100, 60, 100)
    >>> ratio.value, round(ratio.low, 2), round(ratio.high, 2)
    (0.5, 0.36, 0.7)
    """
    if not best_hits:
        return None
    value = (hits / rows) / (best_hits / best_rows)
    if own:
        return Figure(1.0, 1.0, 1.0)
    more = hits or 0.5  # half a call, where there is none, gives the interval an upper end
    middle = (more / rows) / (best_hits / best_rows)
    spread = 1.96 * math.sqrt(max(1 / more - 1 / rows + 1 / best_hits - 1 / best_rows, 0.0))
    return Figure(float(value), float(middle * math.exp(-spread)) if hits else 0.0, float(middle * math.exp(spread)))


def _share(hits: float, rows: float) -> Figure:
    return Figure(float(hits / rows), *wilson(int(hits), int(rows)))


def _worse(hits: FloatArray, rows: FloatArray, enough: BoolArray, level: float) -> BoolArray:
    """Say which groups' rates are less than four fifths of another's, and by more than chance less than nine tenths of it."""
    size = np.where(enough, np.maximum(rows, 1), np.nan)
    rate, pairs = hits / size, max(int(enough.sum()) * (int(enough.sum()) - 1) // 2, 1)
    angle, allowed = (2 * np.arcsin(np.sqrt(np.clip(each, 0, 1))) for each in (rate, ALLOWED * rate))
    apart = (allowed[None, :] - angle[:, None]) / np.sqrt(1 / size[None, :] + 1 / size[:, None])
    lower: BoolArray = ((apart > z_of(level / pairs)) & (rate[:, None] < FOUR_FIFTHS * rate[None, :])).any(axis=1)
    return lower


def _off(n: _Counts, level: float) -> BoolArray:
    """Say which groups convert at less than four fifths, or more than five fourths, of what they are promised, and by more than chance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z, times = np.abs(n.converted - n.promised) / np.sqrt(n.variance), n.converted / n.promised
    wrong: BoolArray = (z > z_of(level / len(z))) & ((times < FOUR_FIFTHS) | (times > 1 / FOUR_FIFTHS))
    return wrong


def z_of(level: float) -> float:
    """Return the distance that a normal variable exceeds, on either side, with a probability of `level`.

    Examples
    --------
    >>> round(z_of(0.05), 3)
    1.96
    """
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) > level else (low, middle)
    return high


def _areas(one: Grouping, y: IntArray, p: FloatArray) -> list[Figure | None]:
    order = np.lexsort((-p, one.codes))
    starts = np.searchsorted(one.codes[order], np.arange(len(one.labels) + 1))
    return [area_of(y[order[a:b]], p[order[a:b]]) for a, b in pairwise(starts)]


def area_of(y: IntArray | BoolArray, p: FloatArray) -> Figure | None:
    """Return the area under the ROC curve with its 95 % interval after Hanley and McNeil (1982); None with fewer than 20 of either kind."""
    hits = int(y.sum())
    others = len(y) - hits
    if min(hits, others) < LEAST_CONVERTED:
        return None
    area = roc_auc(y, p)
    twice, both = area / (2 - area), 2 * area * area / (1 + area)
    variance = area * (1 - area) + (hits - 1) * (twice - area * area) + (others - 1) * (both - area * area)
    half = 1.96 * math.sqrt(max(variance, 0.0) / (hits * others))
    return Figure(area, max(0.0, area - half), min(1.0, area + half))
