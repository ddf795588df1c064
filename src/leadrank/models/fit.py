"""Candidates → tuned, judged, chosen, calibrated, fitted on all rows: one model and what it showed on held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from leadrank.models.baseline import NAIVE_BAYES
from leadrank.models.calibrate import (
    IDENTITY,
    Calibration,
    calibration_covariance,
    choose_calibration,
    excess_variance,
    hedged,
    prior_moves,
    prior_shift,
    sigmoid,
)
from leadrank.models.candidates import CANDIDATES, DEFAULT, FEW, FEW_OUTCOMES
from leadrank.models.contest import STORMY, Limits, Outcome, explore, finals, hurried, restless
from leadrank.models.deployed import deployed
from leadrank.models.distil import SLOW, as_served, distil, teach
from leadrank.models.distilled import Distilled
from leadrank.models.halves import UNKNOWN, UNSEEN, halves, quarters, spread_of
from leadrank.models.held_out import Task, fit_stacked, judge_entry
from leadrank.models.interval import Spread
from leadrank.models.lightgbm_trees import loadable
from leadrank.models.model import Model, Shape
from leadrank.models.ordered import at_threshold, margins_of, non_increasing
from leadrank.models.predictor import Candidate, Predictor, Setting
from leadrank.models.resample import resampled
from leadrank.models.split import Fold, forward_folds, random_folds
from leadrank.project import Modelling
from leadrank.types import FloatArray, IntArray, Matrix

SAID = {"dummy": "constant", "naive_bayes": "naive Bayes", "random_forest": "random forest"}
FOREST = "catboost"
"""Whose trees a distilled forest is made of."""
SMALL_TABLE = 3_000
_SMALL = ({"C": 0.1, "knots": 3}, {"C": 0.02, "knots": 3}, {"C": 0.5, "knots": 3})


@dataclass(frozen=True, slots=True)
class Drift:
    """How the base rate moved between forward blocks, and what was done about it."""

    moves: tuple[float, ...]
    variance: float
    recent_shift: float
    shifted: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with its held-out evidence.

    `rows` are the judged row numbers, `log_odds` the calibrated log-odds that models which had not seen them gave, `blocks` their fold
    numbers. `rivals` holds what every finalist and naive Bayes gave the same rows, uncalibrated, as probabilities of reaching each
    class. `probes` are models of the chosen kind with the rows that each has not seen: importance is measured on them.
    """

    model: Model
    rows: IntArray
    blocks: IntArray
    log_odds: FloatArray
    rivals: dict[str, FloatArray]
    seconds: dict[str, float]
    probes: tuple[tuple[Model, IntArray], ...]
    chosen: str
    settings: dict[str, Setting]
    forward: bool
    trials: int
    drift: Drift | None
    distilled: Distilled | None
    """What became of serving one forest instead of a slow chosen model."""
    shared: bool = False
    """Whether tuning and judging shared random folds, for want of time."""


def fit_model(
    X: Matrix, y: IntArray, thresholds: int, *, groups: IntArray, order: FloatArray | None, modelling: Modelling, limits: Limits,
    progress: Callable[[str, float], None], known: FloatArray | None = None,
    apart: IntArray | None = None,
) -> Fitted:
    """Run the contest and fit the winner.

    Parameters
    ----------
    X, y
        Training rows and class numbers 0 … thresholds.
    groups
        Rows with the same number never stand on both sides of a split.
    order
        Time order of the rows, or None.
    modelling
        What the project file says about candidates, folds, resampling.
    limits
        Budget or trials, threads, seed.
    progress
        Told what is going on and the share done.
    known
        From when each outcome was final, on the scale of `order`; None where it was known at once.
    apart
        Groups under an order, where they differ: the cutoffs of one lead may stand on both sides of a boundary in time.
    """
    forward = order is not None and np.unique(order).size > 1 and modelling.split != "random"
    few = _outcomes(y, thresholds) < FEW_OUTCOMES
    candidates = competing(modelling, few=few)
    ordered = order if forward else None
    first = _folds(y, groups if apart is None or not forward else apart, ordered, modelling.folds, limits.seed, known)
    forward = forward and _judges_both(first, y, thresholds)
    if not forward:
        first = _folds(y, groups, None, modelling.folds, limits.seed)
    given = {name: modelling.settings_of(name) for name in candidates}
    limits = replace(limits, spare_none=forward, distils=modelling.distil and not forward and not SLOW.isdisjoint(modelling.candidates or DEFAULT))
    best, trials = explore(Task(X, y, thresholds, first), candidates, given, limits, progress)
    progress("finalists on fresh folds", 1.0)
    hurry = hurried(best, limits)
    second = first if forward or hurry else _folds(y, groups, None, modelling.folds, limits.seed + 1)
    task = Task(X, y, thresholds, second)
    outcome = finals(task, best, blend="blend" in (modelling.candidates or DEFAULT), limits=limits, forward=forward, few=few, hurry=hurry)
    outcome, distilled = distil(task, outcome, wanted=modelling.distil, limits=limits, forward=forward, progress=progress)
    fitted = _finished(task, outcome, modelling, limits, forward=forward, trials=trials, distilled=distilled)
    return replace(fitted, shared=hurry and not forward)


def competing(modelling: Modelling, *, few: bool) -> dict[str, Candidate]:
    """Return the candidates that take part, resampling wrapped around each fit; the dummy always does."""
    names: tuple[str, ...] = modelling.candidates or tuple(n for n in (FEW if few else DEFAULT) if n != "lightgbm" or loadable())
    chosen = {name: CANDIDATES[name] for name in ("dummy", *names) if name != "blend"}
    if few and "logistic" in chosen:
        chosen["logistic"] = replace(chosen["logistic"], first=_SMALL, space={})
    return {name: resampled(c, modelling.resampling) for name, c in chosen.items()}


def _outcomes(y: IntArray, thresholds: int) -> int:
    return min(min(int((y > t).sum()), int((y <= t).sum())) for t in range(thresholds))


def _judges_both(folds: tuple[Fold, ...], y: IntArray, thresholds: int) -> bool:
    """Say whether the judged rows hold both sides of every threshold; a table in the order of its outcomes has no such blocks."""
    judged = y[np.concatenate([fold.test for fold in folds])] if folds else y[:0]
    return all(np.unique(judged > t).size == 2 for t in range(thresholds))


def _folds(
    y: IntArray, groups: IntArray, order: FloatArray | None, folds: int, seed: int, known: FloatArray | None = None
) -> tuple[Fold, ...]:
    if order is not None:
        return forward_folds(y, order, groups, folds, known)
    return random_folds(y, groups, folds, seed)


def _finished(
    task: Task, outcome: Outcome, modelling: Modelling, limits: Limits, *, forward: bool, trials: int, distilled: Distilled | None
) -> Fitted:
    y = task.y[task.judged]
    calibrations, held_out = [IDENTITY] * task.thresholds, outcome.chosen.margins.copy()
    stormy = forward and restless(task, outcome.chosen) > STORMY
    for t in range(0 if stormy else task.thresholds):
        chosen, odds = choose_calibration(outcome.chosen.margins[:, t], (y > t).astype(np.int64), blocks=task.block, forward=forward)
        calibrations[t], held_out[:, t] = chosen, odds
    drift = None
    if forward:
        calibrations, drift = _against_drift(calibrations, held_out, task, modelling)
        held_out = _hedged_as_known_before(held_out + _as_known_before(drift, task.block)[:, None], held_out[:, 0], drift, task)
    with ThreadPoolExecutor(max(limits.threads, 1)) as pool:
        whole = pool.submit(_fit_served, task, outcome, limits)
        probing = [(pool.submit(_fit_probe, task, outcome, k, limits), task.folds[k].test) for k in _probed(task)]
        learned = halves(quarters(len(task.y), limits.seed))
        parts = [pool.submit(fit_members, task, outcome, rows, limits, single=True) for rows in learned]
        predictor = whole.result()
        fitted = [part.result() for part in parts]
        probes = [(probe.result(), rows) for probe, rows in probing]
    spread = _spread_of(task, outcome, fitted, calibrations[-1], held_out, drift, limits)
    names = (FOREST,) if outcome.distilled else tuple(m.candidate.name for m in outcome.members)
    weights = (1.0,) if outcome.distilled else outcome.weights
    shape = Shape(outcome.chosen.candidate.name, names, weights, task.thresholds, tuple(calibrations), spread, modelling.resampling)
    learners = (*outcome.members, outcome.chosen) if outcome.distilled else outcome.members
    settings: dict[str, Setting] = {m.candidate.name: dict(m.setting) for m in learners}
    return Fitted(
        model=Model(shape, predictor), rows=task.judged, blocks=task.block, log_odds=non_increasing(held_out),
        rivals=_rivals(task, outcome, limits), seconds={e.candidate.name: e.seconds for e in outcome.finals},
        probes=tuple((Model(shape, probe), rows) for probe, rows in probes), chosen=shape.name, settings=settings, forward=forward, trials=trials,
        drift=drift, distilled=as_served(distilled, outcome, predictor),
    )


def _against_drift(
    calibrations: list[Calibration], held_out: FloatArray, task: Task, modelling: Modelling
) -> tuple[list[Calibration], Drift]:
    labels, odds, blocks = (task.y[task.judged] > 0).astype(np.int64), held_out[:, 0], task.block
    moves = prior_moves(odds, labels, blocks)
    variance = excess_variance(moves, odds, blocks, task.learned)
    last = blocks == blocks.max()
    shift = prior_shift(odds[last], labels[last])
    moved = [hedged(c.moved(shift if modelling.recent_prior else 0.0), variance) for c in calibrations]
    return moved, Drift(moves, variance, shift, modelling.recent_prior)


def _probed(task: Task) -> range:
    """Probe on all folds of a small table, whose single folds say little, and on the newest of a large one."""
    folds = len(task.folds)
    return range(folds) if len(task.y) <= SMALL_TABLE else range(folds - 1, folds)


def _as_known_before(drift: Drift, blocks: IntArray) -> FloatArray:
    """Return the shift that each block would have been served with: what the block before it was off, where shifting is wanted."""
    if not drift.shifted:
        return np.zeros(len(blocks))
    return np.array([0.0, *drift.moves[:-1]])[np.searchsorted(np.unique(blocks), blocks)]


def _hedged_as_known_before(served: FloatArray, odds: FloatArray, drift: Drift, task: Task) -> FloatArray:
    """Hedge each block by the moves of the blocks before it, as it would have been."""
    hedge = served.copy()
    for k, block in enumerate(np.unique(task.block)):
        before = task.block < block
        if before.any():
            known = excess_variance(drift.moves[:k], odds[before], task.block[before], task.learned[:k])
            hedge[task.block == block] = hedged(IDENTITY, known)(served[task.block == block])
    return hedge


def _fit_served(task: Task, outcome: Outcome, limits: Limits) -> Predictor:
    """Fit the chosen model on all rows, in the form that scores."""
    whole = fit_members(task, outcome, np.arange(len(task.y)), limits, single=False)
    if outcome.distilled:
        return teach(whole, task.X, task.thresholds, limits.seed)
    return deployed(whole, at_threshold(task.X.take(np.arange(1)), 0, task.thresholds))


def _fit_probe(task: Task, outcome: Outcome, fold: int, limits: Limits) -> Predictor:
    """Return a model that has not seen a fold; a distilled forest is there already."""
    if outcome.distilled:
        return outcome.chosen.fitted[fold]
    return fit_members(task, outcome, task.folds[fold].train, limits, single=True)


def fit_members(task: Task, outcome: Outcome, rows: IntArray, limits: Limits, *, single: bool) -> Predictor:
    """Fit all members of the chosen model, or of its teacher, on the given rows; `single` leaves out the averaging over seeds."""
    X, y = task.X.take(rows), task.y[rows]
    fitted = []
    for entry in outcome.members:
        setting = {k: v for k, v in entry.setting.items() if not (single and k == "seeds")}
        if "seeds" in setting:
            setting["parallel"] = limits.threads
        fitted.append(fit_stacked(entry.candidate, X, y, task.thresholds, setting, limits.seed))
    return outcome.joined(fitted)


def _rivals(task: Task, outcome: Outcome, limits: Limits) -> dict[str, FloatArray]:
    entries = {e.candidate.name: e for e in outcome.finals}
    if "naive_bayes" not in entries:
        entries["naive_bayes"] = judge_entry(task, NAIVE_BAYES, {}, seed=limits.seed, threads=limits.threads, clock=limits.clock)
    entries.pop(outcome.chosen.candidate.name)
    return {SAID.get(name, name): non_increasing(sigmoid(e.margins)) for name, e in entries.items()}


def _spread_of(
    task: Task, outcome: Outcome, fitted: Sequence[Predictor], calibration: Calibration, held_out: FloatArray, drift: Drift | None,
    limits: Limits,
) -> Spread:
    """Measure how far models on halves of the rows lie apart on the quarters that they have not seen.

    A distilled forest learns from no outcome: it varies as its teacher does, whose halves are taken.
    """
    parts, top = quarters(len(task.y), limits.seed), task.thresholds - 1
    shift, covariance, slope = calibration_covariance(held_out[:, top])
    known = shift + (drift.variance if drift is not None else 0.0), covariance, slope
    if any(np.unique(task.y[rows] > top).size < 2 for rows in halves(parts)):
        return Spread(*known, (), (UNKNOWN,), (UNKNOWN,))

    def log_odds(model: int, quarter: int) -> FloatArray:
        return calibration(margins_of(fitted[model], task.X.take(parts[quarter]), task.thresholds)[:, top])

    pairs = [(log_odds(a, q), log_odds(b, q)) for q, (a, b) in enumerate(UNSEEN)]
    said = np.stack([calibration(m.margins[:, top]) for m in outcome.members])
    squares: FloatArray = np.asarray(outcome.weights) @ (said - held_out[:, top]) ** 2
    return spread_of(pairs, len(task.y), known, disagreement=(held_out[:, top], squares) if len(said) > 1 else None)


def reach_of(fitted: Fitted) -> FloatArray:
    """Return the held-out probabilities of reaching each class, shape (judged rows, thresholds)."""
    return sigmoid(fitted.log_odds)
