"""A FlatBuffers table, read with every position checked: what a reader in C++ takes on trust.

Format: https://flatbuffers.dev/internals. A table begins with the distance back to its list of slots; each slot holds the distance to
a value, or 0; tables, texts and vectors are stored elsewhere, at a distance written in the slot. Positions outside the buffer, and only
they, are errors: two values may share bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class FlatTable:
    """One table of a buffer, at the byte where it begins."""

    data: bytes
    at: int

    def number(self, slot: int, form: str = "i", default: int = 0) -> int:
        """Return a whole number; `form` is its code in `struct`."""
        place = self._place(slot)
        return default if place is None else _number(self.data, form, place)

    def vector(self, slot: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return a vector of numbers or structures; empty where it is left out."""
        return np.frombuffer(b"", dtype) if self._place(slot) is None else np.frombuffer(self.data, dtype, *self._span(slot, dtype))

    def text(self, slot: int) -> bytes:
        """Return a text, or none of it."""
        return self.vector(slot, "u1").tobytes()

    def table(self, slot: int) -> FlatTable:
        """Return a table that must be there."""
        return FlatTable(self.data, _target(self.data, self._needed(slot)))

    def tables(self, slot: int) -> list[FlatTable]:
        """Return the tables of a vector; none where it is left out."""
        if self._place(slot) is None:
            return []
        count, first = self._span(slot, "<u4")
        return [FlatTable(self.data, _target(self.data, first + 4 * k)) for k in range(count)]

    def texts(self, slot: int) -> list[bytes]:
        """Return the texts of a vector."""
        return [_bytes(self.data, table.at) for table in self.tables(slot)]

    def need(self, *slots: int) -> FlatTable:
        """Refuse the table where one of these slots is left out."""
        for slot in slots:
            self._needed(slot)
        return self

    def _span(self, slot: int, dtype: npt.DTypeLike) -> tuple[int, int]:
        start = _target(self.data, self._needed(slot))
        count = _number(self.data, "I", start)
        if start + 4 + count * np.dtype(dtype).itemsize > len(self.data):
            raise ValueError(f"a vector of {count} ends outside its buffer")
        return count, start + 4

    def _needed(self, slot: int) -> int:
        place = self._place(slot)
        if place is None:
            raise ValueError(f"slot {slot} of a table is empty")
        return place

    def _place(self, slot: int) -> int | None:
        slots = self.at - _number(self.data, "i", self.at)
        if 4 + 2 * slot >= _number(self.data, "H", slots):
            return None
        distance = _number(self.data, "H", slots + 4 + 2 * slot)
        return self.at + distance if distance else None


def root(data: bytes) -> FlatTable:
    """Return the table that a buffer is about."""
    return FlatTable(data, _target(data, 0))


def _target(data: bytes, place: int) -> int:
    return place + _number(data, "I", place)


def _bytes(data: bytes, start: int) -> bytes:
    count = _number(data, "I", start)
    if start + 4 + count > len(data):
        raise ValueError("a text ends outside its buffer")
    return data[start + 4 : start + 4 + count]


def _number(data: bytes, form: str, place: int) -> int:
    if not 0 <= place <= len(data) - struct.calcsize(f"<{form}"):
        raise ValueError(f"byte {place} of {len(data)} was asked for")
    found: int = struct.unpack_from(f"<{form}", data, place)[0]
    return found
