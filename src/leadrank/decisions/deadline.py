"""By when: a deadline as people write it, as a moment."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, tzinfo

from leadrank.local_days import utc, wall

_HOURS = {
    "second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "fortnight": 336.0, "month": 720.0, "quarter": 2184.0,
    "year": 8760.0,
}
"""As in a project file: a month has 30 days."""
_SHORT = {"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "w": "week", "wk": "week"}
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}
_WORDS = {
    "immediately": (0, "hour"), "asap": (0, "hour"), "now": (0, "hour"), "hourly": (1, "hour"), "daily": (1, "day"), "weekly": (1, "week"),
    "fortnightly": (1, "fortnight"), "monthly": (1, "month"), "quarterly": (1, "quarter"), "yearly": (1, "year"), "annually": (1, "year"),
}
_NUMBER = rf"(?:\d{{1,9}}(?:\.\d{{1,9}})?|\b(?:{'|'.join(_NUMBERS)})\b)"
_WORKING = r"(?P<working>business|working)?"
_UNIT = rf"(?P<unit>{'|'.join([*_HOURS, *sorted(_SHORT, key=len, reverse=True)])})s?\b"
_LENGTH = re.compile(rf"(?:(?P<early>{_NUMBER})\s*[a-z]*\s*(?:-|–|—|to|or|and)\s*)?(?P<late>{_NUMBER})[\s-]*{_WORKING}\s*{_UNIT}")
_PERIOD = re.compile(rf"\b(?P<which>every|each|once an?|this|same|next)\s+{_WORKING}\s*(?P<unit>hour|day|week|month|quarter|year)\b")


def due_at(within: str, since: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment at which a deadline ends, or None where the text names none.

    Of a range the later end counts. A month has 30 days and a quarter 91, as in a project file; "today", "tomorrow" and "next month" end with the
    day or month that they name; business days leave out Saturdays and Sundays, not holidays.

    Parameters
    ----------
    within
        As a tier has it: "24 hours", "3-5 days", "within 2 weeks", "monthly", "next month"; "" has no deadline.
    since
        When the time began, in naive UTC, as the answer.
    zone
        Whose days, months and weekends they are.

    Examples
    --------
    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> since = datetime(2026, 3, 4, 9, 30)
    >>> [str(due_at(text, since, UTC)) for text in ("24 hours", "3-5 days", "monthly")]
    ['2026-03-05 09:30:00', '2026-03-09 09:30:00', '2026-04-03 09:30:00']
    >>> str(due_at("next month", since, UTC)), str(due_at("today", since, ZoneInfo("Asia/Kolkata"))), due_at("", since, UTC)
    ('2026-05-01 00:00:00', '2026-03-04 18:30:00', None)
    """
    text = within.lower()
    try:
        return _by_length(text, since, zone) or _by_period(text, since, zone) or _by_word(text, since, zone)
    except (OverflowError, ValueError):  # later than the calendar goes
        return None


def _by_length(text: str, since: datetime, zone: tzinfo) -> datetime | None:
    found = _LENGTH.search(text)
    if found is None:
        return None
    number = max(_number(found["early"] or found["late"]), _number(found["late"]))
    return _after(since, number, found["unit"], zone, working=found["working"] is not None)


def _by_period(text: str, since: datetime, zone: tzinfo) -> datetime | None:
    found = _PERIOD.search(text)
    if found is None:
        return None
    if found["which"] in {"this", "same", "next"}:
        return _end_of(since, found["unit"], zone, ahead=int(found["which"] == "next"))
    return _after(since, 1, found["unit"], zone, working=found["working"] is not None)


def _by_word(text: str, since: datetime, zone: tzinfo) -> datetime | None:
    for day in ("today", "tomorrow"):
        if re.search(rf"\b{day}\b", text):
            return _end_of(since, "day", zone, ahead=int(day == "tomorrow"))
    for word, (number, unit) in _WORDS.items():
        if re.search(rf"\b{word}\b", text):
            return _after(since, number, unit, zone)
    return None


def _number(text: str) -> float:
    return float(_NUMBERS.get(text) or text)


def _after(since: datetime, number: float, unit: str, zone: tzinfo, *, working: bool = False) -> datetime:
    unit = _SHORT.get(unit, unit)
    if not working or unit != "day":
        return since + timedelta(hours=number * _HOURS[unit])
    return max(utc(_working_days_after(wall(since, zone), math.ceil(number)), zone), since)


def _working_days_after(shown: datetime, number: int) -> datetime:
    weeks, days = divmod(number, 5)
    moment = shown - timedelta(days=max(0, shown.weekday() - 4)) + timedelta(weeks=weeks)
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


def _end_of(since: datetime, unit: str, zone: tzinfo, *, ahead: int) -> datetime:
    """Return the moment at which this hour, day, week, month, quarter or year is over, or one that is so many ahead."""
    return max(utc(_turn(wall(since, zone), unit, ahead), zone), since)


def _turn(shown: datetime, unit: str, ahead: int) -> datetime:
    """Return what the clocks show when it is over."""
    day = shown.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "hour":
        return shown.replace(minute=0, second=0, microsecond=0) + timedelta(hours=ahead + 1)
    if unit in {"day", "week"}:
        length = 7 if unit == "week" else 1
        return day - timedelta(days=day.weekday() if unit == "week" else 0) + timedelta(days=length * (ahead + 1))
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    count = shown.year * 12 + (shown.month - 1) // months * months + months * (ahead + 1)
    return day.replace(year=count // 12, month=count % 12 + 1, day=1)
