"""The forest evaluated with NumPy: the twin of the native kernel, choosing the same leaves and adding in the same order."""

from __future__ import annotations

import numpy as np

from leadrank.forest.arrays import ByteArray, Float64Array, Forest, Int32Array, Int64Array

BLOCK = 64
"""Rows at a time, so that what one tree after the other reads stays in the cache."""
LANES = 4
"""Tree t is added to lane t modulo so many, and the lanes in pairs: the kernel's sums for one row would wait for each other in one lane."""


def margins(forest: Forest, coded: ByteArray) -> Float64Array:
    """Return each row's margin: the bias and one leaf per tree, added in `LANES` lanes.

    Parameters
    ----------
    coded
        What `code_columns` gives: columns × rows.
    """
    out = np.empty(coded.shape[1])
    ask = _levels(forest)
    for start in range(0, len(out), BLOCK):
        leaf = _leaf_numbers(forest, ask, coded[:, start : start + BLOCK])
        values = forest.leaves[leaf + forest.leaf_start[:-1, None]]
        lane = [_in_order(values[k::LANES]) for k in range(LANES)]
        out[start : start + BLOCK] = forest.bias + ((lane[0] + lane[1]) + (lane[2] + lane[3]))
    return out


def _in_order(values: Float64Array) -> Float64Array:
    """Add row after row; `sum` would add in pairs."""
    steps = np.add.accumulate(np.vstack([np.zeros((1, values.shape[1])), values]), axis=0)
    last: Float64Array = steps[-1]
    return last


def contributions(forest: Forest, coded: ByteArray) -> Float64Array:
    """Return each row's SHAP values (rows × features), those of the trees added in tree order; with `forest.base` they make the margin."""
    rows = coded.shape[1]
    out = np.empty((rows, forest.features))
    ask = _levels(forest)
    players = np.diff(forest.player_start)
    tree = np.repeat(np.arange(forest.trees), players)
    first = forest.shap_start[tree] + np.arange(len(tree)) - forest.player_start[tree]
    for start in range(0, rows, BLOCK):
        leaf = _leaf_numbers(forest, ask, coded[:, start : start + BLOCK])
        width = leaf.shape[1]
        values = forest.shap[first[:, None] + leaf[tree] * players[tree, None].astype(np.int64)]
        slots = forest.player_feature[:, None].astype(np.int64) + np.arange(width) * forest.features
        added = np.bincount(slots.ravel(), weights=values.ravel(), minlength=width * forest.features)  # adds in the order given
        out[start : start + BLOCK] = added.reshape(width, forest.features)
    return out


def _levels(forest: Forest) -> list[tuple[Int64Array, Int32Array, ByteArray]]:
    depth = np.diff(forest.split_start)
    levels = []
    for d in range(int(depth.max(initial=0))):
        trees = np.flatnonzero(depth > d)
        split = forest.split_start[trees] + d
        levels.append((trees, forest.split_column[split], forest.split_threshold[split]))
    return levels


def _leaf_numbers(forest: Forest, ask: list[tuple[Int64Array, Int32Array, ByteArray]], coded: ByteArray) -> Int32Array:
    leaf = np.zeros((forest.trees, coded.shape[1]), dtype=np.int32)
    for d, (trees, column, threshold) in enumerate(ask):
        bit = (coded[column] > threshold[:, None]).astype(np.int32) << d
        if len(trees) == len(leaf):
            leaf |= bit
        else:
            leaf[trees] |= bit
    return leaf
