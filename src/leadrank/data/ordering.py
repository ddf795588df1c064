"""The time order of rows as numbers."""

from __future__ import annotations

import numpy as np

from leadrank.frames import pl
from leadrank.types import FloatArray

FILE_ORDER = "#row"
"""The name that means: the file itself is in time order, oldest first."""


def time_order(clean: pl.DataFrame, name: str | None) -> FloatArray | None:
    """Return numbers that rise with time, nan where unknown, or None where no order is named.

    Examples
    --------
    >>> time_order(pl.DataFrame({"a": [5.0, None]}), "a").tolist()
    [5.0, nan]
    """
    if name is None:
        return None
    if name == FILE_ORDER:
        return np.arange(clean.height, dtype=np.float64)
    column = clean[name]
    ordered = column.dt.epoch("ms") if column.dtype.is_temporal() else column
    result: FloatArray = ordered.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return result
