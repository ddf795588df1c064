"""Other ways to choose whom to call: how even each is between groups, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from leadrank.evaluation.groups import Grouping
from leadrank.evaluation.metrics import expected_profit, roc_auc
from leadrank.evaluation.slices import FOUR_FIFTHS, ratio_of, reference_of
from leadrank.types import BoolArray, Figure, FloatArray, IntArray

AFFORDABLE = 0.01
"""Area under the curve that an alternative may cost."""
LONGER = (1.25, 1.5, 2.0, 3.0)
"""Lengths of call lists that are tried, as multiples of the list as it is."""
Kind = Literal["as trained", "another learner", "all columns", "without columns", "mixed", "longer list"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to choose whom to call.

    Attributes
    ----------
    name, kind
        What it is.
    without
        Columns that it does without.
    worst
        The lowest ratio of a watched group's rate to the reference group's.
    auc, cost
        Area under the curve, and how much less that is than what it is compared with.
    profit
        Of the calls; None where no value is known.
    called
        How many leads are called.
    chosen
        Whether it is the one that restores four fifths at the least cost.
    """

    name: str
    kind: Kind
    without: tuple[str, ...]
    worst: Figure
    auc: float
    cost: float
    profit: float | None
    called: int
    chosen: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """What alternatives are measured on: rows that no model learned from, the groups that are to be evened, and money where it is known."""

    y: IntArray
    groups: tuple[Grouping, ...]
    calls: int
    value: FloatArray | None = None
    cost: FloatArray | None = None

    def best(self, p: FloatArray, calls: int) -> BoolArray:
        """Call so many leads, those that promise most; ties are broken alike for all."""
        worth = p if self.value is None or self.cost is None else p * self.value - self.cost
        shuffled = np.random.default_rng(0).permutation(len(p))
        called = np.zeros(len(p), dtype=np.bool_)
        called[shuffled[np.argsort(-worth[shuffled], kind="stable")][:calls]] = True
        return called

    def measure(
        self, name: str, kind: Kind, p: FloatArray, *, beside: float | None = None, without: Sequence[str] = (), called: BoolArray | None = None
    ) -> Alternative:
        """Measure one alternative; `beside` is the area that its own is compared with."""
        chosen = self.best(p, self.calls) if called is None else called
        area = roc_auc(self.y, p)
        money = None if self.value is None or self.cost is None else expected_profit(self.y, chosen, self.value, self.cost)
        return Alternative(
            name, kind, tuple(without), worst_ratio(self.groups, chosen), area, 0.0 if beside is None else beside - area, money, int(chosen.sum())
        )

    def longer(self, p: FloatArray, called: BoolArray) -> tuple[Alternative, ...]:
        """Call more leads by the same score, until four fifths are reached."""
        made = []
        for times in LONGER:
            calls = round(times * self.calls)
            if calls > 0.9 * len(p):
                break
            list_ = called | self.best(np.where(called, np.inf, p), calls)
            made.append(self.measure(f"{times:g} times as many calls", "longer list", p, beside=roc_auc(self.y, p), called=list_))
            if made[-1].worst.value >= FOUR_FIFTHS:
                break
        return tuple(made)


def worst_ratio(groups: Sequence[Grouping], called: BoolArray) -> Figure:
    """Return the lowest ratio of a group's rate of being called to its reference group's, with its 95 % interval; 1 without any call."""
    found = [ratio for one in groups if one.labels for ratio in _ratios(one, called) if ratio is not None]
    return min(found, key=lambda ratio: ratio.value, default=Figure(1.0, 1.0, 1.0))


def _ratios(one: Grouping, called: BoolArray) -> list[Figure | None]:
    codes = one.codes[one.codes >= 0]
    rows = np.bincount(codes, minlength=len(one.labels)).astype(np.float64)
    hits = np.bincount(codes, weights=called[one.codes >= 0], minlength=len(one.labels)).astype(np.float64)
    best = reference_of(hits, rows)
    return [ratio_of(hits[k], rows[k], hits[best], rows[best], own=k == best) for k in range(len(rows)) if rows[k]]


def choose_alternative(found: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Mark the choice that restores four fifths for an area of at most 0.01 with as many calls: the cheapest, a mixture if nothing else does."""
    fit = [
        k for k, one in enumerate(found)
        if one.kind not in {"as trained", "all columns", "longer list"} and one.worst.value >= FOUR_FIFTHS and one.cost <= AFFORDABLE
    ]
    best = min(fit, key=lambda k: (found[k].kind == "mixed", found[k].cost), default=None)
    return tuple(replace(one, chosen=k == best) for k, one in enumerate(found))
