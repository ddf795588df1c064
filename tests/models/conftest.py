from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from leadrank.models import Limits
from leadrank.types import CodeArray, Feature, FloatArray, IntArray, Matrix

Rows = Callable[..., tuple[Matrix, IntArray]]


def _simulated(rows: int = 240, seed: int = 0, classes: int = 2) -> tuple[Matrix, IntArray]:
    """Three numbers (one with blanks) and two categories, the outcome depends on half of them."""
    rng = np.random.default_rng(seed)
    numbers: FloatArray = np.column_stack([rng.normal(size=rows), rng.exponential(2, rows), rng.integers(0, 6, rows).astype(float)])
    codes: CodeArray = np.column_stack([rng.integers(2, 5, rows), rng.integers(0, 4, rows)]).astype(np.int32)
    signal = 1.3 * numbers[:, 0] - 0.4 * numbers[:, 1] + (codes[:, 0] == 2) + rng.logistic(size=rows)
    edges = np.quantile(signal, np.linspace(0, 1, classes + 1)[1:-1])
    numbers[rng.random(rows) < 0.15, 1] = np.nan
    matrix = Matrix(
        numbers, codes, tuple(Feature(n, n, "number") for n in ("fit", "spend", "visits")),
        (Feature("source", "source", "category", ("web", "fair", "reference")), Feature("city", "city", "category", ("a", "b"))),
    )
    return matrix, np.searchsorted(edges, signal).astype(np.int64)


@pytest.fixture(scope="session")
def simulated() -> Rows:
    return _simulated


@pytest.fixture(scope="session")
def strange() -> Matrix:
    """Rows that training never saw: all blank, unseen levels, huge numbers."""
    rows = _simulated(5, 99)[0]
    numbers, codes = rows.numbers.copy(), rows.codes.copy()
    numbers[0], codes[0] = np.nan, 0
    codes[1] = 1
    numbers[2], numbers[3] = 1e30, -1e30
    return Matrix(numbers, codes, rows.numeric, rows.categorical)


@pytest.fixture(scope="session")
def limits() -> Callable[..., Limits]:
    def made(trials: int = 1, threads: int = 1, seed: int = 0) -> Limits:
        return Limits(clock=lambda: 0.0, deadline=1.0, trials=trials, threads=threads, seed=seed, budget=1.0, seeds=2)

    return made
