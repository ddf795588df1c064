"""A model in CatBoost's own format, checked before CatBoost reads it: its reader trusts counts and numbers that may be forged.

The file: "CBM1", the length of the core, the core, and for categories the number of their tables and each table with its length. Core and
tables are FlatBuffers, in the schemas of catboost/libs/model/flatbuffers (1.2). CatBoost verifies where the core's values lie, but not
what they say, and of the tables neither.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from leadrank.models.flat_table import FlatTable, root
from leadrank.types import IntArray

MAGIC = b"CBM1"
DEEPEST = 16
NESTED = 100
"""CatBoost's notes in JSON are read by recursion; its own are 4 deep."""
TABLES = b"static_provider_v1"
STEP = np.dtype([("no", "<u2"), ("yes", "<u2")])
BUCKET = np.dtype([("hash", "<u8"), ("entry", "<u4")])
EMPTY = np.uint64(2**64 - 1)
COUNTS, MEANS = (0, 1), (2, 3)
"""Kinds of category statistics with counts for each outcome, and with a sum and a count; the others have one count."""


def check_blob(blob: bytes) -> None:
    """Refuse a model whose numbers do not fit each other.

    Parameters
    ----------
    blob
        What is about to be handed to CatBoost.

    Raises
    ------
    ValueError
        It is not what CatBoost writes for a forest over numbers and categories, with two outcomes.
    """
    if blob[:4] != MAGIC or len(blob) < 8:
        raise ValueError("a CatBoost model does not begin as one")
    core, end = _sized(blob, 4)
    found = root(core).need(0, 1)
    _need(max((_depth(note.text(1)) for note in found.tables(2)), default=0) <= NESTED, "its notes are nested too deep")
    parts = found.texts(3)
    _need(parts in ([], [TABLES]), "it has parts that are not known here")
    _check_trees(found.table(1))
    _check_tables(blob[end:] if parts else b"\0\0\0\0" + blob[end:], len(found.table(1).tables(4)))


def _check_trees(trees: FlatTable) -> None:
    _need(trees.number(0) == 1 and trees.vector(16, "<f8").size <= 1, "it has more than one outcome")
    _need(not any(trees.vector(slot, "u1").size for slot in (12, 13, 18)), "it reads texts or embeddings")
    splits, sizes, starts = (trees.vector(slot, "<i4").astype(np.int64) for slot in (1, 2, 3))
    _need((sizes >= 0).all() and sizes.sum() == splits.size, "its trees have not as many splits as they say")
    _need(np.array_equal(starts, np.cumsum(sizes) - sizes), "its trees do not follow each other")
    steps, leaves, weights = trees.vector(10, STEP), trees.vector(8, "<f8"), trees.vector(9, "<f8")
    _need(all(np.isfinite(each).all() for each in (leaves, weights)) and weights.size in (0, leaves.size), "a leaf holds no number")
    leaf_of = trees.vector(11, "<u4")
    if steps.size or leaf_of.size:
        _check_steps(steps, leaf_of, sizes, leaves.size)
    else:
        _need((sizes <= DEEPEST).all() and leaves.size == (1 << sizes).sum(), "its leaves are not as many as its trees have")
    counts = _check_features(trees)
    _need(((splits >= 0) & (splits < counts.sum())).all(), "a tree asks for a split that is not there")
    packed = trees.vector(17, np.dtype([("feature", "<u2"), ("mask", "u1"), ("split", "u1")]))
    _need(packed.size in (0, splits.size) and (packed["feature"] < np.ceil(counts / 254).sum()).all(), "its packed splits are not its splits")


def _check_steps(steps: npt.NDArray[Any], leaf_of: npt.NDArray[np.uint32], sizes: IntArray, leaves: int) -> None:
    """Check trees that are not symmetric: each node leads on within its tree, or to a leaf."""
    _need(bool((sizes > 0).all()) and steps.size == leaf_of.size == sizes.sum(), "its nodes are not as many as its trees have")
    left = np.repeat(np.cumsum(sizes), sizes) - np.arange(steps.size)
    ends = (steps["no"] == 0) | (steps["yes"] == 0)
    _need(((steps["no"] < left) & (steps["yes"] < left)).all(), "a node leads out of its tree")
    _need((leaf_of[ends] < leaves).all(), "a node leads to a leaf that is not there")


def _check_features(trees: FlatTable) -> IntArray:
    """Return how many splits each feature offers, in the order in which splits are numbered."""
    categories, numbers, levels, statistics = (trees.tables(slot) for slot in (4, 5, 6, 7))
    _need([f.number(1, default=-1) for f in numbers] == list(range(len(numbers))), "its numbers are not in order")
    _need([f.number(0, default=-1) for f in categories] == list(range(len(categories))), "its categories are not in order")
    flat = [f.number(2, default=-1) for f in numbers] + [f.number(1, default=-1) for f in categories]
    _need(flat == list(range(len(flat))), "its features are not in order")
    _need(all(f.number(5, "B") <= 2 for f in numbers), "it fills blanks in a way that is not known here")
    _need(all(0 <= f.number(0, default=-1) < len(categories) for f in levels), "a level belongs to no category")
    for feature in statistics:
        ctr = feature.table(0)
        kind = _check_base(ctr.table(0), len(categories))
        _need(0 <= ctr.number(1) <= (kind == 1), "a statistic counts an outcome that is not there")
    return np.array(
        [f.need(3).vector(3, "<f4").size for f in numbers] + [f.need(1).vector(1, "<i4").size for f in levels]
        + [f.need(1).vector(1, "<f4").size for f in statistics], dtype=np.int64,
    )


def _check_base(base: FlatTable, categories: int) -> int:
    """Check what a statistic is about, and return its kind."""
    about, kind = base.table(0).need(0, 1, 2), base.number(1, "B")
    used = about.vector(0, "<i4")
    _need(kind <= 5 and ((used >= 0) & (used < categories)).all(), "a statistic is about no category")
    about.vector(1, "<u8")
    about.vector(2, "<u8")
    return kind


def _check_tables(data: bytes, categories: int) -> None:
    _need(len(data) >= 4, "its tables of categories are missing")
    end = 4
    for _ in range(struct.unpack_from("<I", data)[0]):
        one, end = _sized(data, end)
        table = root(one).need(1, 2)
        kind = _check_base(table.table(0), categories)
        _need(kind not in COUNTS or table.number(4) == 2, "a table of categories has more than two outcomes")
        _need(0 <= table.number(3) < 2**31 - 1, "a table of categories has no denominator")
        _check_buckets(table, 8 if kind in COUNTS + MEANS else 4)
    _need(end == len(data), "it goes on after its end")


def _check_buckets(table: FlatTable, width: int) -> None:
    """Check the search table of one statistic: a power of two of buckets, one of them free so that a search ends, entries that exist."""
    raw, blob = table.text(1), table.text(2)
    _need(len(raw) % BUCKET.itemsize == 0 and len(blob) % width == 0, "a table of categories is not whole")
    buckets = np.frombuffer(raw, BUCKET)
    used = buckets[buckets["hash"] != EMPTY]
    _need(buckets.size > used.size and buckets.size.bit_count() == 1, "a table of categories cannot be searched")
    _need((used["entry"] < len(blob) // width).all(), "a table of categories points outside itself")


def _sized(data: bytes, place: int) -> tuple[bytes, int]:
    """Return a block whose length stands before it, and where it ends."""
    _need(place + 4 <= len(data), "it ends too early")
    size = struct.unpack_from("<I", data, place)[0]
    _need(place + 4 + size <= len(data), "it is shorter than it says")
    return data[place + 4 : place + 4 + size], place + 4 + size


def _depth(note: bytes) -> int:
    letters = np.frombuffer(note, "u1")
    step = np.isin(letters, list(b"[{")).astype(np.int64) - np.isin(letters, list(b"]}"))
    return int(np.cumsum(step).max(initial=0))


def _need(holds: bool | np.bool_, otherwise: str) -> None:
    if not holds:
        raise ValueError(f"a CatBoost model cannot be right: {otherwise}")
