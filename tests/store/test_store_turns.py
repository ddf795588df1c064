"""Writers of one file come in one by one, whoever waits longest first."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from leadrank.errors import ServiceError
from leadrank.store import connect
from leadrank.store.connect import open_store
from leadrank.store.turns import Turns


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, came = Turns(), list[int]()

    def wait(k: int) -> None:
        assert turns.take(10)
        came.append(k)
        turns.give()

    assert turns.take(0)
    threads = [Thread(target=wait, args=(k,)) for k in range(20)]
    for k, thread in enumerate(threads, 1):
        thread.start()
        while len(turns._waiting) < k:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join()
    assert came == list(range(20))


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0)
    turns.give()


def test_many_threads_that_give_up_or_not_never_overlap_and_leave_it_free() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work(k: int) -> bool:
        if not turns.take(0.002 * (k % 3)):
            return False
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.0005)
        inside[0] -= 1
        turns.give()
        return True

    with ThreadPoolExecutor(16) as pool:
        assert any(pool.map(work, range(400)))
    assert most == [1]
    assert turns.take(0)


def test_who_writes_piece_after_piece_lets_others_in_between(fresh_file: Callable[[], str]) -> None:
    store, pieces, came = open_store(fresh_file()), 10, list[int]()

    def one() -> None:
        with store.writing():
            came.append(len(done))

    done = list[int]()
    other = Thread(target=one)
    for k in range(pieces):
        with store.writing():
            if k == 2:
                other.start()
                while not store.turns._waiting:
                    time.sleep(0.001)
        done.append(k)
    other.join()
    assert came[0] in {2, 3}
    store.close()


def test_a_turn_that_does_not_come_is_a_busy_store(fresh_file: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "_PATIENT", 0.05)
    store = open_store(fresh_file())

    def write() -> None:
        with store.writing():
            raise AssertionError("two at once")

    with store.writing(), ThreadPoolExecutor(1) as pool, pytest.raises(ServiceError, match="busy"):
        pool.submit(write).result()
    with store.writing():
        pass
    store.close()
