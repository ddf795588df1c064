"""What counts most for one lead is what counts most for it in a table: `rescale`, `group_by_column` and `select_top` say so too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadrank.explain import rescale, select_top
from leadrank.explain.reasons import SMALLEST
from leadrank.forest.library import evaluator, library
from leadrank.forest.strongest import Strongest

pytestmark = pytest.mark.skipif(library() is None, reason=evaluator())
shares = st.floats(-9, 9) | st.sampled_from([0.0, -0.0, 1e-101, -1e-101, 1e-13, 1.0, -1.0])
ends = st.floats(-30, 30) | st.sampled_from([0.0, 1.0, -1.0, 800.0, -800.0])


@given(st.lists(st.lists(shares, min_size=1, max_size=3), max_size=12), st.floats(-5, 5), ends, ends, st.integers(0, 15), st.sets(st.integers(0, 11)))
def test_one_row_is_stretched_and_its_strongest_picked_as_in_a_table(columns, base, calibrated, start, most, hidden):
    flat = [c for own in columns for c in own]
    first = np.cumsum([0, *map(len, columns)]).tolist()
    members = [tuple(range(first[k], first[k + 1])) for k in range(len(columns))]
    grouped = np.array([[sum(own) for own in columns]]).reshape(1, -1)
    many = rescale(grouped, base, base + grouped.sum(axis=1), np.array([calibrated]), start)
    names = [str(k) for k in range(len(columns))]
    chosen, values = select_top(many, names, top=most, never=[str(k) for k in hidden])
    sizes = np.sort(np.abs(many[0]))
    assume((np.diff(sizes) > 1e-9 * (1 + sizes[1:])).all() and (np.abs(sizes - SMALLEST) > 1e-9).all())  # no ties of which rounding decides
    picked, added = Strongest(members, hidden, SMALLEST).of(flat, calibrated, start, most)
    counted = (chosen[0] >= 0).sum()
    assert picked[::2] == chosen[0, :counted].tolist()
    assert added == pytest.approx(values[0, :counted].tolist(), rel=1e-9, abs=1e-9)
    for column, speaker, size in zip(picked[::2], picked[1::2], added, strict=True):
        own = columns[column]
        assert speaker == members[column][own.index(max(own) if size > 0 else min(own))]


def test_of_columns_that_count_alike_the_earlier_come_first():
    strongest = Strongest([(0,), (1,), (2,), (3,)], (), SMALLEST)
    assert strongest.of([1.0, -2.0, 2.0, -1.0], 0.0, 0.0, 3)[0] == [1, 1, 2, 2, 0, 0]
    assert strongest.of([1.0, -2.0, 2.0, -1.0], 0.0, 0.0, 9)[0] == [1, 1, 2, 2, 0, 0, 3, 3]


@pytest.mark.parametrize(("contributions", "calibrated", "start"), [
    ([float("nan"), 0.0], 0.0, 0.0), ([float("inf"), 1.0], 0.0, 0.0), ([1.0, 0.0], float("nan"), 0.0), ([1.0, 0.0], 0.0, float("nan")),
    ([float("inf"), float("-inf")], 0.0, 0.0),
])  # fmt: skip
def test_what_is_no_number_is_refused(contributions, calibrated, start):
    with pytest.raises(ValueError, match="finite"):
        Strongest([(0,), (1,)], (), SMALLEST).of(contributions, calibrated, start, 2)


def test_other_rows_than_the_columns_are_made_of_are_refused():
    with pytest.raises(ValueError, match="2 contributions"):
        Strongest([(0,), (1,)], (), SMALLEST).of([1.0], 0.0, 0.0, 2)
