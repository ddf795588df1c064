"""A forest evaluated by the kernel for one row after the other, without an array."""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Any

from leadrank.forest.answers import Answers
from leadrank.forest.arrays import Forest
from leadrank.forest.library import DeskRecord, ForestRecord

MOST_THRESHOLDS = 16
"""At so many thresholds one row may be asked about."""


class Desks(threading.local):
    """A desk for each thread, made when it first comes: buffers for one row, the record that points at them, and the calls that take it."""

    def __init__(self, forest: Forest, record: ForestRecord, answers: Answers, kernel: ctypes.CDLL) -> None:
        categories, stride = forest.features - forest.numbers, answers.rows.shape[1]
        row = (ctypes.c_double * (forest.numbers + (categories + 1) // 2))()
        leaf = (ctypes.c_uint8 * (MOST_THRESHOLDS * stride))()
        margins, out = (ctypes.c_double * MOST_THRESHOLDS)(), (ctypes.c_double * forest.features)()
        rows = (ctypes.c_void_p * (len(answers.start) - 1))()
        start = ctypes.addressof(row)
        desk = DeskRecord(
            ctypes.addressof(record), start, start + 8 * forest.numbers, len(answers.category), answers.category.ctypes.data,
            answers.category_size.ctypes.data, len(answers.table), answers.table.ctypes.data, answers.start.ctypes.data,
            answers.rows.ctypes.data, stride, ctypes.addressof(leaf), ctypes.addressof(margins), ctypes.addressof(out), ctypes.addressof(rows),
        )
        self.forest, self.answers = forest, answers
        self.held = record, desk, leaf, rows  # what the kernel reads by their addresses
        # PyDLL keeps the interpreter's lock: a call of a microsecond is over before another thread could use it.
        quick = ctypes.PyDLL("the kernel", handle=kernel._handle)
        # No `argtypes`: converting the arguments would take a quarter of a call.
        quick.leadrank_one.restype, quick.leadrank_one_at_each.restype, quick.leadrank_shares.restype = ctypes.c_double, None, None
        pack, at = struct.Struct(f"={forest.numbers}d{categories}i").pack_into, ctypes.byref(desk)
        # All that a call needs by one look-up: those of a thread's own are slow.
        self.margin: tuple[Callable[..., None], Any, Callable[[Any], float], Any] = pack, row, quick.leadrank_one, at
        self.margins: tuple[Callable[..., None], Any, Callable[[Any, int], None], Any, Any] = pack, row, quick.leadrank_one_at_each, at, margins
        self.shares: tuple[Callable[[Any, int], None], Any, Any] = quick.leadrank_shares, at, out


def one(desks: Desks, numbers: Sequence[float], codes: Sequence[int]) -> float:
    """Return the margin of one row.

    Raises
    ------
    ValueError
        The row does not have the forest's numbers and codes.
    """
    pack, row, call, desk = desks.margin
    try:
        pack(row, 0, *numbers, *codes)
    except struct.error:
        raise _misfit(desks, numbers, codes) from None
    return call(desk)


def one_at_each(desks: Desks, numbers: Sequence[float], codes: Sequence[int], thresholds: int) -> list[float]:
    """Return the margins of one row at each threshold: 0, 1, ... as the forest's last number, which the row comes without.

    Parameters
    ----------
    thresholds
        How many, at most `MOST_THRESHOLDS`.

    Raises
    ------
    ValueError
        The row does not have the forest's other numbers and codes.
    """
    pack, row, call, desk, margins = desks.margins
    try:
        pack(row, 0, *numbers, 0.0, *codes)
    except struct.error:
        raise _misfit(desks, [*numbers, 0.0], codes) from None
    call(desk, thresholds)
    found: list[float] = margins[:thresholds]
    return found


def shares(desks: Desks, threshold: int = 0) -> list[float]:
    """Return the exact SHAP values, one per feature, of the row that this thread asked about last, at one of the thresholds asked about."""
    call, desk, out = desks.shares
    call(desk, threshold)
    found: list[float] = out[:]
    return found


def _misfit(desks: Desks, numbers: Sequence[float], codes: Sequence[int]) -> ValueError:
    forest = desks.forest
    return ValueError(
        f"A row of this forest has {forest.numbers} numbers and {forest.features - forest.numbers} category codes; "
        f"these came: {list(numbers)}, {list(codes)}."
    )
