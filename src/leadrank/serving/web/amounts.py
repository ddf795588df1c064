"""Amounts as people type them, and as a form shows them again."""

from __future__ import annotations

import re
from decimal import Decimal

from leadrank.errors import UsageError

_PLAIN = re.compile(r"-?(\d+[.,]?\d*|[.,]\d+)")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}([ .,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d*)?")
_EITHER = re.compile(r"(-?(?!0)\d+)[.,](\d{3})")


def amount(text: str) -> float | None:
    """Read an amount, with a comma or a point before its cents; nobody guesses whether 1.250 are thousands.

    Raises
    ------
    UsageError
        It is none, or it means one thing here and another there.

    Examples
    --------
    >>> amount("1,250.50"), amount("1.250,50"), amount("1 250"), amount("12,5"), amount("0.125"), amount(" ")
    (1250.5, 1250.5, 1250.0, 12.5, 0.125, None)
    >>> amount("12.500")
    Traceback (most recent call last):
    ...
    leadrank.errors.UsageError: '12.500' may be 12500 or 12.50.
      Write 12500 or 12.50.
    """
    tidy = " ".join(text.split())
    if not tidy:
        return None
    if either := _EITHER.fullmatch(tidy):
        whole, rest = either.groups()
        meant = f"{whole}{rest} or {as_typed(float(f'{whole}.{rest}'))}"
        raise UsageError(f"{tidy[:40]!r} may be {meant}.", f"Write {meant}.")
    if grouped := _GROUPED.fullmatch(tidy):
        return float(tidy.replace(grouped[1], "").replace(",", "."))
    if _PLAIN.fullmatch(tidy):
        return float(tidy.replace(",", "."))
    raise UsageError(f"Expected an amount, got {text[:40]!r}.", "Write it like 1250 or 1250.50.")


def as_typed(value: float) -> str:
    """Write an amount so that `amount` reads the same one.

    Examples
    --------
    >>> as_typed(1250.0), as_typed(1250.5), as_typed(1.125), as_typed(1e7)
    ('1250', '1250.50', '1.1250', '10000000')
    """
    whole, _, rest = format(Decimal(repr(value)), "f").partition(".")
    cents = rest.rstrip("0")
    if not cents:
        return whole
    # Three digits behind the point might be thousands.
    return f"{whole}.{cents.ljust(4 if len(cents) == 3 else 2, '0')}"
