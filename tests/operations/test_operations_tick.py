"""What is due is done by itself, once, however many workers look for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from leadrank.operations import queue, registry, replies, work
from leadrank.operations.desk import Desk
from leadrank.operations.happenings import NewEvent, take_events
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import Ticked, tick
from leadrank.operations.who import Who
from leadrank.store.access import page as records
from leadrank.store.connect import Store
from leadrank.store.leads import change_lead

KEEN = {"visits": 9, "source": "reference", "age": 50}
DAY = timedelta(days=1)


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_nothing_due_is_nothing_done_and_nothing_recorded(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    with desk.store.reading() as c:
        before = records(c, limit=100)
    assert tick(desk, now=now) == Ticked()
    with desk.store.reading() as c:
        assert records(c, limit=100) == before


def test_leads_that_a_model_left_behind_are_scored_by_the_champion(
    desk: Desk, bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(5)], now=now)
    second = registry.add_model(desk, root, bundle("other"), now=now).id
    registry.activate(desk, root, second, now=now)
    assert tick(desk, now=now).rescored == 5
    assert tick(desk, now=now).rescored == 0
    assert queue.history(desk, root, "L1", now=now).scores[0].cause == "new model"


def test_a_lead_from_before_its_chance_was_kept_gets_one_and_its_history_says_nothing(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    stood = queue.lead(desk, root, "L1", now=now).lead
    with desk.store.writing() as c:
        change_lead(c, "L1", chance=None, cost=None)
    assert [tick(desk, now=now).rescored for _ in range(2)] == [1, 0]
    found = queue.lead(desk, root, "L1", now=now).lead
    assert (found.chance, found.cost) == (stood.chance, stood.cost) == (stood.probability, 20.0)
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1


def test_a_score_that_time_alone_changes_is_made_anew_after_a_day_and_told_as_such(
    store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime
) -> None:
    desk = desk_of("tables", store)
    take_leads(desk, root, [NewLead("A", {"firm": "F1"}, created_at=now - 5 * DAY)], now=now)
    visits = [NewEvent(f"v{k}", "A", "visits", now - timedelta(hours=k), fields={"minutes": 5.0}) for k in range(4)]
    hot = take_events(desk, root, visits, now=now)[0].lead
    assert tick(desk, now=now + DAY).rescored == 0
    assert tick(desk, now=now + 60 * DAY).rescored == 1
    cold = queue.lead(desk, root, "A", now=now).lead
    assert cold.probability < hot.probability
    told = queue.history(desk, root, "A", now=now).scores
    assert [row.cause for row in told] == ["time passing", "new data", "created"]
    assert told[0].because == "Last scored 02 Mar 2026, 12:00 UTC"
    assert tick(desk, now=now + 60 * DAY).rescored == 0


def test_time_that_changes_nothing_one_sees_leaves_no_row(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("tables")
    take_leads(desk, root, [NewLead("A", {"firm": "F1"}, created_at=now - 100 * DAY)], now=now)
    assert tick(desk, now=now + 2 * DAY).rescored == 1
    assert len(queue.history(desk, root, "A", now=now).scores) == 1
    assert queue.lead(desk, root, "A", now=now).lead.scored_at == now + 2 * DAY


def test_several_workers_at_once_do_it_once(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("small", store)
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(9)], now=now)
    for k in range(9):
        work.override(desk, root, f"L{k}", tier="Low", because="known", expires_at=now + DAY, now=now)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: tick(desk, now=now + DAY), range(4)))
    assert sum(one.ended for one in found) == 9
    for k in range(9):
        assert [row.cause for row in queue.history(desk, root, f"L{k}", now=now).scores] == ["override ended", "override", "created"]


def test_what_has_expired_is_removed(desk: Desk, root: Who, now: datetime) -> None:
    replies.once(desk, root, "k1", "0" * 64, lambda _: (200, b"{}"), now=now)
    assert tick(desk, now=now + DAY).purged == 0
    assert tick(desk, now=now + DAY + timedelta(seconds=1)).purged == 1
