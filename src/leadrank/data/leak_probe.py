"""All single-column probes at one threshold of the outcome: what each column gives away by itself."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadrank.data.leak_dates import lateness
from leadrank.data.leak_levels import Levels, auc_error, level_numbers, out_of_fold_rates, rank_auc, smoothed_rates
from leadrank.data.leak_names import name_hint, names_an_ending
from leadrank.data.leak_purity import FEWEST, purity, wilson
from leadrank.data.leak_verdict import Evidence
from leadrank.types import BoolArray, FloatArray, IntArray


def probe_column(frame: pl.DataFrame, column: str, levels: Levels, positive: BoolArray, fold: IntArray, at: pl.Series | None) -> Evidence:
    """Measure one column: AUC out of fold, what blanks tell, deciding levels, its name and its dates.

    Parameters
    ----------
    frame
        All candidate columns (dates are compared with each other).
    column
        The one to probe.
    levels
        That column cut into levels.
    positive
        Outcome, shape (rows,).
    fold
        Fold number of each row.
    at
        The moment of scoring of each row, where known.
    """
    auc = rank_auc(positive, out_of_fold_rates(levels, positive, fold))
    ones = int(positive.sum())
    late = lateness(frame, column, at) if frame.schema[column].is_temporal() else None
    return Evidence(
        column, auc, auc_error(max(auc, 0.5), ones, len(positive) - ones), _blank_auc(levels, positive), purity(levels, positive),
        _ending_level(levels, positive), name_hint(column), late.rows if late else 0, late.moment if late else "", float(positive.mean()),
    )


def forward_auc(levels: Levels, positive: BoolArray, order: FloatArray, newest: float) -> float:
    """Return the AUC on the newest share of the rows of rates learned from the older ones."""
    rank = np.argsort(np.where(np.isnan(order), -np.inf, order), kind="stable")
    old, new = np.split(rank, [int(len(rank) * (1 - newest))])
    rates = smoothed_rates(levels.codes[old], positive[old], len(levels.labels))
    return rank_auc(positive[new], rates[levels.codes[new]])


def _blank_auc(levels: Levels, positive: BoolArray) -> float:
    blank = levels.blank
    return 0.5 if positive.all() or not positive.any() else 0.5 + 0.5 * float(blank[~positive].mean() - blank[positive].mean())


def _ending_level(levels: Levels, positive: BoolArray) -> str:
    """Return a level that names an ending ("Closed won") and whose odds lie clearly off the base odds, or ""."""
    if not levels.is_category:
        return ""
    count, converted = level_numbers(levels.codes, positive, len(levels.labels))
    odds = 4.0 * positive.mean() / max(1 - positive.mean(), 1e-9), 0.25 * positive.mean() / max(1 - positive.mean(), 1e-9)
    for k in np.flatnonzero(count >= FEWEST):
        low, high = wilson(converted[k], count[k])
        if names_an_ending(levels.labels[k]) and (low / max(1 - low, 1e-9) > odds[0] or high / max(1 - high, 1e-9) < odds[1]):
            return levels.labels[k]
    return ""
