"""Leads go to people by the project's rules, and never beyond a capacity; what waits finds an owner as soon as there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from leadrank.operations import accounts, queue, routing, work
from leadrank.operations import tick as ticking
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.routing import Move, place
from leadrank.operations.standing import newcomer
from leadrank.operations.tick import Ticked, tick
from leadrank.operations.who import Who
from leadrank.store import accounts as accounts_stored
from leadrank.store.connect import Store
from leadrank.store.leads import loads
from leadrank.store.queue import QueueFilter
from leadrank.store.records import AccountRow

KEEN = {"visits": 9, "source": "reference", "age": 50}
MIDDLE = {"visits": 4, "source": "web", "age": 45}
COLD = {"visits": 0, "source": "web", "age": 30}
DAY = timedelta(days=1)


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def _owners(desk: Desk, root: Who, now: datetime) -> Counter[str | None]:
    return Counter(row.owner for row in queue.queue(desk, root, QueueFilter(contact=True), limit=500, now=now).leads)


def test_leads_are_shared_out_and_those_for_whom_nobody_has_room_wait(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    staff(desk, 3)
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(8)], now=now)
    assert _owners(desk, root, now) == {"ann": 3, "bob": 3, None: 2}
    work.outcome(desk, root, queue.queue(desk, Who("ann", "rep"), now=now).leads[0].key, converted=False, now=now)
    assert tick(desk, now=now).reassigned == 1
    assert tick(desk, now=now).reassigned == 0
    assert _owners(desk, root, now) == {"ann": 3, "bob": 3, None: 1}


def test_leads_that_are_not_to_be_contacted_take_nobodys_room(
    desk: Desk, staff: Callable[..., None], root: Who, now: datetime
) -> None:
    staff(desk, 1, "ann")
    take_leads(desk, root, [NewLead(f"C{k}", COLD) for k in range(3)], now=now)
    assert take_leads(desk, root, [NewLead("L1", KEEN)], now=now)[0].lead.owner == "ann"
    heated = take_leads(desk, root, [NewLead("C0", KEEN)], now=now)[0].lead
    assert (heated.contact, heated.owner) == (True, None)


def test_a_lead_that_wakes_up_to_a_full_owner_goes_to_another(desk: Desk, staff: Callable[..., None], root: Who, now: datetime) -> None:
    staff(desk, 1)
    first = take_leads(desk, root, [NewLead("L1", KEEN)], now=now)[0].lead.owner
    work.snooze(desk, root, "L1", until=now + DAY, now=now)
    second = {"ann", "bob"} - {str(first)}
    take_leads(desk, root, [NewLead("L2", KEEN), NewLead("L3", KEEN)], now=now)
    assert _owners(desk, root, now) == {"ann": 1, "bob": 1}
    work.outcome(desk, root, queue.queue(desk, Who(second.copy().pop(), "rep"), now=now).leads[0].key, converted=True, now=now)
    tick(desk, now=now + DAY)
    assert queue.lead(desk, root, "L1", now=now).lead.owner in second


def test_the_senior_team_gets_the_best_tier_and_rules_name_teams_in_turn(
    desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("routed")
    staff(desk, None, "sue", team="senior")
    staff(desk, None, "fay", "fred", team="fairs")
    staff(desk, None, "ann")
    best = take_leads(desk, root, [NewLead("H", KEEN)], now=now)[0].lead
    assert (best.tier, best.owner, best.team) == ("High", "sue", "senior")
    middle = {"visits": 4, "age": 45}
    fairs = [one.lead for one in take_leads(desk, root, [NewLead(f"F{k}", {**middle, "source": "fair"}) for k in range(4)], now=now)]
    assert [lead.tier for lead in fairs] == ["Medium"] * 4
    assert [lead.owner for lead in fairs] == ["fay", "fred", "fay", "fred"]
    assert take_leads(desk, root, [NewLead("W", {**middle, "source": "web"})], now=now)[0].lead.owner in {"ann", "fay", "fred"}
    told = queue.history(desk, root, "H", now=now).assignments[0].because
    assert told.startswith("High is the best tier: team senior")


def test_an_overdue_lead_goes_to_somebody_else_with_a_deadline_of_its_own(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    staff(desk)
    first = take_leads(desk, root, [NewLead("L1", KEEN)], now=now)[0].lead
    assert tick(desk, now=now + DAY - timedelta(minutes=1)).reassigned == 0
    assert tick(desk, now=now + DAY).reassigned == 1
    moved = queue.lead(desk, root, "L1", now=now).lead
    assert {first.owner, moved.owner} == {"ann", "bob"}
    assert moved.due_at == now + 2 * DAY
    assert "who missed the deadline" in queue.history(desk, root, "L1", now=now).assignments[0].because
    work.contact(desk, root, "L1", channel="call", now=now + DAY)
    assert tick(desk, now=now + 9 * DAY).reassigned == 0


def test_an_overdue_lead_stays_where_nobody_else_has_room(desk: Desk, staff: Callable[..., None], root: Who, now: datetime) -> None:
    staff(desk, None, "ann")
    staff(desk, 0, "bob")
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    assert tick(desk, now=now + DAY).reassigned == 0
    assert queue.lead(desk, root, "L1", now=now).lead.owner == "ann"


def test_overdue_leads_that_stay_keep_their_room(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("routed", store)
    staff(desk, 1, "sue", team="senior")
    staff(desk, 5, "ann")
    take_leads(desk, root, [NewLead("S", KEEN), NewLead("A", KEEN)], now=now)
    work.reassign(desk, root, "A", owner="ann", now=now)
    assert tick(desk, now=now + DAY).reassigned == 0, "Sue is full with the one that nobody else of her team can take"
    assert _owners(desk, root, now) == {"sue": 1, "ann": 1}


def _moves(rng: np.random.Generator, names: Sequence[str], now: datetime) -> list[Move]:
    """Return leads as a tick, or whoever sends and wakes leads, asks for their owners: late ones, kept ones, and those that come and go."""
    moves = []
    for k in range(int(rng.integers(1, 12))):
        owner = None if rng.random() < 0.2 else str(rng.choice(names))
        row = replace(newcomer(f"L{k}", {}, source="", created_at=now, now=now), owner=owner, tier=str(rng.choice(["High", "Medium"])), contact=True)
        kind = rng.integers(5)
        if kind == 0 and owner is not None:
            moves.append(Move(row, replace(row, owner=None), avoid=owner))
        else:
            before = [row, replace(row, contact=False), replace(row, status="snoozed"), None][kind - 1]
            moves.append(Move(before, replace(row, contact=bool(rng.random() < 0.8))))
    return moves


def test_no_capacity_is_exceeded_whatever_moves_and_whatever_stays(
    desk_of: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    desk, rng, names = desk_of("routed"), np.random.default_rng(0), ["ann", "bob", "sue"]
    active = desk.champion.current()
    for _ in range(400):
        moves = _moves(rng, names, now)
        before = Counter(m.before.owner for m in moves if m.before is not None and m.before.status == "open" and m.before.contact)
        reps = [
            AccountRow(name=n, role="rep", team="senior" if n == "sue" else None, password="", created_at=now, capacity=int(rng.integers(0, 6)))
            for n in names
        ]
        with monkeypatch.context() as patch, desk.store.writing() as c:
            patch.setattr(accounts_stored, "lock_reps", lambda _, reps=reps: reps)
            patch.setattr(routing, "loads", lambda _, before=before: dict(before))
            placed = place(c, active, moves)
        rows = [m.before if m.before and m.avoid is not None and p.row.owner is None else p.row for m, p in zip(moves, placed, strict=True)]
        after = Counter(row.owner for row in rows if row.status == "open" and row.contact)
        for rep in reps:
            assert after[rep.name] <= max(rep.capacity or 0, before[rep.name]), (rep, moves)


def _ticks(desk: Desk, now: datetime, times: int) -> list[int]:
    """Tick, each time beginning where the one before ended; count what went to somebody."""
    done, found = Ticked(), list[int]()
    for _ in range(times):
        done = tick(desk, behind=done.behind, now=now)
        found.append(done.reassigned)
    return found


def test_a_full_team_whose_leads_are_worth_more_keeps_no_other_teams_leads_waiting(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], monkeypatch: pytest.MonkeyPatch, root: Who, now: datetime
) -> None:
    monkeypatch.setattr(ticking, "PIECE", 2)
    desk = desk_of("routed", store)
    staff(desk, 0, "sue", team="senior")
    staff(desk, 0, "ann")
    take_leads(desk, root, [NewLead(f"H{k}", KEEN) for k in range(7)] + [NewLead(f"M{k}", MIDDLE) for k in range(3)], now=now)
    accounts.change_account(desk, root, "ann", role="rep", team="north", capacity=None, active=True, now=now)
    assert sum(_ticks(desk, now, 5)) == 3
    assert _owners(desk, root, now) == {"ann": 3, None: 7}
    accounts.change_account(desk, root, "sue", role="rep", team="senior", capacity=1, active=True, now=now)
    assert _ticks(desk, now, 1) == [1], "the most worth are looked at each time"


def test_overdue_leads_that_nobody_else_can_take_keep_no_others_from_going_to_somebody(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], monkeypatch: pytest.MonkeyPatch, root: Who, now: datetime
) -> None:
    monkeypatch.setattr(ticking, "PIECE", 2)
    desk = desk_of("routed", store)
    staff(desk, None, "sue", team="senior")
    staff(desk, None, "ann", "bob")
    take_leads(desk, root, [NewLead(f"H{k}", KEEN) for k in range(7)] + [NewLead(f"M{k}", MIDDLE) for k in range(2)], now=now)
    assert sum(_ticks(desk, now + 6 * DAY, 5)) == 2
    assert _owners(desk, root, now) == {"sue": 7, "ann": 1, "bob": 1}


def test_a_lead_that_lost_its_owner_is_told_the_team_that_it_waits_for(
    desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("routed")
    staff(desk, None, "sue", team="senior")
    staff(desk, None, "ann")
    take_leads(desk, root, [NewLead("H", KEEN)], now=now)
    accounts.change_account(desk, root, "sue", role="rep", team="senior", capacity=None, active=False, now=now)
    lead = queue.lead(desk, root, "H", now=now).lead
    assert (lead.owner, lead.team, lead.due_at) == (None, "senior", now + DAY)
    told = queue.history(desk, root, "H", now=now).assignments[0].because
    assert told == "sue takes no leads any more; High is the best tier: team senior"
    work.reassign(desk, root, "H", owner="ann", now=now)
    assert work.reassign(desk, root, "H", owner=None, now=now).team == "senior"


def test_a_lead_that_is_not_worth_a_contact_belongs_to_the_team_that_the_rules_name_and_is_told_to_no_other(
    desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("routed")
    staff(desk, None, "fay", team="fairs")
    take_leads(desk, root, [NewLead("F", COLD | {"source": "fair"}), NewLead("W", COLD)], now=now)
    lead = queue.lead(desk, root, "F", now=now).lead
    assert (lead.contact, lead.owner, lead.team) == (False, None, "fairs")
    told = queue.history(desk, root, "F", now=now).assignments
    assert [(row.owner, row.team, row.because) for row in told] == [(None, "fairs", "source is fair: team fairs; nobody needs to contact it now")]
    everything = QueueFilter(unassigned=True)
    fay, ann = Who("fay", "rep", "fairs"), Who("ann", "rep", "north")
    assert [row.key for row in queue.queue(desk, fay, everything, now=now).leads] == ["F"]
    assert b"fairs" not in queue.export_queue(desk, ann, everything, now=now)
    assert queue.queue(desk, ann, everything, now=now).total == 0
    take_leads(desk, root, [NewLead("F", {"source": "web"})], now=now)
    assert queue.lead(desk, root, "F", now=now).lead.team is None, "its fields name its team at any time"


def test_the_leads_of_somebody_who_leaves_find_another_owner(desk: Desk, staff: Callable[..., None], root: Who, now: datetime) -> None:
    staff(desk)
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(4)], now=now)
    accounts.change_account(desk, root, "ann", role="rep", team="north", capacity=None, active=False, now=now)
    assert _owners(desk, root, now) == {"bob": 2, None: 2}
    assert tick(desk, now=now).reassigned == 2
    assert _owners(desk, root, now) == {"bob": 4}


def test_no_capacity_is_exceeded_when_leads_come_from_all_sides(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    staff(desk, 7)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda k: take_leads(desk, root, [NewLead(f"L{k}", KEEN)], now=now), range(40)))
    with store.reading() as c:
        assert loads(c) == {"ann": 7, "bob": 7}
