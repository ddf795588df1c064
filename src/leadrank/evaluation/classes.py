"""Figures for ordered classes: `reach[:, t]` is the probability of class t + 1 or better."""

from __future__ import annotations

import numpy as np

from leadrank.evaluation.metrics import mean, roc_auc, surprise
from leadrank.types import FloatArray, IntArray


def class_probabilities(reach: FloatArray) -> FloatArray:
    """Turn P(class t + 1 or better) into P(class), worst class first.

    Parameters
    ----------
    reach
        Shape (n, K − 1), non-increasing along axis 1.

    Returns
    -------
    FloatArray
        Shape (n, K); rows sum to 1.

    Examples
    --------
    >>> class_probabilities(np.array([[0.75, 0.25]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    ends = np.ones((len(reach), 1))
    return np.hstack((ends, reach)) - np.hstack((reach, 0 * ends))


def likeliest(reach: FloatArray) -> IntArray:
    """Return the number of the likeliest class of each row (the worse one of two equal ones), shape (n,)."""
    found: IntArray = np.argmax(class_probabilities(reach), axis=1).astype(np.int64)
    return found


def log_loss_classes(y: IntArray, reach: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean of −log P(the class that came), in nats; 0 is perfect. Probabilities are held at 1e-6 or more."""
    return mean(surprise_classes(y, reach), weight)


def surprise_classes(y: IntArray, reach: FloatArray) -> FloatArray:
    """Log loss of each row, shape (n,)."""
    return surprise(np.ones(len(y), np.int64), class_probabilities(reach)[np.arange(len(y)), y])


def accuracy_classes(y: IntArray, reach: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Share of rows whose likeliest class came, 0 to 1."""
    return mean(likeliest(reach) == y, weight)


def macro_auc(y: IntArray, reach: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean over classes of the ROC AUC of this class against the rest, 0 to 1, 0.5 is chance.

    A class that no row has is left out. Source: Provost and Domingos (2000), unweighted.
    """
    given = class_probabilities(reach)
    areas = np.array([roc_auc(y == k, given[:, k], weight=weight) for k in range(given.shape[1])])
    return float(np.mean(areas[~np.isnan(areas)])) if not np.isnan(areas).all() else float("nan")


def squared_distance(y: IntArray, reach: FloatArray) -> FloatArray:
    """Ranked probability score of each row, shape (n,)."""
    reached = y[:, None] > np.arange(reach.shape[1])
    each: FloatArray = np.mean((reach - reached) ** 2, axis=1)
    return each
