"""The backtest: at every boundary train on what was known then, score what comes next, wait, and judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from leadrank import evaluate
from leadrank.backtest.compare import comparisons
from leadrank.backtest.constants import Ended, ended, void, warnings
from leadrank.backtest.figures import Drawn, Judging, figures_of, judge_line, pooled
from leadrank.backtest.past import Past, Then
from leadrank.backtest.result import FROZEN, RECALIBRATED, REFIT, Backtest, Line, Period
from leadrank.backtest.rivals import PROMISING, rival_scores, scorecard_of
from leadrank.bundle import Bundle
from leadrank.errors import DataError, UsageError, nearest
from leadrank.frames import pl
from leadrank.models import Recalibration, recalibrate, sigmoid
from leadrank.prepare import Progress, quiet
from leadrank.project import ScoreRule
from leadrank.score import Scorer
from leadrank.train import train
from leadrank.types import FloatArray, IntArray

POLICIES = (REFIT, RECALIBRATED, FROZEN)
UPDATES = 50
"""Times in a period that a recalibration looks for outcomes that came in."""
DRAWS = 200
DRAWN_CELLS = 3_000_000
SHARE = 0.1
"""Of the leads of a period, so many can be worked where nothing is declared."""
_FAR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class _First:
    """What the first boundary gave: the model that stays, what it says of every row that it did not learn from (nan elsewhere), the scorecard."""

    bundle: Bundle
    log_odds: FloatArray
    rules: tuple[ScoreRule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One period with the resamples of its lines."""

    period: Period
    drawn: dict[str, Drawn]


def backtest(
    past: Past, *, clock: Callable[[], float], policies: Sequence[str] = POLICIES, capacity: int | None = None, delay: str = "",
    draws: int = DRAWS, progress: Progress = quiet,
) -> Backtest:
    """Roll the cutoff through time.

    Parameters
    ----------
    past
        Leads, when they were scored, from when their outcomes were known; its project's `model.budget` is the time of each training.
    clock
        Tells seconds; only differences count.
    policies
        Of `refit` (a new model at each boundary), `recalibrate` (the first model, its log-odds moved by the outcomes that came in since, as
        they come in) and `frozen` (the first model as it was).
    capacity
        Leads that can be worked in a period; by default what the project declares, or else a tenth of those that come.
    delay
        How long outcomes take, in words.
    draws
        Resamples from which intervals come; fewer where periods are long.
    progress
        Told what is going on and the share done.

    Returns
    -------
    Backtest
        Every period, all of them together, and what can be told apart.

    Raises
    ------
    UsageError
        There is no such policy.
    DataError
        Outcomes known at a boundary are too few to learn from.
    """
    _check(policies)
    began, parts = clock(), list(pairwise(past.bounds))
    first = _first(past, clock, _within(progress, 0, len(parts)))
    judged, trained = list[_Judged](), [ended(first.bundle)]
    for k, (begin, end) in enumerate(parts):
        rows = past.between(begin, end)
        if not (past.y[rows] >= 0).any():
            continue
        bundle = first.bundle
        if k and REFIT in policies:
            bundle = _learned(past, past.then(begin), clock, _within(progress, k, len(parts)))
            trained.append(ended(bundle))
        judged.append(_judge(past, begin, end, bundle, first, policies, partial(_judging, past, capacity, draws)))
    if not judged:
        raise DataError("No outcome of a lead after the first boundary is known: there is nothing to judge.", "Begin earlier with --first.")
    progress("done", 1.0)
    return _gathered(past, tuple(policies), judged, first, delay, trained, clock() - began)


def _check(policies: Sequence[str]) -> None:
    unknown = [name for name in policies if name not in POLICIES]
    if unknown or not policies:
        came = repr(unknown[0]) if unknown else "none"
        raise UsageError(f"policies are {', '.join(POLICIES)}; {came} came.", nearest(came.strip("'"), POLICIES))


def _within(progress: Progress, k: int, parts: int) -> Progress:
    return lambda words, done: progress(f"period {k + 1} of {parts}: {words}", min((k + 0.95 * done) / parts, 1.0))


def _first(past: Past, clock: Callable[[], float], progress: Progress) -> _First:
    then = past.then(past.bounds[0])
    bundle = _learned(past, then, clock, progress)
    later = np.flatnonzero(then.y[: len(past.y)] < 0)
    log_odds = np.full(len(past.y), np.nan)
    log_odds[later] = _log_odds(bundle, then.frame[later])
    return _First(bundle, log_odds, scorecard_of(bundle, then.frame[then.known], past.hits(then.y[then.known])))


def _learned(past: Past, then: Then, clock: Callable[[], float], progress: Progress) -> Bundle:
    hit = past.hits(then.y[then.known])
    if np.unique(hit).size < 2:
        raise DataError(
            f"At the boundary {len(hit):,} outcomes were known, {int(hit.sum()):,} of them conversions: nothing can be learned from them.",
            "Begin later with --first, or give fewer periods.",
        )
    return train(then.project, then.frame[then.known], clock=clock, progress=progress)


def _log_odds(bundle: Bundle, frame: pl.DataFrame) -> FloatArray:
    p = np.clip(Scorer(bundle).many(frame)["probability"].to_numpy(), _FAR, 1 - _FAR)
    odds: FloatArray = np.log(p) - np.log1p(-p)
    return odds


def _judge(
    past: Past, begin: float, end: float, bundle: Bundle, first: _First, policies: Sequence[str],
    judging_of: Callable[[Bundle, pl.DataFrame, IntArray], Judging],
) -> _Judged:
    rows, then = past.between(begin, end), past.then(begin)
    known, frame = then.known, then.frame
    scores, moved = dict[str, FloatArray](), Recalibration()
    for policy in policies:
        if policy == RECALIBRATED:
            scores[policy], moved = _followed(past, first.log_odds, rows)
        elif policy == FROZEN or bundle is first.bundle:
            scores[policy] = sigmoid(first.log_odds[rows])
        else:
            scores[policy] = sigmoid(_log_odds(bundle, frame[rows]))
    scores |= rival_scores(bundle, frame[known], past.hits(then.y[known]), frame[rows], past.moment[rows], first.rules)
    final = past.y[rows] >= 0
    judging = judging_of(bundle, frame[rows[final]], rows[final])
    drawn = {name: judge_line(judging, score[final], probability=name in (*policies, *PROMISING)) for name, score in scores.items()}
    period = Period(
        name=past.name_of(begin, end), known=len(known), rows=int(final.sum()), pending=int((~final).sum()), conversions=int(judging.y.sum()),
        capacity=judging.capacity, lines=tuple(Line(name, name in policies, figures_of(one)) for name, one in drawn.items()),
        chosen=bundle.facts.chosen, quarantined=bundle.facts.quarantined, recalibration=moved if RECALIBRATED in policies else None,
        again=past.again(begin, end),
    )
    return _Judged(period, drawn)


def _followed(past: Past, log_odds: FloatArray, rows: IntArray) -> tuple[FloatArray, Recalibration]:
    """Let the first model follow the outcomes that came in since, as they come in; return probabilities and the last recalibration."""
    p, at, moved = np.empty(len(rows)), 0, Recalibration()
    unseen = np.flatnonzero(~np.isnan(log_odds) & (past.y >= 0))
    unseen = unseen[np.argsort(past.known[unseen], kind="stable")]
    known = past.known[unseen]
    for part in np.array_split(rows, min(UPDATES, len(rows))):
        came = unseen[: np.searchsorted(known, past.moment[part[0]], side="right")]
        if len(came) != moved.outcomes:
            moved = recalibrate(log_odds[came], past.hit[came])
        p[at : at + len(part)] = sigmoid(moved(log_odds[part]))
        at += len(part)
    return p, moved


def _judging(past: Past, capacity: int | None, draws: int, bundle: Bundle, frame: pl.DataFrame, rows: IntArray) -> Judging:
    wanted = past.project.decision.threshold
    declared = getattr(wanted, "capacity", None)
    hit = past.hit[rows]
    most = capacity or declared or max(round(SHARE * len(hit)), 1)
    value, cost = (None, 0.0) if bundle.facts.learned_tiers else evaluate.amounts(bundle, frame)
    enough = max(min(draws, 50), min(draws, DRAWN_CELLS // len(hit)))
    return Judging(hit, min(most, len(hit)), value, cost, enough, past.project.model.seed, None if past.lead is None else past.lead[rows])


def _gathered(
    past: Past, policies: tuple[str, ...], judged: Sequence[_Judged], first: _First, delay: str, trained: Sequence[Ended], seconds: float
) -> Backtest:
    rows, without = [one.period.rows for one in judged], void(trained, policies)
    draws = min(len(one.drawn[policies[0]]["auc"]) for one in judged)
    whole = {
        name: pooled([{key: values[:draws] for key, values in one.drawn[name].items()} for one in judged], rows) for name in judged[0].drawn
    }
    return Backtest(
        name=past.project.name, outcome=past.project.target.event or f"{past.project.target.column}: {past.classes[-1]}", policies=policies,
        periods=tuple(one.period for one in judged), overall=tuple(Line(name, name in policies, figures_of(one)) for name, one in whole.items()),
        comparisons=comparisons(whole, policies, void=without), scorecard=tuple(map(str, first.rules)), declared=bool(past.project.scorecard),
        delay=delay, currency=past.project.economics.currency, trainings=len(trained), seconds=seconds,
        warnings=warnings(trained, without, past.project.model.budget),
    )
