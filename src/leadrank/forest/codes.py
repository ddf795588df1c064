"""From numbers and category codes to the small code columns that the trees ask about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadrank.forest.arrays import ByteArray, Float32Array, Float64Array, Forest, Int32Array, Int64Array
from leadrank.types import UNSEEN


def code_columns(forest: Forest, numbers: Float64Array, codes: Int32Array) -> ByteArray:
    """Give every row its code in every code column; one column is contiguous.

    Parameters
    ----------
    numbers
        Rows × numeric features; nan is missing. Compared as float32, as CatBoost does.
    codes
        Rows × categories; 0 is missing, 1 unseen, as is whatever the category does not know.

    Raises
    ------
    ValueError
        The shapes do not fit the forest.
    """
    rows = len(numbers)
    if numbers.shape != (rows, forest.numbers) or codes.shape != (rows, forest.features - forest.numbers):
        told = f"{forest.numbers} numbers and {forest.features - forest.numbers} codes a row"
        raise ValueError(f"The forest needs {told}; it got arrays of {numbers.shape} and {codes.shape}.")
    coded = np.empty((forest.columns, rows), dtype=np.uint8)
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which compares as it should
        values = np.ascontiguousarray(numbers.T, dtype=np.float32)
    for k in range(len(forest.number_feature)):
        coded[k] = _numeric_code(forest, k, values)
    _code_tables(forest, values, codes, coded[len(forest.number_feature) :])
    return coded


def _numeric_code(forest: Forest, k: int, values: Float32Array) -> ByteArray:
    value = values[forest.number_feature[k]]
    borders = forest.borders[forest.border_start[k] : forest.border_start[k + 1]]
    code: ByteArray = np.searchsorted(borders, value, side="left").astype(np.uint8)
    code[np.isnan(value)] = forest.nan_code[k]
    return code


def _code_tables(forest: Forest, values: Float32Array, codes: Int32Array, coded: ByteArray) -> None:
    place = np.zeros(0, dtype=np.int64)
    for k, again in enumerate(_asked_again(forest).tolist()):
        if not again:
            place = _places(forest, range(forest.term_start[k], forest.term_start[k + 1]), values, codes)
        forest.table[forest.table_start[k] : forest.table_start[k + 1]].take(place, out=coded[k])


def _asked_again(forest: Forest) -> npt.NDArray[np.bool_]:
    """Say of each table whether it looks at the same terms as the one before."""
    counts = np.diff(forest.term_start)
    before = np.concatenate([counts[:1], counts[:-1]])
    column = np.repeat(np.arange(len(counts)), counts)
    earlier = np.maximum(np.arange(len(column)) - counts[column], 0)
    differs = counts != before
    differs[:1] = True
    for array in (forest.term_feature, forest.term_size, forest.term_border.view(np.int32), forest.term_nan):
        differs[column[array != array[earlier]]] = True
    again: npt.NDArray[np.bool_] = ~differs
    return again


def _places(forest: Forest, terms: range, values: Float32Array, codes: Int32Array) -> Int64Array:
    place = np.zeros(values.shape[1], dtype=np.int64)
    for i in terms:
        place *= forest.term_size[i]
        place += _digit(forest, i, values, codes)
    return place


def _digit(forest: Forest, term: int, values: Float32Array, codes: Int32Array) -> Int64Array:
    feature, size = forest.term_feature[term], forest.term_size[term]
    digit: Int64Array
    if feature < forest.numbers:
        value = values[feature]
        digit = (value > forest.term_border[term]).astype(np.int64)
        digit[np.isnan(value)] = forest.term_nan[term]
        return digit
    digit = codes[:, feature - forest.numbers].astype(np.int64)
    digit[(digit < 0) | (digit >= size)] = min(UNSEEN, int(size) - 1)
    return digit
