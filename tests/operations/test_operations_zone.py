"""A team's days are its own: deadlines end with them, and what is written or given out for people tells its clock times."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import openpyxl
import polars as pl
import pytest

from leadrank.operations import queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who

KEEN = {"visits": 9, "source": "reference", "age": 60}
moment = datetime.fromisoformat
TONIGHT, TOMORROW_NIGHT = moment("2026-03-02T18:30"), moment("2026-03-03T18:30")  # midnights in Kolkata


@pytest.fixture
def theirs(desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime) -> Desk:
    """Give a desk in Kolkata at which L1 is Ann's; it came at noon UTC, half past five in the afternoon there."""
    desk = desk_of("kolkata")
    staff(desk, None, "ann", "bob", "meg")
    take_leads(desk, people["ann"], [NewLead("L1", KEEN)], now=now)
    return desk


def test_a_deadline_of_today_ends_with_the_teams_day_when_a_lead_comes_wakes_is_reopened_or_reassigned(
    theirs: Desk, people: dict[str, Who], now: datetime
) -> None:
    ann, late = people["ann"], TONIGHT + timedelta(hours=1)
    came = queue.lead(theirs, ann, "L1", now=now).lead
    assert (came.tier, came.due_within, came.due_at) == ("High", "today", TONIGHT)
    work.snooze(theirs, ann, "L1", until=late, now=now)
    assert work.wake(theirs, ann, "L1", now=late).due_at == TOMORROW_NIGHT
    work.outcome(theirs, ann, "L1", converted=False, now=late)
    assert work.reopen(theirs, ann, "L1", now=late + timedelta(days=1)).due_at == TOMORROW_NIGHT + timedelta(days=1)
    work.contact(theirs, ann, "L1", channel="call", now=late + timedelta(days=1))
    assert work.take_back_contact(theirs, ann, "L1", now=late + timedelta(days=2)).due_at == TOMORROW_NIGHT + timedelta(days=2)
    tick(theirs, now=late + timedelta(days=3))
    moved = queue.lead(theirs, people["meg"], "L1", now=now).lead
    assert (moved.owner, moved.due_at) == ("bob", TOMORROW_NIGHT + timedelta(days=3))


def test_the_history_tells_the_end_of_an_override_by_the_teams_clock(theirs: Desk, people: dict[str, Who], now: datetime) -> None:
    work.override(theirs, people["ann"], "L1", tier="Low", because="left", expires_at=TOMORROW_NIGHT, now=now)
    told = queue.history(theirs, people["ann"], "L1", now=now).scores[0].because
    assert told == "ann put it into Low until 04 Mar 2026, 00:00 IST: left"


def test_exports_tell_the_teams_clock_times_and_whose_they_are(theirs: Desk, people: dict[str, Who], now: datetime) -> None:
    row = pl.read_csv(queue.export_queue(theirs, people["ann"], now=now)).row(0, named=True)
    assert (row["created_at"], row["due_at"], row["timezone"]) == ("2026-03-02T17:30:00.000000", "2026-03-03T00:00:00.000000", "Asia/Kolkata")
    book = openpyxl.load_workbook(io.BytesIO(queue.export_queue(theirs, people["ann"], kind="xlsx", now=now)))
    heads, cells = book["leads"].iter_rows(values_only=True)
    told = dict(zip(heads, cells, strict=True))
    assert (told["created_at"], told["due_at"], told["contacted_at"]) == (moment("2026-03-02T17:30"), moment("2026-03-03"), None)
