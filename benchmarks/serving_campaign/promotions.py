"""R1: whoever promotes models is killed at random moments; afterwards all models are whole, and one of the two champions scores as ever."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.serving_campaign import killed_promoters, postgres
from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.promised import Promise, promise_of
from benchmarks.serving_campaign.service import lite

from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk
from leadrank.operations.registry import register
from leadrank.serving.service import utc_now
from leadrank.store.connect import open_store
from leadrank.store.migrate import migrate

GOAL = "0 half-visible models; the former or the new champion loads and scores as before to the bit; 0 acknowledged promotions lost"
CHECKED = 50
"""Leads whose scores are compared."""
WAYS: dict[str, tuple[float, Callable[[Inputs, Path, str, float], int]]] = {
    "operations on SQLite": (0.4, killed_promoters.operations), "operations on PostgreSQL": (0.3, killed_promoters.operations),
    "a service that starts": (0.15, killed_promoters.starting), "a service that is asked": (0.15, killed_promoters.asked),
}
"""The share of the kills, and what is killed."""


def promotions(inputs: Inputs, folder: Path, *, kills: int = 200, seed: int = 0) -> dict[str, Any]:
    """Kill about so many times in all, each time in a store of its own that has the former model in use."""
    promise, rng, found = promise_of([inputs.former, inputs.newer], inputs.leads[:CHECKED]), np.random.default_rng(seed), {}
    with postgres.server() as server:
        servers, files = _databases(server.get_uri(), inputs), _files(folder, inputs)
        for way, (share, kill) in WAYS.items():
            fresh, tally = servers if "PostgreSQL" in way else files, Counter[str]()
            for moment in rng.uniform(size=max(1, round(kills * share))).tolist():
                url = next(fresh)
                tally += _judged(promise, url, kill(inputs, folder, url, moment))
            found[way] = dict(tally)
    missed = [f"{way}: {what}" for way, tally in found.items() for what in tally if what.startswith("wrong")]
    return {"goal": GOAL, "kills": sum(tally["kills"] for tally in found.values()), **found, "missed": missed}


def _judged(promise: Promise, url: str, acknowledged: int) -> Counter[str]:
    """Count one kill: where it struck, and what was wrong afterwards."""
    found = promise.looked_at(url)
    wrong = [*found.wrong, *(["an acknowledged promotion is lost"] if found.changes < acknowledged else [])]
    tally = Counter(kills=1, acknowledged=acknowledged)
    tally[f"found with {found.models} model{'s' * (found.models > 1)}"] += 1
    tally["found promoted beyond what was acknowledged"] += found.changes > acknowledged
    tally.update(f"wrong: {what}" for what in wrong)
    return tally


def _files(folder: Path, inputs: Inputs) -> Iterator[str]:
    model = folder / "model.db"
    _with_former(lite(model), inputs)
    for k in count():
        yield lite(Path(shutil.copy(model, folder / f"{k}.db")))


def _databases(url: str, inputs: Inputs) -> Iterator[str]:
    _with_former(postgres.made(url, "model"), inputs)
    for k in count():
        yield postgres.made(url, f"run_{k}", "model")


def _with_former(url: str, inputs: Inputs) -> None:
    """Make a store in which the former model is in use."""
    store = open_store(url)
    migrate(store)
    register(Desk(store, Champion()), inputs.former.read_bytes(), now=utc_now())
    store.close()
