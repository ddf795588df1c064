"""Amounts of money that somebody writes down."""

from __future__ import annotations

import math

from leadrank.bundle import LARGEST_AMOUNT
from leadrank.errors import UsageError


def amount_given(value: float | None, name: str) -> float | None:
    """Return an amount that can be one; raises `UsageError` otherwise.

    Examples
    --------
    >>> amount_given(99.5, "value"), amount_given(None, "cost")
    (99.5, None)
    """
    if value is not None and not (math.isfinite(value) and abs(value) <= LARGEST_AMOUNT):
        raise UsageError(f"The {name} should be an amount of money, and {value} came.", "Leave it out where it is not known.")
    return value
