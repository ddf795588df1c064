"""What holds of every forest, checked once, so that evaluators need not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from leadrank.forest.arrays import ARRAYS, Forest, Int32Array, Int64Array

LARGEST = 1e100
"""No leaf, SHAP value or bias may be larger: then no sum of them overflows."""
DEEPEST = 16
"""No tree may ask more questions."""
MOST_FEATURES = 1 << 16
"""No forest may have more, else a forged one could ask for any amount of memory."""


def make_forest(values: Mapping[str, Any]) -> Forest:
    """Build a forest from its fields by name, each array brought to its type and made read-only, and check it.

    Raises
    ------
    ValueError
        A field is missing, unknown or out of bounds.
    """
    names = {f.name for f in fields(Forest)}
    if set(values) != names:
        raise ValueError(f"A forest has the fields {', '.join(sorted(names))}; these differ: {', '.join(sorted(names ^ set(values)))}.")
    made: dict[str, Any] = {name: _frozen(value, ARRAYS[name]) if name in ARRAYS else value for name, value in values.items()}
    forest = Forest(**made)
    check_forest(forest)
    return forest


def _frozen(value: Any, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    given = np.asarray(value)
    if given.flags.writeable:
        given = given.copy()  # nobody else can change it then
    array = np.require(given, dtype=dtype, requirements=["C", "A"])
    if dtype.kind in "iu" and given.dtype != dtype and not np.array_equal(array, given):
        raise ValueError(f"A forest's whole numbers must fit {dtype}; these do not: {str(given)[:80]}.")
    array.flags.writeable = False
    return array


def check_forest(forest: Forest) -> None:
    """Check every bound, so that no evaluator can read outside an array, whatever codes a row has.

    Raises
    ------
    ValueError
        In words, the first thing that does not fit.
    """
    _check_kinds(forest)
    _check_numeric_columns(forest)
    _check_tables(forest)
    _check_trees(forest)
    _check_reasons(forest)


def _require(fits: bool | np.bool_, problem: str) -> None:
    if not fits:
        raise ValueError(f"The forest's arrays do not fit together: {problem}.")


def _check_kinds(forest: Forest) -> None:
    for name, dtype in ARRAYS.items():
        array = getattr(forest, name)
        _require(isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == 1, f"{name} is not a row of {dtype}")
        flags = array.flags
        _require(flags.c_contiguous and flags.aligned and not flags.writeable, f"{name} is not contiguous, aligned and read-only")
        _require(len(array) < 1 << 31, f"{name} has more than two billion entries")
    for name in ("features", "numbers"):
        _require(type(getattr(forest, name)) is int, f"{name} is not a whole number")
    _require(min(len(forest.table_start), len(forest.split_start)) > 0, "table_start and split_start need a first entry")
    _require(0 <= forest.numbers <= forest.features <= MOST_FEATURES, f"numbers and features must be 0 ≤ numbers ≤ features ≤ {MOST_FEATURES:,}")
    for name in ("bias", "base"):
        value = getattr(forest, name)
        _require(type(value) is float and abs(value) <= LARGEST, f"{name} is not a finite number")


def _check_numeric_columns(forest: Forest) -> None:
    _check_within(forest.number_feature, forest.numbers, "number_feature", "a numeric feature")
    counts = _lengths(forest, "border_start", len(forest.number_feature), len(forest.borders))
    _require((counts <= 255).all(), "a numeric column has more than 255 borders")
    _require(np.isfinite(forest.borders).all(), "a border is not finite")
    rising = forest.borders[1:] > forest.borders[:-1]
    inner = forest.border_start[1:-1]
    firsts = inner[(inner > 0) & (inner < len(forest.borders))] - 1
    rising[firsts] = True
    _require(rising.all(), "the borders of a numeric column do not rise")
    _require(len(forest.nan_code) == len(counts), "nan_code must have one entry per numeric column")
    _require((forest.nan_code <= counts).all(), "a nan_code is above the number of borders")


def _check_tables(forest: Forest) -> None:
    terms = len(forest.term_feature)
    for name in ("term_size", "term_border", "term_nan"):
        _require(len(getattr(forest, name)) == terms, f"{name} must have one entry per term")
    _check_within(forest.term_feature, forest.features, "term_feature", "a feature")
    counts = _lengths(forest, "term_start", len(forest.table_start) - 1, terms)
    sizes = _lengths(forest, "table_start", len(counts), len(forest.table))
    _require((counts > 0).all(), "a table has no terms")
    number = forest.term_feature < forest.numbers
    _require((forest.term_size > 0).all(), "a term_size is not positive")
    _require((forest.term_size[number] == 2).all(), "a numeric term must have term_size 2")
    _require(np.isfinite(forest.term_border[number]).all(), "the border of a numeric term is not finite")
    _require((forest.term_nan <= number).all(), "term_nan must be 0 or 1, and 0 for a category")
    _check_one_size_per_category(forest, ~number)
    if terms:  # products in float64 are exact up to 2**53, and a larger one fits no table
        with np.errstate(over="ignore"):
            products = np.multiply.reduceat(forest.term_size.astype(np.float64), forest.term_start[:-1])
        _require((products == sizes).all(), "a table is not as long as the product of its term sizes")


def _check_one_size_per_category(forest: Forest, category: npt.NDArray[np.bool_]) -> None:
    features, sizes = forest.term_feature[category], forest.term_size[category]
    order = np.argsort(features, kind="stable")
    same = features[order][1:] == features[order][:-1]
    _require((sizes[order][1:] == sizes[order][:-1])[same].all(), "a category has two different sizes")


def _check_trees(forest: Forest) -> None:
    _check_within(forest.split_column, forest.columns, "split_column", "a code column")
    _require(len(forest.split_threshold) == len(forest.split_column), "split_threshold must have one entry per split")
    depths = _lengths(forest, "split_start", forest.trees, len(forest.split_column))
    _require((depths <= DEEPEST).all(), f"a tree is deeper than {DEEPEST}")
    leaves = _lengths(forest, "leaf_start", forest.trees, len(forest.leaves))
    _require((leaves == 1 << depths).all(), "a tree does not have two to the power of its depth leaves")
    _require((np.abs(forest.leaves) <= LARGEST).all(), "a leaf is not a finite number")


def _check_reasons(forest: Forest) -> None:
    _check_within(forest.player_feature, forest.features, "player_feature", "a feature")
    players = _lengths(forest, "player_start", forest.trees, len(forest.player_feature))
    tree = np.repeat(np.arange(forest.trees), players)
    keys = np.sort(tree * max(forest.features, 1) + forest.player_feature)
    _require((keys[1:] != keys[:-1]).all(), "a tree names a player twice")
    cells = _lengths(forest, "shap_start", forest.trees, len(forest.shap))
    _require((cells == players * np.diff(forest.leaf_start)).all(), "a tree does not have one SHAP value per leaf and player")
    _require((np.abs(forest.shap) <= LARGEST).all(), "a SHAP value is not a finite number")


def _lengths(forest: Forest, name: str, count: int, end: int) -> Int64Array:
    starts = getattr(forest, name).astype(np.int64)
    _require(len(starts) == count + 1, f"{name} must have one entry more than the {count} things it divides")
    _require(starts[0] == 0 and starts[-1] == end, f"{name} must run from 0 to {end}")
    _require((starts[1:] >= starts[:-1]).all(), f"{name} falls")  # not by their differences, which may wrap around
    lengths: Int64Array = np.diff(starts)
    return lengths


def _check_within(numbers: Int32Array, end: int, name: str, kind: str) -> None:
    _require(((numbers >= 0) & (numbers < end)).all(), f"{name} must name {kind}, 0 to {end - 1}")
