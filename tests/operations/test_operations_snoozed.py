"""A snoozed lead sleeps, and its deadline with it, until its time comes or new data put it into a better tier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadrank.operations import queue, registry, work
from leadrank.operations.desk import Desk
from leadrank.operations.happenings import NewEvent, take_events
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store.connect import Store
from leadrank.store.records import LeadRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEN = {"visits": 9, "source": "reference", "age": 50}
MIDDLE = {"visits": 4, "source": "web", "age": 45}
COLD = {"visits": 0, "source": "web", "age": 30}


@pytest.fixture
def sleeping(store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime) -> Desk:
    """Give a desk at which a cold lead, one in the middle and a keen one were put off for ten days."""
    desk, root = desk_of("small", store), people["root"]
    staff(desk)
    for key, fields in (("cold", COLD), ("middle", MIDDLE), ("keen", KEEN)):
        take_leads(desk, root, [NewLead(key, fields)], now=now)
        work.snooze(desk, root, key, until=now + 10 * DAY, now=now)
    return desk


def _lead(desk: Desk, root: Who, key: str, now: datetime) -> LeadRow:
    return queue.lead(desk, root, key, now=now).lead


@pytest.mark.parametrize("key", ["cold", "middle"])
def test_new_data_that_puts_it_into_a_better_tier_wakes_it_and_its_deadline_begins(
    sleeping: Desk, people: dict[str, Who], now: datetime, key: str
) -> None:
    root, later, version = people["root"], now + 9 * HOUR, sleeping.version()
    take_events(sleeping, root, [NewEvent("e", key, "quote", later, set=KEEN)], now=later)
    awake = _lead(sleeping, root, key, later)
    assert (awake.status, awake.snoozed_until, awake.tier) == ("open", None, "High")
    assert (awake.due_at, awake.first_due_at) == (later + DAY, later + DAY)
    assert awake.owner in {"ann", "bob"}
    assert sleeping.version() > version
    told = queue.history(sleeping, root, key, now=later)
    assert told.scores[0].cause == "new data"
    assert told.scores[0].because.endswith("; that put it into High and woke it")
    assert [(row.until > row.at, row.because) for row in told.snoozes] == [(False, "New data put it into High"), (True, "")]
    assert tick(sleeping, now=now + 10 * DAY).woken == 2, "the others"


def test_one_that_wakes_to_a_full_owner_finds_another(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    desk, ann = desk_of("small", store), people["ann"]
    staff(desk, 1, "ann", "bob")
    take_leads(desk, ann, [NewLead("L1", MIDDLE)], now=now)
    work.snooze(desk, ann, "L1", until=now + DAY, now=now)
    take_leads(desk, ann, [NewLead("L2", KEEN)], now=now)
    assert take_leads(desk, people["root"], [NewLead("L1", KEEN)], now=now)[0].lead.owner == "bob"


def test_new_data_that_leave_its_tier_wake_no_lead_and_neither_do_worse_ones(sleeping: Desk, people: dict[str, Who], now: datetime) -> None:
    root = people["root"]
    before = _lead(sleeping, root, "keen", now)
    better = take_leads(sleeping, root, [NewLead("keen", {"visits": 10, "age": 60})], now=now + HOUR)[0].lead
    assert (better.status, better.due_at, better.first_due_at) == ("snoozed", before.due_at, before.first_due_at)
    assert better.probability > before.probability
    worse = take_leads(sleeping, root, [NewLead("keen", MIDDLE)], now=now + HOUR)[0].lead
    assert (worse.status, worse.tier, worse.first_due_at) == ("snoozed", "Medium", before.first_due_at)


def test_what_a_person_puts_into_a_better_tier_sleeps_on_and_its_deadline_begins_when_it_wakes(
    sleeping: Desk, people: dict[str, Who], now: datetime
) -> None:
    root = people["root"]
    asleep = work.override(sleeping, root, "cold", tier="High", because="met them", expires_at=now + 90 * DAY, now=now + HOUR)
    assert (asleep.status, asleep.contact, asleep.due_at, asleep.first_due_at) == ("snoozed", True, None, None)
    tick(sleeping, now=now + 10 * DAY)
    awake = _lead(sleeping, root, "cold", now)
    assert (awake.status, awake.due_at, awake.first_due_at) == ("open", now + 11 * DAY, now + 11 * DAY)


def test_a_new_model_wakes_nobody(
    sleeping: Desk, desk_of: Callable[..., Desk], people: dict[str, Who], now: datetime
) -> None:
    root = people["root"]
    before = {key: _lead(sleeping, root, key, now) for key in ("cold", "middle", "keen")}
    desk_of("forest", sleeping.store)
    model = next(model.id for model in registry.models(sleeping, root, now=now).models if model.id != before["keen"].model)
    registry.activate(sleeping, root, model, now=now)
    registry.rescore_open(sleeping, root, now=now + DAY)
    for key, was in before.items():
        row = _lead(sleeping, root, key, now)
        assert (row.model, row.status) == (model, "snoozed")
        assert row.due_at in {was.due_at, None}
        assert row.first_due_at in {was.first_due_at, None}
