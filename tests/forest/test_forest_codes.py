"""Numbers and categories become the codes that CatBoost's comparisons imply."""

from __future__ import annotations

import numpy as np
import pytest

from leadrank.forest import code_columns, make_forest

EMPTY = {
    "features": 3, "numbers": 1, "number_feature": [], "border_start": [0], "borders": [], "nan_code": [],
    "term_start": [0], "term_feature": [], "term_size": [], "term_border": [], "term_nan": [], "table_start": [0], "table": [],
    "split_start": [0], "split_column": [], "split_threshold": [], "leaf_start": [0], "leaves": [], "bias": 0.0,
    "player_start": [0], "player_feature": [], "shap_start": [0], "shap": [], "base": 0.0,
}


def coded(forest, numbers, codes=None):
    numbers = np.array(numbers, dtype=np.float64).reshape(-1, 1)
    codes = np.zeros((len(numbers), 2)) if codes is None else codes
    return code_columns(forest, numbers, np.array(codes, dtype=np.int32)).tolist()


@pytest.mark.parametrize("nan_code", [0, 2])
def test_a_number_counts_the_borders_below_it(nan_code):
    forest = make_forest({**EMPTY, "number_feature": [0], "border_start": [0, 2], "borders": [-1.0, 0.1], "nan_code": [nan_code]})
    values = [-np.inf, -1.0, np.nextafter(np.float32(-1), np.float32(0)), 0.0, np.inf, np.nan]
    assert coded(forest, values) == [[0, 0, 1, 1, 2, nan_code]]


def test_numbers_are_compared_as_float32():
    forest = make_forest({**EMPTY, "number_feature": [0], "border_start": [0, 2], "borders": [0.1, 3e38], "nan_code": [0]})
    assert float(np.float32(0.1)) > 0.1
    assert coded(forest, [0.1, 0.1 + 1e-9, 0.1 + 1e-8, 1e300, -1e300]) == [[0, 0, 1, 2, 0]]


def test_the_largest_border_is_below_infinity_alone():
    largest = float(np.finfo(np.float32).max)
    forest = make_forest({**EMPTY, "number_feature": [0], "border_start": [0, 2], "borders": [-largest, largest], "nan_code": [0]})
    assert coded(forest, [-np.inf, -largest, 0, largest, np.inf, np.nan]) == [[0, 0, 1, 1, 2, 0]]


def test_255_borders_fit_a_code():
    forest = make_forest({**EMPTY, "number_feature": [0], "border_start": [0, 255], "borders": np.arange(255), "nan_code": [255]})
    assert coded(forest, [-1, 0.5, 300, np.nan]) == [[0, 1, 255, 255]]


def test_a_number_may_have_several_columns():
    forest = make_forest({**EMPTY, "number_feature": [0, 0], "border_start": [0, 1, 2], "borders": [1.0, 2.0], "nan_code": [1, 0]})
    assert coded(forest, [1.5, np.nan]) == [[1, 1], [0, 0]]


def test_a_table_is_read_by_mixed_radix_the_first_term_most_significant():
    forest = make_forest({
        **EMPTY, "term_start": [0, 2], "term_feature": [1, 2], "term_size": [2, 3], "term_border": [np.nan] * 2, "term_nan": [0, 0],
        "table_start": [0, 6], "table": [10, 11, 12, 20, 21, 22],
    })  # fmt: skip
    assert coded(forest, [0, 0, 0], [[0, 2], [1, 0], [1, 1]]) == [[12, 20, 21]]


@pytest.mark.parametrize("missing", [0, 1])
def test_a_number_within_a_table_is_above_its_border_or_not(missing):
    forest = make_forest({
        **EMPTY, "term_start": [0, 2], "term_feature": [0, 1], "term_size": [2, 2], "term_border": [0.5, np.nan], "term_nan": [missing, 0],
        "table_start": [0, 4], "table": [1, 2, 3, 4],
    })  # fmt: skip
    assert coded(forest, [0.5, 0.6, np.nan], [[1, 9], [0, 9], [0, 9]]) == [[2, 3, 1 + 2 * missing]]


def test_tables_over_the_same_terms_and_over_almost_the_same_are_told_apart():
    terms = {
        "term_start": [0, 2, 4, 6, 8, 9], "term_feature": [0, 1, 0, 1, 0, 1, 0, 1, 1], "term_size": [2] * 9,
        "term_border": [0.5, np.nan, 0.5, np.nan, 1.5, np.nan, 1.5, np.nan, np.nan], "term_nan": [0, 0, 0, 0, 0, 0, 1, 0, 0],
    }
    forest = make_forest({**EMPTY, **terms, "table_start": [0, 4, 8, 12, 16, 18], "table": [*range(16), 16, 17]})
    codes = np.transpose(coded(forest, [1.0, np.nan, 2.0], [[1, 0], [0, 0], [1, 0]])).tolist()
    assert codes == [[3, 7, 9, 13, 17], [0, 4, 8, 14, 16], [3, 7, 11, 15, 17]]


def test_no_rows_and_no_columns_are_fine():
    assert coded(make_forest(EMPTY), []) == []
    forest = make_forest({**EMPTY, "number_feature": [0], "border_start": [0, 1], "borders": [1.0], "nan_code": [1]})
    assert code_columns(forest, np.zeros((0, 1)), np.zeros((0, 2), np.int32)).shape == (1, 0)


@pytest.mark.parametrize("code", [-1, 3])
def test_a_code_that_its_category_does_not_have_counts_as_unseen(code):
    forest = make_forest({
        **EMPTY, "term_start": [0, 1], "term_feature": [1], "term_size": [3], "term_border": [np.nan], "term_nan": [0],
        "table_start": [0, 3], "table": [1, 2, 3],
    })  # fmt: skip
    assert coded(forest, [0, 0], [[2, 0], [code, 0]]) == [[3, 2]]


def test_arrays_of_another_shape_are_refused():
    forest = make_forest(EMPTY)
    for numbers, codes in [(np.zeros((2, 2)), np.zeros((2, 2))), (np.zeros((2, 1)), np.zeros((3, 2))), (np.zeros(2), np.zeros((2, 2)))]:
        with pytest.raises(ValueError, match="1 numbers and 2 codes a row"):
            code_columns(forest, numbers, codes.astype(np.int32))
