"""When things happened, and from when they were known: in microseconds since 1970, UTC.

A day without a time of day is over, and known, at its next midnight. What does not tell when it was written down counts as known from the
beginning; an event is never known before it happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from leadrank.frames import pl
from leadrank.project import EventTable
from leadrank.types import FloatArray, IntArray

NEVER = int(np.iinfo(np.int64).max)
"""A moment that is not told, or did not come."""
LONG_AGO = -(1 << 62)
"""A moment before everything."""
DAY = 86_400_000_000
HOUR = 3_600_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC


@dataclass(frozen=True, slots=True)
class Clock:
    """A column with moments; `by_day` says that it tells days, each of which is known when it is over."""

    column: str
    by_day: bool


def clock_of(table: pl.DataFrame, column: str) -> Clock:
    """Judge by its values whether a column tells days."""
    return Clock(column, is_by_day(table[column]))


def clocks_of(event: EventTable, table: pl.DataFrame) -> tuple[Clock, Clock | None]:
    """Return the columns of an event table that tell when events happened and when they were written down."""
    return clock_of(table, event.occurred_at), None if event.known_at is None else clock_of(table, event.known_at)


def happened_and_known(table: pl.DataFrame, occurred_at: Clock, known_at: Clock | None) -> tuple[IntArray, IntArray]:
    """Return when each event of a table happened, and from when it was known.

    Examples
    --------
    >>> days = [datetime(1970, 1, 2)] * 3
    >>> table = pl.DataFrame({"on": days, "entered": [None, datetime(1970, 1, 1, 9), datetime(1970, 1, 5, 12)]})
    >>> [days_of(moments).tolist() for moments in happened_and_known(table, Clock("on", True), Clock("entered", False))]
    [[2.0, 2.0, 2.0], [2.0, 2.0, 4.5]]
    """
    occurred = counted_from(table[occurred_at.column], by_day=occurred_at.by_day)
    return occurred, occurred if known_at is None else np.maximum(occurred, held_from(table, known_at))


def held_from(table: pl.DataFrame, known_at: Clock | None) -> IntArray:
    """Return from when each row of a table holds."""
    if known_at is None:
        return np.full(table.height, LONG_AGO)
    return counted_from(table[known_at.column], by_day=known_at.by_day, missing=LONG_AGO)


def counted_from(moments: pl.Series, *, by_day: bool, missing: int = NEVER) -> IntArray:
    """Return from when each moment counts: itself, or the next midnight where the column tells days."""
    numbers = microseconds(moments, missing)
    return np.where(numbers == missing, missing, numbers + DAY) if by_day else numbers


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


def days_of(span: IntArray) -> FloatArray:
    """Return microseconds as days."""
    days: FloatArray = span / DAY
    return days


def number_of(moment: datetime, *, by_day: bool = False) -> int:
    """Return one moment as `counted_from` does.

    Examples
    --------
    >>> number_of(datetime(1970, 1, 1, 0, 0, 1)), number_of(datetime(1970, 1, 1), by_day=True) == DAY
    (1000000, True)
    """
    return (moment - _EPOCH) // timedelta(microseconds=1) + (DAY if by_day else 0)


def moment_of(number: float) -> datetime:
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


def read_moment(text: str) -> datetime:
    """Read a moment in ISO 8601; one without a zone is UTC.

    Examples
    --------
    >>> read_moment("2025-06-30"), read_moment("2025-06-30T12:00+02:00")
    (datetime.datetime(2025, 6, 30, 0, 0), datetime.datetime(2025, 6, 30, 10, 0))
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
