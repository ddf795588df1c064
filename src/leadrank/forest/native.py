"""A forest evaluated by the kernel, many rows at once. `plain.py` is the twin in NumPy and gives the same bits."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from leadrank.forest.answers import tabled_answers
from leadrank.forest.arrays import Forest
from leadrank.forest.bounds import check_forest
from leadrank.forest.desks import Desks
from leadrank.forest.library import ARRAYS, ForestRecord, RowsRecord, evaluator, library
from leadrank.types import CodeArray, FloatArray

Number = TypeVar("Number", np.float64, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A forest made ready for the kernel; holds on to every array that the kernel reads. Make it with `prepare`.

    `desks` takes one row after the other; None where the forest is too large for that.
    """

    forest: Forest
    record: ForestRecord
    kernel: ctypes.CDLL
    desks: Desks | None

    @property
    def address(self) -> int:
        """Where the kernel finds the forest."""
        return ctypes.addressof(self.record)

    def scratch(self) -> npt.NDArray[np.uint8]:
        """Return working memory for one call over many rows."""
        return np.zeros(self.kernel.leadrank_scratch(self.address), dtype=np.uint8)


def prepare(forest: Forest, kernel: ctypes.CDLL | None = None) -> Native:
    """Make a forest ready for the kernel.

    Parameters
    ----------
    forest
        The forest. Its bounds are checked once more, because the kernel relies on them.
    kernel
        Another library than the one beside this file.

    Raises
    ------
    ValueError
        The forest is out of bounds.
    OSError
        The kernel cannot be used; the message says why.
    """
    check_forest(forest)
    loaded = kernel or library()
    if loaded is None:
        raise OSError(evaluator())
    record = ForestRecord(
        forest.features, forest.numbers, len(forest.number_feature), len(forest.table_start) - 1, forest.trees,
        *(getattr(forest, name).ctypes.data for name in ARRAYS), forest.bias,
    )
    answers = tabled_answers(forest)
    return Native(forest, record, loaded, None if answers is None else Desks(forest, record, answers, loaded))


def margins(native: Native, numbers: FloatArray, codes: CodeArray) -> FloatArray:
    """Return the margin of each row. Columns that are contiguous are read fastest.

    Raises
    ------
    ValueError
        The rows do not have the forest's numbers and codes, as float64 and int32.
    """
    numbers, codes = _rows(native, numbers, codes)
    out = np.empty(len(numbers))
    rows, scratch = _record(numbers, codes), native.scratch()
    native.kernel.leadrank_margins(native.address, ctypes.addressof(rows), len(numbers), scratch.ctypes.data, out.ctypes.data)
    return out


def contributions(native: Native, numbers: FloatArray, codes: CodeArray) -> FloatArray:
    """Return each row's exact SHAP values, a column per feature; with the forest's `base` they add up to the margin.

    Raises
    ------
    ValueError
        The rows do not have the forest's numbers and codes, as float64 and int32.
    """
    numbers, codes = _rows(native, numbers, codes)
    out = np.empty((len(numbers), native.forest.features))
    rows, scratch = _record(numbers, codes), native.scratch()
    native.kernel.leadrank_contributions(native.address, ctypes.addressof(rows), len(numbers), scratch.ctypes.data, out.ctypes.data)
    return out


def _rows(native: Native, numbers: FloatArray, codes: CodeArray) -> tuple[FloatArray, CodeArray]:
    """Refuse what does not fit; copy only what the kernel could not step through."""
    forest = native.forest
    shapes = (len(numbers), forest.numbers), (len(numbers), forest.features - forest.numbers)
    kinds = np.dtype(np.float64), np.dtype(np.int32)
    if (numbers.shape, codes.shape) != shapes or (numbers.dtype, codes.dtype) != kinds:
        raise ValueError(
            f"Rows of this forest are numbers {shapes[0]} as float64 and codes {shapes[1]} as int32; "
            f"these came: {numbers.shape} {numbers.dtype}, {codes.shape} {codes.dtype}."
        )
    return _steppable(numbers), _steppable(codes)


def _steppable(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    whole = array.flags.aligned and not any(stride % array.itemsize for stride in array.strides)
    return array if whole else array.copy()


def _record(numbers: FloatArray, codes: CodeArray) -> RowsRecord:
    number_steps = (stride // 8 for stride in numbers.strides)
    code_steps = (stride // 4 for stride in codes.strides)
    return RowsRecord(numbers.ctypes.data, *number_steps, codes.ctypes.data, *code_steps)
