"""How much worse the model does without what one column tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.types import Figure, FloatArray, IntArray, Matrix

Score = Callable[[Matrix], FloatArray]
Loss = Callable[[IntArray, FloatArray], float]


@dataclass(frozen=True, slots=True)
class Importance:
    """The rise of the loss when a column, or all columns about one thing, are shuffled; 0 or below: the model does not need them."""

    column: str
    drop: Figure


def permutation_importance(
    score: Score,
    matrix: Matrix,
    y: IntArray,
    loss: Loss,
    *,
    repeats: int = 5,
    seed: int = 0,
    columns: Sequence[str] | None = None,
    things: Mapping[str, str] | None = None,
    draws: int = 100,
) -> tuple[Importance, ...]:
    """Shuffle one column at a time over held-out rows and measure how much the loss rises.

    All features of a column are shuffled together, with one permutation. The interval (95 %) comes from bootstrap draws
    over the rows, each with one of the permutations, so it holds both the chance of the shuffle and that of the rows.
    Columns that say the same stand in for each other: each looks unimportant while the other is there.

    Parameters
    ----------
    score
        From a matrix to whatever `loss` takes, first axis the rows.
    matrix, y
        Held-out rows and their outcomes.
    loss
        `loss(y, scored)`, lower is better, such as the log loss.
    repeats
        Permutations of each column, at least 1.
    seed
        Of permutations and draws.
    columns
        Which columns or things; all by default.
    things
        By column the thing that it is about: columns about one thing are shuffled together, under its name.
    draws
        Bootstrap draws behind each interval, at least 1.

    Returns
    -------
    tuple
        Most important first.

    References
    ----------
    Breiman (2001), Random Forests, section 10. Fisher, Rudin, Dominici (2019), All Models are Wrong, but Many are Useful.
    """
    things = things or {}
    owners = [things.get(f.column, f.column) for f in matrix.features]
    wanted = tuple(dict.fromkeys(owners)) if columns is None else tuple(columns)
    intact = score(matrix)
    found = []
    for k, column in enumerate(wanted):
        rng = np.random.default_rng([seed, k])
        shuffled = [score(_shuffle(matrix, column, things, rng.permutation(len(matrix)))) for _ in range(repeats)]
        found.append(Importance(column, _rise(intact, shuffled, y, loss, rng, draws)))
    return tuple(sorted(found, key=lambda item: -item.drop.value))


def _shuffle(matrix: Matrix, column: str, things: Mapping[str, str], order: IntArray) -> Matrix:
    numbers, codes = matrix.numbers.copy(), matrix.codes.copy()
    for j, feature in enumerate(matrix.numeric):
        if things.get(feature.column, feature.column) == column:
            numbers[:, j] = numbers[order, j]
    for j, feature in enumerate(matrix.categorical):
        if things.get(feature.column, feature.column) == column:
            codes[:, j] = codes[order, j]
    return Matrix(numbers, codes, matrix.numeric, matrix.categorical)


def _rise(intact: FloatArray, shuffled: list[FloatArray], y: IntArray, loss: Loss, rng: np.random.Generator, draws: int) -> Figure:
    whole = loss(y, intact)
    value = float(np.mean([loss(y, scored) - whole for scored in shuffled]))
    rises = np.empty(draws)
    for draw in range(draws):
        rows = rng.integers(0, len(y), len(y))
        rises[draw] = loss(y[rows], shuffled[draw % len(shuffled)][rows]) - loss(y[rows], intact[rows])
    low, high = np.quantile(rises, [0.025, 0.975])
    return Figure(value, min(float(low), value), max(float(high), value))
