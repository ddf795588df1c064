"""From when a thing counts as having happened and as known, in microseconds: a day without a time of day is over at its next midnight."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from leadrank.frames import pl
from leadrank.types import IntArray

NEVER = int(np.iinfo(np.int64).max)
"""A moment that did not come."""
DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC


def is_date_only(moments: pl.Series) -> bool:
    """Say whether a column knows no time of day: all its values are midnights.

    Examples
    --------
    >>> is_date_only(pl.Series([datetime(2024, 5, 1), None])), is_date_only(pl.Series([datetime(2024, 5, 1, 9)]))
    (True, False)
    """
    return moments.null_count() < len(moments) and not (microseconds(moments.drop_nulls()) % DAY).any()


def microseconds(moments: pl.Series, missing: int = NEVER) -> IntArray:
    """Return moments as numbers that compare as they do."""
    return moments.dt.cast_time_unit("us").dt.epoch("us").fill_null(missing).to_numpy().astype(np.int64)


def over_at(moments: pl.Series, missing: int = NEVER) -> IntArray:
    """Return from when each moment counts: itself, or the next midnight where the column holds dates without a time of day."""
    numbers = microseconds(moments, missing)
    return np.where(numbers == missing, missing, numbers + DAY) if is_date_only(moments) else numbers


def number_of(moment: datetime) -> int:
    """Return one moment as `microseconds` does."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """Return the moment of a number.

    Examples
    --------
    >>> moment_of(number_of(datetime(2024, 2, 29, 10, 30)))
    datetime.datetime(2024, 2, 29, 10, 30)
    """
    return _EPOCH + timedelta(microseconds=number)


def series_of(name: str, numbers: IntArray) -> pl.Series:
    """Return a column of moments; null is never."""
    column = pl.Series(name, numbers, dtype=pl.Int64)
    return pl.select(pl.when(column != NEVER).then(column)).to_series().cast(pl.Datetime("us")).alias(name)
