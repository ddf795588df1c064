"""One forest of symmetric trees taught to say what a slower model says; it is served where that costs next to nothing.

Model compression (Buciluă, Caruana & Niculescu-Mizil 2006), with trees as the pupil (Breiman & Shang 1996, "Born again trees"). The forest never sees
an outcome: it learns the model's own probabilities, of the rows that the model learned from and of made-up rows among them. So a forest taught by a
fold's model has seen nothing of the fold, and what it says there is as honest as what its teacher says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from leadrank.models.baseline import Constant
from leadrank.models.calibrate import sigmoid
from leadrank.models.catboost_forest import CATBOOST, fit_forest
from leadrank.models.contest import UPKEEP, Limits, Outcome
from leadrank.models.deployed import deployed, why_formless
from leadrank.models.distilled import Distilled, Fate
from leadrank.models.held_out import Entry, Task, class_losses, fold_by_fold
from leadrank.models.ordered import at_threshold, margins_of, stack
from leadrank.models.predictor import Candidate, Predictor, Setting
from leadrank.models.split import Fold
from leadrank.models.symmetric_forest import Symmetric
from leadrank.types import FloatArray, IntArray, Matrix

CLOSE = 0.0005
"""The forest is served where it adds less log loss than this on held-out rows."""
HOPELESS = 3.0
"""After the first fold the rest is spared where the cost is above `CLOSE` by this many standard errors."""
RETURNED = 0.1
"""Share of the budget that a forest gives back: judging and explaining it takes so much less than explaining a slow model."""
SLOW = frozenset({"blend", "lightgbm", "xgboost", "random_forest"})
"""Models that score several times slower than a forest of symmetric trees; linear ones are fast enough, and simpler to explain."""
MADE_UP = 3
"""Made-up rows for each row: without them the forest copies its teacher where rows are, and errs between them."""
SWAPPED = 0.3
"""Share of a made-up row's cells that come from another row."""
CELLS = 400_000
LEAST = 10_000
"""So many cells are learned from, one for each threshold of a lead, or so many rows of a wide table: more take longer and change little."""
TIMED = 5_000
"""Rows whose scoring is timed."""
LEARNING: Setting = {
    "loss_function": "CrossEntropy", "iterations": 600, "learning_rate": 0.25, "depth": 6, "rsm": 0.5, "l2_leaf_reg": 0.3, "random_strength": 0.0,
    "bootstrap_type": "No", "leaf_estimation_iterations": 1, "one_hot_max_size": 255, "max_ctr_complexity": 1,
}
"""What is told holds no noise: there is nothing to be careful about, and a category's levels need no ordered statistics."""
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class _Pupil:
    """What a forest said of one fold, and how long it took to learn."""

    forest: Symmetric
    margins: FloatArray
    seconds: float


def distil(
    task: Task, outcome: Outcome, *, wanted: bool, limits: Limits, forward: bool = False, progress: Callable[[str, float], None]
) -> tuple[Outcome, Distilled | None]:
    """Teach one forest what a slow chosen model says, judge it as the others were, and choose it where it costs less than `CLOSE`.

    Parameters
    ----------
    forward
        Whether the folds are forward blocks. The rows to come then differ from all blocks, trees do not follow a linear member out of what was
        seen, and what a forest costs on the blocks does not tell what it will cost: none is taught.

    Returns
    -------
    outcome
        As it was, or with the forest as one more finalist, and chosen. Its members stay those of its teacher.
    distilled
        What was done; None where the chosen model is fast as it is.
    """
    name = outcome.chosen.candidate.name
    because = "" if name in SLOW else _why_slow(task, outcome)
    if name not in SLOW and not because:
        return outcome, None
    said = Distilled(tuple(m.candidate.name for m in outcome.members), outcome.weights, "unwanted", because=because)
    if not wanted:
        return outcome, said
    if forward:
        return outcome, replace(said, fate="unsure")
    progress(f"teaching one forest what the {name.replace('_', ' ')} says", 1.0)
    pupils, fate = _pupils(task, outcome, limits)
    if not pupils:
        return outcome, replace(said, fate=fate)
    entry = _judged(task, pupils, name)
    costs = entry.losses - outcome.chosen.losses[: len(entry.losses)]
    fate = "dear" if costs.mean() >= CLOSE else fate
    faster, trees = _faster(task, outcome, pupils[0].forest, limits), trees_of(pupils[0].forest)
    said = replace(said, fate=fate, cost=float(costs.mean()), faster=faster, trees=trees)
    if fate != "served":
        return outcome, said
    return replace(outcome, finals=(*outcome.finals, entry), chosen=entry, distilled=True), said


def as_served(told: Distilled | None, outcome: Outcome, predictor: Predictor) -> Distilled | None:
    """Return what is told of a chosen model once it is fitted on all rows: only then is it certain which form its trees have."""
    because = why_formless(predictor)
    if not because:
        return told if outcome.distilled or outcome.chosen.candidate.name in SLOW else None
    told = told or Distilled(tuple(m.candidate.name for m in outcome.members), outcome.weights, "formless")
    return replace(told, fate="formless" if outcome.distilled else told.fate, because=because)


def _why_slow(task: Task, outcome: Outcome) -> str:
    """Say why CatBoost's trees would score by CatBoost itself, as far as the last fold's tell: no other has more rows."""
    return why_formless(deployed(outcome.chosen.fitted[-1], at_threshold(task.X.take(np.arange(1)), 0, task.thresholds)))


def teach(teacher: Predictor, X: Matrix, thresholds: int, seed: int) -> Predictor:
    """Return one forest that says what `teacher` says of rows like these; it stays with CatBoost where our own form cannot hold it.

    Parameters
    ----------
    X
        Rows that the teacher learned from; they need no outcome.
    """
    room = max(CELLS // max(len(X.features), 1), LEAST) // thresholds
    rows = stack(among(X, room, seed), thresholds)
    told = np.clip(sigmoid(teacher.margin(rows)), _EDGE, 1.0 - _EDGE)
    if np.ptp(told) == 0.0:  # CatBoost refuses to learn a constant
        return Constant((float(np.log(told[0] / (1.0 - told[0]))),) * thresholds)
    return deployed(fit_forest(rows, told, None, LEARNING, seed), rows)


def among(X: Matrix, most: int, seed: int) -> Matrix:
    """Return rows to learn from: so many of the given ones at most, and made-up ones with cells from two rows while there is room."""
    rng = np.random.default_rng([seed, len(X)])
    rows = X if len(X) <= most else X.take(np.sort(rng.permutation(len(X))[:most]))
    made = min(MADE_UP * len(rows), most - len(rows))
    one, other = X.take(rng.integers(0, len(X), made)), X.take(rng.integers(0, len(X), made))
    numbers = np.where(rng.random(one.numbers.shape) < SWAPPED, other.numbers, one.numbers)
    codes = np.where(rng.random(one.codes.shape) < SWAPPED, other.codes, one.codes)
    return Matrix(np.concatenate([rows.numbers, numbers]), np.concatenate([rows.codes, codes]), X.numeric, X.categorical)


def trees_of(forest: Symmetric) -> int:
    """Return how many trees a forest has."""
    return len(forest.served.forest.split_start) - 1


def _pupils(task: Task, outcome: Outcome, limits: Limits) -> tuple[list[_Pupil], Fate]:
    """Teach a forest for each fold; where the first shows that there is no time or no hope, no more than that one, and say why."""
    own = (UPKEEP - 1.0) * sum(m.seconds for m in outcome.members)
    if own > limits.left():
        return [], "late"

    def taught(numbered: tuple[int, Fold]) -> _Pupil | None:
        k, fold = numbered
        began = limits.clock()
        forest = teach(outcome.chosen.fitted[k], task.X.take(fold.train), task.thresholds, limits.seed + k)
        if not isinstance(forest, Symmetric):
            return None
        return _Pupil(forest, margins_of(forest, task.X.take(fold.test), task.thresholds), limits.clock() - began)

    numbered = list(enumerate(task.folds))
    first = taught(numbered[0])
    if first is None:
        return [], "shapeless"
    if _hopeless(task, outcome, first.margins):
        return [first], "dear"
    rounds = -(-(len(task.folds) - 1) // limits.threads) + 1
    if rounds * first.seconds + own > limits.left() + RETURNED * limits.budget:
        return [], "late"
    pupils = [first, *fold_by_fold(taught, numbered[1:], limits.threads)]
    whole = [pupil for pupil in pupils if pupil is not None]
    return (whole, "served") if len(whole) == len(pupils) else ([], "shapeless")


def _hopeless(task: Task, outcome: Outcome, margins: FloatArray) -> bool:
    costs = class_losses(task.y[task.folds[0].test], margins) - outcome.chosen.losses[: len(margins)]
    return float(costs.mean() - HOPELESS * costs.std() / np.sqrt(len(costs))) > CLOSE


def _judged(task: Task, pupils: list[_Pupil], teacher: str) -> Entry:
    margins = np.concatenate([pupil.margins for pupil in pupils])
    losses = class_losses(task.y[task.judged[: len(margins)]], margins)
    fitted = tuple(pupil.forest for pupil in pupils)
    return Entry(named_after(teacher), LEARNING, margins, losses, sum(pupil.seconds for pupil in pupils), fitted)


def named_after(teacher: str) -> Candidate:
    """Return the candidate under whose name the forest is judged and reported."""
    return replace(CATBOOST, name=f"forest distilled from {teacher}")


def _faster(task: Task, outcome: Outcome, forest: Symmetric, limits: Limits) -> float | None:
    """Time both on the same rows; where trials count instead of the clock, nothing may depend on it."""
    if limits.trials is not None:
        return None
    rows: IntArray = task.folds[0].test[:TIMED]
    X = task.X.take(np.resize(rows, TIMED))
    teacher = deployed(outcome.joined([m.fitted[0] for m in outcome.members]), stack(X.take(np.arange(1)), task.thresholds))
    seconds = []
    for predictor in (teacher, forest):
        runs = []
        for _ in range(3):
            began = limits.clock()
            margins_of(predictor, X, task.thresholds)
            runs.append(limits.clock() - began)
        seconds.append(min(runs))
    return seconds[0] / seconds[1] if seconds[1] > 0 else None
