"""Who is told of a change, how soon, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from hypothesis import given
from hypothesis import strategies as st

from leadrank.operations.who import Who
from leadrank.serving.changes import ALL, OWN, SPREAD, Changes, Listener
from leadrank.serving.sparing import SAVED, SHARE, Sparing
from leadrank.store.changes import Holder, Look

ROB, SUE, MIA = Who("rob", "rep", "north"), Who("sue", "rep", "south"), Who("mia", "manager")
ROUND = 0.1


def look(number: int, *touched: Holder) -> Look:
    return Look((number,), frozenset(touched), ())


@asynccontextmanager
async def waiting(changes: Changes, *people: Who) -> AsyncIterator[list[Listener]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(changes.listening(who)) for who in people]


def woken(listeners: list[Listener]) -> list[str]:
    """Return who was woken since the last time."""
    found = [listener.who.name for listener in listeners if listener.event.is_set()]
    for listener in listeners:
        listener.event.clear()
    return found


def test_a_change_wakes_whose_lead_it_is_and_those_who_see_all_and_no_other_rep() -> None:
    async def told(*touched: Holder) -> list[str]:
        changes = Changes(20)
        async with waiting(changes, ROB, SUE, MIA) as listeners:
            changes.tell(look(1, *touched), 0.0)
            return woken(listeners)

    assert asyncio.run(told(Holder("rob", "north"))) == ["rob", "mia"]
    assert asyncio.run(told(Holder("rob", "north"), Holder("sue", "south"))) == ["rob", "sue", "mia"]
    assert asyncio.run(told(Holder(None, "south"))) == ["sue", "mia"]
    assert asyncio.run(told(Holder("tim", "north"))) == ["mia"]
    assert asyncio.run(told()) == []


def test_whoever_missed_what_changed_tells_everybody() -> None:
    async def told() -> list[str]:
        changes = Changes(20)
        async with waiting(changes, ROB, SUE, MIA) as listeners:
            changes.tell(Look((5_000,), None, ()), 0.0)
            return woken(listeners)

    assert asyncio.run(told()) == ["rob", "sue", "mia"]


def test_two_hundred_changes_in_a_second_wake_a_list_a_few_times_and_the_last_one_is_told() -> None:
    async def times() -> dict[str, list[tuple[float, tuple[int, ...]]]]:
        changes, found = Changes(20), dict[str, list[tuple[float, tuple[int, ...]]]]()
        async with waiting(changes, ROB, SUE, MIA) as listeners:
            for number in range(1, 2_001):
                now = number / 200
                changes.tell(look(min(number, 200), Holder("rob", "north")), now)
                for listener in listeners:
                    if listener.event.is_set():
                        listener.event.clear()
                        found.setdefault(listener.who.name, []).append((now, listener.version))
        return found

    found = asyncio.run(times())
    assert found.keys() == {"rob", "mia"}
    assert 2 <= len(found["rob"]) <= 3
    assert len(found["mia"]) == 2
    assert {told[-1][1] for told in found.values()} == {(200,)}
    assert all(later - sooner >= OWN for (sooner, _), (later, _) in zip(found["rob"], found["rob"][1:], strict=False))


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.sets(st.sampled_from(["rob", "sue", "tim"])), st.floats(0.0, 0.3)), max_size=40))
def test_no_change_is_lost_and_all_are_told_in_the_end_whatever_a_list_costs(acts: list[tuple[float, set[str], float]]) -> None:
    async def run() -> None:
        changes, now, last = Changes(20), 0.0, dict[str, int]()
        async with waiting(changes, ROB, SUE, MIA) as listeners:
            heard = dict[str, tuple[int, ...]]()

            def listen(cost: float) -> None:
                for listener in listeners:
                    if listener.event.is_set():
                        listener.event.clear()
                        heard[listener.who.name] = listener.version
                        changes.sparing.spent(cost)

            number = 0
            for number, (pause, owners, cost) in enumerate(acts, 1):
                now += pause
                changes.tell(look(number, *(Holder(owner, "east") for owner in owners)), now)
                last |= dict.fromkeys((*(owners & {"rob", "sue"}), *(["mia"] if owners else [])), number)
                listen(cost)
            for _ in range(100):
                now += ROUND
                changes.tell(look(number), now)
                listen(0.3)
            assert heard == {name: (number,) for name, number in last.items()}

    asyncio.run(run())


def test_fifty_lists_that_cost_a_tenth_of_a_second_each_take_no_more_than_their_share_and_all_have_their_turn() -> None:
    async def run() -> list[int]:
        changes, told = Changes(20), [0] * 50
        people = [Who(f"rep-{k}", "rep") if k < 45 else Who(f"boss-{k}", "manager") for k in range(50)]
        async with waiting(changes, *people) as listeners:
            for number in range(1, 601):
                changes.tell(look(number, *(Holder(who.name, None) for who in people)), number * ROUND)
                for k, listener in enumerate(listeners):
                    if listener.event.is_set():
                        listener.event.clear()
                        told[k] += 1
                        changes.sparing.spent(0.1)
        return told

    told = asyncio.run(run())
    assert sum(told) * 0.1 <= 60 * SHARE + 3 * SAVED
    assert min(told) >= 3


def test_lists_do_not_all_ask_at_the_same_moment() -> None:
    async def pauses(who: Who) -> list[float]:
        async with waiting(Changes(50), *[who] * 20) as listeners:
            return [listener.pause for listener in listeners]

    own, every = asyncio.run(pauses(ROB)), asyncio.run(pauses(MIA))
    assert len({round(pause, 3) for pause in own}) == 20
    assert OWN <= min(own) < max(own) <= OWN * (1 + SPREAD) < ALL <= min(every)


def test_lists_that_people_open_do_not_keep_the_others_waiting_for_long() -> None:
    """What was asked for without having been told of a change counts, but no more than a second or so is owed for it."""
    sparing = Sparing()
    for _ in range(500):
        sparing.spent(0.1)
    assert not sparing.may_begin(1.0)
    assert sparing.may_begin(1.0 + SAVED / SHARE + 0.1)
