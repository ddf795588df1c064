"""Ordered classes through one binary learner: each row once per threshold, the threshold a feature.

Li & Lin (2006), "Ordinal regression by extended binary classification". The learner answers "does this lead reach class t + 1 or
better?"; one model serves all thresholds, so its evidence is shared. With one threshold nothing is stacked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadrank.types import Feature, FloatArray, IntArray, Matrix

if TYPE_CHECKING:
    from leadrank.models.predictor import Predictor

THRESHOLD = Feature("(threshold)", "(threshold)", "number")


def stack(X: Matrix, thresholds: int) -> Matrix:
    """Repeat the rows once per threshold, with the threshold's number as the last numeric feature."""
    if thresholds == 1:
        return X
    return Matrix(
        np.concatenate([_with_threshold(X.numbers, t) for t in range(thresholds)]), np.tile(X.codes, (thresholds, 1)),
        (*X.numeric, THRESHOLD), X.categorical,
    )


def at_threshold(X: Matrix, threshold: int, thresholds: int) -> Matrix:
    """Return the rows as the stacked learner sees them at one threshold."""
    if thresholds == 1:
        return X
    return Matrix(_with_threshold(X.numbers, threshold), X.codes, (*X.numeric, THRESHOLD), X.categorical)


def stack_outcomes(y: IntArray, thresholds: int) -> IntArray:
    """Return 0/1 outcomes of the stacked rows: whether each class number is above each threshold.

    Examples
    --------
    >>> stack_outcomes(np.array([0, 1, 2]), 2).tolist()
    [0, 1, 1, 0, 0, 1]
    """
    return np.concatenate([(y > t).astype(np.int64) for t in range(thresholds)])


def non_increasing(reach: FloatArray) -> FloatArray:
    """Make reaching a better class never likelier than reaching a lesser one, shape (rows, thresholds)."""
    lowered: FloatArray = np.minimum.accumulate(reach, axis=1) if reach.shape[1] > 1 else reach
    return lowered


def margins_of(predictor: Predictor, X: Matrix, thresholds: int) -> FloatArray:
    """Return log-odds of reaching each class, shape (rows, thresholds)."""
    if not len(X):
        return np.zeros((0, thresholds))
    return np.stack([predictor.margin(at_threshold(X, t, thresholds)) for t in range(thresholds)], axis=1)


def class_probabilities(reach: FloatArray) -> FloatArray:
    """Turn probabilities of reaching each class into probabilities of being in it, worst class first.

    Examples
    --------
    >>> class_probabilities(np.array([[0.75, 0.25]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    ends = np.concatenate([np.ones((len(reach), 1)), reach, np.zeros((len(reach), 1))], axis=1)
    shares: FloatArray = ends[:, :-1] - ends[:, 1:]
    return shares


def _with_threshold(numbers: FloatArray, threshold: int) -> FloatArray:
    return np.concatenate([numbers, np.full((len(numbers), 1), float(threshold))], axis=1)
