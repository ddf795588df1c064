"""A model's answer to one lead: for a forest of symmetric trees without an array, for every other model by its own predictor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.forest import native
from leadrank.models.calibrate import sigmoid, sigmoid_of
from leadrank.models.model import Model
from leadrank.models.predictor import Predictor
from leadrank.models.resample import Shifted
from leadrank.models.symmetric_forest import Symmetric
from leadrank.types import Feature, Matrix

Answer = tuple[Sequence[float], Sequence[float], float, float, list[float] | None]
"""Calibrated log-odds and probabilities of reaching each class, the ends of the last one's interval; contributions where they came for nothing."""


class LeadModel:
    """A model ready to answer one lead after the other; safe to share between threads.

    Parameters
    ----------
    model
        The fitted whole.
    features
        What it reads, the numbers first.
    """

    def __init__(self, model: Model, features: Sequence[Feature]) -> None:
        self.model = model
        self.numeric = tuple(f for f in features if f.kind == "number")
        self.categorical = tuple(f for f in features if f.kind == "category")
        self.forest, self.shift, self.base = _forest_of(model.predictor)
        self._calibrations = [calibration.one for calibration in model.shape.calibrations]
        self._half = model.shape.spread.half_interval_of
        self._thresholds = model.shape.thresholds

    def answer(self, numbers: Sequence[float], codes: Sequence[int], *, explained: bool = False) -> Answer:
        """Score one lead.

        Parameters
        ----------
        numbers, codes
            The lead as the model reads it: nan is a missing number; codes as in `Matrix`.
        explained
            Whether `contributions` will be asked for: where there is one threshold they come with the score.
        """
        if self.forest is None:
            return self._by_arrays(self.matrix(numbers, codes))
        if self._thresholds > 1:
            return self._ordered(self.forest, numbers, codes)
        if explained:
            margin, given = native.one_explained(self.forest, numbers, codes)
        else:
            margin, given = native.one(self.forest, numbers, codes), None
        odds = self._calibrations[0](margin + self.shift)
        half = self._half(odds)
        return (odds,), (sigmoid_of(odds),), sigmoid_of(odds - half), sigmoid_of(odds + half), given

    def contributions(self, numbers: Sequence[float], codes: Sequence[int], threshold: int) -> tuple[list[float], float] | None:
        """Return what each feature adds to the raw log-odds at one threshold, and their base; None where only arrays can tell."""
        if self.forest is None:
            return None
        if self._thresholds == 1:
            return native.one_explained(self.forest, numbers, codes)[1], self.base
        given = native.one_explained(self.forest, [*numbers, float(threshold)], codes)[1]
        own = given.pop(len(numbers))
        return given, self.base + own

    def matrix(self, numbers: Sequence[float], codes: Sequence[int]) -> Matrix:
        """Return the lead as a matrix of one row."""
        rows = np.array([numbers], dtype=np.float64).reshape(1, -1), np.array([codes], dtype=np.int32).reshape(1, -1)
        return Matrix(*rows, self.numeric, self.categorical)

    def _ordered(self, forest: native.Native, numbers: Sequence[float], codes: Sequence[int]) -> Answer:
        odds: list[float] = []
        for t, calibrated in enumerate(self._calibrations):
            own = calibrated(native.one(forest, [*numbers, float(t)], codes) + self.shift)
            odds.append(min(own, odds[-1]) if odds else own)
        half = self._half(odds[-1])
        return odds, [sigmoid_of(own) for own in odds], sigmoid_of(odds[-1] - half), sigmoid_of(odds[-1] + half), None

    def _by_arrays(self, X: Matrix) -> Answer:
        odds = self.model.log_odds(X)
        low, high = self.model.interval(odds[:, -1])
        return odds[0].tolist(), sigmoid(odds)[0].tolist(), float(low[0]), float(high[0]), None


def _forest_of(predictor: Predictor) -> tuple[native.Native | None, float, float]:
    """Return the kernel's forest, if that is what scores, what moves its margins, and the base of its contributions."""
    inner, shift = (predictor.inner, predictor.shift) if isinstance(predictor, Shifted) else (predictor, 0.0)
    if not isinstance(inner, Symmetric) or inner.served.handle is None:
        return None, 0.0, 0.0
    return inner.served.handle, shift, inner.served.forest.base + shift
