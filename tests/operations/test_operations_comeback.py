"""A lost lead that signs up or acts again is open again, and how it ended before stays in its history and in the figures of that time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadrank.operations import accounts, planning, queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.happenings import NewEvent, take_events
from leadrank.operations.intake import NewLead, take_leads, take_many
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store.connect import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEN = {"visits": 9, "source": "reference", "age": 50, "dnc": "no"}
COLD = {"visits": 0, "source": "web", "age": 30, "dnc": "no"}


@pytest.fixture
def lost(store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime) -> Desk:
    """Give a desk at which L1 was Ann's, contacted, and lost."""
    desk, ann = desk_of("small", store), people["ann"]
    staff(desk)
    take_leads(desk, ann, [NewLead("L1", {**KEEN, "visits": 8})], now=now)
    work.contact(desk, ann, "L1", channel="call", now=now + HOUR)
    work.outcome(desk, ann, "L1", converted=False, note="no budget", now=now + 2 * HOUR)
    return desk


def test_one_that_signs_up_again_is_scored_and_routed_and_its_deadline_begins(lost: Desk, people: dict[str, Who], now: datetime) -> None:
    root, later, version = people["root"], now + 90 * DAY, lost.version()
    (taken,) = take_leads(lost, root, [NewLead("L1", KEEN)], now=later)
    back = taken.lead
    assert (taken.created, taken.changed) == (False, True)
    assert (back.status, back.owner, back.contact, back.contacted_at, back.due_at) == ("open", "ann", True, None, later + DAY)
    assert lost.version() > version
    told = queue.history(lost, root, "L1", now=later)
    assert (told.scores[0].cause, told.scores[0].because) == ("came back", "It was lost; visits went from 8 to 9")
    assert [(row.converted, row.came_back, row.note, row.by) for row in told.outcomes] == [
        (None, True, "", "root"), (False, False, "no budget", "ann"),
    ]
    assert tick(lost, now=later + DAY).reassigned == 1, "whoever misses that deadline loses the lead as ever"


def test_one_to_which_something_happened_is_open_again(lost: Desk, people: dict[str, Who], now: datetime) -> None:
    later = now + DAY
    (done,) = take_events(lost, people["root"], [NewEvent("e1", "L1", "visit", later)], now=later)
    assert (done.lead.status, done.lead.due_at) == ("open", later + DAY)
    assert queue.history(lost, people["root"], "L1", now=later).scores[0].because == "It was lost; New events: 1 of visit"
    (done,) = take_events(lost, people["root"], [NewEvent("e2", "L1", "visit", later + HOUR, add={"visits": 1})], now=later + HOUR)
    assert [row.cause for row in queue.history(lost, people["root"], "L1", now=later).scores] == ["new data", "came back", "created"]


def test_what_says_nothing_new_leaves_it_lost(lost: Desk, people: dict[str, Who], now: datetime) -> None:
    root, later = people["root"], now + DAY

    def status() -> str:
        return queue.lead(lost, root, "L1", now=later).lead.status

    for fields in ({"visits": 8}, {"visits": "8"}, {"unread": "x"}, {"dnc": "yes"}, {}):
        take_leads(lost, root, [NewLead("L1", fields, source="contact form")], now=later)
        assert status() == "lost", fields
    before = [NewEvent("e1", "L1", "visit", now + HOUR, add={"visits": 1})]
    take_events(lost, root, before, now=later)
    assert status() == "lost", "it happened before it was lost"
    take_events(lost, root, [NewEvent("e2", "L1", "unsubscribed", later, set={"dnc": "no"})], now=later)
    take_events(lost, root, before, now=later)
    assert status() == "lost"
    take_many(lost, root, [NewLead("L1", COLD)], now=later)
    assert status() == "lost", "a table tells what is known"
    assert [row.cause for row in queue.history(lost, root, "L1", now=later).scores] == ["created"]


def test_one_that_converted_stays_converted(lost: Desk, people: dict[str, Who], now: datetime) -> None:
    root = people["root"]
    work.outcome(lost, root, "L1", converted=True, now=now + 3 * HOUR)
    take_leads(lost, root, [NewLead("L1", COLD)], now=now + DAY)
    take_events(lost, root, [NewEvent("e1", "L1", "visit", now + DAY, add={"visits": 1})], now=now + DAY)
    assert queue.lead(lost, root, "L1", now=now + DAY).lead.status == "converted"


def test_how_it_ended_before_counts_in_the_figures_of_that_time_and_the_new_end_in_those_of_its_own(
    lost: Desk, people: dict[str, Who], now: datetime
) -> None:
    ann, meg = people["ann"], people["meg"]

    def ends(since: datetime, until: datetime) -> int:
        found = planning.business(lost, meg, since=since, until=until, now=now + 99 * DAY)
        assert isinstance(found, tuple)
        return next(figure.n for figure in found if figure.name == "conversion rate")

    take_leads(lost, people["root"], [NewLead("L1", KEEN)], now=now + 30 * DAY)
    assert (ends(now, now + DAY), ends(now + DAY, now + 99 * DAY)) == (1, 0)
    assert work.outcome(lost, ann, "L1", converted=False, note="no budget", now=now + 31 * DAY).status == "lost"
    work.outcome(lost, ann, "L1", converted=True, now=now + 32 * DAY)
    assert (ends(now, now + DAY), ends(now + DAY, now + 99 * DAY)) == (1, 1)
    work.reopen(lost, ann, "L1", now=now + 33 * DAY)
    assert (ends(now, now + DAY), ends(now + DAY, now + 99 * DAY)) == (1, 0)


def test_a_contact_from_before_is_none_since_it_came_back(lost: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, later = people["ann"], now + DAY
    due = take_leads(lost, people["root"], [NewLead("L1", KEEN)], now=later)[0].lead.due_at
    assert work.take_back_contact(lost, ann, "L1", now=later).contacted_at is None
    work.contact(lost, ann, "L1", channel="call", now=later + HOUR)
    back = work.take_back_contact(lost, ann, "L1", now=later + 2 * HOUR)
    assert (back.contacted_at, back.due_at) == (None, due)


def test_it_goes_to_somebody_else_where_its_rep_has_left_and_an_override_holds_again(
    lost: Desk, people: dict[str, Who], now: datetime
) -> None:
    root = people["root"]
    accounts.change_account(lost, root, "ann", role="rep", team="north", capacity=None, active=False, now=now)
    back = take_leads(lost, root, [NewLead("L1", KEEN)], now=now + DAY)[0].lead
    assert back.owner == "bob"
    work.override(lost, root, "L1", tier="Medium", because="small firm", expires_at=now + 9 * DAY, now=now + DAY)
    work.outcome(lost, root, "L1", converted=False, now=now + 2 * DAY)
    back = take_leads(lost, root, [NewLead("L1", {"visits": 10})], now=now + 3 * DAY)[0].lead
    assert (back.tier, back.overridden_until) == ("Medium", now + 9 * DAY)


def test_one_of_several_tables_is_open_again_with_an_event_of_any_table(
    store: Store, desk_of: Callable[..., Desk], people: dict[str, Who], now: datetime
) -> None:
    desk, root = desk_of("tables", store), people["root"]
    take_leads(desk, root, [NewLead("A", {"firm": "F1"})], now=now)
    work.outcome(desk, root, "A", converted=False, now=now)
    events = [NewEvent("v1", "A", "visits", now + HOUR, fields={"minutes": 9})]
    assert take_events(desk, root, events, now=now + DAY)[0].lead.status == "open"
    work.outcome(desk, root, "A", converted=False, now=now + 2 * DAY)
    sold = take_events(desk, root, [NewEvent("s1", "A", "sales", now + 3 * DAY)], now=now + 3 * DAY)
    assert sold[0].lead.status == "converted"
    assert [row.converted for row in queue.history(desk, root, "A", now=now).outcomes] == [True, False, None, False]
