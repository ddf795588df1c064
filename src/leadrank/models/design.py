"""The design matrix of linear and forest models: filled numbers, splines or bins, one column per level.

A number becomes a linear spline: ramps clip((x - k[i]) / (k[i+1] - k[i]), 0, 1) between quantile knots, so the effect is
piecewise linear, constant beyond the outer knots, and additive (Friedman 1991, MARS basis, with fixed knots). `steps` cuts at the
knots instead (thermometer coding), `raw` keeps one filled number for trees, or the number of its bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN, CodeArray, Feature, FloatArray, IntArray, Matrix

Basis = Literal["ramps", "steps", "raw"]
POOLED = 10
"""Levels with fewer training rows share one column: a coefficient for each would be noise."""


FEWEST_KNOTS = 3
MOST_COLUMNS: dict[Basis, int] = {"ramps": 400, "steps": 4_000, "raw": 1 << 20}
"""About as many columns as numbers may be spread over: a hundred counts of the same events bend together, and a fit takes the square of them."""


@dataclass(frozen=True, slots=True)
class NumberColumns:
    """How one number is filled and spread over columns."""

    feature: Feature
    index: int
    knots: tuple[float, ...]
    fill: float
    groups: dict[str, float]
    group_source: tuple[tuple[Literal["number", "category"], int], ...]
    flag: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class LevelColumns:
    """Which column each code of one category goes to; the rare levels share the last."""

    feature: Feature
    index: int
    column_of: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Design:
    """The fitted design: the order and the source of every column."""

    numbers: tuple[NumberColumns, ...]
    levels: tuple[LevelColumns, ...]

    @property
    def owner(self) -> IntArray:
        """For each design column the number of the feature it belongs to, in the order of `Matrix.features`."""
        widths = [_width(n) for n in self.numbers] + [c.width for c in self.levels]
        return np.repeat(np.arange(len(widths)), widths)


def fit_design(X: Matrix, *, basis: Basis = "ramps", knots: int = 8) -> Design:
    """Learn knots, fills and level columns from training rows.

    Parameters
    ----------
    X
        Training rows of one fold.
    basis
        How numbers are spread; see the module.
    knots
        Number of quantile knots for each number; fewer where there are so many numbers that the design would become too wide.
    """
    affordable = max(FEWEST_KNOTS, MOST_COLUMNS[basis] // max(len(X.numeric), 1))
    numbers = tuple(_fit_number(X, j, basis, min(knots, affordable)) for j in range(len(X.numeric)))
    levels = tuple(_fit_levels(X.categorical[j], j, X.codes[:, j]) for j in range(len(X.categorical)))
    return Design(numbers, levels)


def build(design: Design, X: Matrix) -> FloatArray:
    """Return the design matrix, shape (rows, design columns)."""
    blocks = [_number_block(n, X) for n in design.numbers] + [_level_block(c, X.codes[:, c.index]) for c in design.levels]
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(X), 0))


def check_design(design: Design) -> None:
    """Refuse a design that no training makes, before memory is taken for its columns.

    Raises
    ------
    ValueError
        Knots do not rise, or levels and columns do not fit each other.
    """
    for number in design.numbers:
        steps = np.diff(number.knots)
        if (steps < 0).any() or (number.basis == "ramps" and (steps == 0).any()):
            raise ValueError("knots do not rise")
    for level in design.levels:
        if not 0 < level.width <= len(level.column_of) + 1:
            raise ValueError(f"{len(level.column_of)} levels are spread over {level.width} columns")
        if not all(0 <= column < level.width for column in level.column_of):
            raise ValueError(f"a level belongs to none of {level.width} columns")
        if len(level.column_of) < FIRST_LEVEL + len(level.feature.levels):
            raise ValueError(f"{len(level.feature.levels)} levels have {len(level.column_of)} columns")


def _width(columns: NumberColumns) -> int:
    spread = 1 if columns.basis == "raw" else len(columns.knots) - (columns.basis == "ramps")
    return max(spread, 0) + columns.flag


def _fit_number(X: Matrix, j: int, basis: Basis, knots: int) -> NumberColumns:
    feature, values = X.numeric[j], X.numbers[:, j]
    seen = values[~np.isnan(values)]
    if feature.bins:
        basis, edges = ("raw" if basis == "raw" else "steps"), tuple(feature.bins)
    else:
        edges = _knots(seen, knots, basis)
    fill, groups, source = _fills(X, feature, values, seen)
    flag = feature.missing == "level" and bool(np.isnan(values).any())
    return NumberColumns(feature, j, edges, fill, groups, source, flag, basis)


def _knots(seen: FloatArray, count: int, basis: Basis) -> tuple[float, ...]:
    if basis == "raw" or seen.size == 0:
        return ()
    distinct = np.unique(seen)
    if distinct.size <= count + 1:
        middle = (distinct[1:] + distinct[:-1]) / 2
        return tuple(float(v) for v in (distinct if basis == "ramps" else middle))
    at = np.unique(np.quantile(seen, np.linspace(0.0, 1.0, count + 2)[1:-1] if basis == "steps" else np.linspace(0.01, 0.99, count)))
    return tuple(float(v) for v in at)


def _fills(
    X: Matrix, feature: Feature, values: FloatArray, seen: FloatArray
) -> tuple[float, dict[str, float], tuple[tuple[Literal["number", "category"], int], ...]]:
    if seen.size == 0:
        return 0.0, {}, ()
    if feature.missing == "mean":
        return float(seen.mean()), {}, ()
    if feature.missing == "mode":
        distinct, counts = np.unique(seen, return_counts=True)
        return float(distinct[np.argmax(counts)]), {}, ()
    fill = float(np.median(seen))
    if feature.missing != "group_median":
        return fill, {}, ()
    source = tuple(_source(X, name) for name in feature.by)
    keys = _group_keys(source, X)
    groups: dict[str, float] = {}
    for key in np.unique(keys):
        inside = values[(keys == key) & ~np.isnan(values)]
        if inside.size >= 5:
            groups[str(key)] = float(np.median(inside))
    return fill, groups, source


def _source(X: Matrix, column: str) -> tuple[Literal["number", "category"], int]:
    for j, feature in enumerate(X.categorical):
        if feature.column == column:
            return "category", j
    for j, feature in enumerate(X.numeric):
        if feature.column == column:
            return "number", j
    raise ValueError(f"group_median names {column!r}, which is not a feature")


def _group_keys(source: tuple[tuple[Literal["number", "category"], int], ...], X: Matrix) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    keys = np.full(len(X), "", dtype=np.str_)
    for kind, j in source:
        part = X.codes[:, j].astype(np.str_) if kind == "category" else X.numbers[:, j].astype(np.str_)
        keys = np.char.add(np.char.add(keys, "|"), part)
    return keys


def _fit_levels(feature: Feature, j: int, codes: CodeArray) -> LevelColumns:
    counts = np.bincount(codes, minlength=FIRST_LEVEL + len(feature.levels))
    if feature.missing == "mode":
        counts = counts.copy()
        counts[MISSING] = 0
    own = [c for c in range(len(counts)) if counts[c] >= POOLED and c != UNSEEN]
    pooled = len(own)
    column_of = [own.index(c) if c in own else pooled for c in range(len(counts))]
    if feature.missing == "mode" and own:
        column_of[MISSING] = own.index(int(np.argmax(counts[FIRST_LEVEL:])) + FIRST_LEVEL) if len(feature.levels) else pooled
    return LevelColumns(feature, j, tuple(column_of), pooled + 1)


def _filled(columns: NumberColumns, X: Matrix) -> FloatArray:
    values = X.numbers[:, columns.index]
    blank = np.isnan(values)
    if not blank.any():
        return values
    fill = np.full(len(X), columns.fill)
    if columns.groups:
        keys = _group_keys(columns.group_source, X)
        fill = np.array([columns.groups.get(str(k), columns.fill) for k in keys])
    return np.where(blank, fill, values)


def _number_block(columns: NumberColumns, X: Matrix) -> FloatArray:
    values = _filled(columns, X)
    knots = np.asarray(columns.knots)
    if columns.basis == "raw":
        block = (np.searchsorted(knots, values, side="right").astype(float) if knots.size else values)[:, None]
    elif columns.basis == "steps":
        block = (values[:, None] >= knots[None, :]).astype(float)
    elif knots.size < 2:
        block = np.zeros((len(X), 0))
    else:
        low, high = knots[None, :-1], knots[None, 1:]
        block = (np.clip(values[:, None], low, high) - low) / (high - low)  # clipped first: a far value over a narrow gap overflows
    if columns.flag:
        block = np.concatenate([block, np.isnan(X.numbers[:, columns.index])[:, None].astype(float)], axis=1)
    return block


def _level_block(columns: LevelColumns, codes: CodeArray) -> FloatArray:
    block = np.zeros((len(codes), columns.width))
    block[np.arange(len(codes)), np.asarray(columns.column_of)[codes]] = 1.0
    return block
