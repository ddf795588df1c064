"""What the whole table can tell, and what it can tell without a column: overall AUC, ablation jumps, old against new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks.levels import auc_error, rank_auc, smoothed_rates, to_levels
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray, IntArray

Ranker = Callable[["pl.DataFrame", BoolArray, IntArray, IntArray], FloatArray]
"""(clean frame, outcome, train rows, test rows) → scores of the test rows, higher for likelier conversions."""

FEW_ROWS = 5_000
"""Up to this many rows the overall AUC is cross-validated; above, one third is held out."""
NEWEST = 0.3
"""Share of rows judged in the ordered split."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An AUC and its standard error."""

    auc: float
    error: float


@dataclass(frozen=True, slots=True)
class Table:
    """The rows on which overall figures are taken."""

    frame: pl.DataFrame
    positive: BoolArray
    fold: IntArray
    ranker: Ranker

    def judge(self, columns: list[str]) -> Judged:
        """Return the AUC of these columns together, on rows that were not learned from."""
        if not columns:
            return Judged(0.5, 0.0)
        folds = range(int(self.fold.max()) + 1) if len(self.fold) <= FEW_ROWS else range(1)
        scores = np.zeros(len(self.fold))
        judged = np.isin(self.fold, list(folds))
        for k in folds:
            test = np.flatnonzero(self.fold == k)
            scores[test] = self._scores(columns, np.flatnonzero(self.fold != k), test)
        return _judged(self.positive[judged], scores[judged])

    def judge_forward(self, columns: list[str], order: FloatArray, seed: int) -> tuple[Judged, Judged]:
        """Return the AUC of a random split and of one that learns from the old and judges the newest 30 %."""
        rank = np.argsort(np.where(np.isnan(order), -np.inf, order), kind="stable")
        cut = int(len(rank) * (1 - NEWEST))
        shuffled = np.random.default_rng(seed).permutation(len(rank))
        splits = [(np.sort(rows[:cut]), np.sort(rows[cut:])) for rows in (shuffled, rank)]
        random, forward = (_judged(self.positive[test], self._scores(columns, train, test)) for train, test in splits)
        return random, forward

    def _scores(self, columns: list[str], train: IntArray, test: IntArray) -> FloatArray:
        if self.positive[train].all() or not self.positive[train].any():
            return np.zeros(len(test))
        chosen = pl.DataFrame([self.frame.get_column(name) for name in columns])  # select() would read "*" as a pattern
        return np.asarray(self.ranker(chosen, self.positive, train, test), dtype=np.float64)


def rate_ranker(frame: pl.DataFrame, positive: BoolArray, train: IntArray, test: IntArray) -> FloatArray:
    """Rank by the sum of each column's log-odds (naive Bayes on levels and quantile bins); needs no learner installed."""
    scores = np.zeros(len(test))
    base = float(positive[train].mean())
    for column in frame.get_columns():
        levels = to_levels(column)
        rates = smoothed_rates(levels.codes[train], positive[train], len(levels.labels))
        safe = np.clip(rates, 1e-6, 1 - 1e-6)
        scores += (np.log(safe / (1 - safe)) - np.log(base / (1 - base)))[levels.codes[test]]
    return scores


def _judged(positive: BoolArray, scores: FloatArray) -> Judged:
    auc = rank_auc(positive, scores)
    ones = int(positive.sum())
    return Judged(auc, auc_error(auc, ones, len(positive) - ones))
