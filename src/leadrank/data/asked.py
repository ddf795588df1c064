"""What a caller asks for: counts and names that do not fit are refused with a sentence, as is whatever else may come in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index

from leadrank.errors import UsageError, nearest

SHOWN = 60


def count_of(given: object, what: str) -> int:
    """Return a whole number, 0 or more.

    Raises
    ------
    UsageError
        Something else was given.

    Examples
    --------
    >>> count_of(3, "reasons to give")
    3
    """
    try:
        number = -1 if isinstance(given, bool) else index(given)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 0:
        raise UsageError(f"Expected the number of {what}, got {shown(given)}.", "Give a whole number, 0 or more.")
    return number


def check_kept(keep: object, columns: Sequence[str]) -> None:
    """Refuse what does not name columns of a table."""
    if isinstance(keep, str | bytes) or not isinstance(keep, Iterable):
        raise UsageError(f"Expected a list of the columns to keep, got {shown(keep)}.", 'One column is kept by keep=["name"].')
    for name in keep:
        if name not in columns:
            raise UsageError(f"The column {shown(name)} to keep is not there.", nearest(str(name), columns))


def shown(value: object) -> str:
    """Write a value for a message, not at any length.

    Examples
    --------
    >>> shown("abc"), shown(10**5000)
    ("'abc'", 'int too long to be shown')
    """
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python writes
        text = f"{type(value).__name__} too long to be shown"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
