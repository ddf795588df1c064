"""The columns that alone tell the most about the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.data.leaks.levels import deal_folds, out_of_fold_rates, rank_auc, to_levels
from leadrank.frames import pl
from leadrank.types import IntArray

_FOLDS = 5


def strongest(frame: pl.DataFrame, columns: Sequence[str], y: IntArray, count: int) -> tuple[str, ...]:
    """Choose the columns that rank leads best by themselves: the AUC of each level's rate of the best class, out of fold.

    A column that tells something only together with another is not seen; a fit would see it and would cost a minute for a choice that is
    rough in any case.

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
    auc = {name: rank_auc(positive, out_of_fold_rates(to_levels(frame.get_column(name)), positive, fold)) for name in columns}
    chosen = set(sorted(columns, key=lambda name: -auc[name])[:count])
    return tuple(name for name in columns if name in chosen)
