"""From when a date counts as known, in microseconds: a day without a time of day is over at its next midnight."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from leadrank.frames import pl
from leadrank.types import FloatArray, IntArray

NEVER = int(np.iinfo(np.int64).max)
"""A moment that is not told: it is known at no cutoff."""
LONG_AGO = -(1 << 62)
"""A cutoff before everything, where the cutoff itself is not known."""
DAY = 86_400_000_000
HOUR = 3_600_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC


def is_by_day(moments: pl.Series) -> bool:
    """Say whether a column knows no time of day: all its values are midnights.

    Examples
    --------
    >>> is_by_day(pl.Series([datetime(2024, 5, 1), None])), is_by_day(pl.Series([datetime(2024, 5, 1, 9)]))
    (True, False)
    """
    return moments.null_count() < len(moments) and not (microseconds(moments.drop_nulls()) % DAY).any()


def microseconds(moments: pl.Series, missing: int = NEVER) -> IntArray:
    """Return moments as numbers that compare as they do."""
    numbers = moments.dt.cast_time_unit("us").to_physical()
    found: IntArray = (numbers if numbers.null_count() == 0 else numbers.fill_null(missing)).to_numpy()
    return found


def counted_from(moments: pl.Series, *, by_day: bool) -> IntArray:
    """Return from when each moment counts: itself, or the next midnight where the column tells days."""
    numbers = microseconds(moments)
    return np.where(numbers == NEVER, NEVER, numbers + DAY) if by_day else numbers


def number_of(moment: datetime, *, by_day: bool = False) -> int:
    """Return one moment as `counted_from` does.

    Examples
    --------
    >>> number_of(datetime(1970, 1, 1, 0, 0, 1)), number_of(datetime(1970, 1, 1), by_day=True) == DAY
    (1000000, True)
    """
    return (moment - _EPOCH) // timedelta(microseconds=1) + (DAY if by_day else 0)


def days_of(span: IntArray) -> FloatArray:
    """Return microseconds as days."""
    days: FloatArray = span / DAY
    return days
