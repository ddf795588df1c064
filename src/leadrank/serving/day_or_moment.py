"""Where an address takes a day: one of the team, or a moment."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Annotated

from pydantic import PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

from leadrank.local_days import end_of, read_day, start_of
from leadrank.serving.words import Moment

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = TypeAdapter(Moment)


def day_or_moment(given: object) -> date:
    """Read a plain day as a day, and anything else as a moment in naive UTC.

    Examples
    --------
    >>> day_or_moment("2026-03-31"), day_or_moment("2026-03-31T02:00:00+02:00")
    (datetime.date(2026, 3, 31), datetime.datetime(2026, 3, 31, 0, 0))
    """
    try:
        return read_day(given) if isinstance(given, str) and _DAY.fullmatch(given) else _MOMENT.validate_python(given)
    except (ValidationError, ValueError):
        raise ValueError("a day such as 2026-03-31 was expected, or a moment such as 2026-03-31T12:00:00Z") from None


def beginning(given: date, zone: tzinfo) -> datetime:
    """Return a moment as it is, and the beginning of a day.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> str(beginning(date(2026, 3, 31), timezone(timedelta(hours=5))))
    '2026-03-30 19:00:00'
    """
    return given if isinstance(given, datetime) else start_of(given, zone)


def ending(given: date, zone: tzinfo) -> datetime:
    """Return a moment as it is, and the end of a day."""
    return given if isinstance(given, datetime) else end_of(given, zone)


DayOrMoment = Annotated[
    date, PlainValidator(day_or_moment), WithJsonSchema({"anyOf": [{"type": "string", "format": form} for form in ("date", "date-time")]}),
]
"""A day of the team, which `beginning` or `ending` turns into a moment, or a moment."""
