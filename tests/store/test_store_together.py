"""Several processes at once: one wins, nobody fails."""

from __future__ import annotations

import subprocess
import sys
import threading

from leadrank.store.connect import open_store
from leadrank.store.leads import change_lead, get_lead, lock_lead, lock_leads, put_leads

CLAIM = """
import sys
from datetime import datetime
from leadrank.store.connect import open_store
from leadrank.store.replies import answer, claim
store, won = open_store(sys.argv[1]), []
for number in range(60):
    with store.writing() as c:
        if claim(c, f"k{number}", "ann", "r", datetime(2026, 3, 2)) is None:
            answer(c, f"k{number}", "ann", 201, sys.argv[2].encode())
            won.append(number)
print(*won)
"""
COUNT = """
import sys
from leadrank.store.connect import open_store
from leadrank.store.leads import change_lead, get_lead, lock_lead
store = open_store(sys.argv[1])
for number in range(60):
    with store.writing() as c:
        lead = lock_lead(c, "a")
        change_lead(c, "a", score=lead.score + 1)
"""
PUT = """
import sys
from datetime import datetime
from leadrank.store.connect import open_store
from leadrank.store.leads import put_leads
from leadrank.store.records import LeadRow
noon = datetime(2026, 3, 2, 12)
def lead(key):
    return LeadRow(key=key, fields={}, created_at=noon, updated_at=noon, model="m", scored_at=noon, probability=0.5, probability_low=0.4,
        probability_high=0.6, score=50, tier="High", contact=True, worth=1.0, action="Call", due_within="", owner=sys.argv[2])
store, new, names = open_store(sys.argv[1]), [], [f"L{number}" for number in range(40)]
for number in range(0, 40, 10):
    for order in (1, -1):
        with store.writing() as c:
            new += put_leads(c, [lead(name) for name in names[number:number + 10][::order]])
print(*new)
"""


def together(code: str, url: str, processes: int = 4) -> list[list[str]]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([sys.executable, "-c", code, url, f"p{number}"], **pipes) for number in range(processes)]
    said = [process.communicate(timeout=200) for process in running]
    assert [process.returncode for process in running] == [0] * processes, [error for _, error in said]
    return [out.split() for out, _ in said]


def test_of_processes_that_claim_one_idempotency_key_one_wins(database):
    won = together(CLAIM, database)
    assert sorted(int(number) for part in won for number in part) == list(range(60))


def test_of_processes_that_create_one_lead_one_does(database):
    new = together(PUT, database)
    assert sorted(name for part in new for name in part) == sorted(f"L{number}" for number in range(40))


def test_a_locked_lead_is_changed_by_one_after_the_other(store, database, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", score=0)])
    together(COUNT, database)
    with store.reading() as c:
        assert get_lead(c, "a").score == 240


def test_who_locks_a_lead_that_is_not_there_makes_others_wait(store, database, row):
    seen = []

    def second():
        other = open_store(database)
        with other.writing() as c:
            seen.append(lock_lead(c, "a"))
        other.close()

    thread = threading.Thread(target=second)
    with store.writing() as c:
        assert lock_leads(c, ["a", "b"]) == {}
        thread.start()
        thread.join(timeout=0.3)
        assert seen == []
        put_leads(c, [row("lead", key="a", owner="first")])
    thread.join(timeout=20)
    assert [lead.owner for lead in seen] == ["first"]
    with store.writing() as c:
        assert change_lead(c, "a", owner="second")
