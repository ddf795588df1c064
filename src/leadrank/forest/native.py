"""A forest evaluated by the kernel, many rows at once or one. `plain.py` is the twin in NumPy and gives the same bits."""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from leadrank.forest.answers import Answers, tabled_answers
from leadrank.forest.arrays import Forest
from leadrank.forest.bounds import check_forest
from leadrank.forest.library import ARRAYS, DeskRecord, ForestRecord, RowsRecord, evaluator, library
from leadrank.types import CodeArray, FloatArray

Tools = tuple[Callable[..., None], ctypes.Array[ctypes.c_double], Callable[[Any], float], Callable[[Any], float], Any, ctypes.Array[ctypes.c_double]]

Number = TypeVar("Number", np.float64, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A forest made ready for the kernel; holds on to every array that the kernel reads. Make it with `prepare`."""

    forest: Forest
    record: ForestRecord
    kernel: ctypes.CDLL
    desks: _Desks | None

    @property
    def address(self) -> int:
        """Where the kernel finds the forest."""
        return ctypes.addressof(self.record)

    def scratch(self) -> npt.NDArray[np.uint8]:
        """Return working memory for one call over many rows."""
        return np.zeros(self.kernel.leadrank_scratch(self.address), dtype=np.uint8)


class _Desks(threading.local):
    """A desk for each thread, made when it first comes: buffers for one row, the record that points at them, and the calls that take it."""

    def __init__(self, forest: Forest, record: ForestRecord, answers: Answers, kernel: ctypes.CDLL) -> None:
        categories = forest.features - forest.numbers
        pack = struct.Struct(f"={forest.numbers}d{categories}i").pack_into
        self.row = (ctypes.c_double * (forest.numbers + (categories + 1) // 2))()
        self.leaf = (ctypes.c_uint8 * answers.rows.shape[1])()
        self.out = (ctypes.c_double * forest.features)()
        self.rows = (ctypes.c_void_p * (len(answers.start) - 1))()
        start = ctypes.addressof(self.row)
        self.record = DeskRecord(
            ctypes.addressof(record), start, start + 8 * forest.numbers, len(answers.category), answers.category.ctypes.data,
            answers.category_size.ctypes.data, len(answers.table), answers.table.ctypes.data, answers.start.ctypes.data,
            answers.rows.ctypes.data, answers.rows.shape[1], ctypes.addressof(self.leaf), ctypes.addressof(self.out),
            ctypes.addressof(self.rows),
        )
        self.answers = answers  # the record points into them
        # PyDLL keeps the interpreter's lock: a call of a microsecond is over before another thread could use it.
        quick = ctypes.PyDLL("the kernel", handle=kernel._handle)
        for call in (quick.leadrank_one, quick.leadrank_one_explained):
            call.restype = ctypes.c_double  # no `argtypes`: converting the argument would take a quarter of the call
        one, explained, desk = quick.leadrank_one, quick.leadrank_one_explained, ctypes.byref(self.record)
        self.tools: Tools = pack, self.row, one, explained, desk, self.out  # all by one look-up: those of a thread's own are slow


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
    return Native(forest, record, loaded, None if answers is None else _Desks(forest, record, answers, loaded))


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


def one(native: Native, numbers: Sequence[float], codes: Sequence[int]) -> float:
    """Return the margin of one row, using the calling thread's own buffers.

    Raises
    ------
    ValueError
        The row does not have the forest's numbers and codes.
    """
    if native.desks is None:
        return float(margins(native, *_one_row(native, numbers, codes))[0])
    pack, row, call, _, desk, _ = native.desks.tools
    try:
        pack(row, 0, *numbers, *codes)
    except struct.error:
        raise _misfit(native, numbers, codes) from None
    return call(desk)


def one_at_each(native: Native, numbers: Sequence[float], codes: Sequence[int], thresholds: int) -> list[float]:
    """Return the margins of one row at each threshold: 0, 1, ... as the forest's last number, which the row comes without.

    Raises
    ------
    ValueError
        The row does not have the forest's other numbers and codes.
    """
    if native.desks is None:
        return [one(native, [*numbers, float(t)], codes) for t in range(thresholds)]
    pack, row, call, _, desk, _ = native.desks.tools
    try:
        pack(row, 0, *numbers, 0.0, *codes)
    except struct.error:
        raise _misfit(native, [*numbers, 0.0], codes) from None
    found, place = [call(desk)], len(numbers)
    for t in range(1, thresholds):
        row[place] = t
        found.append(call(desk))
    return found


def one_explained(native: Native, numbers: Sequence[float], codes: Sequence[int]) -> tuple[float, list[float]]:
    """Return the margin of one row and its exact SHAP values, one per feature.

    Raises
    ------
    ValueError
        The row does not have the forest's numbers and codes.
    """
    if native.desks is None:
        arrays = _one_row(native, numbers, codes)
        return float(margins(native, *arrays)[0]), contributions(native, *arrays)[0].tolist()
    pack, row, _, call, desk, out = native.desks.tools
    try:
        pack(row, 0, *numbers, *codes)
    except struct.error:
        raise _misfit(native, numbers, codes) from None
    return call(desk), out[:]


def _one_row(native: Native, numbers: Sequence[float], codes: Sequence[int]) -> tuple[FloatArray, CodeArray]:
    try:
        arrays = np.array([numbers], dtype=np.float64), np.array([codes], dtype=np.int32)
    except (TypeError, ValueError, OverflowError):
        raise _misfit(native, numbers, codes) from None
    if (arrays[0].shape[1:], arrays[1].shape[1:]) != ((native.forest.numbers,), (native.forest.features - native.forest.numbers,)):
        raise _misfit(native, numbers, codes)
    return arrays


def _misfit(native: Native, numbers: Sequence[float], codes: Sequence[int]) -> ValueError:
    forest = native.forest
    return ValueError(
        f"A row of this forest has {forest.numbers} numbers and {forest.features - forest.numbers} category codes; "
        f"these came: {list(numbers)}, {list(codes)}."
    )


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
