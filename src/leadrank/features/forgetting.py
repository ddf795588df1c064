"""The likelihood of outcomes under forgetting: an additive logistic model of decayed counts, whose half-lives are free.

The log-odds of converting are ``b0 + sum of b_k log(1 + D_k)`` over kinds k of events, where ``D_k`` is the sum of ``2^(-age / h_k)`` over a row's
known events of kind k. All are maximised together: half-lives one after the other over a grid first, because the likelihood may have several
hills, then all numbers at once by Fisher scoring with Levenberg's damping (Marquardt 1963). Sources: the half-lives are those of Hawkes-type
kernels; an interval holds what a likelihood ratio does not refuse (Wilks 1938).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.types import FloatArray, IntArray

GRID = np.log(2.0) * np.arange(-1, 11)
"""Logarithms of half-lives from half a day to 1,024 days."""
RIDGE = 0.1
"""A little pull towards no effect, so that an outcome that a count tells for sure has a finite one."""
REFUSED = 1.92
"""Half of the 95 % point of chi-square with one degree of freedom."""
STEPS = 40
SCOUTS = 10_000
"""Rows on which the grid is tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Ages:
    """Events of one kind: the row that knows each, and its age there in days."""

    row: IntArray
    days: FloatArray

    def of(self, chosen: IntArray, rows: int) -> Ages:
        """Return the events of chosen ones of so many rows, which are numbered anew."""
        place = np.full(rows, -1)
        place[chosen] = np.arange(len(chosen))
        kept = place[self.row] >= 0
        return Ages(place[self.row[kept]], self.days[kept])

    def counts(self, log_half_life: float, rows: int) -> tuple[FloatArray, FloatArray]:
        """Return log(1 + decayed count) of each row, and how it changes with the logarithm of the half-life."""
        halvings = self.days * np.exp(-log_half_life)
        with np.errstate(under="ignore"):
            weight = np.exp2(-halvings)
        total = np.bincount(self.row, weights=weight, minlength=rows)
        change = np.bincount(self.row, weights=weight * halvings, minlength=rows) * np.log(2.0)
        return np.log1p(total), change / (1.0 + total)


@dataclass(slots=True, eq=False)
class Forgetting:
    """Kinds of events, outcomes, and what is believed of them so far: the logarithms of half-lives, effects, the log-likelihood.

    `free` are the kinds whose half-lives are learned.
    """

    ages: Sequence[Ages]
    y: FloatArray
    free: tuple[int, ...]
    log_half_lives: FloatArray
    effects: FloatArray
    value: float = -np.inf

    def counts(self) -> FloatArray:
        """Return a column of ones, and the logarithm of each decayed count."""
        columns = [age.counts(h, len(self.y))[0] for age, h in zip(self.ages, self.log_half_lives, strict=True)]
        return np.column_stack((np.ones(len(self.y)), *columns))


def learn(ages: Sequence[Ages], y: FloatArray, log_half_lives: FloatArray, free: Sequence[int], *, seed: int = 0) -> Forgetting:
    """Maximise the likelihood over effects and free half-lives: first roughly, on some of the rows.

    Those are drawn, since every so many of rows in order may all be of one weekday, one campaign, one kind of lead.
    """
    chosen = np.random.default_rng(seed).permutation(len(y))[:SCOUTS]
    scout = _started([age.of(chosen, len(y)) for age in ages], y[chosen], log_half_lives, free)
    _over_grid(scout)
    model = _started(ages, y, scout.log_half_lives, free)
    _refined(model)
    return model


def _started(ages: Sequence[Ages], y: FloatArray, log_half_lives: FloatArray, free: Sequence[int]) -> Forgetting:
    model = Forgetting(ages, y, tuple(free), log_half_lives.copy(), np.zeros(len(ages) + 1))
    model.effects[0] = np.log((y.sum() + 0.5) / (len(y) - y.sum() + 0.5))
    model.effects, model.value = maximised(model.counts(), y, model.effects)
    return model


def maximised(counts: FloatArray, y: FloatArray, start: FloatArray) -> tuple[FloatArray, float]:
    """Fit the effects of given counts by Newton's method; return them and the penalised log-likelihood."""
    effects, value = start, _value(counts @ start, y, start)
    for _ in range(25):
        p = _probability(counts @ effects)
        slope = counts.T @ (y - p) - RIDGE * _without_first(effects)
        bend = (counts * (p * (1 - p))[:, None]).T @ counts + _ridge(len(effects))
        step, scale = np.linalg.solve(bend, slope), 1.0
        while (new := _value(counts @ (effects + scale * step), y, effects + scale * step)) < value and scale > 1e-4:
            scale /= 2
        if new <= value + 1e-7:
            break
        effects, value = effects + scale * step, new
    return effects, value


def _over_grid(model: Forgetting) -> None:
    """Try each half-life of the grid for one kind after the other, until none moves."""
    counts = model.counts()
    for _ in range(3):
        before = model.log_half_lives.copy()
        for k in model.free:
            best = counts[:, k + 1].copy()
            for log_half_life in GRID:
                counts[:, k + 1] = model.ages[k].counts(log_half_life, len(model.y))[0]
                effects, value = maximised(counts, model.y, model.effects)
                if value > model.value + 1e-6:
                    model.effects, model.value, model.log_half_lives[k], best = effects, value, log_half_life, counts[:, k + 1].copy()
            counts[:, k + 1] = best
        if np.array_equal(before, model.log_half_lives):
            return


def _refined(model: Forgetting) -> None:
    """Move effects and free half-lives together, in steps that are shortened until the likelihood rises."""
    damping, free = 1e-3, list(model.free)
    for _ in range(STEPS):
        slope, bend = _local(model, free)
        while damping < 1e9:
            step = np.linalg.solve(bend + damping * np.diag(np.diag(bend) + 1e-9), slope)
            tried = _moved(model, step.astype(np.float64), free)
            if tried.value > model.value:
                break
            damping *= 10
        else:
            return
        gain = tried.value - model.value
        model.effects, model.log_half_lives, model.value, damping = tried.effects, tried.log_half_lives, tried.value, damping / 10
        if gain < 1e-6:
            return


def _local(model: Forgetting, free: list[int]) -> tuple[FloatArray, FloatArray]:
    """Return the slope of the likelihood, and its expected bend, in effects and free half-lives."""
    pairs = [age.counts(h, len(model.y)) for age, h in zip(model.ages, model.log_half_lives, strict=True)]
    counts = np.column_stack((np.ones(len(model.y)), *(count for count, _ in pairs)))
    changes = [model.effects[k + 1] * pairs[k][1] for k in free]
    p = _probability(counts @ model.effects)
    moves = np.column_stack((counts, *changes))
    slope = moves.T @ (model.y - p)
    slope[: len(model.effects)] -= RIDGE * _without_first(model.effects)
    bend = (moves * (p * (1 - p))[:, None]).T @ moves
    bend[: len(model.effects), : len(model.effects)] += _ridge(len(model.effects))
    return slope, bend


def _moved(model: Forgetting, step: FloatArray, free: list[int]) -> Forgetting:
    effects, log_half_lives = model.effects + step[: len(model.effects)], model.log_half_lives.copy()
    log_half_lives[free] = np.clip(log_half_lives[free] + np.clip(step[len(model.effects) :], -1.0, 1.0), GRID[0], GRID[-1])
    tried = Forgetting(model.ages, model.y, model.free, log_half_lives, effects)
    tried.value = _value(tried.counts() @ effects, model.y, effects)
    return tried


@dataclass(frozen=True, slots=True)
class Sureness:
    """What the likelihood says of one half-life: by how much it falls without the kind, and the ends (days) of what it does not refuse."""

    gain: float
    low: float | None
    high: float | None


def sureness(model: Forgetting, k: int) -> Sureness:
    """Judge one half-life; the effects of all kinds follow as it is moved, the other half-lives stay."""
    counts = model.counts()
    without = counts.copy()
    without[:, k + 1] = 0.0
    gain = model.value - maximised(without, model.y, np.where(np.arange(len(model.effects)) == k + 1, 0.0, model.effects))[1]

    def loss(log_half_life: float) -> float:
        counts[:, k + 1] = model.ages[k].counts(log_half_life, len(model.y))[0]
        return model.value - maximised(counts, model.y, model.effects)[1]

    ends = [_end(loss, float(model.log_half_lives[k]), float(far)) for far in (GRID[0], GRID[-1])]
    return Sureness(gain, *(None if end is None else float(np.exp(end)) for end in ends))


def _end(loss: Callable[[float], float], inside: float, far: float) -> float | None:
    """Find where the likelihood has fallen too far, between the best half-life and an end of the grid; None where it has not even there."""
    if loss(far) < REFUSED:
        return None
    outside = far
    while abs(outside - inside) > 0.05:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if loss(middle) < REFUSED else (inside, middle)
    return outside


def _probability(log_odds: FloatArray) -> FloatArray:
    half: FloatArray = 0.5 + 0.5 * np.tanh(0.5 * log_odds)
    return half


def _value(log_odds: FloatArray, y: FloatArray, effects: FloatArray) -> float:
    return float((y * log_odds - np.logaddexp(0.0, log_odds)).sum() - 0.5 * RIDGE * (effects[1:] ** 2).sum())


def _without_first(effects: FloatArray) -> FloatArray:
    return np.append(0.0, effects[1:])


def _ridge(size: int) -> FloatArray:
    return np.diag(_without_first(np.full(size, RIDGE)) + 1e-9)
