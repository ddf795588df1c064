"""R3: PostgreSQL is killed under load, with two workers before it; nothing acknowledged is lost, and everybody is told the truth in time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.serving_campaign import postgres
from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.sales_day import PATIENCE, SalesDay
from benchmarks.serving_campaign.service import running
from benchmarks.store_campaign import kill, restart
from sqlalchemy import select

from leadrank.store import schema
from leadrank.store.connect import open_store

BACK, GIVEN_UP = 10.0, 60.0
GOAL = f"0 acknowledged writes lost; each answer 2xx or a 503 problem+json within {PATIENCE:g} s; writes go on within {BACK:g} s after the database"


def database(inputs: Inputs, folder: Path, *, kills: int = 20, seed: int = 0) -> dict[str, Any]:
    """Kill the server so many times, and leave it down for up to two seconds each time."""
    rng = np.random.default_rng(seed)
    with postgres.server() as server:
        url = postgres.made(server.get_uri(), "leadrank")
        with running(folder, str(inputs.former), "--database", url, workers=2) as service:
            day = SalesDay(service, inputs.leads)
            day.begin()
            back = [_cycle(server, day, *rng.uniform((0.5, 0.2), (2.0, 2.0)).tolist()) for _ in range(kills)]
            time.sleep(1)
            day.end()
            code, _ = service.stop()
        leads, outcomes = _kept(url)
    lost = len(day.leads - leads) + len(day.outcomes - outcomes)
    figures = {
        "leads acknowledged": len(day.leads), "outcomes acknowledged": len(day.outcomes), "lost": lost, "answers": dict(day.answers),
        "wrong": dict(day.wrong), "longest answer, s": round(day.longest, 2), "back after, s": round(max(back), 2), "exit code": code,
    }
    goals = {"lost": lost == 0, "wrong answers": not day.wrong, "back": max(back) <= BACK, "end": code == 0}
    return {"goal": GOAL, "kills": kills, **figures, "missed": [goal for goal, reached in goals.items() if not reached]}


def _cycle(server: Any, day: SalesDay, up: float, down: float) -> float:
    """Kill the server, start it again, and return how long after that a write was acknowledged."""
    time.sleep(up)
    kill(server)
    time.sleep(down)
    restart(server)
    start = time.monotonic()
    while day.wrote_at < start and time.monotonic() < start + GIVEN_UP:
        time.sleep(0.01)
    return time.monotonic() - start


def _kept(url: str) -> tuple[set[str], set[str]]:
    store = open_store(url)
    with store.reading() as c:
        leads = set(c.execute(select(schema.leads.c.key)).scalars())
        outcomes = set(c.execute(select(schema.outcomes.c.lead)).scalars())
    store.close()
    return leads, outcomes
