"""The contest: candidates tuned on the split that will be lived with, finalists judged afresh, the simplest of the best chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.models.blend import Blend, fit_weights
from leadrank.models.calibrate import excess_variance, prior_moves
from leadrank.models.held_out import Entry, Task, class_losses, judge_entry
from leadrank.models.predictor import Candidate, Predictor, Setting, answerable
from leadrank.models.tune import Search
from leadrank.project import Settings
from leadrank.types import FloatArray, IntArray

NOISE = 0.5
"""A more complex finalist must beat a simpler one by this many standard errors of the paired difference."""
HOPEFUL = 3.0
"""A candidate within this many standard errors of the leader may yet win."""
FINALISTS = 4
"""So many of the best candidates are judged afresh and may be blended."""
UPKEEP = 1.6
"""Judging a finalist costs its folds once more, and the fits on all rows and on halves about this much on top."""
TEACHING = 0.2
"""Share of the budget kept for teaching one forest what a slow winner says."""
STORMY = 0.3
"""Standard deviation of the blocks' rates, in log-odds, above which the past cannot choose."""
PROVEN = 2
CHEAP = 0.05
"""A learner whose trial took less than this share of the budget shows its first `PROVEN` settings before the next learner is tried."""
DEARER = {"lightgbm": 2.0, "xgboost": 2.0, "catboost": 6.0}
"""About how many times as long a trial takes as one of LightGBM's, or of the logistic's before that is known: is there time for one?"""
SOON = 0.6
"""A trial late in the budget may take this share of what is left."""
LEAST_WEIGHT = 0.03
"""A blend's member with less weight is dropped: it costs time and changes nothing."""
BLEND = Candidate(name="blend", fit=None, load=None, first=(), space={}, complexity=4)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: a moment on `clock`, or a number of trials per candidate (then the clock plays no part)."""

    clock: Callable[[], float]
    deadline: float
    trials: int | None
    threads: int
    seed: int
    budget: float
    seeds: int = 3
    spare_none: bool = False
    """Keep every candidate in the finals, however dear: under an order the past chooses badly, and diversity is worth more than trials."""
    distils: bool = False
    """Keep time for teaching one forest what a slow winner says."""

    def left(self) -> float:
        """Seconds left, or infinity where trials count."""
        return float("inf") if self.trials is not None else self.deadline - self.clock()

    @property
    def kept(self) -> float:
        """Seconds that neither trials nor seeds may take, since teaching one forest may need them."""
        return TEACHING * self.budget if self.distils else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The finalists, the chosen one, its members and their weights.

    Where the chosen one is a distilled forest, the members are its teacher's.
    """

    finals: tuple[Entry, ...]
    chosen: Entry
    members: tuple[Entry, ...]
    weights: tuple[float, ...]
    distilled: bool = False

    def joined(self, fitted: Sequence[Predictor]) -> Predictor:
        """Return one predictor made of one fitted learner per member."""
        return fitted[0] if len(fitted) == 1 else Blend(tuple(fitted), tuple(m.candidate.name for m in self.members), self.weights)


def explore(
    task: Task, candidates: Mapping[str, Candidate], given: Mapping[str, Settings], limits: Limits, progress: Callable[[str, float], None]
) -> tuple[dict[str, Entry], int]:
    """Try settings until time or trials run out; return the best entry of each candidate and the number of trials.

    After one setting of each, the next trial goes to the candidate with the smallest trials · rank², so the leader gets most.
    """
    searches = {name: Search(answerable(c, given[name]), given[name], limits.seed) for name, c in candidates.items()}
    best: dict[str, Entry] = {}
    slowest: dict[str, float] = {}
    total = 0
    started = limits.left()
    while (name := _next(searches, best, slowest, limits)) is not None:
        search = searches[name]
        setting = search.ask()
        entry = judge_entry(task, search.candidate, setting, seed=limits.seed, threads=limits.threads, clock=limits.clock)
        search.tell(setting, entry.loss)
        slowest[name] = max(slowest.get(name, 0.0), entry.seconds)
        if name not in best or entry.loss < best[name].loss:
            best[name] = entry
        total += 1
        leader = min(best.values(), key=lambda e: e.loss)
        done = total / (limits.trials * len(searches)) if limits.trials else 1 - limits.left() / max(started, 1e-9)
        progress(f"{total} trials, best {leader.candidate.name} at log loss {leader.loss:.4f}", min(done, 1.0))
    return best, total


def _next(searches: Mapping[str, Search], best: Mapping[str, Entry], slowest: Mapping[str, float], limits: Limits) -> str | None:
    for name in searches:
        early = len(best) < 2 or limits.left() > 0.5 * limits.budget
        if name not in best:
            if early or _fits(name, slowest, limits):
                return name
        elif early and limits.trials is None and _cheap(searches[name], slowest[name], limits):
            return name
    ranked = sorted(best, key=lambda n: best[n].loss)
    open_names = [n for n in ranked if not searches[n].exhausted]
    if limits.trials is not None:
        open_names = [n for n in searches if n in open_names and searches[n].tried < limits.trials]
        return open_names[0] if open_names else None
    affordable = [n for n in open_names if slowest[n] + _reserve(best, limits) < limits.left()]
    return min(affordable, key=lambda n: searches[n].tried * (ranked.index(n) + 1) ** 2, default=None)


def _cheap(search: Search, seconds: float, limits: Limits) -> bool:
    return search.tried < min(PROVEN, len(search.candidate.first)) and seconds < CHEAP * limits.budget and not search.exhausted


def _fits(name: str, slowest: Mapping[str, float], limits: Limits) -> bool:
    known = slowest.get("lightgbm", slowest.get("logistic", float("inf")))
    return known * DEARER.get(name, float("inf")) < SOON * limits.left()


def _reserve(best: Mapping[str, Entry], limits: Limits) -> float:
    """Return the seconds that the finals and what follows will take; averaging several seeds buys more than more trials do."""
    return min(UPKEEP * _finals_seconds(best, limits.seeds, limits), 0.5 * limits.budget) + limits.kept


def _finals_seconds(best: Mapping[str, Entry], seeds: int, limits: Limits) -> float:
    return sum(e.seconds * _seeds_for(e, best, seeds) for e in _finalists(best, limits))


def _seeds_for(entry: Entry, best: Mapping[str, Entry], seeds: int) -> int:
    """Average several seeds only where the candidate may win: seeds are dear."""
    leader = min(best.values(), key=lambda e: e.loss)
    return seeds if entry.candidate.name == "catboost" and behind(entry.losses, leader.losses) <= HOPEFUL else 1


def _finalists(best: Mapping[str, Entry], limits: Limits) -> list[Entry]:
    """Return the best candidates and the constant; one that is both far behind and dear is left out."""
    ranked = sorted((e for e in best.values() if e.candidate.complexity > 0), key=lambda e: e.loss)
    dear = 0.1 * limits.budget if limits.trials is None else float("inf")
    hopeful = [e for e in ranked if limits.spare_none or e.seconds < dear or behind(e.losses, ranked[0].losses) <= HOPEFUL]
    return hopeful[:FINALISTS] + [e for e in best.values() if e.candidate.complexity == 0]


def finals(
    task: Task, best: Mapping[str, Entry], *, blend: bool, limits: Limits, forward: bool = False, few: bool = False, hurry: bool = False
) -> Outcome:
    """Judge the best candidates on fresh folds, add their blend, and choose.

    Parameters
    ----------
    task
        The same rows with folds that tuning has not seen (or the forward blocks, where rows have an order).
    forward
        Whether the folds are forward blocks. Where their rates then move far (`STORMY`), whoever won in the past may lose next, and the
        members are blended with equal weights, which no estimate can beat reliably (Timmermann 2006, forecast combinations).
    hurry
        Whether there is no time to judge again: then `task` has the folds of tuning.
    few
        Whether outcomes are few: then a shrunken model is taken even where it cannot be told from the constant; the verdict says so.
    """
    seeds = limits.seeds
    while seeds > 1 and limits.trials is None and UPKEEP * _finals_seconds(best, seeds, limits) > limits.left() - limits.kept:
        seeds -= 1
    judged = list(_finalists(best, limits)) if hurry else []
    for entry in () if hurry else _finalists(best, limits):
        setting = averaged(entry.candidate, entry.setting, _seeds_for(entry, best, seeds))
        if forward and setting.get("seeds", 1) == 1:
            judged.append(entry)  # forward blocks cannot be dealt afresh: judging again would only repeat
            continue
        judged.append(judge_entry(task, entry.candidate, setting, seed=limits.seed + 101, threads=limits.threads, clock=limits.clock))
    members = tuple(e for e in judged if e.candidate.complexity > 0)
    weights: tuple[float, ...] = ()
    if blend and len(members) > 1:
        stormy = forward and restless(task, min(members, key=lambda e: e.loss)) > STORMY
        mixed, weights = _averaged(task, members) if stormy else _blended(task, members, forward=forward)
        judged.append(mixed)
        if stormy:
            return Outcome(tuple(judged), mixed, members, weights)
    chosen = choose(members if few and members else judged)
    if chosen.candidate is not BLEND:
        return Outcome(tuple(judged), chosen, (chosen,), (1.0,))
    kept = [(m, w) for m, w in zip(members, weights, strict=True) if w >= LEAST_WEIGHT]
    total = sum(w for _, w in kept)
    return Outcome(tuple(judged), chosen, tuple(m for m, _ in kept), tuple(w / total for _, w in kept))


def hurried(best: Mapping[str, Entry], limits: Limits) -> bool:
    """Say whether the time left does not suffice to judge the finalists once more."""
    return limits.trials is None and UPKEEP * _finals_seconds(best, 1, limits) > limits.left()


def averaged(candidate: Candidate, setting: Setting, seeds: int) -> Setting:
    """Return the setting with several seeds, where the candidate can average them."""
    return {"seeds": seeds, **setting} if candidate.name == "catboost" else setting


def choose(entries: Sequence[Entry]) -> Entry:
    """Return the simplest entry that is within `NOISE` standard errors of the best."""
    best = min(entries, key=lambda e: e.loss)
    near = [e for e in entries if behind(e.losses, best.losses) <= NOISE]
    return min(near, key=lambda e: (e.candidate.complexity, e.loss))


def behind(losses: FloatArray, best: FloatArray) -> float:
    """Return by how many standard errors of the paired difference the losses exceed the best ones."""
    difference = losses - best
    spread = float(difference.std()) / np.sqrt(len(difference))
    return float(difference.mean()) / spread if spread > 0 else 0.0


def _blended(task: Task, members: Sequence[Entry], *, forward: bool) -> tuple[Entry, tuple[float, ...]]:
    """Mix each block by weights from the other blocks, or with `forward` from the earlier ones; the first has equal weights."""
    y = task.y[task.judged]
    held_out, by_fold = np.empty_like(members[0].margins), []
    for block in range(len(task.folds)):
        inside = task.block == block
        seen = task.block < block if forward else ~inside
        weights = _weights([m.margins[seen] for m in members], y[seen]) if seen.any() else (1.0 / len(members),) * len(members)
        held_out[inside] = np.sum([w * m.margins[inside] for w, m in zip(weights, members, strict=True)], axis=0)
        by_fold.append(weights)
    return _mixture(task, members, held_out, by_fold), _weights([m.margins for m in members], y)


def _mixture(task: Task, members: Sequence[Entry], margins: FloatArray, by_fold: Sequence[tuple[float, ...]]) -> Entry:
    names = tuple(m.candidate.name for m in members)
    each = zip(*(m.fitted for m in members), strict=True)
    fitted = tuple(Blend(one, names, weights) for one, weights in zip(each, by_fold, strict=False))
    return Entry(BLEND, {}, margins, class_losses(task.y[task.judged], margins), sum(m.seconds for m in members), fitted)


def restless(task: Task, entry: Entry) -> float:
    """Return the standard deviation, in log-odds, by which block rates moved off the predictions beyond chance."""
    labels = (task.y[task.judged] > 0).astype(np.int64)
    moves = prior_moves(entry.margins[:, 0], labels, task.block)
    return float(np.sqrt(excess_variance(moves, entry.margins[:, 0], task.block, task.learned)))


def _averaged(task: Task, members: Sequence[Entry]) -> tuple[Entry, tuple[float, ...]]:
    weights = (1.0 / len(members),) * len(members)
    margins = np.mean([m.margins for m in members], axis=0)
    return _mixture(task, members, margins, (weights,) * len(task.folds)), weights


def _weights(margins: Sequence[FloatArray], y: IntArray) -> tuple[float, ...]:
    thresholds = margins[0].shape[1]
    labels = np.concatenate([(y > t).astype(np.int64) for t in range(thresholds)])
    return fit_weights([m.T.reshape(-1) for m in margins], labels)
