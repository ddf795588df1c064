"""Columns that tell the time: their values follow the order of the rows, so what they teach may not last."""

from __future__ import annotations

import numpy as np

from leadrank.frames import pl
from leadrank.types import Finding, FloatArray, IntArray

CLOCK = 0.6
"""Share of a column's variation that the row's place in time must explain."""

_FEWEST, _FEWEST_VALUES = 200, 4


def clock_share(column: pl.Series, order: FloatArray) -> float:
    """Measure how far a column's value follows from its place in time.

    The rows are cut, in order, into blocks of equal size; for numbers and dates this is the share of the variance of ranks between blocks
    (the correlation ratio eta squared, adjusted for chance), for labels Goodman and Kruskal's tau, adjusted in the same way.

    Parameters
    ----------
    column
        Clean cells; a blank is a value of its own for labels and is left out for numbers.
    order
        Shape (n,), larger is later.

    Returns
    -------
    float
        From 0 (no relation) to 1 (a clock); 0 for fewer than 200 cells or four values (a switch is not a clock).

    Examples
    --------
    >>> clock_share(pl.Series(range(1000)), np.arange(1000.0)) > 0.95
    True
    """
    series = column.gather(np.argsort(order, kind="stable"))
    if series.dtype != pl.String:
        series = series.drop_nulls().rank("average")
    if len(series) < _FEWEST or series.n_unique() < _FEWEST_VALUES:
        return 0.0
    blocks = np.arange(len(series)) * min(50, len(series) // 20) // len(series)
    if series.dtype == pl.String:
        codes = series.fill_null("\x00").rank("dense").to_numpy().astype(np.int64) - 1
        return _explained_labels(codes, blocks)
    return _explained_ranks(series.to_numpy(), blocks)


def _explained_ranks(values: FloatArray, blocks: IntArray) -> float:
    total = float(np.sum((values - values.mean()) ** 2))
    sizes = np.bincount(blocks)
    means = np.bincount(blocks, weights=values) / sizes
    between = float(np.sum(sizes * (means - values.mean()) ** 2))
    return _adjusted(1 - between / total, len(values), len(sizes)) if total > 0 else 0.0


def _explained_labels(codes: IntArray, blocks: IntArray) -> float:
    levels, parts = int(codes.max()) + 1, int(blocks.max()) + 1
    table = np.bincount(blocks * levels + codes, minlength=parts * levels).reshape(parts, levels)
    share = table.sum(axis=0) / len(codes)
    total = 1 - float(np.sum(share**2))
    within = 1 - float(np.sum(table**2 / table.sum(axis=1, keepdims=True))) / len(codes)
    return _adjusted(within / total, len(codes), parts) if total > 0 else 0.0


def _adjusted(left: float, rows: int, blocks: int) -> float:
    """Take away what blocks explain by chance."""
    return max(0.0, 1 - left * (rows - 1) / (rows - blocks))


def clock_findings(frame: pl.DataFrame, order: FloatArray, order_name: str) -> list[Finding]:
    """Name the columns that act as a clock (D150)."""
    found = []
    for name in frame.columns:
        share = clock_share(frame[name], order)
        if share >= CLOCK:
            said = f"{name} acts as a clock: {share:.0%} of its variation follows from the place in {order_name}."
            remedy = "What it teaches may be a period rather than a lead; judge on an ordered split, and compare with and without it."
            found.append(Finding("D150", "warning", name, frame.height, said, remedy, {"share": share}))
    return found
