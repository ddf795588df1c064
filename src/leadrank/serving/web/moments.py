"""Moments as people say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from leadrank.errors import UsageError
from leadrank.local_days import read_day
from leadrank.pages.words import plural

SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words, and whether it is missed, near, or neither."""

    words: str
    state: Literal["late", "soon", "", "done"]


def span(seconds: float) -> str:
    """Say a length of time with the unit that matters.

    Examples
    --------
    >>> span(30), span(200), span(7200), span(30 * 3600), span(12 * 86400), span(90 * 86400)
    ('1 minute', '3 minutes', '2 hours', '30 hours', '12 days', '3 months')
    """
    if seconds < 5400:
        return plural(max(1, round(seconds / 60)), "minute")
    if seconds < 48 * 3600:
        return plural(round(seconds / 3600), "hour")
    if seconds < 60 * 86_400:
        return plural(round(seconds / 86_400), "day")
    return plural(round(seconds / (30.4 * 86_400)), "month")


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago something was, or in how long it will be.

    Examples
    --------
    >>> ago(datetime(2026, 3, 1), datetime(2026, 3, 4)), ago(datetime(2026, 3, 4, 1), datetime(2026, 3, 4))
    ('3 days ago', 'in 60 minutes')
    >>> ago(datetime(2026, 3, 1), datetime(2026, 3, 1)), ago(None, datetime(2026, 3, 4))
    ('just now', 'never')
    """
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 45:
        return "just now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def day_given(text: str) -> date:
    """Read a day that a person gave; whose day it is, is for the caller to say.

    Raises
    ------
    UsageError
        It is none.

    Examples
    --------
    >>> day_given("2026-03-31")
    datetime.date(2026, 3, 31)
    """
    try:
        return read_day(text)
    except ValueError:
        raise UsageError(f"Expected a day, got {text[:40]!r}.", "Write it like 2026-03-31.") from None


def due(moment: datetime | None, contacted: datetime | None, now: datetime) -> Due:
    """Say a deadline; a lead that was contacted has none left to miss.

    Examples
    --------
    >>> noon = datetime(2026, 3, 4, 12)
    >>> due(noon, None, noon + timedelta(hours=3))
    Due(words='3 hours late', state='late')
    >>> due(noon, None, noon - timedelta(hours=3)).state, due(noon, noon, noon).state, due(None, None, noon).words
    ('soon', 'done', 'no deadline')
    """
    if contacted is not None:
        return Due(f"contacted {ago(contacted, now)}", "done")
    if moment is None:
        return Due("no deadline", "")
    left = (moment - now).total_seconds()
    if left < 0:
        return Due(f"{span(-left)} late", "late")
    return Due(f"in {span(left)}", "soon" if left < SOON.total_seconds() else "")
