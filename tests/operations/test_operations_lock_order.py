"""Those who write at the same time wait for each other; none is ended because two hold what the other wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, text

from leadrank.operations import accounts, work
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.store import leads
from leadrank.store.connect import Store, open_store
from leadrank.store.records import AccountRow

ROUNDS, LEADS = 40, 12


@pytest.fixture
def desk(fresh_database: Callable[[], str], desk_of: Callable[..., Desk], staff: Callable[..., None]) -> Iterator[Desk]:
    """Give a desk on a server with two reps, each of whom has leads."""
    store: Store = open_store(fresh_database())
    made = desk_of("small", store)
    staff(made, None, "root", "ann", "bob")
    yield made
    store.close()


def deadlocks(desk: Desk) -> int:
    with desk.store.writing() as c:
        c.execute(text("SELECT pg_stat_force_next_flush()"))
    with desk.store.reading() as c:
        return int(c.execute(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")).scalar_one())


def test_a_rep_who_is_deactivated_while_the_tick_wakes_leads_ends_neither(
    desk: Desk, people: dict[str, Who], now: datetime
) -> None:
    root, keys = people["root"], [f"L{k:02}" for k in range(LEADS)]
    take_leads(desk, root, [NewLead(key, {"visits": 9, "source": "reference", "age": 40}) for key in keys], now=now)
    told: dict[str, Any] = {"role": "rep", "team": "north", "capacity": None}
    both = Barrier(2, timeout=60)

    def deactivate(moment: datetime) -> None:
        both.wait()
        accounts.change_account(desk, root, "ann", active=False, now=moment, **told)

    def wake(moment: datetime) -> int:
        both.wait()
        return tick(desk, now=moment).woken

    for number in range(ROUNDS):
        moment = now + timedelta(minutes=number)
        accounts.change_account(desk, root, "ann", active=True, now=moment, **told)
        with desk.store.writing() as c:
            for k, key in enumerate(keys):
                leads.change_lead(c, key, owner=("ann", "bob")[k % 2], status="snoozed", snoozed_until=moment)
        with ThreadPoolExecutor(2) as pool:
            acts = pool.submit(deactivate, moment), pool.submit(wake, moment)
            assert acts[0].result() is None
            assert acts[1].result() == LEADS
        with desk.store.reading() as c:
            assert {leads.get_lead(c, key).owner for key in keys} <= {"bob", None}
    assert deadlocks(desk) == 0


def test_a_rep_who_is_given_a_lead_while_being_deactivated_keeps_none(
    desk: Desk, people: dict[str, Who], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    root, lock, calls = people["root"], accounts.store.lock_account, list[str]()
    lead = {"visits": 9, "source": "reference", "age": 40}
    take_leads(desk, root, [NewLead(key, lead) for key in ("L1", "L2")], now=now)
    for key, owner in (("L1", "ann"), ("L2", "bob")):
        work.reassign(desk, root, key, owner=owner, now=now)

    def late(c: Connection, name: str) -> AccountRow | None:
        calls.append(name)
        if len(calls) == 1:
            work.reassign(desk, root, "L2", owner="ann", now=now)
        return lock(c, name)

    monkeypatch.setattr(accounts.store, "lock_account", late)
    accounts.change_account(desk, root, "ann", role="rep", team="north", capacity=None, active=False, now=now)
    assert calls == ["ann", "ann"]
    with desk.store.reading() as c:
        assert leads.alive_of(c, "ann") == []
        assert len(leads.open_keys(c, limit=10)) == 2
