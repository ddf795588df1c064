"""A model's answer to one lead: for a forest of symmetric trees without an array, for every other model by its own predictor."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadrank.forest.desks import MOST_THRESHOLDS, Desks, one, one_at_each, shares
from leadrank.models.calibrate import sigmoid, sigmoid_of
from leadrank.models.interval import NORMAL_90, Spread
from leadrank.models.model import Model
from leadrank.models.resample import Shifted
from leadrank.models.symmetric_forest import Symmetric
from leadrank.types import Feature, Matrix

if TYPE_CHECKING:
    from leadrank.models.predictor import Predictor

FAR = 300.0
"""Log-odds whose exponentials, multiplied by one another, are numbers still."""

Contributions = tuple[list[float], float]
"""What each feature adds to the raw log-odds at one threshold, and the calibrated log-odds from which they start."""

Answer = tuple[Sequence[float], Sequence[float], float, float, Callable[[int], Contributions] | None]
"""Calibrated log-odds and probabilities of reaching each class, the ends of the last one's interval; and what tells the contributions at a threshold,
until the same thread asks for the next answer. None where only arrays can tell, or nobody asked."""

Ask = Callable[..., Answer]


class LeadModel:
    """A model ready to answer one lead after the other; safe to share between threads.

    Parameters
    ----------
    model
        The fitted whole.
    features
        What it reads, the numbers first.

    Attributes
    ----------
    answer
        Scores one lead: takes its numbers (nan is missing) and codes (as in `Matrix`), and whether its contributions will be asked for.
    """

    def __init__(self, model: Model, features: Sequence[Feature]) -> None:
        self.model = model
        self.numeric = tuple(f for f in features if f.kind == "number")
        self.categorical = tuple(f for f in features if f.kind == "category")
        desks, self.shift, self.base = _desks_of(model.predictor)
        self._calibrations = [calibration.one for calibration in model.shape.calibrations]
        self._promise = promise_by(model.shape.spread)
        self._thresholds = model.shape.thresholds
        self.answer: Ask = self._by_arrays
        if desks is not None and self._thresholds <= MOST_THRESHOLDS:
            self.answer = self._ordered(desks) if self._thresholds > 1 else self._quick(desks)

    def matrix(self, numbers: Sequence[float], codes: Sequence[int]) -> Matrix:
        """Return the lead as a matrix of one row."""
        rows = np.array([numbers], dtype=np.float64).reshape(1, -1), np.array([codes], dtype=np.int32).reshape(1, -1)
        return Matrix(*rows, self.numeric, self.categorical)

    def _quick(self, desks: Desks) -> Ask:
        """Return what answers where there is one threshold: everything at hand, nothing looked up or asked again for each lead."""
        shift, calibrated, promise = self.shift, self._calibrations[0], self._promise
        start = calibrated(self.base)

        def explained(_: int) -> Contributions:
            return shares(desks), start

        def answer(numbers: Sequence[float], codes: Sequence[int], asked: bool = False) -> Answer:
            odds = calibrated(one(desks, numbers, codes) + shift)
            probability, low, high = promise(odds)
            return (odds,), (probability,), low, high, explained if asked else None

        return answer

    def _ordered(self, desks: Desks) -> Ask:
        """Return the same where there are several thresholds: no class is reached more easily than a lesser one."""
        shift, calibrations, promise, thresholds = self.shift, self._calibrations, self._promise, self._thresholds
        base, place = self.base, desks.forest.numbers - 1

        def explained(threshold: int) -> Contributions:
            given = shares(desks, threshold)
            own = given.pop(place)
            return given, calibrations[threshold](base + own)

        def answer(numbers: Sequence[float], codes: Sequence[int], asked: bool = False) -> Answer:
            odds: list[float] = []
            least = math.inf
            for margin, calibrated in zip(one_at_each(desks, numbers, codes, thresholds), calibrations, strict=True):
                own = calibrated(margin + shift)
                least = min(own, least)
                odds.append(least)
            probability, low, high = promise(least)
            return odds, [*map(sigmoid_of, odds[:-1]), probability], low, high, explained if asked else None

        return answer

    def _by_arrays(self, numbers: Sequence[float], codes: Sequence[int], asked: bool = False) -> Answer:  # noqa: ARG002
        odds = self.model.log_odds(self.matrix(numbers, codes))
        low, high = self.model.interval(odds[:, -1])
        return odds[0].tolist(), sigmoid(odds)[0].tolist(), float(low[0]), float(high[0]), None


def promise_by(spread: Spread) -> Callable[[float], tuple[float, float, float]]:
    """Return what turns log-odds into a probability and the ends of its interval, as arrays are by `Model.interval`.

    Everything is at hand and written out: calls and attributes cost more than sums.
    """
    exp, sqrt, edges, model_variance = math.exp, math.sqrt, spread.edges, spread.model_variance
    fixed, linear, square = spread.shift_variance, 2 * spread.covariance, spread.slope_variance

    def promise(odds: float) -> tuple[float, float, float]:
        variance = fixed + linear * odds + square * (odds * odds) + model_variance[bisect_left(edges, odds)]
        half = NORMAL_90 * sqrt(variance) if variance > 0.0 else 0.0
        if -FAR < odds < FAR and half < FAR:  # else an exponential might overflow
            against, wide = exp(-odds), exp(half)
            likely = 1.0 / (1.0 + against) if odds >= 0 else (small := exp(odds)) / (1.0 + small)
            return likely, 1.0 / (1.0 + against * wide), 1.0 / (1.0 + against / wide)
        return sigmoid_of(odds), sigmoid_of(odds - half), sigmoid_of(odds + half)

    return promise


def _desks_of(predictor: Predictor) -> tuple[Desks | None, float, float]:
    """Return where the kernel takes one row, if it is what scores, what moves its margins, and the base of its contributions."""
    inner, shift = (predictor.inner, predictor.shift) if isinstance(predictor, Shifted) else (predictor, 0.0)
    if not isinstance(inner, Symmetric) or inner.served.handle is None:
        return None, 0.0, 0.0
    return inner.served.handle.desks, shift, inner.served.forest.base + shift
