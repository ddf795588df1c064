"""R10: how much one worker bears; each rate also beside that of a bare /health in the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.service import lite, running
from benchmarks.wrk import Seen, wrk

GOALS = {
    "score": ("/predict", 1, 16, 1_000.0, 50.0), "score with reasons": ("/predict?reasons=3", 1, 16, 300.0, 150.0),
    "batch": ("/predict/batch", 1_000, 4, 50_000.0, None), "batch with reasons": ("/predict/batch?reasons=3", 1_000, 4, 1_000.0, None),
}
"""Address, leads in a request, connections; leads a second at least, and milliseconds of 99 of 100 answers at most."""
GOAL = "score >= 1,000/s, p99 <= 50 ms; with reasons >= 300/s, p99 <= 150 ms; batches >= 50,000 leads/s; with reasons >= 1,000 leads/s"


def load(inputs: Inputs, folder: Path, *, seconds: int = 20) -> dict[str, Any]:
    """Measure one after the other, each for so many seconds."""
    one, many = folder / "one.jsonl", folder / "many.jsonl"
    one.write_text("".join(json.dumps(lead) + "\n" for lead in inputs.leads))
    many.write_text(json.dumps(inputs.leads) + "\n")
    with running(folder, str(inputs.former), "--database", lite(folder / "leadrank.db")) as service:
        health = wrk(f"{service.url}/health", seconds=seconds, connections=16)
        seen = {
            name: wrk(service.url + path, seconds=seconds, connections=connections, leads=one if leads == 1 else many)
            for name, (path, leads, connections, _, _) in GOALS.items()
        }
    found = {name: _told(seen[name], GOALS[name][1], health) for name in GOALS}
    missed = [
        name for name, (_, _, _, least, most) in GOALS.items()
        if found[name]["leads/s"] < least or seen[name].failed or (most is not None and seen[name].p99 > most)
    ]
    return {"goal": GOAL, "seconds each": seconds, "health": {"rate": health.rate, "p99, ms": health.p99}, **found, "missed": missed}


def _told(seen: Seen, leads: int, health: Seen) -> dict[str, float]:
    rate = seen.rate * leads
    times = {"p50, ms": seen.p50, "p99, ms": seen.p99}
    return {"leads/s": round(rate, 1), **times, "leads per request to /health": round(rate / health.rate, 2), "failed": seen.failed}
