"""What people do with a lead, and what of it counts for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadrank.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from leadrank.operations import queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store.connect import Store

DAY = timedelta(days=1)
PAST, FAR = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")
KEEN = {"visits": 9, "source": "reference", "age": 50}
COLD = {"visits": 0, "source": "web", "age": 30}


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


@pytest.fixture
def hers(store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime) -> Desk:
    """Give a desk at which L1 is Ann's."""
    desk = desk_of("small", store)
    staff(desk)
    take_leads(desk, people["ann"], [NewLead("L1", KEEN)], now=now)
    return desk


def test_the_first_contact_ends_the_deadline_and_later_ones_are_kept(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    first = work.contact(hers, ann, "L1", channel="call", cost=3.5, note=" no answer ", at=now, now=now + DAY)
    second = work.contact(hers, ann, "L1", channel="email", now=now + 2 * DAY)
    assert first.contacted_at == second.contacted_at == now
    told = queue.history(hers, ann, "L1", now=now).contacts
    assert [(row.channel, row.note, row.cost, row.tier) for row in told] == [("email", "", None, "High"), ("call", "no answer", 3.5, "High")]
    assert told[0].due_at == now + DAY


def test_a_contact_dated_back_before_the_first_one_is_the_first_until_it_is_taken_back(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, hour = people["ann"], timedelta(hours=1)
    work.contact(hers, ann, "L1", channel="call", at=now + 5 * hour, now=now + DAY)
    work.contact(hers, ann, "L1", channel="call", at=now + 3 * hour, now=now + DAY)
    work.contact(hers, ann, "L1", channel="call", now=now + DAY)
    assert work.take_back_contact(hers, ann, "L1", now=now + DAY).contacted_at == now + 3 * hour
    assert work.contact(hers, ann, "L1", channel="call", at=now + hour, now=now + DAY).contacted_at == now + hour
    assert work.take_back_contact(hers, ann, "L1", now=now + DAY).contacted_at == now + 3 * hour


def test_an_outcome_closes_the_lead_once_and_another_one_corrects_it(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    work.outcome(hers, ann, "L1", converted=True, value=120.0, now=now)
    assert work.outcome(hers, ann, "L1", converted=True, value=120.0, now=now + DAY).status == "converted"
    assert queue.queue(hers, ann, now=now).total == 0
    assert work.outcome(hers, ann, "L1", converted=False, now=now + DAY).status == "lost"
    assert len(queue.history(hers, ann, "L1", now=now).outcomes) == 2
    for refused in (work.snooze, work.wake):
        with pytest.raises(ConflictError, match="closed"):
            refused(hers, ann, "L1", **({"until": now + DAY} if refused is work.snooze else {}), now=now)


def test_an_outcome_is_corrected_back_to_the_first_one_although_the_second_was_dated_before_it(
    hers: Desk, people: dict[str, Who], now: datetime
) -> None:
    ann, later = people["ann"], now + 2 * DAY
    work.outcome(hers, ann, "L1", converted=False, now=later)
    work.outcome(hers, ann, "L1", converted=True, value=5000.0, at=now + DAY, now=later)
    assert work.outcome(hers, ann, "L1", converted=False, now=later).status == "lost"
    assert [one.converted for one in queue.history(hers, ann, "L1", now=later).outcomes] == [False, True, False]


def test_who_saw_another_outcome_than_the_one_that_stands_corrects_nothing(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, meg = people["ann"], people["meg"]
    work.outcome(hers, meg, "L1", converted=True, value=8000.0, note="by phone", seen=0, now=now)
    with pytest.raises(ConflictError, match="'L1' was marked Won 8,000 by meg meanwhile"):
        work.outcome(hers, ann, "L1", converted=False, seen=0, now=now)
    assert work.outcome(hers, ann, "L1", converted=True, value=8000.0, note="by phone", seen=0, now=now).status == "converted"
    (stands,) = queue.history(hers, ann, "L1", now=now).outcomes
    work.outcome(hers, ann, "L1", converted=False, note="fell\r\nthrough ", seen=stands.id, now=now)
    with pytest.raises(ConflictError, match="marked Lost by ann"):
        work.outcome(hers, meg, "L1", converted=True, seen=stands.id, now=now)
    work.reopen(hers, ann, "L1", now=now)
    with pytest.raises(ConflictError, match="opened again by ann"):
        work.outcome(hers, meg, "L1", converted=True, seen=stands.id, now=now)
    assert work.outcome(hers, meg, "L1", converted=True, seen=0, now=now).status == "converted"
    assert [one.note for one in queue.history(hers, ann, "L1", now=now).outcomes] == ["", "", "fell\nthrough", "by phone"]


def test_feedback_keeps_the_score_that_it_is_about_and_asks_why(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    score = queue.lead(hers, ann, "L1", now=now).lead.score
    work.feedback(hers, ann, "L1", verdict="too high", because="a competitor", now=now)
    (told,) = queue.history(hers, ann, "L1", now=now).feedback
    assert (told.verdict, told.because, told.score, told.by) == ("too high", "a competitor", score, "ann")
    with pytest.raises(UsageError, match="Why"):
        work.feedback(hers, ann, "L1", verdict="too low", now=now)


def test_a_snoozed_lead_comes_back_with_a_new_deadline(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    work.snooze(hers, ann, "L1", until=now + 5 * DAY, because="on holiday", now=now)
    assert queue.queue(hers, ann, now=now).total == 0
    assert tick(hers, now=now + 4 * DAY).woken == 0
    assert tick(hers, now=now + 5 * DAY).woken == 1
    (lead,) = queue.queue(hers, ann, now=now).leads
    assert (lead.status, lead.snoozed_until, lead.due_at) == ("open", None, now + 6 * DAY)


def test_an_override_counts_until_it_expires_and_the_history_shows_both(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    before = queue.lead(hers, ann, "L1", now=now).lead
    forced = work.override(hers, ann, "L1", tier="Low", because="left the company", expires_at=now + 3 * DAY, now=now)
    assert (forced.tier, forced.contact, forced.action, forced.overridden_until) == ("Low", False, "Write.", now + 3 * DAY)
    assert (forced.probability, forced.score) == (before.probability, before.score)
    assert forced.worth < before.worth
    take_leads(hers, ann, [NewLead("L1", {"visits": 10})], now=now + DAY)
    held = queue.lead(hers, ann, "L1", now=now + DAY)
    assert (held.lead.tier, held.override is not None) == ("Low", True)
    assert tick(hers, now=now + 2 * DAY).ended == 0
    assert tick(hers, now=now + 3 * DAY).ended == 1
    assert tick(hers, now=now + 3 * DAY).ended == 0
    after = queue.lead(hers, ann, "L1", now=now + 3 * DAY)
    assert (after.lead.tier, after.lead.contact, after.lead.overridden_until, after.override) == ("High", True, None, None)
    told = queue.history(hers, ann, "L1", now=now)
    assert [(row.cause, row.tier) for row in told.scores] == [
        ("override ended", "High"), ("new data", "Low"), ("override", "Low"), ("created", "High"),
    ]
    assert told.scores[2].because == "ann put it into Low until 05 Mar 2026, 12:00 UTC: left the company"
    assert told.scores[0].because == "The override to Low by ann has expired"


def test_an_override_can_be_ended_before_and_raises_a_cold_lead_into_the_queue(hers: Desk, root: Who, now: datetime) -> None:
    cold = take_leads(hers, root, [NewLead("C1", COLD)], now=now)[0].lead
    assert (cold.contact, cold.owner) == (False, None)
    forced = work.override(hers, root, "C1", tier="High", because="met at the fair", expires_at=now + DAY, now=now)
    assert (forced.contact, forced.owner is not None, forced.due_at) == (True, True, now + DAY)
    back = work.end_override(hers, root, "C1", now=now + DAY / 2)
    assert (back.tier, back.contact, back.probability) == ("Low", False, cold.probability)
    assert work.end_override(hers, root, "C1", now=now + DAY / 2) == back


@pytest.mark.parametrize("wrong", [{"tier": "Hihg"}, {"because": " "}, {"expires_at": PAST}, {"expires_at": FAR}])
def test_an_override_without_tier_reason_or_end_is_refused(hers: Desk, people: dict[str, Who], now: datetime, wrong: dict[str, Any]) -> None:
    told: dict[str, Any] = {"tier": "High", "because": "known", "expires_at": now + DAY}
    with pytest.raises(UsageError):
        work.override(hers, people["ann"], "L1", **told | wrong, now=now)


def test_a_manager_gives_a_lead_to_another_rep_who_has_room(
    hers: Desk, people: dict[str, Who], staff: Callable[..., None], now: datetime
) -> None:
    staff(hers, 0, "full")
    meg = people["meg"]
    moved = work.reassign(hers, meg, "L1", owner="bob", because="ann is ill", now=now)
    assert (moved.owner, moved.team) == ("bob", "north")
    with pytest.raises(NotFoundError):
        queue.lead(hers, people["ann"], "L1", now=now)
    with pytest.raises(ConflictError, match="capacity"):
        work.reassign(hers, meg, "L1", owner="full", now=now)
    with pytest.raises(NotFoundError, match="no active rep"):
        work.reassign(hers, meg, "L1", owner="meg", now=now)
    assert work.reassign(hers, meg, "L1", owner=None, now=now).owner is None
    told = queue.history(hers, meg, "L1", now=now).assignments
    assert [(row.owner, row.because) for row in told] == [(None, "Given by meg"), ("bob", "meg: ann is ill"), ("ann", "ann brought it in")]
    assert [row.ended_at is None for row in told] == [True, False, False]


def test_nothing_happened_to_a_lead_before_it_began(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, early = people["ann"], now - timedelta(seconds=1)
    for call, told in ((work.contact, {"channel": "call"}), (work.outcome, {"converted": True})):
        with pytest.raises(UsageError, match=r"since the lead began \(2026-03-02 12:00:00 UTC\)"):
            call(hers, ann, "L1", **told, at=early, now=now + DAY)  # type: ignore[operator]
    found = queue.history(hers, ann, "L1", now=now)
    assert (found.lead.status, found.contacts, found.outcomes) == ("open", (), ())


def test_a_moment_in_whole_seconds_may_lie_in_the_second_in_which_the_lead_began(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, began = people["ann"], now + timedelta(milliseconds=700)
    take_leads(hers, ann, [NewLead("L7", KEEN)], now=began)
    assert work.contact(hers, ann, "L7", channel="call", at=now, now=now + DAY).contacted_at == began


@pytest.mark.parametrize(("call", "told"), [
    (work.contact, {"channel": ""}), (work.contact, {"channel": "call", "cost": float("nan")}), (work.contact, {"channel": "call", "at": FAR}),
    (work.outcome, {"converted": True, "value": float("inf")}), (work.feedback, {"verdict": "wrong"}), (work.snooze, {"until": PAST}),
    (work.contact, {"channel": "call", "note": "x" * 4001}),
])
def test_what_cannot_be_is_refused_in_words(
    hers: Desk, people: dict[str, Who], now: datetime, call: Callable[..., Any], told: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        call(hers, people["ann"], "L1", **told, now=now)


def test_a_rep_takes_a_lead_that_nobody_has_and_may_work_it_from_then_on(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, bob = replace(people["ann"], teamless=True), people["bob"]
    take_leads(hers, people["root"], [NewLead("L2", COLD)], now=now)
    with pytest.raises(ForbiddenError, match="Nobody has the lead 'L2'"):
        work.contact(hers, ann, "L2", channel="call", now=now)
    for _ in range(2):
        taken = work.take(hers, ann, "L2", now=now)
        assert (taken.owner, taken.team) == ("ann", "north")
    told = queue.history(hers, ann, "L2", now=now).assignments
    assert [(row.owner, row.by, row.because) for row in told] == [("ann", "ann", "Taken by ann")]
    assert work.contact(hers, ann, "L2", channel="call", now=now).contacted_at == now
    with pytest.raises(NotFoundError):
        work.take(hers, bob, "L2", now=now)


def test_a_rep_without_room_takes_none_and_a_closed_lead_is_not_taken(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    staff(desk, 0)
    ann = replace(people["ann"], teamless=True)
    take_leads(desk, people["root"], [NewLead("L1", KEEN), NewLead("L2", COLD)], now=now)
    with pytest.raises(ConflictError, match="as many as the capacity allows"):
        work.take(desk, ann, "L1", now=now)
    work.outcome(desk, people["root"], "L2", converted=False, now=now)
    with pytest.raises(ConflictError, match="closed"):
        work.take(desk, ann, "L2", now=now)
