"""Fifty call lists that stay open while leads come in: what they cost those who ask for scores, and how soon a lead stands in its rep's list."""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.office import keys_of
from benchmarks.serving_campaign.postgres import made, server, with_tables
from benchmarks.serving_campaign.service import Service, lite, running

from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.who import LEADRANK
from leadrank.score import Scorer
from leadrank.serving.service import utc_now
from leadrank.store.accounts import add_account
from leadrank.store.connect import open_store
from leadrank.store.leads import put_leads
from leadrank.store.records import AccountRow, SessionRow
from leadrank.store.sessions import add_session

REPS, MANAGERS, HELD = 45, 5, 20_000
"""Whose lists are open, and how many leads the reps have from before."""
RATE, ASKED = 10, 100
"""Leads that come, and scores that are asked for, in a second."""
WITHIN = 1.0
GOAL = "p95 of a new lead in its rep's open list <= 1 s; every lead stands there at the end"


def open_lists(inputs: Inputs, folder: Path, *, seconds: float = 30.0, held: int = HELD) -> dict[str, Any]:
    """Let leads come in for so many seconds, with a file and one process, and with PostgreSQL and two."""
    one = _measured(inputs, folder, lite(folder / "leadrank.db"), 1, seconds, held)
    with server() as started:
        two = _measured(inputs, folder, with_tables(made(started.get_uri(), "lists")), 2, seconds, held)
    missed = [f"{name}: {what}" for name, part in (("SQLite", one), ("PostgreSQL", two)) for what in part.pop("missed")]
    return {"goal": GOAL, "lists": REPS + MANAGERS, "leads a second": RATE, "SQLite": one, "PostgreSQL, two processes": two, "missed": missed}


def _measured(inputs: Inputs, folder: Path, url: str, workers: int, seconds: float, held: int) -> dict[str, Any]:
    with running(folder, str(inputs.former), "--database", url):
        pass  # makes the tables, and puts the model in use
    key, names = keys_of(url)[0], [f"rep-{k:02}" for k in range(REPS)] + [f"manager-{k}" for k in range(MANAGERS)]
    best = _filled(url, inputs, names, held)
    with running(folder, str(inputs.former), "--database", url, workers=workers) as service:
        lists = {name: OpenList(service, name) for name in names}
        quiet = _scores(service, key, seconds / 3)
        before = {name: one.asked for name, one in lists.items()}
        came, owners = _posted(service, key, best, seconds)
        time.sleep(3 * WITHIN)
        scores = came.pop("scores")
        asked = sum(one.asked - before[name] for name, one in lists.items())
        waits = sorted(lists[owner].seen.get(lead, np.inf) - came[lead] for lead, owner in owners.items())
        for one in lists.values():
            one.ended.set()
    never = sum(not np.isfinite(wait) for wait in waits)
    p95 = float(np.quantile(waits, 0.95, method="higher"))
    return {
        "leads": len(waits), "lists asked for a second": round(asked / seconds, 1),
        "a list, p50, ms": round(1e3 * float(np.median([s for one in lists.values() for s in one.took])), 1),
        "scores without leads, p50 and p99, ms": quiet, "scores, p50 and p99, ms": scores,
        "lead in the list, p50 and p95, s": [round(float(np.median(waits)), 2), round(p95, 2)], "never seen": never,
        "missed": [*(["p95"] if p95 > WITHIN else []), *(["a lead"] if never else [])],
    }


class OpenList:
    """A page that is open: it hears of changes, and asks for its list as the page's own script does."""

    def __init__(self, service: Service, name: str) -> None:
        self.port, self.asked, self.ended, self.wanted = service.port, 0, threading.Event(), threading.Event()
        self.headers = {"cookie": f"leadrank={name}", "x-unattended": "true", "hx-request": "true"}
        self.seen, self.took, self.version = dict[str, float](), list[float](), list[int]()
        self._ask()
        for work in (self._hear, self._follow):
            threading.Thread(target=work, daemon=True).start()

    def _hear(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/app/changes", headers=self.headers)
        answer = connection.getresponse()
        while not self.ended.is_set() and (line := answer.readline()):
            if line.startswith(b"data: ") and [int(part) for part in line[6:].split(b".")] > self.version:
                self.wanted.set()

    def _follow(self) -> None:
        last = 0.0
        while not self.ended.is_set():
            if self.wanted.wait(1.0):
                time.sleep(max(0.05, 0.6 - (time.monotonic() - last)))
                self.wanted.clear()
                last = time.monotonic()
                self._ask()

    def _ask(self) -> None:
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", "/app/queue", headers=self.headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(page[:300])
        now = time.monotonic()
        self.asked += 1
        self.took.append(now - began)
        self.version = [int(part) for part in page.split('data-version="')[1].split('"')[0].split(".")]
        for part in page.split('data-key="')[1:]:
            self.seen.setdefault(part[:part.index('"')], now)


def _filled(url: str, inputs: Inputs, names: list[str], held: int) -> list[dict[str, Any]]:
    """Make accounts with sessions, and leads that the reps have; return the most probable leads, which come above all of them."""
    desk, now, rng = Desk(open_store(url), Champion()), utc_now(), np.random.default_rng(0)
    one = Scorer(inputs.former).one
    best = sorted(inputs.leads, key=lambda fields: -one(fields).probability)[:50]
    like = take_leads(desk, LEADRANK, [NewLead("like", best[0])], now=now)[0].lead
    with desk.store.writing() as c:
        for name in names:
            add_account(c, AccountRow(name=name, role=name.partition("-")[0], team=None, capacity=None, password="", created_at=now))
            token = hashlib.sha256(name.encode()).hexdigest()
            add_session(c, SessionRow(token=token, account=name, csrf="", created_at=now, seen_at=now, expires_at=now + timedelta(days=1)))
        put_leads(c, [
            replace(like, key=f"H-{k:06}", owner=names[k % REPS], worth=float(rng.random()), due_at=now + timedelta(days=30)) for k in range(held)
        ])
    desk.store.close()
    return best


def _posted(service: Service, key: str, best: list[dict[str, Any]], seconds: float) -> tuple[dict[str, Any], dict[str, str]]:
    came: dict[str, Any] = {}
    owners, headers = dict[str, str](), {"authorization": f"Bearer {key}"}
    scores = threading.Thread(target=lambda: came.update(scores=_scores(service, key, seconds)))
    scores.start()
    began, number = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        lead = f"N-{number:06}"
        answer = service.ask("POST", "/leads", {"key": lead, "fields": best[number % len(best)]}, headers)
        came[lead], owners[lead] = time.monotonic(), answer.told["lead"]["owner"]
        number += 1
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
    scores.join()
    return came, owners


def _scores(service: Service, key: str, seconds: float) -> list[float]:
    """Ask for scores at an even rate; return the milliseconds within which half and 99 of 100 came, counted from when each was to be asked for."""
    took, began, headers = list[float](), time.monotonic(), {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        for number in range(int(ASKED * seconds)):
            due = began + number / ASKED
            time.sleep(max(0.0, due - time.monotonic()))
            connection.request("POST", "/predict", b"{}", headers)
            connection.getresponse().read()
            took.append(1e3 * (time.monotonic() - due))
    return [round(float(np.quantile(took, part)), 1) for part in (0.5, 0.99)]
