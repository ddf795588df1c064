"""Asks a running service as fast as it answers, with wrk."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Seen:
    """Requests a second, milliseconds within which half and 99 of 100 were answered, and how many were not answered at all."""

    rate: float
    p50: float
    p99: float
    failed: int


def wrk(url: str, *, seconds: int, connections: int, leads: Path | None = None) -> Seen:
    """Post the lines of a file, or get an address; anything but success ends it."""
    script = [] if leads is None else ["-s", str(SCRIPT)]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *script, url], check=True, capture_output=True, text=True,
        env={**os.environ, "LEADS": str(leads)},
    ).stdout
    assert "Non-2xx" not in done, done
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
    assert rate is not None, done
    failed = re.search(r"Socket errors: (.*)", done)
    return Seen(
        float(rate[1]), _milliseconds(done, "50%"), _milliseconds(done, "99%"), 0 if failed is None else sum(map(int, re.findall(r"\d+", failed[1])))
    )


def _milliseconds(said: str, name: str) -> float:
    found = re.search(rf"{name}\s+([\d.]+)(us|ms|s)\b", said)
    assert found is not None, said
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]
