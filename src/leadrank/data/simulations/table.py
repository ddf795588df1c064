"""What a simulated table is, and how its cells are drawn and dirtied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadrank.types import BoolArray, FloatArray, IntArray

Labels = npt.NDArray[np.str_]
Effects = Mapping[str, tuple[float, float]]
"""Label -> (share of leads, effect on the log-odds of converting); the label "" is a blank cell."""
Aftermath = Mapping[str, tuple[float, float]]
"""Label -> (share among the converted, share among the others): a column written once the outcome is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A dirty table as a user would bring it, with what no user ever has: the true probabilities.

    `truth` holds one probability of converting per row, or, for ordered classes, one column per class, worst first.
    It is a function of the cells that were known before the outcome, so no honest model can do better.
    """

    table: pl.DataFrame
    truth: FloatArray
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """One kind of table that can be simulated: its sentence, its usual size, its target, the leaks planted in it.

    `project` is the text of a `leadrank.toml` for the table stored beside it as `file`; `classes` is empty for a binary target.
    `doubtful` columns hold the state at export: weaker leaks, worth a warning.
    """

    name: str
    description: str
    rows: int
    file: str
    target: str
    positive: str
    classes: tuple[str, ...]
    leaks: tuple[str, ...]
    doubtful: tuple[str, ...]
    project: str
    make: Callable[[int, int], Simulated]


def draw_levels(rng: np.random.Generator, levels: Effects, rows: int) -> tuple[Labels, FloatArray]:
    """Draw a label per row, with its effect on the log-odds.

    Examples
    --------
    >>> labels, effects = draw_levels(np.random.default_rng(0), {"web": (0.7, 0.0), "fair": (0.3, 0.5)}, 4)
    >>> labels.tolist(), effects.tolist()
    (['web', 'web', 'web', 'web'], [0.0, 0.0, 0.0, 0.0])
    """
    names = np.array(list(levels), dtype=np.str_)
    shares = np.array([share for share, _ in levels.values()])
    effects = np.array([effect for _, effect in levels.values()])
    chosen = rng.choice(len(names), size=rows, p=shares / shares.sum())
    return names[chosen], effects[chosen]


def draw_aftermath(rng: np.random.Generator, levels: Aftermath, converted: BoolArray) -> Labels:
    """Draw a label per row that depends on nothing but the outcome: a leak."""
    names = np.array(list(levels), dtype=np.str_)
    shares = np.array(list(levels.values()))
    shares /= shares.sum(axis=0)
    won = rng.choice(len(names), size=len(converted), p=shares[:, 0])
    lost = rng.choice(len(names), size=len(converted), p=shares[:, 1])
    return names[np.where(converted, won, lost)]


def draw_outcome(rng: np.random.Generator, truth: FloatArray) -> BoolArray:
    """Draw who converts, given the true probabilities."""
    return rng.random(len(truth)) < truth


def probability_of(log_odds: FloatArray) -> FloatArray:
    """Turn log-odds into probabilities.

    Examples
    --------
    >>> probability_of(np.array([0.0])).tolist()
    [0.5]
    """
    return 1.0 / (1.0 + np.exp(-log_odds))


def respell(rng: np.random.Generator, labels: Labels, spellings: Mapping[str, tuple[str, ...]], share: float) -> Labels:
    """Write a share of some labels in other ways, as different people and forms do.

    Examples
    --------
    >>> respell(np.random.default_rng(0), np.array(["Google", "Fair"]), {"Google": ("google ",)}, 1.0).tolist()
    ['google ', 'Fair']
    """
    written = labels.astype(object)
    other = rng.random(len(labels)) < share
    for label, ways in spellings.items():
        rows = np.flatnonzero((labels == label) & other)
        written[rows] = rng.choice(np.array(ways), size=len(rows))
    return written.astype(np.str_)


def whole(values: FloatArray | IntArray, blank: BoolArray | None = None) -> pl.Series:
    """Make a column of whole numbers with blanks."""
    column = pl.Series(values.astype(np.int64))
    if blank is None:
        return column
    return pl.select(pl.when(pl.Series(~blank)).then(column)).to_series()


def numbered(prefix: str, numbers: IntArray, width: int) -> pl.Series:
    """Make keys such as `L-000012`."""
    return prefix + pl.Series(numbers).cast(pl.String).str.zfill(width)


def make_table(columns: Mapping[str, pl.Series | Labels | FloatArray]) -> pl.DataFrame:
    """Put columns side by side; an empty text or a nan is a blank cell."""
    frame = pl.DataFrame({name: pl.Series(name, cells) for name, cells in columns.items()})
    texts = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in frame.columns if frame.schema[name] == pl.String]
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(texts)


def rows_to_repeat(rng: np.random.Generator, rows: int, one_in: int) -> IntArray:
    """Choose row numbers such that `rows` rows result, one in `one_in` of which repeats the row before it.

    Examples
    --------
    >>> rows_to_repeat(np.random.default_rng(0), 6, 3).tolist()
    [0, 1, 2, 2, 3, 3]
    """
    copies = rows // one_in
    distinct = rows - copies
    return np.sort(np.concatenate([np.arange(distinct), rng.choice(distinct, size=copies, replace=False)]))
