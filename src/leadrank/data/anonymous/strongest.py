"""The columns that alone tell the most about the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.data.leaks.levels import deal_folds, out_of_fold_rates, rank_auc, to_levels
from leadrank.frames import pl
from leadrank.types import FloatArray, IntArray

_FOLDS = 5
ALIKE = 0.8
"""Correlation from which two columns tell the same."""


def strongest(frame: pl.DataFrame, columns: Sequence[str], y: IntArray, count: int) -> tuple[str, ...]:
    """Choose the columns that rank leads best by themselves, and not the same thing twice where there is something else.

    Each cell is replaced by the rate of the best class among cells like it, out of fold; the AUC of that is the column's strength. The strongest
    come first, but for those whose rates correlate by 0.8 or more with a stronger one's: these fill up. A column that tells something only
    together with another is not seen; a fit would see it and would cost a minute for a choice that is rough in any case.

    Returns
    -------
    tuple
        At most `count` names, in the order of `columns`.

    Examples
    --------
    >>> y = np.array([0, 1] * 50)
    >>> frame = pl.DataFrame({"noise": ["a", "a", "b", "b"] * 25, "signal": ["no", "yes"] * 50})
    >>> strongest(frame, frame.columns, y, 1)
    ('signal',)
    """
    positive = y == y.max()
    fold = deal_folds(y, np.arange(len(y)), _FOLDS, 0)
    rates = {name: out_of_fold_rates(to_levels(frame.get_column(name)), positive, fold) for name in columns}
    ranked = sorted(columns, key=lambda name: -rank_auc(positive, rates[name]))
    first: list[str] = []
    for name in ranked:
        if len(first) < count and not any(_alike(rates[name], rates[other]) for other in first):
            first.append(name)
    chosen = set([*first, *(name for name in ranked if name not in first)][:count])
    return tuple(name for name in columns if name in chosen)


def _alike(one: FloatArray, other: FloatArray) -> bool:
    a, b = one - one.mean(), other - other.mean()
    return bool((a * b).sum() ** 2 >= ALIKE**2 * (a * a).sum() * (b * b).sum())
