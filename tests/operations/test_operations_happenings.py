"""Events count once, change their lead, and score it anew; several tables are put together as training saw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection

from leadrank.errors import ConflictError, NotFoundError, UsageError
from leadrank.operations import happenings, queue, work
from leadrank.operations.conversions import conversion_among
from leadrank.operations.desk import Desk
from leadrank.operations.happenings import NewEvent, ParentFields, take_events, take_parents
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.odd import OddError
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store.connect import Store
from leadrank.store.records import EventRow

HOUR = timedelta(hours=1)
PAST = datetime.fromisoformat("2025-06-01")


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_an_event_changes_its_lead_once_however_often_it_comes(
    store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    take_leads(desk, root, [NewLead("L1", {"visits": 3, "source": "web", "age": 40})], now=now)
    event = NewEvent("e1", "L1", "page view", now, add={"visits": 5}, set={"source": "reference"})
    first = take_events(desk, root, [event, event], now=now)
    again = take_events(desk, root, [event], now=now)
    assert [one.new for one in (*first, *again)] == [True, False, False]
    assert again[0].lead.fields == {"visits": 8, "source": "reference", "age": 40}
    told = queue.history(desk, root, "L1", now=now)
    assert [row.because for row in told.scores] == ["visits went from 3 to 8; source went from web to reference", "First score"]
    assert [row.event for row in told.events] == ["e1"]


def test_the_name_of_another_lead_s_event_is_refused_and_not_dropped_without_a_word(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {"visits": 3}), NewLead("L2", {"visits": 3})], now=now)
    take_events(desk, root, [NewEvent("ev-1", "L1", "view", now, add={"visits": 1})], now=now)
    for events in (
        [NewEvent("ev-1", "L2", "view", now, add={"visits": 1})], [NewEvent("ev-2", "L1", "view", now), NewEvent("ev-2", "L2", "view", now)],
    ):
        with pytest.raises(ConflictError, match=r"An event 'ev-.' has come with another lead than 'L2'"):
            take_events(desk, root, events, now=now)
    assert [queue.lead(desk, root, key, now=now).lead.fields["visits"] for key in ("L1", "L2")] == [4, 3]


def test_of_two_at_once_with_one_name_for_two_leads_the_later_is_refused(
    store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of("small", store)
    take_leads(desk, root, [NewLead("L1", {"visits": 3}), NewLead("L2", {"visits": 3})], now=now)
    both, write, refused = Barrier(2), happenings.add_events, list[str]()

    def write_together(c: Connection, rows: Iterable[EventRow]) -> set[str]:
        with suppress(BrokenBarrierError):  # the writers of a file never meet
            both.wait(1)
        return write(c, rows)

    def send(key: str) -> bool:
        try:
            return take_events(desk, root, [NewEvent("e", key, "view", now, add={"visits": 1})], now=now)[0].new
        except ConflictError:
            refused.append(key)
            return False

    monkeypatch.setattr(happenings, "add_events", write_together)
    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(("L1", "L2"), pool.map(send, ("L1", "L2")), strict=True))
    assert sorted(told.values()) == [False, True]
    assert refused == [key for key, new in told.items() if not new]
    assert {key: queue.lead(desk, root, key, now=now).lead.fields["visits"] for key in told} == {key: 3 + new for key, new in told.items()}


def test_odd_fields_are_told_with_the_nearest_name_as_they_are_after_the_event(desk: Desk, root: Who, now: datetime) -> None:
    event = NewEvent("e1", "L1", "view", now, add={"vists": 1, "visits": 400}, set={"sorce": "web"})
    (found,) = take_events(desk, root, [event], now=now)
    told = {(notice.field, notice.problem): notice.suggestion for notice in found.problems}
    assert told == {
        ("sorce", "unknown"): "Did you mean 'source'?", ("vists", "unknown"): "Did you mean 'visits'?", ("visits", "out of range"): "",
        ("source", "missing"): "Was it sent as 'sorce'?", ("age", "missing"): "",
    }


def test_a_strict_service_refuses_an_event_for_what_it_brings_and_not_for_what_its_lead_lacks(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now)
    with pytest.raises(OddError) as refused:
        take_events(desk, root, [NewEvent("e1", "L1", "view", now, add={"vists": 1})], now=now, strict=True)
    assert [(n.field, n.problem) for n in refused.value.notices] == [("vists", "unknown")]
    assert queue.history(desk, root, "L1", now=now).events == ()
    (found,) = take_events(desk, root, [NewEvent("e1", "L1", "view", now, add={"visits": 1})], now=now, strict=True)
    assert {notice.problem for notice in found.problems} == {"missing"}


def test_a_row_of_an_event_table_is_compared_with_that_table(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("tables")
    take_leads(desk, root, [NewLead("A", {"firm": "F1"}, created_at=now - timedelta(days=5))], now=now)
    good, odd = (NewEvent(name, "A", "visits", now, fields=fields) for name, fields in (("v1", {"minutes": 5}), ("v2", {"minute": 5})))
    fine, told = take_events(desk, root, [good, odd], now=now)
    assert fine.problems == ()
    assert {(n.field, n.problem): n.suggestion for n in told.problems} == {
        ("minute", "unknown"): "Did you mean 'minutes'?", ("minutes", "missing"): "Was it sent as 'minute'?",
    }
    (unreadable,) = take_events(desk, root, [NewEvent("v3", "A", "visits", now, fields={"minutes": "long"})], now=now)
    assert [(n.field, n.problem) for n in unreadable.problems] == [("minutes", "unreadable")]


def test_events_of_one_call_change_a_lead_in_the_order_in_which_they_happened(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now)
    late, early = (NewEvent(f"e{k}", "L1", "edit", now - timedelta(hours=k), set={"source": s}) for k, s in ((1, "fair"), (2, "web")))
    found = take_events(desk, root, [late, early], now=now)
    assert found[0].lead.fields["source"] == "fair"
    assert found[0].lead is found[1].lead
    assert len(queue.history(desk, root, "L1", now=now).scores) == 2


@pytest.mark.parametrize(("before", "after"), [("2", 3), (None, 1), ("many", 1), (1.5, 2.5), ("1,000", 1001)])
def test_adding_to_a_field_reads_it_as_a_number_and_a_blank_as_none(
    desk: Desk, root: Who, now: datetime, before: object, after: float
) -> None:
    take_leads(desk, root, [NewLead("L1", {"visits": before})], now=now)
    found = take_events(desk, root, [NewEvent("e1", "L1", "view", now, add={"visits": 1})], now=now)
    assert found[0].lead.fields["visits"] == after


def test_an_unknown_lead_is_created_by_its_event(desk: Desk, root: Who, now: datetime) -> None:
    (found,) = take_events(desk, root, [NewEvent("e1", "N1", "sign-up", now, set={"visits": 9})], now=now)
    assert (found.created, found.lead.fields, found.lead.model) == (True, {"visits": 9}, desk.champion.current().identity)
    assert [row.cause for row in queue.history(desk, root, "N1", now=now).scores] == ["created"]


def test_or_refused_by_setting_with_all_that_came_along(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("strict")
    take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now, strict=False)
    with pytest.raises(NotFoundError, match="N1"):
        take_events(desk, root, [NewEvent("e1", "L1", "view", now, add={"visits": 1}), NewEvent("e2", "N1", "view", now)], now=now)
    assert queue.history(desk, root, "L1", now=now).events == ()


def test_a_rep_sends_no_events_of_the_leads_of_others(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    staff(desk)
    take_leads(desk, people["bob"], [NewLead("L1", {"visits": 3})], now=now)
    with pytest.raises(NotFoundError):
        take_events(desk, people["ann"], [NewEvent("e1", "L1", "view", now)], now=now)


@pytest.mark.parametrize("wrong", [
    {"event": ""}, {"event": "x" * 201}, {"kind": " "}, {"add": {"visits": "1"}}, {"add": {"visits": float("inf")}}, {"set": {"visits": [1]}},
    {"lead": ""},
])
def test_an_event_that_says_nothing_is_refused(desk: Desk, root: Who, now: datetime, wrong: dict[str, Any]) -> None:
    told: dict[str, Any] = {"event": "e1", "lead": "L1", "kind": "view", "occurred_at": now}
    with pytest.raises(UsageError):
        take_events(desk, root, [NewEvent(**told | wrong)], now=now)


# Several tables ------------------------------------------------------------------------------------------------------------------------------------


def _visit(name: str, lead: str, at: datetime) -> NewEvent:
    return NewEvent(name, lead, "visits", at, fields={"minutes": 5.0})


@pytest.fixture
def several(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> Desk:
    desk = desk_of("tables", store)
    take_parents(desk, root, [ParentFields("firms", f"F{k}", {"size": 10 * k}) for k in range(8)], now=now)
    take_leads(desk, root, [NewLead("A", {"firm": "F1"}, created_at=now - timedelta(days=5)), NewLead("B", {"firm": "F7"})], now=now)
    return desk


def test_stored_events_and_parents_make_the_row_that_the_scorer_makes_of_the_tables(several: Desk, root: Who, now: datetime) -> None:
    moments = [now - timedelta(days=3, hours=k) for k in range(4)]
    found = take_events(several, root, [_visit(f"v{k}", "A", at) for k, at in enumerate(moments)], now=now)
    tables = {
        "lead": pl.DataFrame({"lead_id": ["A"], "came": [now - timedelta(days=5)], "firm": ["F1"]}),
        "visits": pl.DataFrame({"lead_id": ["A"] * 4, "visit": ["v0", "v1", "v2", "v3"], "at": moments, "minutes": [5.0] * 4}),
        "sales": pl.DataFrame(schema={"lead_id": pl.String, "sold_at": pl.Datetime}),
        "firms": pl.DataFrame({"firm": [f"F{k}" for k in range(8)], "size": [10.0 * k for k in range(8)]}),
    }
    expected = several.champion.current().scorer.many(tables, at=now)
    assert abs(found[0].lead.probability - expected["probability"][0]) < 1e-9
    newest, oldest = queue.history(several, root, "A", now=now).scores
    assert (newest.because, newest.cause) == ("New events: 4 of visits", "new data")
    assert newest.probability > oldest.probability


def test_an_event_counts_from_the_moment_it_is_known(several: Desk, root: Who, now: datetime) -> None:
    before = queue.lead(several, root, "A", now=now).lead.probability
    found = take_events(several, root, [_visit("v1", "A", now + timedelta(days=2))], now=now)
    assert found[0].lead.probability == pytest.approx(before, rel=1e-12)


def test_an_event_of_no_table_of_the_model_is_refused_with_the_nearest(several: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(UsageError, match="Did you mean 'visits'"):
        take_events(several, root, [NewEvent("e", "A", "visit", now)], now=now)
    with pytest.raises(UsageError, match="Did you mean 'firms'"):
        take_parents(several, root, [ParentFields("firm", "F1", {})], now=now)


def test_a_parent_row_takes_the_place_of_the_one_with_its_key(several: Desk, root: Who, now: datetime) -> None:
    before = queue.lead(several, root, "A", now=now).lead.probability
    assert take_parents(several, root, [ParentFields("firms", "F1", {"size": 70})], now=now) == 1
    after = take_events(several, root, [_visit("v", "A", now)], now=now)[0].lead.probability
    assert after != before


def test_news_of_what_leads_belong_to_has_them_scored_anew_at_the_next_tick(
    desk_of: Callable[..., Desk], people: dict[str, Who], now: datetime
) -> None:
    desk, root = desk_of("tables"), people["root"]
    take_leads(desk, root, [NewLead(f"L{k}", {"firm": "F9"}) for k in range(5)], now=now)
    take_parents(desk, root, [ParentFields("firms", "F9", {"size": 10})], now=now + HOUR)
    assert tick(desk, now=now + HOUR).rescored == 5
    assert tick(desk, now=now + HOUR).rescored == 0
    take_parents(desk, root, [ParentFields("firms", "F9", {"size": 10})], now=now + 2 * HOUR)
    assert tick(desk, now=now + 2 * HOUR).rescored == 0, "what says what it said before is no news"
    take_parents(desk, root, [ParentFields("firms", "F9", {"size": 70})], now=now + 3 * HOUR)
    assert tick(desk, now=now + 3 * HOUR).rescored == 5
    assert queue.lead(desk, root, "L1", now=now).lead.scored_at == now + 3 * HOUR
    causes = {row.cause for row in queue.history(desk, root, "L1", now=now).scores}
    assert causes <= {"created", "new data"}


def test_the_event_that_is_foretold_closes_its_lead_as_converted(desk_of: Callable[..., Desk], people: dict[str, Who], now: datetime) -> None:
    desk, root = desk_of("tables"), people["root"]
    take_leads(desk, root, [NewLead("L1", {"firm": "F1"}), NewLead("L2", {"firm": "F1"})], now=now)
    work.outcome(desk, root, "L2", converted=False, now=now)
    sold = [NewEvent("S1", "L1", "sales", now), NewEvent("S2", "L2", "sales", now), NewEvent("S3", "L3", "sales", now)]
    found = take_events(desk, root, [_visit("v1", "L1", now), *sold], now=now + HOUR)
    assert {happened.lead.key: happened.lead.status for happened in found} == dict.fromkeys(("L1", "L2", "L3"), "converted")
    (row,) = queue.history(desk, root, "L1", now=now).outcomes
    assert (row.converted, row.at, row.note, row.by) == (True, now, "sales S1", "root")
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1, "what came of it is not foretold any more"
    take_events(desk, root, [*sold, NewEvent("S4", "L1", "sales", now)], now=now + HOUR)
    assert len(queue.history(desk, root, "L1", now=now).outcomes) == 1
    assert [row.converted for row in queue.history(desk, root, "L2", now=now).outcomes] == [True, False]


def test_a_kind_of_event_may_be_what_is_foretold(desk_of: Callable[..., Desk]) -> None:
    project = desk_of("tables").champion.current().project
    visits = project.event[0].model_copy(update={"type": "what"})
    project = project.model_copy(update={"event": (visits,), "target": project.target.model_copy(update={"event": "Signed"})})
    events = [NewEvent("V1", "L1", "visits", PAST, fields={"what": "seen"}), NewEvent("V2", "L1", "visits", PAST, fields={"what": " signed"})]
    assert conversion_among(project, events) is events[1]
    assert conversion_among(project, events[:1]) is None
