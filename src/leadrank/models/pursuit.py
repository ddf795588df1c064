"""Sums of numbers that say more together than one by one: a weighted total learned from what an additive model leaves unexplained.

Projection pursuit (Friedman & Stuetzle 1981, "Projection pursuit regression"), kept sparse: a pair of columns whose weighted sum explains
most of the residuals is found by trial, grown column by column and refined. Only sums far beyond chance are taken; whether they help is for
the contest to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from leadrank.models.calibrate import sigmoid
from leadrank.models.logistic import LOGISTIC, fit_logistic
from leadrank.models.ordered import THRESHOLD
from leadrank.models.predictor import Candidate, Predictor, Setting
from leadrank.models.sums import FAR, Sum, Summed, load_sums, with_sums
from leadrank.types import FloatArray, IntArray, Matrix

BINS = 32
BEYOND = 6.0
"""A sum must explain this many standard deviations more than chance does: some thousand sums are tried."""
MEMBERS = 4
COLUMNS = 16
"""So many columns with the largest effects of their own are combined: a sum whose members mean nothing alone is rare."""
SCREENED = 8_000
"""Rows on which all pairs are tried; the best pairs are tried again on more."""
ROWS = 20_000
CELLS = 16_000_000
"""Rows times step columns of numbers: more would take more memory and time than they are worth."""
LEAST = 0.05
"""No member weighs less than this share of the heaviest: it would not be a sum."""
_RATIOS = (-3.7, -1.7, -1.0, -0.6, -0.27, 0.27, 0.6, 1.0, 1.7, 3.7)
_MORE = (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)
_STEPS = (1.3, 1.15, 1.07, 1.03)
_ADDITIVE: Setting = {"C": 0.05, "basis": "steps", "knots": 16, "penalty": "l1", "tol": 1e-3}


def summing(candidate: Candidate) -> Candidate:
    """Return a linear candidate with one more setting, `sums`: how many sums each fit looks for before it learns.

    Fewer `knots` are used where the design would pass `CELLS`.
    """

    def fit(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Predictor:
        limit = int(setting.get("sums", 0))
        if limit == 0:
            return candidate.fit(X, y, weight, setting, seed)
        sums = find_sums(X, y, weight, limit, seed)
        rows = with_sums(X, sums)
        most = max(CELLS // max(len(X) * len(rows.numeric), 1), 8)
        inner = {**{k: v for k, v in setting.items() if k != "sums"}, "knots": min(int(setting.get("knots", 8)), most)}
        fitted = candidate.fit(rows, y, weight, inner, seed)
        return Summed(fitted, sums) if sums else fitted

    def load(parts: Mapping[str, bytes]) -> Predictor:
        held = dict(parts)
        summed = held.pop("sums.json", None) is not None
        inner = candidate.load(held)
        return load_sums(inner, parts) if summed else inner

    return replace(candidate, fit=fit, load=load)


SUMMING = summing(LOGISTIC)


def find_sums(X: Matrix, y: IntArray, weight: FloatArray | None, limit: int, seed: int) -> tuple[Sum, ...]:
    """Look for up to `limit` sums, no column in two of them, in what an additive model leaves unexplained."""
    if np.unique(y).size < 2 or len(_able(X)) < 2:
        return ()
    rows = np.arange(0, len(y), -(-len(y) // ROWS))
    seen, own = X.take(rows), np.ones(len(rows)) if weight is None else weight[rows]
    additive = fit_logistic(seen, y[rows], None if weight is None else own, _ADDITIVE, seed)
    p = sigmoid(additive.margin(seen))
    columns, sums = _strongest(_able(seen), additive.contributions(seen)[0]), list[Sum]()
    while len(sums) < limit and len(columns) > 1:
        found = _pursued(seen, columns, own * (y[rows] - p), own * p * (1.0 - p))
        if found is None:
            break
        sums.append(found)
        columns = [j for j in columns if j not in found.members]
    return tuple(sums)


def _able(X: Matrix) -> list[int]:
    """Return the numbers that may be added up: no blanks, no bins of their own, not the threshold."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = X.numbers.std(axis=0)
    return [j for j, f in enumerate(X.numeric) if 0 < spread[j] < np.inf and not f.bins and f != THRESHOLD]


def _strongest(able: list[int], effects: FloatArray) -> list[int]:
    strength = effects.std(axis=0)
    return sorted(sorted(able, key=lambda j: -strength[j])[:COLUMNS])


def _pursued(X: Matrix, columns: list[int], slope: FloatArray, curve: FloatArray) -> Sum | None:
    means, scales = X.numbers[:, columns].mean(axis=0), X.numbers[:, columns].std(axis=0)
    Z = np.clip((X.numbers[:, columns] - means) / scales, -FAR, FAR)
    if Z.shape[1] < 2:
        return None
    alone = np.array([explained_by(z, slope, curve) for z in Z.T])
    explained, w = _grown(Z, slope, curve, _best_pair(Z, slope, curve, alone))
    inside = np.flatnonzero(w)
    if explained < max(float(BINS), alone[inside].max()) + BEYOND * np.sqrt(2.0 * BINS):
        return None
    each: list[tuple[float, ...]] = [tuple(float(v) for v in array[inside]) for array in (w, means, scales)]
    return Sum(tuple(columns[k] for k in inside), *each)


def _best_pair(Z: FloatArray, slope: FloatArray, curve: FloatArray, alone: FloatArray) -> FloatArray:
    """Return the pair that says most beyond the better of its members: all are tried on few rows, the best dozen on all."""
    few = np.arange(0, len(Z), -(-len(Z) // SCREENED))
    single = [explained_by(z, slope[few], curve[few]) for z in Z[few].T]
    tried = [(i, j, ratio) for i, j in combinations(range(Z.shape[1]), 2) for ratio in _RATIOS]
    screened = [explained_by(Z[few, i] + r * Z[few, j], slope[few], curve[few]) - max(single[i], single[j]) for i, j, r in tried]
    best = [tried[k] for k in np.argsort(screened)[::-1][:12]]
    i, j, ratio = max(best, key=lambda t: explained_by(Z[:, t[0]] + t[2] * Z[:, t[1]], slope, curve) - max(alone[t[0]], alone[t[1]]))
    w = np.zeros(Z.shape[1])
    w[[i, j]] = 1.0, ratio
    largest: FloatArray = w / np.abs(w).max()
    return largest


def _grown(Z: FloatArray, slope: FloatArray, curve: FloatArray, w: FloatArray) -> tuple[float, FloatArray]:
    """Add the column that explains most while it explains clearly more; refine the weights after each."""
    best, w = _refined(Z, slope, curve, w)
    while np.count_nonzero(w) < min(MEMBERS, len(w)):
        tried = [w + more * np.eye(len(w))[k] for k in np.flatnonzero(w == 0) for more in _MORE]
        explained = [explained_by(Z @ v, slope, curve) for v in tried]
        if max(explained) < 1.1 * best + 5.0:
            break
        best, w = _refined(Z, slope, curve, tried[int(np.argmax(explained))])
    return best, w


def _refined(Z: FloatArray, slope: FloatArray, curve: FloatArray, w: FloatArray) -> tuple[float, FloatArray]:
    """Scale one weight after the other while that explains more."""
    best = explained_by(Z @ w, slope, curve)
    for factor in [f for step in _STEPS for f in (step, 1.0 / step)]:
        for k in map(int, np.flatnonzero(w)):
            v = _scaled(w, k, factor)
            while _balanced(v) and (explained := explained_by(Z @ v, slope, curve)) > best:
                best, w, v = explained, v, _scaled(v, k, factor)
    return best, w


def _scaled(w: FloatArray, k: int, factor: float) -> FloatArray:
    v = w.copy()
    v[k] *= factor
    return v


def _balanced(w: FloatArray) -> bool:
    sizes = np.abs(w[w != 0])
    return bool(sizes.min() >= LEAST * sizes.max())


def explained_by(total: FloatArray, slope: FloatArray, curve: FloatArray) -> float:
    """Return the score statistic of one free step per quantile bin: about `BINS` where there is nothing to find."""
    some = np.sort(total[:: max(len(total) // 2_000, 1)])
    edges = some[np.arange(1, BINS) * len(some) // BINS]
    bins = np.searchsorted(edges, total, side="right")
    slopes, curves = np.bincount(bins, slope), np.bincount(bins, curve)
    return float((slopes**2 / (curves + 1.0)).sum())
