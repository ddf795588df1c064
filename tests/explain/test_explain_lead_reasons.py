"""Contributions of one lead are stretched as those of many are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.explain import factors_of_one, rescale

shares = st.floats(-9, 9) | st.sampled_from([0.0, -0.0, 1e-101, -1e-101, 1e-13, 1.0, -1.0])
ends = st.floats(-30, 30) | st.sampled_from([0.0, 1.0, -1.0, 800.0, -800.0])


@given(st.lists(shares, max_size=25), st.floats(-5, 5), ends, ends)
def test_one_row_is_stretched_as_in_a_table(contributions, base, calibrated, start):
    row = np.array([contributions]).reshape(1, -1)
    many = rescale(row, base, base + row.sum(axis=1), np.array([calibrated]), start)[0]
    up, down = factors_of_one(contributions, calibrated, start)
    assert [c * up if c > 0.0 else c * down for c in contributions] == pytest.approx(many.tolist(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("contributions", "calibrated"), [([float("nan")], 0.0), ([float("inf"), 1.0], 0.0), ([1.0], float("nan"))])
def test_what_is_no_number_is_refused(contributions, calibrated):
    with pytest.raises(ValueError, match="finite"):
        factors_of_one(contributions, calibrated, 0.0)
