"""How a lead ended, and that it was contacted, can be taken back, and its history keeps both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadrank.errors import ForbiddenError, NotFoundError
from leadrank.operations import access, accounts, planning, queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store.aggregates import contacted, first_responses
from leadrank.store.connect import Store
from leadrank.store.leads import change_lead

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEN = {"visits": 9, "source": "reference", "age": 50}


@pytest.fixture
def hers(store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime) -> Desk:
    """Give a desk at which L1 is Ann's."""
    desk = desk_of("small", store)
    staff(desk)
    take_leads(desk, people["ann"], [NewLead("L1", KEEN)], now=now)
    return desk


def test_a_lead_comes_back_with_its_deadline_and_its_owner(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    before = queue.lead(hers, ann, "L1", now=now).lead
    work.outcome(hers, ann, "L1", converted=True, value=99.0, now=now)
    back = work.reopen(hers, ann, "L1", now=now + HOUR)
    assert (back.status, back.owner, back.due_at, back.contact) == ("open", "ann", before.due_at, True)
    assert queue.queue(hers, ann, now=now).total == 1
    told = queue.history(hers, ann, "L1", now=now)
    assert [(row.converted, row.by) for row in told.outcomes] == [(None, "ann"), (True, "ann")]
    assert (told.scores[0].cause, told.scores[0].because) == ("reopened", "ann took back that it was converted")
    assert ("reopen", "L1", "done") in {(row.did, row.what, row.result) for row in access.access_log(hers, people["root"], now=now)}


def test_a_deadline_that_passed_while_it_was_closed_begins_anew_and_its_owner_keeps_it(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    work.outcome(hers, ann, "L1", converted=False, now=now)
    later = now + 30 * HOUR
    assert work.reopen(hers, ann, "L1", now=later).due_at == later + 24 * HOUR
    assert tick(hers, now=later).reassigned == 0
    assert queue.lead(hers, ann, "L1", now=later).lead.owner == "ann"
    assert tick(hers, now=later + 24 * HOUR).reassigned == 1, "whoever misses that one loses the lead as ever"


def test_one_that_was_contacted_has_no_new_deadline(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    due = work.contact(hers, ann, "L1", channel="call", now=now).due_at
    work.outcome(hers, ann, "L1", converted=False, now=now)
    assert work.reopen(hers, ann, "L1", now=now + 30 * HOUR).due_at == due
    assert tick(hers, now=now + 30 * HOUR).reassigned == 0


def test_what_was_taken_back_counts_in_no_figure_and_a_new_outcome_does(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, meg = people["ann"], people["meg"]

    def closed() -> int:
        found = planning.business(hers, meg, since=now - HOUR, until=now + 9 * HOUR, now=now + 9 * HOUR)
        assert isinstance(found, tuple)
        return next(figure.n for figure in found if figure.name == "conversion rate")

    work.outcome(hers, ann, "L1", converted=True, now=now)
    assert closed() == 1
    work.reopen(hers, ann, "L1", now=now + HOUR)
    assert closed() == 0
    assert work.outcome(hers, ann, "L1", converted=True, now=now + 2 * HOUR).status == "converted"
    assert closed() == 1
    assert len(queue.history(hers, ann, "L1", now=now).outcomes) == 3


def test_an_open_lead_stays_as_it_is(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    before = queue.lead(hers, ann, "L1", now=now).lead
    assert work.reopen(hers, ann, "L1", now=now + HOUR) == before
    work.outcome(hers, ann, "L1", converted=False, now=now)
    assert work.reopen(hers, ann, "L1", now=now + HOUR) == work.reopen(hers, ann, "L1", now=now + 2 * HOUR)
    assert queue.history(hers, ann, "L1", now=now).outcomes[0].at == now + HOUR


def test_an_owner_who_has_no_room_any_more_does_not_get_it_back(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    desk, ann = desk_of("small", store), people["ann"]
    staff(desk, 1, "ann", "bob")
    take_leads(desk, ann, [NewLead("L1", KEEN)], now=now)
    work.outcome(desk, ann, "L1", converted=False, now=now)
    take_leads(desk, ann, [NewLead("L2", KEEN)], now=now)
    assert work.reopen(desk, ann, "L1", now=now).owner == "bob"


@pytest.mark.parametrize("agrees", [True, False])
def test_a_lead_whose_owner_left_meanwhile_comes_back_to_somebody_who_works(
    hers: Desk, people: dict[str, Who], now: datetime, *, agrees: bool
) -> None:
    root = people["root"]
    work.contact(hers, root, "L1", channel="call", now=now)
    work.consent(hers, root, "L1", do_not_call=not agrees, do_not_email=not agrees, now=now)
    work.outcome(hers, root, "L1", converted=False, now=now)
    accounts.change_account(hers, root, "ann", role="rep", team="north", capacity=None, active=False, now=now)
    back = work.reopen(hers, root, "L1", now=now + HOUR)
    assert (back.contact, back.owner) == (agrees, "bob" if agrees else None)
    told = queue.history(hers, root, "L1", now=now).assignments[0]
    assert (told.owner, told.because.partition(";")[0]) == (back.owner, "ann takes no leads any more")


def test_an_open_lead_of_an_owner_who_left_finds_another_at_the_next_tick_though_it_was_contacted(
    hers: Desk, people: dict[str, Who], now: datetime
) -> None:
    root = people["root"]
    due = work.contact(hers, root, "L1", channel="call", now=now).due_at
    work.outcome(hers, root, "L1", converted=False, now=now)
    accounts.change_account(hers, root, "ann", role="rep", team="north", capacity=None, active=False, now=now)
    with hers.store.writing() as c:
        change_lead(c, "L1", status="open")
    assert tick(hers, now=now + 2 * DAY).reassigned == 1
    moved = queue.lead(hers, root, "L1", now=now).lead
    assert (moved.owner, moved.due_at) == ("bob", due)
    assert tick(hers, now=now + 2 * DAY).reassigned == 0


def test_only_who_sells_and_only_the_own_lead(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    work.outcome(hers, people["ann"], "L1", converted=False, now=now)
    with pytest.raises(NotFoundError):
        work.reopen(hers, people["bob"], "L1", now=now)
    with pytest.raises(ForbiddenError):
        work.reopen(hers, people["al"], "L1", now=now)


def test_every_way_back_into_the_list_is_told_to_those_who_watch_it(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, seen = people["ann"], [hers.version()]

    def moved() -> bool:
        seen.append(hers.version())
        return seen[-1] > seen[-2]

    work.snooze(hers, ann, "L1", until=now + HOUR, now=now)
    assert moved()
    work.wake(hers, ann, "L1", now=now)
    assert moved()
    snoozes = queue.history(hers, ann, "L1", now=now).snoozes
    assert [row.until > row.at for row in snoozes] == [False, True]
    work.outcome(hers, ann, "L1", converted=True, now=now)
    assert moved()
    work.reopen(hers, ann, "L1", now=now)
    assert moved()
    work.consent(hers, ann, "L1", do_not_call=True, do_not_email=False, now=now)
    assert moved()


def test_an_override_that_has_not_expired_meanwhile_holds_again(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    work.override(hers, ann, "L1", tier="Low", because="left the company", expires_at=now + 3 * HOUR, now=now)
    closed = work.outcome(hers, ann, "L1", converted=False, now=now)
    assert (closed.overridden_until, queue.lead(hers, ann, "L1", now=now).override) == (None, None)
    back = work.reopen(hers, ann, "L1", now=now + HOUR)
    assert (back.tier, back.contact, back.overridden_until) == ("Low", False, now + 3 * HOUR)
    told = queue.history(hers, ann, "L1", now=now).scores[0]
    assert told.because == "ann took back that it was lost; the override to Low by ann holds again"
    work.outcome(hers, ann, "L1", converted=False, now=now + HOUR)
    late = work.reopen(hers, ann, "L1", now=now + 4 * HOUR)
    assert (late.tier, late.overridden_until) == ("High", None)


def test_an_override_that_was_ended_while_the_lead_was_closed_stays_ended(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    work.override(hers, ann, "L1", tier="Low", because="left the company", expires_at=now + 3 * HOUR, now=now)
    closed = work.outcome(hers, ann, "L1", converted=False, now=now)
    assert work.end_override(hers, ann, "L1", now=now + HOUR) == closed
    assert work.reopen(hers, ann, "L1", now=now + HOUR).tier == "High"


def test_a_contact_that_was_none_is_taken_back_and_the_deadline_from_before_holds_again(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann = people["ann"]
    before, version = queue.lead(hers, ann, "L1", now=now).lead, hers.version()
    work.contact(hers, ann, "L1", channel="call", cost=3.0, now=now + HOUR)
    with hers.store.reading() as c:
        assert (contacted(c, now, now + DAY).contacts, [one.hours for one in first_responses(c, now, now + DAY)]) == (1, [1.0])
    back = work.take_back_contact(hers, ann, "L1", now=now + 2 * HOUR)
    assert (back.contacted_at, back.due_at) == (None, before.due_at)
    assert hers.version() > version
    told = queue.history(hers, ann, "L1", now=now).contacts
    assert [(row.takes_back, row.channel, row.by, row.at) for row in told] == [
        (told[1].id, "call", "ann", now + 2 * HOUR), (None, "call", "ann", now + HOUR),
    ]
    with hers.store.reading() as c:
        assert (contacted(c, now, now + DAY).cost, [one.hours for one in first_responses(c, now, now + DAY)]) == (0.0, [None])


def test_a_deadline_that_passed_meanwhile_begins_anew_when_a_contact_is_taken_back(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, late = people["ann"], now + 30 * HOUR
    work.contact(hers, ann, "L1", channel="call", now=now + HOUR)
    assert work.take_back_contact(hers, ann, "L1", now=late).due_at == late + DAY
    tick(hers, now=late + HOUR)
    assert queue.lead(hers, ann, "L1", now=late).lead.owner == "ann"


def test_only_the_own_last_contact_is_taken_back_and_the_first_that_stands_counts(hers: Desk, people: dict[str, Who], now: datetime) -> None:
    ann, meg = people["ann"], people["meg"]
    work.contact(hers, ann, "L1", channel="call", now=now)
    work.contact(hers, meg, "L1", channel="email", now=now + HOUR)
    work.contact(hers, ann, "L1", channel="sms", now=now + 2 * HOUR)
    assert work.take_back_contact(hers, ann, "L1", now=now + 3 * HOUR).contacted_at == now
    assert work.take_back_contact(hers, ann, "L1", now=now + 3 * HOUR).contacted_at == now + HOUR
    # Nothing of Ann's is left, and what Meg did is Meg's.
    assert work.take_back_contact(hers, ann, "L1", now=now + 4 * HOUR).contacted_at == now + HOUR
    assert len(queue.history(hers, ann, "L1", now=now).contacts) == 5
