"""Predictions on rows that the fitted model has not seen, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from leadrank.models.baseline import fit_constant
from leadrank.models.calibrate import sigmoid
from leadrank.models.ordered import class_probabilities, margins_of, non_increasing, stack, stack_outcomes
from leadrank.models.predictor import Candidate, Predictor, Setting
from leadrank.models.split import Fold
from leadrank.types import FloatArray, IntArray, Matrix

_LEAST = 1e-9
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learned: rows, class numbers, how many thresholds lie between the classes, the folds."""

    X: Matrix
    y: IntArray
    thresholds: int
    folds: tuple[Fold, ...]

    @property
    def judged(self) -> IntArray:
        """Row numbers of all held-out rows, fold after fold."""
        return np.concatenate([f.test for f in self.folds])

    @property
    def block(self) -> IntArray:
        """Fold number of each judged row."""
        return np.repeat(np.arange(len(self.folds)), [len(f.test) for f in self.folds])

    @property
    def learned(self) -> IntArray:
        """How many rows the model of each fold learns from."""
        return np.array([len(f.train) for f in self.folds])


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate with one setting, judged on held-out rows."""

    candidate: Candidate
    setting: Setting
    margins: FloatArray
    losses: FloatArray
    seconds: float
    fitted: tuple[Predictor, ...] = ()
    """What each fold's rows were judged by."""

    @property
    def loss(self) -> float:
        """Mean log loss over the judged rows."""
        return float(self.losses.mean())


def fit_stacked(candidate: Candidate, X: Matrix, y: IntArray, thresholds: int, setting: Setting, seed: int) -> Predictor:
    """Fit one learner for all thresholds; where there is nothing to learn from, the base rate."""
    labels = stack_outcomes(y, thresholds)
    if np.unique(labels).size < 2 or not _varies(X):
        return fit_constant(stack(X, thresholds), labels, None, {}, seed)
    return candidate.fit(stack(X, thresholds), labels, None, setting, seed)


def _varies(X: Matrix) -> bool:
    """Whether any feature tells two rows apart, at the precision at which boosters read numbers."""
    with np.errstate(over="ignore"):
        numbers = X.numbers.astype(np.float32)
    numbers[np.isnan(numbers)] = np.finfo(np.float32).max
    return any(bool((table != table[:1]).any()) for table in (numbers, X.codes))


def class_losses(y: IntArray, margins: FloatArray) -> FloatArray:
    """Return each row's log loss over the classes, given log-odds of reaching them."""
    p = class_probabilities(non_increasing(sigmoid(margins)))
    losses: FloatArray = -np.log(np.maximum(p[np.arange(len(y)), y], _LEAST))
    return losses


def class_loss(y: IntArray, log_odds: FloatArray) -> float:
    """Return the mean log loss over the classes, given log-odds of reaching them, shape (rows, thresholds)."""
    return float(class_losses(y, log_odds).mean())


def judge_entry(
    task: Task, candidate: Candidate, setting: Setting, *, seed: int, threads: int, clock: Callable[[], float]
) -> Entry:
    """Fit on every fold, each fit on one thread, several folds at a time; the result does not depend on `threads`."""
    start = clock()

    def fit(numbered: tuple[int, Fold]) -> tuple[Predictor, FloatArray]:
        k, fold = numbered
        fitted = fit_stacked(candidate, task.X.take(fold.train), task.y[fold.train], task.thresholds, setting, seed + k)
        return fitted, margins_of(fitted, task.X.take(fold.test), task.thresholds)

    fitted, each = zip(*fold_by_fold(fit, list(enumerate(task.folds)), threads), strict=True)
    margins = np.concatenate(each)
    return Entry(candidate, setting, margins, class_losses(task.y[task.judged], margins), clock() - start, fitted)


def fold_by_fold(work: Callable[[tuple[int, Fold]], Answer], items: Sequence[tuple[int, Fold]], threads: int) -> list[Answer]:
    """Work on several folds at a time; the answers come in the order of the folds."""
    if threads == 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
