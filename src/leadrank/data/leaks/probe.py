"""All single-column probes at one threshold of the outcome: what each column gives away by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks.dates import Lateness, lateness
from leadrank.data.leaks.levels import Levels, auc_error, level_numbers, out_of_fold_rates, rank_auc, smoothed_rates, to_levels
from leadrank.data.leaks.names import NameHint, name_hint, names_an_ending
from leadrank.data.leaks.purity import FEWEST, purity, wilson
from leadrank.data.leaks.verdict import Evidence
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray, IntArray

ENDING = 4.0
"""A value that names an ending counts when its odds are this many times above or below the base odds."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column made ready for probing, without a look at the outcome.

    `cuts` are the column's levels, and for a date that lies after the moment of scoring also the levels of the days between:
    how long something took often tells how it ended. What was `counted` up to the moment of scoring is not suspected for its name.
    """

    column: str
    cuts: tuple[Levels, ...]
    late: Lateness | None
    counted: bool = False

    @property
    def levels(self) -> Levels:
        """The column's own levels."""
        return self.cuts[0]

    @property
    def is_constant(self) -> bool:
        """Whether there is nothing to probe."""
        return all((cut.codes == cut.codes[0]).all() for cut in self.cuts)


def make_suspect(frame: pl.DataFrame, column: str, at: pl.Series | None, *, counted: bool = False) -> Suspect:
    """Cut a column into levels and compare its dates with the moment of scoring of each row (`at`), where there are any."""
    late = lateness(frame, column, at) if frame.schema[column].is_temporal() else None
    cuts = (to_levels(frame[column]), *((to_levels(late.lag),) if late else ()))
    return Suspect(column, cuts, late, counted)


def probe_column(suspect: Suspect, positive: BoolArray, fold: IntArray) -> Evidence:
    """Measure one column: AUC out of fold, what blanks tell, deciding levels, its name and its dates.

    Parameters
    ----------
    suspect
        The column.
    positive
        Outcome, shape (rows,).
    fold
        Fold number of each row.
    """
    levels, late = suspect.levels, suspect.late
    auc = max(rank_auc(positive, out_of_fold_rates(cut, positive, fold)) for cut in suspect.cuts)
    ones = int(positive.sum())
    return Evidence(
        suspect.column, auc, auc_error(max(auc, 0.5), ones, len(positive) - ones), _blank_auc(levels, positive), purity(levels, positive),
        _ending_level(levels, positive), NameHint((), strong=False) if suspect.counted else name_hint(suspect.column),
        late.rows if late else 0, late.moment if late else "",
        float(positive.mean()),
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
    low, high = wilson(converted, np.maximum(count, 1))
    base = float(np.clip(positive.mean(), 1e-9, 1 - 1e-9))
    odds = base / (1 - base)
    extreme = (low / np.maximum(1 - low, 1e-9) > ENDING * odds) | (high / np.maximum(1 - high, 1e-9) < odds / ENDING)
    named = [levels.labels[k] for k in np.flatnonzero(extreme & (count >= FEWEST)) if names_an_ending(levels.labels[k])]
    return named[0] if named else ""
