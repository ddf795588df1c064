"""What counts most for one row, picked by the kernel: contributions by column, carried to calibrated log-odds."""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from leadrank.forest.library import PickRecord, evaluator, library

Picked = tuple[list[int], list[float]]
"""The strongest columns, each followed by the feature that speaks for it; and what each column adds."""


class Strongest:
    """Picks for one row after the other; safe to share between threads.

    Parameters
    ----------
    members
        For each column the features made from it.
    hidden
        Columns, by number, that are never picked.
    smallest
        What adds less than this is not picked.

    Raises
    ------
    OSError
        The kernel cannot be used; the message says why.
    """

    def __init__(self, members: Sequence[Sequence[int]], hidden: Collection[int], smallest: float) -> None:
        kernel = library()
        if kernel is None:
            raise OSError(evaluator())
        self.columns, self.features = len(members), sum(map(len, members))
        self._places = _Places(members, hidden, smallest, kernel)

    def of(self, contributions: Sequence[float], calibrated: float, start: float, most: int) -> Picked:
        """Carry one row's contributions to where they lead from `start` to the calibrated log-odds, and pick the strongest.

        Parameters
        ----------
        contributions
            By feature, on any additive scale.
        calibrated, start
            Calibrated log-odds of the row, and of a row without contributions.
        most
            How many columns at most.

        Raises
        ------
        ValueError
            A contribution or `start` is not finite, the calibrated log-odds are no number, or there are contributions too many or too few.

        Examples
        --------
        >>> Strongest([(0,), (1, 2)], hidden=(), smallest=1e-12).of([1.0, -0.75, 0.25], 0.4, 0.0, 3)
        ([0, 0, 1, 1], [0.8, -0.4])
        """
        pack, given, call, pick, picked, size = self._places.tools
        try:
            pack(given, 0, calibrated, start, *contributions)
        except struct.error:
            raise ValueError(f"The columns are made of {self.features} contributions; these came: {list(contributions)}.") from None
        found = call(pick, min(self.columns, most))
        if found < 0:
            raise ValueError("contributions and base must be finite, and calibrated log-odds no nan")
        return picked[: 2 * found], size[:found]


Tools = tuple[Callable[..., None], Any, Callable[[Any, int], int], Any, Any, Any]


class _Places(threading.local):
    """A place for each thread, made when it first comes: buffers for one row and the record that points at them."""

    def __init__(self, members: Sequence[Sequence[int]], hidden: Collection[int], smallest: float, kernel: ctypes.CDLL) -> None:
        columns, features = len(members), sum(map(len, members))
        self.start = np.cumsum([0, *map(len, members)], dtype=np.int32)
        self.member = np.array([feature for own in members for feature in own], dtype=np.int32)
        self.hidden = np.array([k in hidden for k in range(columns)], dtype=np.uint8)
        self.grouped = np.zeros(columns)
        given, picked, size = (ctypes.c_double * (2 + features))(), (ctypes.c_int32 * (2 * columns))(), (ctypes.c_double * columns)()
        self.record = PickRecord(
            ctypes.addressof(given), columns, self.start.ctypes.data, self.member.ctypes.data, self.hidden.ctypes.data, smallest,
            ctypes.addressof(picked), ctypes.addressof(size), self.grouped.ctypes.data,
        )
        # PyDLL keeps the interpreter's lock: a call of a microsecond is over before another thread could use it.
        call = ctypes.PyDLL("the kernel", handle=kernel._handle).leadrank_strongest
        call.restype = ctypes.c_int32
        pack = struct.Struct(f"={2 + features}d").pack_into
        self.tools: Tools = pack, given, call, ctypes.byref(self.record), picked, size
