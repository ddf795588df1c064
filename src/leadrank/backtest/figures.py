"""The figures of one period, each with resamples, so that periods can be added up and ways to rank compared in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank import decisions, evaluation
from leadrank.evaluation.metrics import surprise
from leadrank.types import Figure, FloatArray, IntArray

Drawn = dict[str, FloatArray]
"""Figures by name: entry 0 is the value, the others are resamples."""
SUMMED = frozenset({"caught", "profit"})
LESS_IS_BETTER = frozenset({"log_loss", "brier", "ece"})


@dataclass(frozen=True, slots=True, eq=False)
class Judging:
    """What a period is judged by: outcomes, leads that can be worked, money (None where no value is known), resamples, whose row each is."""

    y: IntArray
    capacity: int
    value: FloatArray | float | None
    cost: FloatArray | float
    draws: int
    seed: int
    groups: IntArray | None = None


def judge_line(judging: Judging, score: FloatArray, *, probability: bool) -> Drawn:
    """Measure one way to rank.

    Parameters
    ----------
    score
        Probabilities, or any number that rises with the wish to call, shape (n,).
    probability
        Whether it is the former: then promises are judged as well, and nobody is called who is not worth it.
    """
    y, draws, seed = judging.y, judging.draws, judging.seed
    found = evaluation.resampled(_ranking, y, score, draws=draws, seed=seed, groups=judging.groups)
    each = _worked(judging, score, probability=probability)
    if probability:
        found |= evaluation.resampled(_calibration, y, score, draws=draws, seed=seed, groups=judging.groups)
        each |= {"log_loss": surprise(y, score), "brier": (score - y) ** 2, "expected": score}
    means = evaluation.resampled_means(each, draws=draws, seed=seed, groups=judging.groups)
    return found | {name: values * len(y) if name in SUMMED else values for name, values in means.items()}


def pooled(drawn: Sequence[Drawn], rows: Sequence[int]) -> Drawn:
    """Put periods together: sums add up, all else is averaged by rows over the periods in which it is defined.

    Examples
    --------
    >>> pooled([{"auc": np.array([0.5]), "caught": np.array([1.0])}, {"auc": np.array([0.8]), "caught": np.array([2.0])}], [100, 200])
    {'auc': array([0.7]), 'caught': array([3.])}
    """
    return {name: _together(name, [one[name] for one in drawn], rows) for name in drawn[0]}


def figures_of(drawn: Mapping[str, FloatArray]) -> dict[str, Figure]:
    """Turn resamples into figures with 95 % intervals; what is not defined is left out."""
    made = {name: evaluation.figure(values, recentre=name == "ece") for name, values in drawn.items()}
    return {name: one for name, one in made.items() if one is not None}


def gain_of(ours: Drawn, theirs: Drawn, metric: str) -> Figure | None:
    """Return by how much the first is better, on the same resamples."""
    if metric not in ours or metric not in theirs:
        return None
    return evaluation.figure(theirs[metric] - ours[metric] if metric in LESS_IS_BETTER else ours[metric] - theirs[metric])


def _together(name: str, values: Sequence[FloatArray], rows: Sequence[int]) -> FloatArray:
    table = np.array(values)
    if name in SUMMED:
        total: FloatArray = table.sum(axis=0)
        return total
    counted = np.where(np.isfinite(table), np.asarray(rows, dtype=np.float64)[:, None], 0.0)
    weight = counted.sum(axis=0)
    mean: FloatArray = np.divide((np.nan_to_num(table) * counted).sum(axis=0), weight, out=np.full(len(weight), np.nan), where=weight > 0)
    return mean


def _worked(judging: Judging, score: FloatArray, *, probability: bool) -> Drawn:
    """Say what working as many leads as can be worked brings, the best first; equal ones share the places left."""
    wish = score
    worth = None if judging.value is None else score * judging.value - judging.cost
    if probability and worth is not None:
        wish = worth
    chance = decisions.top_share(wish, judging.capacity)
    if probability and worth is not None:
        chance = chance * (worth > 0)
    caught = {"caught": chance * judging.y}
    return caught if judging.value is None else caught | {"profit": chance * (judging.y * judging.value - judging.cost)}


def _ranking(y: Any, p: Any, /, *, weight: FloatArray | None = None) -> dict[str, float]:
    found = evaluation.ranking_figures(y, p, weight=weight)
    return {name: found[name] for name in ("auc", "lift_10")}


def _calibration(y: Any, p: Any, /, *, weight: FloatArray | None = None) -> dict[str, float]:
    return {"ece": evaluation.expected_calibration_error(y, p, weight=weight)}
