"""Resampling, for those who ask: inside the folds, and the prior put back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.ordered import THRESHOLD
from leadrank.types import FloatArray, IntArray, Matrix

if TYPE_CHECKING:
    from leadrank.models.predictor import Candidate, Predictor, Scale, Setting

Resampling = Literal["none", "smote", "weights"]


@dataclass(frozen=True, slots=True)
class Shifted:
    """A predictor whose log-odds are moved by a constant: the prior before resampling."""

    inner: Predictor
    shift: float

    @property
    def scale(self) -> Scale:
        """The inner predictor's scale."""
        return self.inner.scale

    def margin(self, X: Matrix) -> FloatArray:
        """Return the inner log-odds, moved."""
        return self.inner.margin(X) + self.shift

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return the inner contributions; the shift belongs to the base."""
        values, base = self.inner.contributions(X)
        return values, base + self.shift

    def parts(self) -> dict[str, bytes]:
        """Return the inner parts and the shift."""
        return {**self.inner.parts(), "shift.txt": repr(self.shift).encode()}


def resampled(candidate: Candidate, how: Resampling, *, correct: bool = True) -> Candidate:
    """Return the candidate with resampling inside every fit.

    Parameters
    ----------
    how
        `weights` gives both classes the same weight, `smote` makes synthetic rows of the rarer class (Chawla et al. 2002).
    correct
        Put the prior back: subtract the log of the ratio of odds that the resampling made (King & Zeng 2001).
    """
    if how == "none" or candidate.name == "dummy":
        return candidate

    def fit(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Predictor:
        if np.unique(y).size < 2:
            return candidate.fit(X, y, weight, setting, seed)
        odds = float((y == 1).sum() / (y == 0).sum())
        rows, labels, weights = (X, y, _balanced(y, weight)) if how == "weights" else (*_smote(X, y, seed), None)
        inner = candidate.fit(rows, labels, weights, setting, seed)
        made = 1.0 if how == "weights" else float((labels == 1).sum() / (labels == 0).sum())
        return Shifted(inner, float(np.log(odds / made))) if correct else inner

    return replace(candidate, fit=fit, load=lambda parts: load_shifted(candidate.load, parts))


def load_shifted(load: Callable[[Mapping[str, bytes]], Predictor], parts: Mapping[str, bytes]) -> Predictor:
    """Build a predictor again that may have been moved."""
    held = dict(parts)
    shift = held.pop("shift.txt", None)
    inner = load(held)
    return inner if shift is None else Shifted(inner, float(shift))


def _balanced(y: IntArray, weight: FloatArray | None) -> FloatArray:
    own: FloatArray = np.where(y == 1, 0.5 / max((y == 1).mean(), 1e-12), 0.5 / max((y == 0).mean(), 1e-12))
    return own if weight is None else own * weight


def _smote(X: Matrix, y: IntArray, seed: int) -> tuple[Matrix, IntArray]:
    try:
        from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
    except ImportError as problem:
        raise MissingExtraError("resampling = \"smote\" needs imbalanced-learn.", "pip install 'leadrank[resampling]'") from problem
    medians = np.array([np.nanmedian(c) if (~np.isnan(c)).any() else 0.0 for c in X.numbers.T])
    table = np.concatenate([np.where(np.isnan(X.numbers), medians, X.numbers), X.codes.astype(float)], axis=1)
    neighbours = min(5, int(min((y == 1).sum(), (y == 0).sum())) - 1)
    if neighbours < 1:
        return X, y
    p, options = len(X.numeric), {"random_state": seed, "k_neighbors": neighbours}
    mixed = SMOTENC(list(range(p, table.shape[1])), **options) if X.categorical and p else None
    more, labels = (mixed or (SMOTE if p else SMOTEN)(**options)).fit_resample(table, y)
    if p and X.numeric[-1] == THRESHOLD:
        more[:, p - 1] = np.rint(more[:, p - 1])
    more[: len(X), :p] = X.numbers  # the rows that were there keep their blanks
    return Matrix(more[:, :p], np.rint(more[:, p:]).astype(np.int32), X.numeric, X.categorical), labels.astype(np.int64)
