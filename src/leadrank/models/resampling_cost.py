"""What resampling does to probabilities: the same learner without it, with it, and with the prior put back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from leadrank.models.calibrate import sigmoid
from leadrank.models.candidates import CANDIDATES
from leadrank.models.held_out import Task, judge_entry
from leadrank.models.resample import Resampling, resampled
from leadrank.models.split import random_folds
from leadrank.types import IntArray, Matrix


def resampling_cost(
    X: Matrix, y: IntArray, groups: IntArray, how: Resampling, *, seed: int, threads: int, clock: Callable[[], float]
) -> dict[str, tuple[float, float]]:
    """Measure a logistic regression three ways on three folds.

    Parameters
    ----------
    X, y, groups
        Rows, class numbers with every class among them, and groups that stay in one fold.

    Returns
    -------
    dict
        For "none", "raw" and "corrected": held-out log loss over the classes, and mean probability minus the rate of conversion (of
        reaching a better class, over all thresholds).
    """
    task = Task(X, y, int(y.max()), random_folds(y, groups, 3, seed))
    reached = y[task.judged, None] > np.arange(task.thresholds)
    logistic = CANDIDATES["logistic"]
    ways = {"none": logistic, "raw": resampled(logistic, how, correct=False), "corrected": resampled(logistic, how)}
    measured = {}
    for name, candidate in ways.items():
        entry = judge_entry(task, candidate, logistic.first[0], seed=seed, threads=threads, clock=clock)
        measured[name] = (entry.loss, float(np.mean(sigmoid(entry.margins)) - np.mean(reached)))
    return measured
