"""Dates as people write them: ISO, day first, month first, month names, with or without a time and a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_TIME = (
    r"(?:(?:[T ]|, )(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)? ?(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
)
_ISO = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME, re.ASCII)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})" + _TIME, re.ASCII)
_NUMERIC = re.compile(r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_part>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})" + _TIME, re.ASCII)
_NAMED = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/ .]{0,2}(?P<name>[A-Za-z]{3,9})\.?[-/ ,]{1,2}(?P<year>\d{4}|\d{2})" + _TIME, re.ASCII),
    re.compile(r"(?P<name>[A-Za-z]{3,9})\.?[- ](?P<day>\d{1,2})(?:st|nd|rd|th)?(?:, ?|[- ])(?P<year>\d{4})" + _TIME, re.ASCII),
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ", re.IGNORECASE)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


def parse_date(text: str, day_first: bool = True) -> datetime | None:
    """Read a tidy text as a moment, or return None.

    A zone is converted to UTC and dropped; two-digit years up to 68 are 20xx, as in POSIX.

    Examples
    --------
    >>> parse_date("2024-02-29 10:30")
    datetime.datetime(2024, 2, 29, 10, 30)
    >>> parse_date("03/04/2024", day_first=False), parse_date("30 Feb 2024")
    (datetime.datetime(2024, 3, 4, 0, 0), None)
    """
    if not (6 <= len(text) <= 48) or not any(c.isdigit() for c in text):
        return None
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _moment(match, int(match["year"]), int(match["month"]), int(match["day"]))
    if match := _NUMERIC.fullmatch(text):
        first, second = int(match["first"]), int(match["second_part"])
        day, month = (first, second) if day_first else (second, first)
        return _moment(match, _full_year(match["year"]), month, day)
    bare = _WEEKDAY.sub("", text)
    for shape in _NAMED:
        if (match := shape.fullmatch(bare)) and (month := _month(match["name"])):
            return _moment(match, _full_year(match["year"]), month, int(match["day"]))
    return None


def _month(name: str) -> int:
    name = name.lower()
    return next((i for i, full in enumerate(_MONTHS, start=1) if full == name or full[:3] == name or (name == "sept" and i == 9)), 0)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= 68 else 1900)


def _moment(match: re.Match[str], year: int, month: int, day: int) -> datetime | None:
    hour, half = int(match["hour"] or 0), (match["half"] or "").replace(".", "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    micro = int((match["fraction"] or "0").ljust(6, "0")[:6])
    try:
        # The zone's own offset stands in the text, so the naive reading is only an intermediate.
        moment = datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), micro, tzinfo=_zone(match["zone"]))
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text in {"Z", "UTC", "GMT"}:
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)))


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Cells whose first (second) number exceeds 12, cells that prove nothing, and which position is constant."""

    day_first: int
    month_first: int
    unsure: int
    dotted: int
    only_first: bool
    only_second: bool

    @property
    def decided(self) -> bool | None:
        """Whether days come first; None where nothing tells."""
        if self.day_first or self.month_first:
            return self.day_first >= self.month_first
        if self.unsure and self.dotted == self.unsure:
            return True
        if self.only_first != self.only_second:
            return self.only_first
        return None


def date_order(texts: Iterable[tuple[str, int]]) -> DateOrder:
    """Weigh the evidence in a column of dates written with two leading numbers.

    A constant 1 in one position is the first day of the month, where the other position varies.

    Examples
    --------
    >>> date_order([("13/02/2024", 2), ("01/02/2024", 5)]).decided
    True
    """
    day = month = unsure = dotted = 0
    firsts, seconds = set(), set()
    for text, count in texts:
        if not (match := _NUMERIC.fullmatch(text)):
            continue
        first, second = int(match["first"]), int(match["second_part"])
        firsts.add(first)
        seconds.add(second)
        dotted += count * (match["mark"] == ".")
        day += count * (first > 12 >= second)
        month += count * (second > 12 >= first)
        unsure += count * (first <= 12 and second <= 12)
    return DateOrder(day, month, unsure, dotted, firsts == {1} and len(seconds) > 1, seconds == {1} and len(firsts) > 1)
