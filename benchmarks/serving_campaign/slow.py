"""R9: slow clients hold hundreds of connections; the others hardly notice, the slow ones are let go, and the end does not wait for them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from benchmarks.serving_campaign.dawdlers import BODY, DEAF, HEADERS, ORDER, Dawdlers
from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.service import Service, lite, running
from benchmarks.wrk import wrk
from psutil import CONN_LISTEN, Process

from leadrank.serving.hot.patience import FIRST, LOOK, TAKING

NORMAL = 4
"""Connections of the clients that are not slow."""
P99, LATE, END = 100.0, 10.0, 5.0
LIMITS = {HEADERS: FIRST + LOOK, BODY: FIRST + LOOK, DEAF: TAKING + LOOK}
GOAL = f"p99 of the others <= {P99:g} ms; 0 slow ones open {LATE:g} s after their limits; SIGTERM ends it within {END:g} s while they hang on"


def slow(inputs: Inputs, folder: Path, *, clients: int = 500, seconds: int = 60, kinds: tuple[str, ...] = ORDER) -> dict[str, Any]:
    """Measure normal clients alone, then beside slow ones; let the slow ones hold on; at last end the service beside new ones."""
    leads = folder / "leads.jsonl"
    leads.write_text("".join(json.dumps(lead) + "\n" for lead in inputs.leads))
    with running(folder, str(inputs.former), "--database", lite(folder / "leadrank.db")) as service:
        alone = wrk(f"{service.url}/predict", seconds=max(2, seconds // 6), connections=NORMAL, leads=leads)
        dawdlers = Dawdlers(service.port, clients, kinds)
        beside = wrk(f"{service.url}/predict", seconds=seconds, connections=NORMAL, leads=leads)
        held = dawdlers.held
        dawdlers.hold()
        left, last = _let_go(service)
        dawdlers.end()
        hanging = Dawdlers(service.port, clients, kinds)
        hanging.wait()
        code, ended = service.stop()
        hanging.end()
    goals = {
        "p99": beside.p99 <= P99, "failed": beside.failed == 0, "left open": left == 0, "end": code == 0 and ended <= END,
        **{kind: dawdlers.longest.get(kind, 0.0) <= limit + LATE for kind, limit in LIMITS.items()},
    }
    return {
        "goal": GOAL, "slow clients": clients, "seconds": seconds, "held at the end": held,
        "alone": {"rate": alone.rate, "p99, ms": alone.p99}, "beside them": {"rate": beside.rate, "p99, ms": beside.p99, "failed": beside.failed},
        "p99 ratio": round(beside.p99 / alone.p99, 2), "let go": dict(dawdlers.let_go),
        "longest let, s": {kind: round(seconds, 1) for kind, seconds in dawdlers.longest.items()}, "limits, s": LIMITS, "left open": left,
        "last one let go after, s": round(last, 1), "end, s": round(ended, 2), "exit code": code,
        "missed": [goal for goal, reached in goals.items() if not reached],
    }


def _let_go(service: Service) -> tuple[int, float]:
    """Wait until the service has let all of them go, or had ten seconds more than it takes; return how many are left, and the seconds."""
    start, process = time.monotonic(), Process(service.process.pid)
    while True:
        left, waited = sum(one.status != CONN_LISTEN for one in process.net_connections("tcp")), time.monotonic() - start
        if not left or waited > max(LIMITS.values()) + LATE:
            return left, waited
        time.sleep(0.5)
