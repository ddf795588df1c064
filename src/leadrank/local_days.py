"""Days and clock times of a team: in its own time zone, of moments that are naive UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo


def wall(moment: datetime, zone: tzinfo) -> datetime:
    """Return what the clocks on the walls of a zone show at a moment; `fold` tells which of two hours of the same name it is.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(wall(datetime(2026, 3, 1, 20), ZoneInfo("Asia/Kolkata")))
    '2026-03-02 01:30:00'
    """
    return _turned(moment, UTC, zone)


def utc(shown: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which the clocks of a zone show this: the first of two, and what is skipped as if they had gone on as before.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(utc(datetime(2026, 3, 2, 1, 30), ZoneInfo("Asia/Kolkata")))
    '2026-03-01 20:00:00'
    """
    return _turned(shown, zone, UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the day on which a moment lies.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(day_of(datetime(2026, 3, 1, 20), ZoneInfo("Asia/Kolkata")))
    '2026-03-02'
    """
    return wall(moment, zone).date()


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a day begins, which is not midnight where the clocks skip that.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> sao_paulo = ZoneInfo("America/Sao_Paulo")
    >>> str(start_of(date(2018, 11, 4), sao_paulo)), str(wall(start_of(date(2018, 11, 4), sao_paulo), sao_paulo))
    ('2018-11-04 03:00:00', '2018-11-04 01:00:00')
    """
    return utc(datetime.combine(day, time()), zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a day is over: the next one begins.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> day, berlin = date(2026, 3, 29), ZoneInfo("Europe/Berlin")
    >>> str(end_of(day, berlin) - start_of(day, berlin))
    '23:00:00'
    """
    return start_of(day + timedelta(days=1), zone)


def days_later(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the moment so many days later, or earlier, at which the clocks show the same.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(days_later(datetime(2026, 3, 28, 9), 1, ZoneInfo("Europe/Berlin")))
    '2026-03-29 08:00:00'
    """
    return utc(wall(moment, zone) + timedelta(days=days), zone)


def read_day(text: str) -> date:
    """Read a day as forms and addresses have it.

    Raises
    ------
    ValueError
        It is none, or at the ends of the calendar, where the day before or after is none.

    Examples
    --------
    >>> read_day("2026-03-31")
    datetime.date(2026, 3, 31)
    """
    day = date.fromisoformat(text)
    if not date.min.year < day.year < date.max.year:
        raise ValueError("the calendar ends there")
    return day


def clock_time(moment: datetime, zone: tzinfo) -> str:
    """Write a moment for people of a zone, and say which zone.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> [clock_time(datetime(2026, 3, 1, 20), ZoneInfo(name)) for name in ("Asia/Kolkata", "Asia/Kathmandu")]
    ['02 Mar 2026, 01:30 IST', '02 Mar 2026, 01:45 UTC+05:45']
    """
    shown = wall(moment, zone)
    return f"{shown:%d %b %Y, %H:%M} {_zone_at(shown, zone)}"


def _zone_at(shown: datetime, zone: tzinfo) -> str:
    """Return what people call the zone at this time of the year; many have no name but their distance."""
    name = zone.tzname(shown) or ""
    return name if name.isalpha() else str(timezone(zone.utcoffset(shown) or timedelta()))


def _turned(moment: datetime, given: tzinfo, wanted: tzinfo) -> datetime:
    try:
        return moment.replace(tzinfo=given).astimezone(wanted).replace(tzinfo=None)
    except OverflowError:  # at the ends of the calendar there is nothing to turn it into
        return moment
