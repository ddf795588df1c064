"""What each value of a row answers to all trees at once, tabled: a row's leaf numbers are then the union of a few rows of bits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadrank.forest.arrays import ByteArray, Forest, Int32Array, Int64Array

MOST_ANSWERS, MOST_SPLITS = 1 << 25, 8
"""A forest that would need more bytes, or has deeper trees, has no such table."""
MOST_LEVELS = 1 << 10
"""A category with more levels is asked table by table, each of which has few codes."""
STEP = 128
"""So many trees are answered at a time, as in kernel.c."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Rows of one byte per tree, filled up to whole steps: bit d is the answer to the tree's split d.

    There is a row for each code of every numeric column, each level of every category in `category` (of `category_size` levels; all tables
    that ask it alone, taken together), and each code of every table column in `table`; `start` says where those of each begin.
    """

    start: Int64Array
    rows: ByteArray
    category: Int32Array
    category_size: Int32Array
    table: Int32Array


def tabled_answers(forest: Forest) -> Answers | None:
    """Table the answers of a forest, or return None where the table would be too large."""
    if np.diff(forest.split_start).max(initial=0) > MOST_SPLITS:
        return None
    together, alone = _tables(forest)
    codes, first = _codes(forest), len(forest.number_feature)
    needed = sum(codes[:first]) + sum(size for _, size in together) + sum(codes[first + k] for k in alone)
    if max(needed, sum(codes)) * _stride(forest) > MOST_ANSWERS:
        return None
    columns = _answers_by_column(forest, codes)
    rows = [*columns[:first], *(_of_levels(forest, columns[first:], tables, size) for (_, size), tables in together.items())]
    rows += [columns[first + k] for k in alone]
    asked = np.array(list(together), dtype=np.int32).reshape(-1, 2)
    return Answers(
        np.cumsum([0, *map(len, rows)], dtype=np.int64), np.concatenate([*rows, np.zeros((0, _stride(forest)), np.uint8)]),
        np.ascontiguousarray(asked[:, 0] - forest.numbers), np.ascontiguousarray(asked[:, 1]), np.array(alone, dtype=np.int32),
    )


def _stride(forest: Forest) -> int:
    return -(-forest.trees // STEP) * STEP


def _tables(forest: Forest) -> tuple[dict[tuple[int, int], list[int]], list[int]]:
    """Tell the tables that ask one category only, by category and size, from those that are looked up each for itself."""
    together: dict[tuple[int, int], list[int]] = {}
    alone: list[int] = []
    for k, (start, end) in enumerate(pairwise(forest.term_start)):
        feature, size = int(forest.term_feature[start]), int(forest.term_size[start])
        if end - start == 1 and feature >= forest.numbers and size <= MOST_LEVELS:
            together.setdefault((feature, size), []).append(k)
        else:
            alone.append(k)
    return together, alone


def _codes(forest: Forest) -> list[int]:
    """Return how many codes each code column has."""
    tables = (int(forest.table[start:end].max()) + 1 for start, end in pairwise(forest.table_start))
    return [*(np.diff(forest.border_start) + 1).tolist(), *tables]


def _answers_by_column(forest: Forest, codes: list[int]) -> list[ByteArray]:
    """Return for each code column a row of answers per code."""
    start = np.cumsum([0, *codes], dtype=np.int64)
    rows = np.zeros((start[-1], _stride(forest)), dtype=np.uint8)
    tree = np.repeat(np.arange(forest.trees), np.diff(forest.split_start))
    bit = np.arange(len(tree)) - forest.split_start[tree]
    first = start[forest.split_column] + forest.split_threshold + 1
    told = np.flatnonzero(first < start[forest.split_column + 1])  # the others are above their threshold for no code
    np.bitwise_or.at(rows, (first[told], tree[told]), (1 << bit[told]).astype(np.uint8))
    columns = [rows[a:b] for a, b in pairwise(start)]
    for column in columns:
        np.bitwise_or.accumulate(column, axis=0, out=column)
    return columns


def _of_levels(forest: Forest, columns: list[ByteArray], tables: list[int], size: int) -> ByteArray:
    """Join the answers of all tables that ask one category, level by level."""
    joined = np.zeros((size, _stride(forest)), dtype=np.uint8)
    for k in tables:
        joined |= columns[k][forest.table[forest.table_start[k] : forest.table_start[k] + size]]
    return joined
