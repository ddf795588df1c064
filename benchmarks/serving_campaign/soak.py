"""R11: everything that a service is asked for, for a while; it needs no more memory, files or threads at the end than soon after the start."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import psutil
from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.office import Office, keys_of
from benchmarks.serving_campaign.service import lite, running

GOAL = "RSS grows by less than 5 % between a fifth of the time and its end; files and threads stay as many; 0 errors"
WARM, WINDOW = 0.2, 0.2
"""The share of the time after which memory should not grow any more, and the share over which it is averaged."""
GROWTH, MORE = 0.05, 2
"""How much memory may grow, and how many more files and threads may be open."""
LOOKS = 600


def soak(inputs: Inputs, folder: Path, *, seconds: float = 600.0) -> dict[str, Any]:
    """Keep an office busy for so long, and look at the process every now and then."""
    database = lite(folder / "leadrank.db")
    keys, office = keys_of(database), Office(inputs.leads)
    with running(folder, str(inputs.former), "--database", database) as service:
        office.open(service, keys)
        seen = _watched(psutil.Process(service.process.pid), seconds)
        office.close()
        code, _ = service.stop()
    early, late = (_middle(seen, share, seconds) for share in (WARM, 1.0 - WINDOW))
    growth = late["MB"] / early["MB"] - 1.0
    goals = {
        "memory": growth < GROWTH, "files": late["files"] <= early["files"] + MORE, "threads": late["threads"] <= early["threads"] + MORE,
        "errors": not office.wrong, "end": code == 0,
    }
    return {
        "goal": GOAL, "seconds": seconds, "requests": sum(office.answers.values()), "answers": dict(sorted(office.answers.items())),
        "wrong": dict(office.wrong), "soon": early, "at the end": late, "growth of memory": round(growth, 4),
        "MB at every tenth": [_middle(seen, k / 10, seconds)["MB"] for k in range(10)],
        "missed": [goal for goal, reached in goals.items() if not reached],
    }


def _watched(process: psutil.Process, seconds: float) -> list[tuple[float, dict[str, float]]]:
    start, seen = time.monotonic(), []
    while (at := time.monotonic() - start) < seconds:
        with process.oneshot():
            seen.append((at, {"MB": process.memory_info().rss / 1e6, "files": process.num_fds(), "threads": process.num_threads()}))
        time.sleep(seconds / LOOKS)
    return seen


def _middle(seen: list[tuple[float, dict[str, float]]], share: float, seconds: float) -> dict[str, float]:
    """The medians of what was seen from a share of the time on."""
    found = [one for at, one in seen if share <= at / seconds < share + WINDOW]
    return {name: round(statistics.median(one[name] for one in found), 1) for name in ("MB", "files", "threads")}
