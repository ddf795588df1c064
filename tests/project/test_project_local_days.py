"""Days of a zone: they begin where its clocks turn, follow each other without a gap, and hold the moments that lie on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.local_days import clock_time, day_of, days_later, end_of, read_day, start_of, utc, wall

ZONES = (
    "UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "Europe/Dublin", "America/Sao_Paulo", "America/Havana", "America/New_York",
    "America/Asuncion", "Asia/Beirut", "Asia/Tehran", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Antarctica/Troll", "Atlantic/Azores",
)
"""Far from UTC to both sides, by halves and quarters of an hour, with clocks that turn at midnight, by half an hour, or over the date line."""
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1970, 1, 2), date(2037, 12, 30))
moments = st.datetimes(datetime.fromisoformat("1970-01-02"), datetime.fromisoformat("2037-12-30"))
DATE_LINE = {("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))}
"""Days that a place never had."""


@given(days, zones)
def test_a_day_holds_its_moments_and_neither_the_one_before_it_nor_its_end(day, zone):
    start, end = start_of(day, zone), end_of(day, zone)
    if (zone.key, day) in DATE_LINE:
        assert start == end
        return
    assert day_of(start, zone) == day == day_of(end - timedelta(microseconds=1), zone)
    assert day_of(start - timedelta(microseconds=1), zone) < day < day_of(end, zone)
    assert timedelta(hours=22) < end - start < timedelta(hours=26)


@given(moments, zones)
def test_a_moment_lies_between_the_ends_of_its_day_and_comes_back_from_the_wall(moment, zone):
    day = day_of(moment, zone)
    assert start_of(day, zone) <= moment < end_of(day, zone)
    assert utc(wall(moment, zone), zone) == moment


@given(days, zones)
def test_days_follow_each_other_without_a_gap(day, zone):
    assert end_of(day, zone) == start_of(day + timedelta(days=1), zone)


@pytest.mark.parametrize(("name", "day", "start", "hours"), [
    ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00", 23), ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", 25),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00", 23),  # from midnight it was at once one o'clock
    ("America/Sao_Paulo", "2018-02-17", "2018-02-17 02:00", 25),  # at midnight it was eleven again
    ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25), ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
    ("Asia/Kolkata", "2026-03-02", "2026-03-01 18:30", 24), ("Pacific/Kiritimati", "2026-03-02", "2026-03-01 10:00", 24),
])
def test_days_begin_and_last_as_the_clocks_of_the_place_say(name, day, start, hours):
    zone = ZoneInfo(name)
    begins = start_of(date.fromisoformat(day), zone)
    assert begins == datetime.fromisoformat(start)
    assert end_of(date.fromisoformat(day), zone) - begins == timedelta(hours=hours)


@given(moments, st.integers(-400, 400), zones)
def test_some_days_later_the_clock_shows_the_same_unless_it_skipped_that(moment, number, zone):
    then = wall(moment, zone) + timedelta(days=number)
    shown = wall(days_later(moment, number, zone), zone)
    assert abs(shown - then) in {timedelta(0), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(days=1)}
    assert shown == then or wall(utc(then, zone), zone) != then


@given(st.sampled_from([datetime.min, datetime.max]), zones)  # noqa: DTZ901 - moments inside are naive UTC
def test_the_ends_of_the_calendar_break_nothing(moment, zone):
    assert abs(utc(wall(moment, zone), zone) - moment) <= timedelta(days=1)
    assert clock_time(moment, zone)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-03-01T12:00", "1/3/2026"])
def test_what_is_no_day_that_could_be_meant_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        read_day(text)


def test_a_clock_time_says_which_of_two_hours_of_the_same_name_it_is():
    berlin = ZoneInfo("Europe/Berlin")
    said = [clock_time(datetime.fromisoformat(text), berlin) for text in ("2026-10-25 00:30", "2026-10-25 01:30")]
    assert said == ["25 Oct 2026, 02:30 CEST", "25 Oct 2026, 02:30 CET"]


def test_a_zone_without_a_name_of_its_own_is_told_by_its_distance():
    moment = datetime.fromisoformat("2018-11-04 12:00")
    assert clock_time(moment, ZoneInfo("America/Sao_Paulo")) == "04 Nov 2018, 10:00 UTC-02:00"
    assert clock_time(moment, UTC) == "04 Nov 2018, 12:00 UTC"
