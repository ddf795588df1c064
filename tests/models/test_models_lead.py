"""What is computed for one lead without arrays is what arrays give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.models.calibrate import Calibration, sigmoid, sigmoid_of
from leadrank.models.interval import NORMAL_90, Spread
from leadrank.models.lead import promise_by

odds = st.floats(-800, 800) | st.floats(-5, 5) | st.sampled_from([0.0, -0.0, 0.5, 1e-300, 1e6, -1e6])
slopes = st.floats(0.05, 5)


@given(odds)
def test_one_probability_is_that_of_an_array(z):
    assert sigmoid_of(z) == pytest.approx(float(sigmoid(np.array([z]))[0]), rel=1e-15, abs=0)


@given(slopes, slopes, st.floats(-3, 3), st.booleans(), odds)
def test_one_margin_is_calibrated_as_an_array_is(a, b, shift, alike, z):
    calibration = Calibration(a, a if alike else b, shift)
    assert calibration.one(z) == pytest.approx(float(calibration(np.array([z]))[0]), rel=1e-13, abs=1e-13)


@given(st.lists(st.floats(-4, 4) | st.just(0.5), max_size=4, unique=True), st.data(), odds)
def test_one_interval_is_as_wide_as_an_array_says(edges, data, z):
    variances = data.draw(st.lists(st.floats(0, 2), min_size=len(edges) + 1, max_size=len(edges) + 1))
    spread = Spread(*data.draw(st.tuples(*[st.floats(-0.1, 0.2)] * 3)), tuple(sorted(edges)), tuple(variances), tuple(variances))
    half = NORMAL_90 * spread.standard_error(np.array([z]))
    expected = [float(sigmoid(end)[0]) for end in (np.array([z]), z - half, z + half)]
    assert promise_by(spread)(z) == pytest.approx(expected, rel=1e-12, abs=1e-300)
