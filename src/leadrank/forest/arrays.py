"""A forest of symmetric trees over small integer codes, as flat arrays that an evaluator in any language can walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
ByteArray = npt.NDArray[np.uint8]

ARRAYS: dict[str, np.dtype[Any]] = {
    "number_feature": np.dtype(np.int32), "border_start": np.dtype(np.int32), "borders": np.dtype(np.float32), "nan_code": np.dtype(np.uint8),
    "term_start": np.dtype(np.int32), "term_feature": np.dtype(np.int32), "term_size": np.dtype(np.int32), "term_border": np.dtype(np.float32),
    "term_nan": np.dtype(np.uint8), "table_start": np.dtype(np.int32), "table": np.dtype(np.uint8),
    "split_start": np.dtype(np.int32), "split_column": np.dtype(np.int32), "split_threshold": np.dtype(np.uint8),
    "leaf_start": np.dtype(np.int32), "leaves": np.dtype(np.float64),
    "player_start": np.dtype(np.int32), "player_feature": np.dtype(np.int32), "shap_start": np.dtype(np.int64), "shap": np.dtype(np.float64),
}


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """One forest; all arrays are one-dimensional, C-contiguous, aligned and read-only. Make it with `make_forest`.

    Every row gets one code (0..255) per *code column*: first a column per entry of `number_feature`, then a column per table. A tree's leaf
    number has one bit per split: bit d says whether the code in `split_column` is above `split_threshold`.

    Attributes
    ----------
    features, numbers
        How many features there are, the numbers first, then the categories; how many are numbers.
    number_feature, border_start, borders, nan_code
        Numeric column k counts the borders ``borders[border_start[k]:border_start[k + 1]]`` (strictly ascending) below the value of feature
        `number_feature[k]`, both compared as float32; a missing value gets `nan_code[k]`. A feature may have several columns, or none.
    term_start, term_feature, term_size, term_border, term_nan
        Table column k looks up the digits of terms ``term_start[k]:term_start[k + 1]``, mixed radix, the first the most significant. The digit
        of a category is its code, below `term_size`. The digit of a number is 1 above `term_border` (as float32), else 0, and `term_nan` if it
        is missing; its `term_size` is 2. Categories leave `term_border` nan and `term_nan` 0.
    table_start, table
        The code of each combination of digits.
    split_start, split_column, split_threshold
        Splits of tree t, the lowest bit first.
    leaf_start, leaves
        Values of the leaves of tree t, two to the power of its number of splits.
    bias
        The margin is `bias` plus one leaf of each tree, added in four lanes: see `plain.margins`.
    player_start, player_feature, shap_start, shap
        The features that tree t asks about, each once, and the row-major table (leaves × players) of their exact SHAP values.
    base
        The margin expected before anything is known: a row's SHAP values and `base` add up to its margin.
    """

    features: int
    numbers: int
    number_feature: Int32Array
    border_start: Int32Array
    borders: Float32Array
    nan_code: ByteArray
    term_start: Int32Array
    term_feature: Int32Array
    term_size: Int32Array
    term_border: Float32Array
    term_nan: ByteArray
    table_start: Int32Array
    table: ByteArray
    split_start: Int32Array
    split_column: Int32Array
    split_threshold: ByteArray
    leaf_start: Int32Array
    leaves: Float64Array
    bias: float
    player_start: Int32Array
    player_feature: Int32Array
    shap_start: Int64Array
    shap: Float64Array
    base: float

    @property
    def trees(self) -> int:
        """How many trees."""
        return len(self.split_start) - 1

    @property
    def columns(self) -> int:
        """How many code columns, numeric ones and tables."""
        return len(self.number_feature) + len(self.table_start) - 1
