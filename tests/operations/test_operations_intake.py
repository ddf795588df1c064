"""Leads come in once, with a score, a tier, a deadline and an owner; what changes a score is told in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadrank.errors import NotFoundError, ServiceError, UsageError
from leadrank.operations import queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.odd import OddError
from leadrank.operations.who import Who
from leadrank.score import Scorer
from leadrank.store import scores
from leadrank.store.access import page as records
from leadrank.store.connect import Store

KEEN = {"visits": 9, "source": "reference", "age": 50}
COLD = {"visits": 0, "source": "web", "age": 30}


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_a_new_lead_is_scored_tiered_routed_and_in_the_queue_on_either_database(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    staff(desk)
    (taken,) = take_leads(desk, root, [NewLead("L1", KEEN, "web form")], now=now)
    lead, expected = taken.lead, Scorer(desk.champion.current().bundle).one({**KEEN, "id": "L1"})
    assert (taken.created, taken.changed) == (True, True)
    assert abs(lead.probability - expected.probability) < 1e-9
    assert (lead.tier, lead.score, lead.contact) == ("High", expected.score, True)
    assert lead.due_at == now + timedelta(hours=24)
    assert (lead.owner, lead.team, lead.source) == ("ann", "north", "web form")
    found = queue.queue(desk, Who("ann", "rep"), now=now)
    assert [row.key for row in found.leads] == ["L1"]
    assert found.leads[0] == lead
    told = queue.history(desk, root, "L1", now=now)
    assert [(row.cause, row.because) for row in told.scores] == [("created", "First score, from web form")]
    assert [(row.owner, row.by) for row in told.assignments] == [("ann", "root")]
    assert lead.reason == f"▲ {told.scores[0].reasons[0]['sentence']}"


def test_the_same_lead_twice_changes_nothing_and_adds_no_score(desk: Desk, root: Who, now: datetime) -> None:
    first = take_leads(desk, root, [NewLead("L1", KEEN)], now=now)[0]
    again = take_leads(desk, root, [NewLead("L1", dict(reversed(KEEN.items())))], now=now + timedelta(hours=1))[0]
    assert (again.created, again.changed) == (False, False)
    assert again.lead == first.lead
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1


def test_a_changed_field_is_told_in_words_and_the_others_stay(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {**KEEN, "visits": 3})], now=now)
    taken = take_leads(desk, root, [NewLead("L1", {"visits": 8})], now=now)[0]
    assert taken.lead.fields == {**KEEN, "visits": 8}
    newest, oldest = queue.history(desk, root, "L1", now=now).scores
    assert (newest.cause, newest.because) == ("new data", "visits went from 3 to 8")
    assert newest.probability > oldest.probability
    assert newest.inputs != oldest.inputs


def test_a_sensitive_field_is_never_named_in_a_cause(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    take_leads(desk, root, [NewLead("L1", {"age": 64})], now=now)
    assert queue.history(desk, root, "L1", now=now).scores[0].because == "1 more field changed"


def test_a_field_that_the_model_does_not_read_is_kept_without_a_new_score(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    taken = take_leads(desk, root, [NewLead("L1", {"phone": "+1"})], now=now)[0]
    assert taken.changed
    assert taken.lead.fields["phone"] == "+1"
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1


def test_a_key_that_comes_twice_is_one_lead_with_the_fields_of_both(desk: Desk, root: Who, now: datetime) -> None:
    found = take_leads(desk, root, [NewLead("L1", {"visits": 9}), NewLead("L1", {"source": "reference"})], now=now)
    assert found[0] is found[1]
    assert found[0].lead.fields == {"visits": 9, "source": "reference"}


def test_problems_name_unknown_missing_unreadable_and_far_off_fields_at_once(desk: Desk, root: Who, now: datetime) -> None:
    taken = take_leads(desk, root, [NewLead("L1", {"visit": 3, "visits": "many", "source": "wbe", "note": "x"})], now=now)[0]
    told = {(notice.field, notice.problem): notice for notice in taken.problems}
    assert told.keys() == {("visit", "unknown"), ("note", "unknown"), ("visits", "unreadable"), ("source", "unseen"), ("age", "missing")}
    assert told["visit", "unknown"].suggestion == "Did you mean 'visits'?"
    assert told["source", "unseen"].suggestion == "Did you mean 'web'?"
    again = take_leads(desk, root, [NewLead("L1", {"visits": 900, "age": None})], now=now)[0]
    assert [(notice.field, notice.problem) for notice in again.problems] == [("visits", "out of range"), ("age", "blank")]


def test_a_field_that_came_before_is_not_missing_and_what_was_odd_then_is_not_told_again(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {**KEEN, "note": "x"})], now=now)
    assert take_leads(desk, root, [NewLead("L1", {"visits": 3, "dnc": "no"})], now=now)[0].problems == ()
    nothing = take_leads(desk, root, [NewLead("L2", {})], now=now)[0].problems
    assert nothing[0].problem == "empty"
    assert {notice.problem for notice in nothing[1:]} == {"missing"}


def test_a_strict_service_refuses_all_that_is_odd_at_once_and_keeps_nothing(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("strict")
    with pytest.raises(OddError) as refused:
        take_leads(desk, root, [NewLead("L0", KEEN), NewLead("L1", {"visit": 3, "visits": "many", "source": "web"})], now=now)
    assert [(n.lead, n.field, n.problem) for n in refused.value.notices] == [
        (1, "visit", "unknown"), (1, "age", "missing"), (1, "visits", "unreadable"),
    ]
    assert "of lead 'L1'" in refused.value.message
    assert queue.queue(desk, root, now=now).total == 0
    assert take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now, in_part=True)[0].problems
    assert take_leads(desk, root, [NewLead("L2", {"visit": 3})], now=now, strict=False)[0].problems


def test_a_service_is_strict_where_it_is_asked_to_be(desk: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(OddError):
        take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now, strict=True)


@pytest.mark.parametrize("key", ["", "  ", "x" * 201, "a\nb", "a\0"])
def test_what_cannot_name_a_lead_is_refused(desk: Desk, root: Who, now: datetime, key: str) -> None:
    with pytest.raises(UsageError, match="key"):
        take_leads(desk, root, [NewLead(key, {})], now=now)


def test_a_field_that_holds_a_list_is_refused_by_name(desk: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(UsageError, match="'visits'"):
        take_leads(desk, root, [NewLead("L1", {"visits": [1, 2]})], now=now)


@pytest.mark.parametrize("told", ["yes", True, 1, "since 2021"])
def test_a_do_not_call_lead_never_gets_a_call_suggested(desk: Desk, root: Who, now: datetime, told: object) -> None:
    lead = take_leads(desk, root, [NewLead("L1", {**KEEN, "dnc": told})], now=now)[0].lead
    assert lead.do_not_call
    assert lead.contact, "it may still be written to, and somebody must"
    assert lead.action.startswith("Do not call")
    assert "e-mail" in lead.action
    forced = work.override(desk, root, "L1", tier="High", because="asked for us", expires_at=now + timedelta(days=1), now=now)
    assert forced.action.startswith("Do not call")
    back = take_leads(desk, root, [NewLead("L1", {"dnc": "no"})], now=now)[0].lead
    assert back.contact
    assert back.action == "Call first."


def test_a_lead_of_which_nothing_is_known_is_not_to_be_called(desk: Desk, root: Who, now: datetime) -> None:
    lead = take_leads(desk, root, [NewLead("L1", {})], now=now)[0].lead
    assert not lead.contact
    assert lead.due_at is None


def test_a_rep_keeps_the_lead_that_it_brings_and_touches_no_other(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], root: Who, now: datetime
) -> None:
    staff(desk)
    taken = take_leads(desk, people["bob"], [NewLead("B1", KEEN)], now=now)[0]
    assert taken.lead.owner == "bob"
    assert queue.history(desk, root, "B1", now=now).assignments[0].because == "bob brought it in"
    with pytest.raises(NotFoundError):
        take_leads(desk, people["ann"], [NewLead("A1", KEEN), NewLead("B1", {"visits": 1})], now=now)
    assert queue.lead(desk, root, "B1", now=now).lead.fields == KEEN
    with pytest.raises(NotFoundError):
        queue.lead(desk, root, "A1", now=now)


def test_nothing_begins_in_the_future(desk: Desk, root: Who, now: datetime) -> None:
    begun = [now + timedelta(days=3), now - timedelta(days=3)]
    taken = take_leads(desk, root, [NewLead(f"L{k}", KEEN, created_at=at) for k, at in enumerate(begun)], now=now)
    assert [one.lead.created_at for one in taken] == [now, begun[1]]


def test_a_lead_that_converted_keeps_its_score_when_new_fields_come(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", COLD)], now=now)
    work.outcome(desk, root, "L1", converted=True, now=now)
    taken = take_leads(desk, root, [NewLead("L1", KEEN)], now=now)[0]
    assert (taken.changed, taken.lead.status, taken.lead.fields) == (True, "converted", KEEN)
    with desk.store.reading() as c:
        assert len(scores.history(c, "L1")) == 1


def test_one_call_leaves_one_access_record_without_any_value(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead(f"L{k}", {"visits": 777, "source": "secret"}) for k in range(3)], now=now)
    with desk.store.reading() as c:
        (record,) = records(c, limit=10, did="take_leads")
    assert (record.by, record.role, record.what, record.times, record.result) == ("root", "admin", "L0, L1, L2", 3, "done")
    assert "777" not in repr(record)
    assert "secret" not in repr(record)


def test_the_record_of_a_batch_names_every_lead_or_says_how_many_more_there_are(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(100)], now=now)
    queue.queue(desk, root, limit=30, now=now)
    with desk.store.reading() as c:
        (taken,), (shown,) = records(c, limit=10, did="take_leads"), records(c, limit=10, did="queue")
    named, _, more = taken.what.partition(" and ")
    assert taken.times == shown.times + 70 == 100
    assert f"{100 - len(named.split(', '))} more" == more
    assert 250 < len(taken.what) <= 300


@pytest.mark.parametrize(("before", "after"), [("1", 1), (1, "1.0"), (4.0, "4"), (" 4 ", 4), ("", None), (None, "n/a")])
def test_a_field_that_the_model_reads_alike_has_not_changed(desk: Desk, people: dict[str, Who], now: datetime, before: object, after: object) -> None:
    take_leads(desk, people["root"], [NewLead("L1", {"visits": before, "source": "web"})], now=now)
    (taken,) = take_leads(desk, people["root"], [NewLead("L1", {"visits": after, "source": "web"})], now=now)
    assert taken.changed
    assert taken.lead.fields["visits"] == after
    assert len(queue.history(desk, people["root"], "L1", now=now).scores) == 1


def test_a_lead_to_work_shows_what_speaks_for_it_and_one_aside_what_speaks_against(desk: Desk, people: dict[str, Who], now: datetime) -> None:
    rows = [NewLead(f"L{k}", {"visits": k % 13, "source": ("web", "fair", "reference")[k % 3], "age": 30 + k % 40}) for k in range(60)]
    for taken in take_leads(desk, people["root"], rows, now=now):
        score = queue.lead(desk, people["root"], taken.key, now=now).score
        assert score is not None
        wanted = "raises" if taken.lead.contact else "lowers"
        said = [reason["sentence"] for reason in score.reasons if reason["direction"] == wanted] or [score.reasons[0]["sentence"]]
        arrow, _, sentence = taken.lead.reason.partition(" ")
        assert sentence == said[0]
        assert arrow == {reason["sentence"]: {"raises": "▲", "lowers": "▼"}[reason["direction"]] for reason in score.reasons}[sentence]
    contacts = {taken.lead.contact for taken in take_leads(desk, people["root"], rows, now=now)}
    assert contacts == {True, False}


def test_every_learned_tier_but_the_last_is_worked_where_no_value_is_declared(
    desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    desk = desk_of("ordered")
    staff(desk)
    given = [NewLead(f"L{visits}", {"visits": visits, "source": "web", "age": 40}) for visits in (0, 4, 10)]
    low, medium, high = (found.lead for found in take_leads(desk, people["root"], given, now=now))
    assert [lead.tier for lead in (low, medium, high)] == ["Low", "Medium", "High"]
    assert [lead.contact for lead in (low, medium, high)] == [False, True, True]
    assert (medium.due_at, medium.owner is None, low.due_at, low.owner) == (now + timedelta(days=5), False, None, None)
    assert not desk.champion.current().scorer.one({"visits": 4, "source": "web", "age": 40}).contact


def test_scores_are_counted_once_they_are_kept_and_not_where_they_are_forgotten(
    store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of("small", store)

    def full(*_: object) -> None:
        raise ServiceError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("leadrank.store.access.add", full)
        with pytest.raises(ServiceError):
            take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now)
    assert desk.champion.tally.told() == {}
    take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now)
    assert sum(desk.champion.tally.told().values()) == 1
