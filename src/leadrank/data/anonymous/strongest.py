"""The columns that alone tell the most about the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from leadrank.data.leaks.levels import deal_folds, out_of_fold_rates, rank_auc, to_levels
from leadrank.frames import pl
from leadrank.types import FloatArray, IntArray

_FOLDS = 5
OF_ONE = 2
"""Columns about one thing that are chosen before those about others."""


def strongest(
    frame: pl.DataFrame, columns: Sequence[str], y: IntArray, count: int, *, things: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Choose the columns that rank leads best by themselves, and not the same thing twice where there is something else.

    Each cell is replaced by the rate of the best class among cells like it, out of fold; the AUC of that is the column's strength. Chosen is, time
    and again, the column with the most strength above chance times the share 1 − R² of what it tells that those chosen so far do not
    (Gram-Schmidt); of columns about one thing two at most, as long as there are others. A column that tells something only together with another
    is not seen; a fit would see it and would cost a minute for a choice that is rough in any case.

    Parameters
    ----------
    things
        By column the thing that it is about, such as the events that it counts in a window.

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
    auc = {name: rank_auc(positive, rates[name]) for name in columns}
    named = {name: (things or {}).get(name, name) for name in columns}
    untold = {name: rates[name] - rates[name].mean() for name in columns}
    whole = {name: float(part @ part) or 1.0 for name, part in untold.items()}
    chosen, of_one = list[str](), Counter[str]()
    while len(chosen) < min(count, len(columns)):
        left = [name for name in columns if name not in chosen]
        some = [name for name in left if of_one[named[name]] < OF_ONE] or left
        best = max(some, key=lambda name: (max(auc[name] - 0.5, 0.0) * float(untold[name] @ untold[name]) / whole[name], auc[name]))
        chosen.append(best)
        of_one[named[best]] += 1
        untold = {name: _without(untold[name], untold[best]) for name in left}
    return tuple(name for name in columns if name in chosen)


def _without(one: FloatArray, other: FloatArray) -> FloatArray:
    """Take from the one what the other tells: its projection."""
    size = float(other @ other)
    return one - (one @ other / size) * other if size > 0 else one
