"""What every model must beat: a constant, and naive Bayes over counts as in open-source CRMs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leadrank.models.ordered import THRESHOLD
from leadrank.models.predictor import Candidate, Scale, Setting
from leadrank.records import read_record, write_record
from leadrank.types import FIRST_LEVEL, FloatArray, IntArray, Matrix


@dataclass(frozen=True, slots=True)
class Constant:
    """The base rate for everybody, smoothed by half an outcome of each kind; one for each threshold between ordered classes."""

    log_odds: tuple[float, ...]
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the same log-odds for each row (of one threshold)."""
        return np.asarray(self.log_odds)[_threshold(X)]

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return zeros: nothing contributes but the threshold."""
        values = np.zeros((len(X), len(X.features)))
        if len(self.log_odds) > 1:
            values[:, len(X.numeric) - 1] = self.margin(X) - self.log_odds[0]
        return values, self.log_odds[0]

    def parts(self) -> dict[str, bytes]:
        """Return the model as one JSON part."""
        return {"constant.json": write_record(self)}


@dataclass(frozen=True, slots=True)
class NaiveBayes:
    """Log-likelihood ratios by cell: quintiles of numbers (then blank), codes of categories."""

    prior: float
    edges: tuple[tuple[float, ...], ...]
    ratios: tuple[tuple[float, ...], ...]
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the prior plus each cell's ratio."""
        total: FloatArray = self._each(X).sum(axis=1) + self.prior
        return total

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return each cell's ratio: naive Bayes adds up by construction."""
        return self._each(X), self.prior

    def parts(self) -> dict[str, bytes]:
        """Return the model as one JSON part."""
        return {"naive_bayes.json": write_record(self)}

    def _each(self, X: Matrix) -> FloatArray:
        cells = _cells(X, self.edges)
        return np.stack([np.asarray(r)[c] for r, c in zip(self.ratios, cells, strict=True)], axis=1) if cells else np.zeros((len(X), 0))


def fit_constant(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Constant:  # noqa: ARG001
    """Learn the base rate."""
    threshold = _threshold(X)
    won = np.bincount(threshold, weights=y) + 0.5
    lost = np.bincount(threshold, weights=1 - y) + 0.5
    return Constant(tuple(float(v) for v in np.log(won / lost)))


def fit_naive_bayes(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> NaiveBayes:  # noqa: ARG001
    """Count conversions by field value, add `smoothing` (0.1 in Odoo's lead scoring), and multiply."""
    smoothing = float(setting.get("smoothing", 0.1))
    edges = tuple(_quintiles(X.numbers[:, j]) for j in range(len(X.numeric)))
    sizes = [len(e) + 2 for e in edges] + [len(f.levels) + FIRST_LEVEL for f in X.categorical]
    counted = np.ones(len(y)) if weight is None else weight
    ratios = tuple(_log_ratios(c, y, counted, size, smoothing) for c, size in zip(_cells(X, edges), sizes, strict=True))
    won, lost = (float(counted[y == k].sum()) for k in (1, 0))
    return NaiveBayes(float(np.log((won + 0.5) / (lost + 0.5))), edges, ratios)


def load_constant(parts: Mapping[str, bytes]) -> Constant:
    """Build the constant again from its part."""
    return read_record(Constant, parts["constant.json"])


def load_naive_bayes(parts: Mapping[str, bytes]) -> NaiveBayes:
    """Build the table again from its part."""
    return read_record(NaiveBayes, parts["naive_bayes.json"])


def _threshold(X: Matrix) -> IntArray:
    stacked = bool(X.numeric) and X.numeric[-1] == THRESHOLD
    return X.numbers[:, -1].astype(np.int64) if stacked else np.zeros(len(X), dtype=np.int64)


def _quintiles(values: FloatArray) -> tuple[float, ...]:
    seen = values[~np.isnan(values)]
    return tuple(float(v) for v in np.unique(np.quantile(seen, [0.2, 0.4, 0.6, 0.8]))) if seen.size else ()


def _cells(X: Matrix, edges: tuple[tuple[float, ...], ...]) -> list[IntArray]:
    numbers = []
    for column, e in zip(X.numbers.T, edges, strict=True):
        numbers.append(np.where(np.isnan(column), len(e) + 1, np.searchsorted(np.asarray(e), column, side="right")))
    return numbers + [X.codes[:, j].astype(np.int64) for j in range(len(X.categorical))]


def _log_ratios(cells: IntArray, y: IntArray, counted: FloatArray, size: int, smoothing: float) -> tuple[float, ...]:
    won, lost = (np.bincount(cells[y == k], weights=counted[y == k], minlength=size) + smoothing for k in (1, 0))
    ratio = np.log(won / won.sum()) - np.log(lost / lost.sum())
    unseen = np.bincount(cells, minlength=size) == 0
    return tuple(float(v) for v in np.where(unseen, 0.0, ratio))


DUMMY = Candidate(name="dummy", fit=fit_constant, load=load_constant, first=({},), space={}, complexity=0)
NAIVE_BAYES = Candidate(name="naive_bayes", fit=fit_naive_bayes, load=load_naive_bayes, first=({},), space={}, complexity=1)
