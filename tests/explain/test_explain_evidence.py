import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leadrank.explain import Evidence, fit_evidence
from leadrank.explain.evidence import number_cells
from leadrank.records import read_record, write_record
from leadrank.types import Feature, Matrix

number = Feature("time", "time", "number")
source = Feature("source", "source", "category", ("web", "fair", "call"))


def numbers_only(values: list[float], feature: Feature = number) -> Matrix:
    return Matrix(np.array(values, dtype=np.float64).reshape(-1, 1), np.empty((len(values), 0), dtype=np.int32), (feature,), ())


values = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, 2.0]))


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 40), st.just(1)), elements=values), st.integers(1, 10), st.data())
def test_every_training_row_is_counted_in_the_cell_where_it_is_looked_up(numbers, bins, data):
    n = len(numbers)
    codes = data.draw(hnp.arrays(np.int32, (n, 1), elements=st.integers(0, 4)))
    y = data.draw(hnp.arrays(np.int64, n, elements=st.integers(0, 2)))
    matrix = Matrix(numbers, codes, (number,), (source,))
    evidence = fit_evidence(matrix, y, bins=bins, thresholds=2)
    cells = np.column_stack([number_cells(evidence.features[0], numbers[:, 0]), codes])
    for j, seen in enumerate(evidence.features):
        assert seen.rows == tuple(np.bincount(cells[:, j], minlength=len(seen.rows)))
        for t in range(2):
            assert seen.conversions[t] == tuple(np.bincount(cells[y > t, j], minlength=len(seen.rows)))
    seen = evidence.features[0]
    for value, cell in zip(numbers[:, 0], cells[:, 0], strict=True):
        if not np.isnan(value):
            assert seen.lows[cell - 2] <= value <= seen.highs[cell - 2]


def test_evidence_survives_the_way_to_json_and_back():
    matrix = Matrix(np.array([[1.0], [np.nan], [3.0]]), np.array([[0], [2], [3]], dtype=np.int32), (number,), (source,))
    evidence = fit_evidence(matrix, np.array([0, 1, 1]))
    assert read_record(Evidence, write_record(evidence)) == evidence


def test_a_number_with_few_values_gets_a_cell_for_each():
    seen = fit_evidence(numbers_only([0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 0])).features[0]
    assert seen.lows == seen.highs == (0.0, 1.0)
    assert seen.rows == (0, 0, 2, 3)
    assert seen.conversions == ((0, 0, 0, 2),)


def test_a_value_that_fills_a_bin_gets_one_of_its_own():
    heavy = [0.0] * 40 + [float(v) for v in range(1, 61)]
    seen = fit_evidence(numbers_only(heavy), np.zeros(100, dtype=np.int64)).features[0]
    assert (seen.lows[0], seen.highs[0]) == (0.0, 0.0)
    assert seen.rows[2] == 40
    assert len(seen.lows) <= 2 * 8


def test_the_users_own_bins_are_used():
    feature = Feature("income", "income", "number", bins=(100.0, 200.0))
    seen = fit_evidence(numbers_only([float(v) for v in range(0, 300, 10)], feature), np.zeros(30, dtype=np.int64)).features[0]
    assert seen.lows == (0.0, 100.0, 200.0)


def test_neighbouring_floats_stay_in_their_own_cells():
    low, high = 1.0, float(np.nextafter(1.0, 2.0))
    evidence = fit_evidence(numbers_only([low, high]), np.array([0, 1]))
    assert number_cells(evidence.features[0], np.array([low, high])).tolist() == [2, 3]


def test_a_number_never_seen_filled_is_unseen_later():
    evidence = fit_evidence(numbers_only([np.nan, np.nan]), np.array([0, 1]))
    assert number_cells(evidence.features[0], np.array([np.nan, 3.0])).tolist() == [0, 1]


def test_values_beyond_training_fall_in_the_end_bins():
    evidence = fit_evidence(numbers_only([float(v) for v in range(80)]), np.zeros(80, dtype=np.int64))
    cells = number_cells(evidence.features[0], np.array([-1e9, -np.inf, 1e9, np.inf]))
    assert cells.tolist() == [2, 2, 9, 9]


def test_ordered_classes_are_counted_at_each_threshold():
    evidence = fit_evidence(numbers_only([1.0] * 6), np.array([0, 0, 0, 1, 1, 2]))
    assert evidence.conversions == (3, 1)
    assert evidence.base_rate(1) == 1 / 6


def test_an_empty_table_has_a_base_rate_of_zero():
    assert fit_evidence(numbers_only([]), np.empty(0, dtype=np.int64)).base_rate() == 0.0
