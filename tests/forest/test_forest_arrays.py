"""A forest's arrays are checked before anything walks them, and its bytes read back the same or are refused."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.forest import Forest, check_forest, code_columns, forest_from_parts, forest_to_parts, make_forest
from leadrank.forest.arrays import ARRAYS
from leadrank.forest.plain import contributions, margins

SMALL = {
    "features": 3, "numbers": 1,
    "number_feature": [0], "border_start": [0, 2], "borders": [-1.5, 2.5], "nan_code": [2],
    "term_start": [0, 1, 3], "term_feature": [1, 0, 1], "term_size": [3, 2, 3], "term_border": [np.nan, 0.5, np.nan], "term_nan": [0, 1, 0],
    "table_start": [0, 3, 9], "table": [0, 1, 2, 0, 0, 1, 1, 2, 3],
    "split_start": [0, 2, 2, 3], "split_column": [0, 1, 2], "split_threshold": [1, 0, 2],
    "leaf_start": [0, 4, 5, 7], "leaves": [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7], "bias": -0.25,
    "player_start": [0, 2, 2, 3], "player_feature": [0, 1, 1], "shap_start": [0, 8, 8, 10],
    "shap": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], "base": 0.125,
}


def frozen(value: object, dtype: object) -> np.ndarray:
    array = np.array(value, dtype=dtype)
    array.flags.writeable = False
    return array


def test_a_forest_holds_read_only_arrays_of_the_right_types():
    forest = make_forest(SMALL)
    assert forest.trees == 3
    assert forest.columns == 3
    for name, dtype in ARRAYS.items():
        array = getattr(forest, name)
        assert array.dtype == dtype
        assert not array.flags.writeable


def test_a_forest_keeps_its_own_arrays():
    leaves = np.array(SMALL["leaves"])
    forest = make_forest({**SMALL, "leaves": leaves})
    leaves[0] = 99
    assert forest.leaves[0] == 0.1


def test_every_array_of_the_record_has_a_type():
    assert set(ARRAYS) | {"features", "numbers", "bias", "base"} == {f.name for f in fields(Forest)}


@pytest.mark.parametrize(("changed", "words"), [
    ({"features": 0}, "0 ≤ numbers ≤ features"), ({"numbers": -1}, "0 ≤ numbers"), ({"features": 2.0}, "features is not a whole number"),
    ({"numbers": True}, "numbers is not a whole number"), ({"features": 65_537}, "65,536"), ({"features": 1}, "term_feature must name"),
    ({"bias": np.inf}, "bias is not a finite"), ({"base": np.nan}, "base is not a finite"), ({"bias": 0}, "bias is not a finite"),
    ({"number_feature": [1]}, "number_feature must name a numeric feature"), ({"number_feature": [-1]}, "number_feature must name"),
    ({"number_feature": [0, 0]}, "border_start must have one entry more"), ({"border_start": [0, 3]}, "border_start must run from 0 to 2"),
    ({"border_start": [1, 2]}, "border_start must run from 0"), ({"borders": [1.0, 1.0]}, "do not rise"),
    ({"borders": [2.0, np.nan]}, "border is not finite"),
    ({"nan_code": [3]}, "nan_code is above"), ({"nan_code": [0, 0]}, "one entry per numeric column"),
    ({"border_start": [0, 300], "borders": np.arange(300)}, "more than 255 borders"),
    ({"term_start": [0, 0, 3]}, "a table has no terms"), ({"term_start": [0, 4, 3]}, "term_start falls"),
    ({"term_start": [0, 3]}, "one entry more than the 2"),
    ({"term_feature": [1, 0, 3]}, "term_feature must name a feature"), ({"term_feature": [1, 0]}, "one entry per term"),
    ({"term_size": [3, 3, 3]}, "numeric term must have term_size 2"), ({"term_size": [0, 2, 3]}, "not positive"),
    ({"term_size": [4, 2, 3]}, "two different sizes"), ({"term_size": [2**31 - 1, 2, 2**31 - 1]}, "product of its term sizes"),
    ({"term_border": [np.nan, np.nan, np.nan]}, "border of a numeric term"),
    ({"term_nan": [0, 2, 0]}, "term_nan must be 0 or 1"),
    ({"term_nan": [1, 1, 0]}, "0 for a category"), ({"table_start": [0, 2, 9]}, "product of its term sizes"),
    ({"table_start": [0, 3, 8]}, "run from 0 to 9"),
    ({"table_start": []}, "need a first entry"), ({"split_start": []}, "need a first entry"),
    ({"split_column": [0, 1, 3]}, "split_column must name a code column"), ({"split_column": [0, -1, 2]}, "split_column must name"),
    ({"split_threshold": [1, 0]}, "one entry per split"), ({"split_start": [0, 2, 1, 3]}, "split_start falls"),
    ({"split_start": [0, 1, 2, 3]}, "two to the power"),
    ({"leaf_start": [0, 4, 4, 7]}, "two to the power"), ({"leaf_start": [0, 4, 5]}, "one entry more"),
    ({"leaves": [np.nan] * 7}, "leaf is not a finite"), ({"leaves": [1e101] * 7}, "leaf is not a finite"),
    ({"player_feature": [0, 1, 3]}, "player_feature must name"), ({"player_feature": [1, 1, 1]}, "names a player twice"),
    ({"player_start": [0, 1, 2, 3]}, "one SHAP value per leaf and player"), ({"shap_start": [0, 9, 8, 10]}, "shap_start falls"),
    ({"shap_start": [0, 8, 9, 10]}, "one SHAP value per leaf"), ({"shap": [np.inf] * 10}, "SHAP value is not a finite"),
    ({"shap_start": np.array([0, 2**63 - 1, -(2**63), 10])}, "shap_start falls"),
])  # fmt: skip
def test_what_does_not_fit_is_said_in_words(changed, words):
    with pytest.raises(ValueError, match=words):
        make_forest({**SMALL, **changed})


def test_a_tree_deeper_than_sixteen_is_refused():
    deep = {"split_start": [0, 17], "split_column": [0] * 17, "split_threshold": [0] * 17, "leaf_start": [0, 1 << 17], "leaves": np.zeros(1 << 17)}
    with pytest.raises(ValueError, match="deeper than 16"):
        make_forest({**SMALL, **deep})


def test_missing_and_unknown_fields_are_named():
    with pytest.raises(ValueError, match=r"these differ: bias, height"):
        make_forest({**{k: v for k, v in SMALL.items() if k != "bias"}, "height": 3})


def test_numbers_that_do_not_fit_their_type_are_refused():
    with pytest.raises(ValueError, match="must fit uint8"):
        make_forest({**SMALL, "split_threshold": [1, 0, 300]})


@pytest.mark.parametrize(("name", "array"), [
    ("leaves", frozen([1] * 7, np.float32)), ("leaves", frozen([[1.0] * 7], np.float64)), ("leaves", [0.0] * 7),
    ("leaves", frozen([0.0] * 14, np.float64)[::2]), ("leaves", np.zeros(7)), ("split_column", frozen([0, 1, 2], ">i4")),
])  # fmt: skip
def test_arrays_of_another_kind_are_refused(name, array):
    with pytest.raises(ValueError, match=name):
        check_forest(replace(make_forest(SMALL), **{name: array}))


def test_a_forest_reads_back_bit_for_bit():
    forest = make_forest(SMALL)
    parts = forest_to_parts(forest)
    back = forest_from_parts(parts)
    assert forest_to_parts(back) == parts
    for f in fields(Forest):
        assert np.array_equal(getattr(back, f.name), getattr(forest, f.name), equal_nan=True)


def test_a_part_cut_short_anywhere_is_refused():
    (name, part), = forest_to_parts(make_forest(SMALL)).items()
    for end in range(len(part)):
        with pytest.raises(ValueError, match="forest"):
            forest_from_parts({name: part[:end]})
    with pytest.raises(ValueError, match="end at byte"):
        forest_from_parts({name: part + bytes(16)})


@pytest.mark.parametrize(("old", "new", "words"), [
    (b"leadrank forest 1", b"leadrank forest 2", "format 1"), (b'"features":3', b'"features":x', "not JSON"),
    (b'"features"', b'"creature"', "does not tell"),
    (b'"borders":2', b'"borders":-', "not JSON"), (b'"borders":2', b'"borders":9', "ends before its array 'shap'"),
    (b'"leaves":7', b'"leaves":[]', "not a whole number"), (b'"borders":2', b'"barders":2', "in order"),
    (b'"table":9', b'"table":9e9', "not a whole number"),
])  # fmt: skip
def test_a_forged_first_line_is_refused(old, new, words):
    (name, part), = forest_to_parts(make_forest(SMALL)).items()
    end = part.index(b"\n", 18)
    line = part[:end].rstrip().replace(old, new)
    forged = line + b" " * (-(len(line) + 1) % 16) + part[end:]
    with pytest.raises(ValueError, match=words):
        forest_from_parts({name: forged})


@pytest.mark.parametrize("line", [b"[" * 100_000, b"[]", b"3", b'{"features":1,"numbers":1,"bias":0.0,"base":0.0,"lengths":7}', b"\xff"])
def test_a_first_line_of_another_shape_is_refused(line):
    start = b"leadrank forest 1\n" + line
    with pytest.raises(ValueError, match="forest"):
        forest_from_parts({"forest.arrays": start + b" " * (-(len(start) + 1) % 16) + b"\n"})


def test_other_parts_are_refused():
    with pytest.raises(ValueError, match="these came: none"):
        forest_from_parts({})
    with pytest.raises(ValueError, match="other"):
        forest_from_parts({**forest_to_parts(make_forest(SMALL)), "other": b""})


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_changed_bytes_are_refused_or_can_be_walked(changes):
    (name, part), = forest_to_parts(make_forest(SMALL)).items()
    forged = bytearray(part)
    for place, byte in changes:
        forged[place % len(part)] = byte
    try:
        forest = forest_from_parts({name: bytes(forged)})
    except ValueError:
        return
    sizes = dict(zip(forest.term_feature.tolist(), forest.term_size.tolist(), strict=True))
    numbers = np.array([[x] * forest.numbers for x in (np.nan, -np.inf, np.inf, 0.0)])
    codes = np.array([[sizes.get(j, 1) - 1 for j in range(forest.numbers, forest.features)]] * 4, dtype=np.int32).reshape(4, -1)
    coded = code_columns(forest, numbers, codes)
    assert np.isfinite(margins(forest, coded)).all()
    assert np.isfinite(contributions(forest, coded)).all()
