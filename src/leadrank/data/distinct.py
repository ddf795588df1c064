"""The different texts of a column, and which of them each row holds, without looking at a text twice."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from leadrank.forest.library import library
from leadrank.frames import pl
from leadrank.types import IntArray

MOST = 1 << 12
"""A column with more different texts than this is no column of labels; it goes another way."""
_SLOTS = MOST * 2


class _ArrowArray(ctypes.Structure):
    """Arrow's C data interface: one chunk of a column."""

    _fields_ = (
        ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)), ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p), ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p),
    )


class _ArrowStream(ctypes.Structure):
    """Arrow's C stream interface."""

    _fields_ = (
        ("get_schema", ctypes.c_void_p), ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_last_error", ctypes.c_void_p), ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p),
    )


class _Desk(threading.local):
    """One thread's working memory: made anew for every column it would cost as much as the work."""

    def __init__(self) -> None:
        self.slots, self.first = np.empty((_SLOTS, 3), dtype=np.uint64), np.empty(MOST, dtype=np.int64)


_DESK = _Desk()
_POINTER_OF = ctypes.pythonapi.PyCapsule_GetPointer
_POINTER_OF.restype, _POINTER_OF.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def distinct_texts(raw: pl.Series) -> tuple[list[str | None], IntArray] | None:
    """Return the different texts of a column of texts or labels, and for each row the number of its own.

    A text that is stored twice may stand twice in the list. Number 0 is None, the blank.

    Returns
    -------
    tuple or None
        None where there are too many different texts, or no kernel to find them.

    Examples
    --------
    >>> found = distinct_texts(pl.Series(["web", None, "fair", "web"]))
    >>> found is None or (found[0], found[1].tolist())
    ([None, 'web', 'fair'], [1, 0, 2, 1])
    """
    if raw.dtype != pl.String:
        return _known_texts(raw)
    kernel = library()
    if kernel is None or not len(raw):
        return None
    desk, numbers = _DESK, np.empty(len(raw), dtype=np.int64)
    desk.slots.fill(0)
    with _views(raw) as chunk:
        found = kernel.leadrank_distinct(
            chunk.buffers[1], chunk.buffers[0], chunk.offset, chunk.length, desk.slots.ctypes.data, _SLOTS - 1,
            numbers.ctypes.data, desk.first.ctypes.data, MOST,
        )
    # Cell by cell: for a few rows an expression takes longer to plan than to do.
    return None if found < 0 else ([None, *map(raw.item, desk.first[:found].tolist())], numbers)


def _known_texts(raw: pl.Series) -> tuple[list[str | None], IntArray]:
    """Take the numbers that a column of labels has already."""
    distinct = raw.unique().drop_nulls()
    places = distinct.to_physical().cast(pl.Int64) + 1
    texts: list[str | None] = [None] * (int(places.max() or 0) + 1)  # type: ignore[arg-type]
    for place, text in zip(places.to_list(), distinct.cast(pl.String).to_list(), strict=True):
        texts[place] = text
    return texts, (raw.to_physical().cast(pl.Int64) + 1).fill_null(0).to_numpy()


@contextmanager
def _views(raw: pl.Series) -> Iterator[_ArrowArray]:
    """Lend a text column in one chunk: buffer 0 says which rows hold a text, buffer 1 has 16 bytes for each (Arrow's string views)."""
    capsule = (raw if raw.n_chunks() == 1 else raw.rechunk()).__arrow_c_stream__()
    stream = _ArrowStream.from_address(_POINTER_OF(capsule, b"arrow_array_stream"))
    chunk = _ArrowArray()
    failed = stream.get_next(_POINTER_OF(capsule, b"arrow_array_stream"), ctypes.addressof(chunk))
    if failed or not chunk.release or chunk.length != len(raw):
        raise RuntimeError("Polars did not hand over a column as Arrow.")
    try:
        yield chunk
    finally:
        _RELEASE(chunk.release)(ctypes.addressof(chunk))
