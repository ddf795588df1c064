"""Lengths of time as people write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "quarter": 91.0, "year": 365.0}
_SHORT = {"s": "second", "min": "minute", "h": "hour", "d": "day", "w": "week"}


def days_of(value: object) -> object:
    """Read a length of time as days; a month has 30, a year 365. What is no text stays as it is.

    Raises
    ------
    ValueError
        It is no length of time.

    Examples
    --------
    >>> days_of("60 days"), days_of("2 weeks"), days_of("12 hours"), days_of(7)
    (60.0, 14.0, 0.5, 7)
    """
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value.lower())
    unit = match[2] if match is not None else ""
    unit = _SHORT.get(unit, unit.removesuffix("s")) or "day"
    if match is None or unit not in _DAYS:
        raise ValueError(f"{value!r} is no length of time; write e.g. '60 days', '2 weeks' or '12 hours'")
    return float(match[1]) * _DAYS[unit]


Days = Annotated[float, BeforeValidator(days_of), Field(gt=0, le=36_500)]
