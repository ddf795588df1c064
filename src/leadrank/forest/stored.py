"""A forest to bytes and back: a line of JSON with the lengths, then each array's little-endian bytes; no code in either."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from leadrank.forest.arrays import ARRAYS, Forest
from leadrank.forest.bounds import make_forest

PART = "forest.arrays"
MAGIC = b"leadrank forest 1\n"
ALIGNMENT = 16
SINGLE = ("features", "numbers", "bias", "base")


def forest_to_parts(forest: Forest) -> dict[str, bytes]:
    """Write a forest as one part; equal forests give equal bytes."""
    blocks = []
    for name, dtype in ARRAYS.items():
        block = getattr(forest, name).astype(dtype.newbyteorder("<"), copy=False).tobytes()
        blocks.append(block + bytes(-len(block) % ALIGNMENT))
    told: dict[str, Any] = {name: getattr(forest, name) for name in SINGLE}
    told["lengths"] = {name: len(getattr(forest, name)) for name in ARRAYS}
    header = MAGIC + json.dumps(told, separators=(",", ":"), allow_nan=False).encode("ascii")
    return {PART: b"".join([header, b" " * (-(len(header) + 1) % ALIGNMENT), b"\n", *blocks])}


def forest_from_parts(parts: Mapping[str, bytes]) -> Forest:
    """Read a forest, its arrays as views on the part, and check every bound.

    Raises
    ------
    ValueError
        The part is missing, cut short, or not what `forest_to_parts` writes.
    """
    part = parts.get(PART)
    if part is None or set(parts) != {PART}:
        raise ValueError(f"A forest has one part, {PART!r}; these came: {', '.join(sorted(parts)) or 'none'}.")
    part = bytes(part)  # no copy of bytes; a view on a bytearray could change after the check
    end = part.find(b"\n", len(MAGIC)) + 1
    if not part.startswith(MAGIC) or not end or end % ALIGNMENT:
        raise ValueError("The forest's part does not begin as a forest of format 1.")
    told = _told(part[len(MAGIC) : end])
    lengths = told.pop("lengths")
    return make_forest({**told, **_views(part, lengths, end)})


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"The forest's first line is not JSON: {problem}") from None
    if not isinstance(told, dict) or set(told) != {*SINGLE, "lengths"}:
        raise ValueError("The forest's first line does not tell its features, numbers, bias, base and lengths.")
    lengths = told["lengths"]
    if not isinstance(lengths, dict) or list(lengths) != list(ARRAYS):
        raise ValueError("The forest's first line does not name its arrays in order.")
    if not all(type(length) is int and 0 <= length < 1 << 31 for length in lengths.values()):
        raise ValueError("The forest's first line gives a length that is not a whole number from 0 to two billion.")
    return told


def _views(part: bytes, lengths: Mapping[str, int], offset: int) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for name, length in lengths.items():
        dtype = ARRAYS[name].newbyteorder("<")
        size = length * dtype.itemsize
        if offset + size > len(part):
            raise ValueError(f"The forest's part ends before its array {name!r}.")
        arrays[name] = np.frombuffer(part, dtype=dtype, count=length, offset=offset)
        offset += size + -size % ALIGNMENT
    if offset != len(part):
        raise ValueError(f"The forest's arrays end at byte {offset:,}, the part at byte {len(part):,}.")
    return arrays
