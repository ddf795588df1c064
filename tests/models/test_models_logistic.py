"""A logistic model gives a row the same margin to the last bit, whatever rows come with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.models.design import build, fit_design
from leadrank.models.logistic import Linear
from leadrank.types import Feature, FloatArray, Matrix

ROWS = 70


def _matrix(rng: np.random.Generator, numbers: int, levels: int) -> Matrix:
    values: FloatArray = rng.normal(size=(ROWS, numbers)) * 10.0 ** rng.integers(-3, 4, numbers)
    values[rng.random(values.shape) < 0.1] = np.nan
    codes = rng.integers(0, 2 + max(levels, 1), (ROWS, int(levels > 0))).astype(np.int32)
    labels = tuple(f"l{k}" for k in range(levels))
    return Matrix(
        values, codes, tuple(Feature(f"n{k}", f"n{k}", "number", missing="median") for k in range(numbers)),
        (Feature("c", "c", "category", labels),) if levels else (),
    )


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 4), st.sampled_from(["ramps", "steps", "raw"]), st.integers(2, 40),
    st.integers(0, ROWS - 1), st.integers(1, ROWS),
)
@settings(max_examples=200, deadline=None)
def test_some_rows_have_the_bits_that_they_have_among_all(seed, numbers, levels, basis, knots, first, count):
    rng = np.random.default_rng(seed)
    X = _matrix(rng, numbers, levels)
    design = fit_design(X, basis=basis, knots=knots)
    columns = build(design, X).shape[1]
    weights = rng.normal(size=columns) * 10.0 ** rng.integers(-4, 4, columns)
    linear = Linear(design, tuple(weights.tolist()), float(rng.normal()), (0.0,) * columns)
    part = np.arange(first, min(first + count, ROWS))
    assert linear.margin(X.take(part)).tobytes() == linear.margin(X)[part].tobytes()
    assert linear.margin(X.take(part[:1])).tobytes() == linear.margin(X)[part[:1]].tobytes()


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8, 13, 1000, 65_536])
def test_a_fitted_model_scores_a_row_alike_alone_and_among_thousands(simulated, rows):
    from leadrank.models.logistic import fit_logistic

    X, y = simulated(65_536)
    fitted = fit_logistic(X.take(np.arange(2_000)), y[:2_000], None, {"C": 0.3, "basis": "ramps", "knots": 8}, 0)
    assert fitted.margin(X.take(np.arange(rows))).tobytes() == fitted.margin(X)[:rows].tobytes()
