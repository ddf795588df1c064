"""Deadlines as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.decisions import due_at
from leadrank.decisions.tiers import ACTIONS
from leadrank.project import days_of

moment = datetime.fromisoformat
SINCE = moment("2026-03-04 09:30")  # a Wednesday


@pytest.mark.parametrize(("within", "hours"), [
    ("24 hours", 24), ("4 hours", 4), ("1 hour", 1), ("3-5 days", 120), ("3–5 days", 120), ("3 to 5 days", 120), ("2 days", 48),
    ("within 2 weeks", 336), ("1 month", 720), ("monthly", 720), ("once a month", 720), ("every 2 weeks", 336), ("weekly", 168), ("24h", 24),
    ("48 hrs", 48), ("30 min", 0.5), ("24-hour", 24), ("an hour", 1), ("two days", 48), ("1.5 days", 36), ("1 hour to 2 days", 48),
    ("immediately", 0), ("Within 24 Hours", 24), ("1 quarter", 2184), ("every day", 24),
    ("Priority follow-up within 24 hours. Assign to senior sales team.", 24),
    ("Follow-up within 3-5 days. Send targeted property recommendations.", 120),
    ("Add to nurture campaign. Send educational content monthly.", 720),
    ("Monthly nurture email", 720),
])
def test_a_length_of_time_ends_so_much_later(within, hours):
    assert due_at(within, SINCE, UTC) == SINCE + timedelta(hours=hours)


@pytest.mark.parametrize(("within", "end"), [
    ("next month", moment("2026-05-01")), ("this month", moment("2026-04-01")), ("today", moment("2026-03-05")), ("same day", moment("2026-03-05")),
    ("by tomorrow", moment("2026-03-06")), ("next day", moment("2026-03-06")), ("this week", moment("2026-03-09")),
    ("next week", moment("2026-03-16")), ("next quarter", moment("2026-07-01")), ("next year", moment("2028-01-01")),
    ("next hour", moment("2026-03-04 11:00")),
])
def test_a_named_day_or_month_ends_with_itself(within, end):
    assert due_at(within, SINCE, UTC) == end


def test_next_month_at_the_end_of_a_year_lies_in_the_next():
    assert due_at("next month", moment("2026-12-31 23:00"), UTC) == moment("2027-02-01")
    assert due_at("next month", moment("2026-11-30"), UTC) == moment("2027-01-01")


@pytest.mark.parametrize(("day", "within", "end"), [
    (4, "2 business days", 6), (4, "3 business days", 9), (6, "1 working day", 9), (7, "1 business day", 9), (7, "5 business days", 13),
    (8, "4 business days", 12), (4, "3-5 business days", 11), (4, "10 business days", 18), (7, "0 business days", 7),
])
def test_business_days_leave_out_the_weekend(day, within, end):
    assert due_at(within, moment(f"2026-03-{day:02} 09:00"), UTC) == moment(f"2026-03-{end:02} 09:00")


@pytest.mark.parametrize("within", ["", "   ", "whenever", "soon", "Friday", "7", "-", "999999999 years", "call 3 times"])
def test_what_names_no_time_is_no_deadline(within):
    assert due_at(within, SINCE, UTC) is None


@pytest.mark.parametrize("within", [deadline for _, deadline in ACTIONS.values()])
def test_our_own_tiers_have_deadlines(within):
    assert due_at(within, SINCE, UTC) > SINCE


@given(st.integers(0, 500), st.sampled_from(["hours", "days", "weeks", "months", "quarters", "years"]))
def test_lengths_are_those_of_a_project_file(number, unit):
    assert due_at(f"{number} {unit}", SINCE, UTC) - SINCE == timedelta(days=days_of(f"{number} {unit}"))


@given(st.text() | st.from_regex(r"[0-9.]{0,12}( ?- ?[0-9]{1,9})? ?(business )?(hours?|days?|weeks|months|years|next year)"), st.datetimes())
def test_no_text_breaks_it_and_no_deadline_lies_in_the_past(within, since):
    end = due_at(within, since, UTC)
    assert end is None or end >= since


@pytest.mark.parametrize(("within", "zone", "end"), [
    ("today", "Asia/Kolkata", "2026-03-04 18:30"), ("tomorrow", "Asia/Kolkata", "2026-03-05 18:30"),
    ("today", "Pacific/Kiritimati", "2026-03-04 10:00"), ("today", "Pacific/Pago_Pago", "2026-03-04 11:00"),
    ("this week", "America/New_York", "2026-03-09 04:00"), ("next month", "Asia/Kolkata", "2026-04-30 18:30"),
    ("this hour", "Asia/Kolkata", "2026-03-04 09:30"), ("24 hours", "Asia/Kolkata", "2026-03-05 09:30"),
])
def test_named_days_end_where_the_team_is_and_lengths_are_the_same_everywhere(within, zone, end):
    since = SINCE if within != "this hour" else moment("2026-03-04 09:10")
    assert due_at(within, since, ZoneInfo(zone)) == moment(end)


def test_a_working_day_keeps_the_hour_while_clocks_turn_and_the_weekend_is_the_teams():
    friday_noon = moment("2026-03-27 11:00")
    assert due_at("1 business day", friday_noon, ZoneInfo("Europe/Berlin")) == moment("2026-03-30 10:00")
    saturday_in_kolkata = moment("2026-03-06 20:00")
    assert due_at("1 business day", saturday_in_kolkata, UTC) == moment("2026-03-09 20:00")
    assert due_at("1 business day", saturday_in_kolkata, ZoneInfo("Asia/Kolkata")) == moment("2026-03-08 20:00")


@given(
    st.sampled_from(["today", "tomorrow", "this hour", "next week", "this month", "2 business days", "next year"]), st.datetimes(),
    st.sampled_from(["Asia/Kolkata", "Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Pacific/Pago_Pago"]),
)
def test_no_deadline_lies_in_the_past_in_any_zone(within, since, zone):
    end = due_at(within, since, ZoneInfo(zone))
    assert end is None or end >= since
