"""Measures scores over HTTP on loopback with wrk, one worker, beside a constant from bare ASGI and beside what others serve.

    python -m benchmarks.serve                     # trains two models of simulated leads first
    python -m benchmarks.serve --folder DIR        # keeps them there, and takes those that are there
    python -m benchmarks.serve --seconds 2 --rounds 3

Ours serves leads that convert or not (16 columns, labels among them, each with its own value), and the three tiers of seed 001's investors.

All servers run side by side and take turns, round after round; a ratio is the median over the rounds of what was measured within one of them.
wrk shares the machine: each ratio is of two servers that suffer alike.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.rows import bundle_of, typed
from benchmarks.serve_peers import FEATURES
from benchmarks.wrk import Seen, wrk

from leadrank.bundle import save_bundle
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS, SENDERS, LEADS, MANY = 16, 4, 200, 1000
BATCH_GOAL = 150_000
PEERS = {"bare": ("bare", False), "seed": ("seed", True), "lightgbm": ("lightgbm", True)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--seconds", type=int, default=3)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    print(json.dumps(measure(given.folder, seconds=given.seconds, rounds=given.rounds), indent=1, ensure_ascii=False))


def measure(kept: Path | None = None, *, seconds: int = 3, rounds: int = 5) -> list[dict[str, object]]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    with tempfile.TemporaryDirectory() as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        models = {"leads": bundle_of(kept or folder), "tiers": _trained((kept or folder) / "investor.leadrank")}
        sent = {"leads": _inbound(folder, models["leads"]), "tiers": _investors(folder)}
        urls = {name: stack.enter_context(_peer(*peer)) for name, peer in PEERS.items()}
        urls |= {name: stack.enter_context(_served(model, folder)) for name, model in models.items()}
        calls = {name: (f"{urls[name]}/predict", sent["tiers"][0], CONNECTIONS) for name in PEERS}
        for name, (one, many) in sent.items():
            calls |= {
                name: (f"{urls[name]}/predict", one, CONNECTIONS), f"{name}, reasons": (f"{urls[name]}/predict?reasons=3", one, CONNECTIONS),
                f"{name}, batch": (f"{urls[name]}/predict/batch", many, SENDERS),
            }
        seen: dict[str, list[Seen]] = {name: [] for name in calls}
        for number in range(-1, rounds):
            for name, (url, leads, connections) in calls.items():
                found = wrk(url, seconds=seconds if number >= 0 else 1, connections=connections, leads=leads)
                if number >= 0:
                    seen[name].append(found)
        return _rows(seen)


def _rows(seen: Mapping[str, list[Seen]]) -> list[dict[str, object]]:
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, wrk among it"
    half = {name: float(np.median([one.rate for one in rounds])) for name, rounds in seen.items()}

    def ratio(ours: str, peer: str) -> float:
        return float(np.median([a.rate / b.rate for a, b in zip(seen[ours], seen[peer], strict=True)]))

    def row(what: str, ours: float, peer: float | None, found: float, goal: str, unit: str, note: str) -> dict[str, object]:
        figures = {"ours": round(ours, 3), "peer": peer and round(peer, 3), "ratio": round(found, 3)}
        return {"what": what, **figures, "goal": goal, "unit": unit, "note": note}

    def spread(name: str) -> str:
        rates = [one.rate for one in seen[name]]
        return f"{min(rates):,.0f} to {max(rates):,.0f} over {len(rates)} rounds"

    rows = []
    for name, said in {"leads": "leads that convert or not", "tiers": "three ordered tiers"}.items():
        p50, p99 = (float(np.median([getattr(one, q) for one in seen[name]])) for q in ("p50", "p99"))
        leads = half[f"{name}, batch"] * MANY
        rows += [
            row(f"POST /predict, {said}, against a constant from bare ASGI", half[name], half["bare"], ratio(name, "bare"), ">= 0.4", "requests/s",
                f"{CONNECTIONS} connections; {spread(name)}; {load}"),
            row(f"POST /predict?reasons=3, {said}, against the same constant", half[f"{name}, reasons"], half["bare"],
                ratio(f"{name}, reasons", "bare"), ">= 0.3", "requests/s", spread(f"{name}, reasons")),
            row(f"POST /predict, {said}, p99 against p50", p99, p50, float(np.median([one.p99 / one.p50 for one in seen[name]])), "<= 5", "ms",
                f"{CONNECTIONS} connections"),
            row(f"POST /predict/batch of {MANY:,}, {said}, with decisions", leads, BATCH_GOAL, leads / BATCH_GOAL, ">= 1", "leads/s",
                f"{SENDERS} connections; the peer is the goal"),
        ]
    return [
        *rows,
        row("POST /predict, three ordered tiers, against seed 001's way", half["tiers"], half["seed"], ratio("tiers", "seed"), ">= 40", "requests/s",
            f"pandas, scikit-learn and XGBoost in a FastAPI handler; {spread('seed')}"),
        row("POST /predict, three ordered tiers, against FastAPI, pydantic and LightGBM", half["tiers"], half["lightgbm"], ratio("tiers", "lightgbm"),
            "", "requests/s", f"which decides nothing; it reaches {ratio('lightgbm', 'bare'):.2f} of the constant"),
    ]


def _trained(path: Path) -> Path:
    if path.exists():
        return path
    project = tomllib.loads(SIMULATIONS["investor"].project)
    project["model"] = {"candidates": ["catboost"], "folds": 3, "trials": 1}
    save_bundle(train(parse_project(project), simulate("investor", seed=3).table, clock=time.monotonic), path, version="benchmark")
    return path


def _inbound(folder: Path, bundle: Path) -> tuple[Path, Path]:
    """Write inbound leads as a CRM would send them, all fields given."""
    table = typed(simulate("leads", rows=5 * MANY, seed=9).table).select("lead_id", *Scorer(bundle).needed).drop_nulls()
    return _written(folder, "leads", table.head(MANY).to_dicts())


def _investors(folder: Path) -> tuple[Path, Path]:
    """Write seed 001's twelve fields."""
    table = simulate("investor", rows=5 * MANY, seed=9).table
    found = [lead for lead in table.select(FEATURES).to_dicts() if all(map(_is_number, lead.values()))]
    rows = [{name: int(float(value)) for name, value in lead.items()} for lead in found]
    return _written(folder, "investors", rows[:MANY])


def _written(folder: Path, name: str, leads: list[dict[str, Any]]) -> tuple[Path, Path]:
    """Write some leads one in each line, and all of them in one."""
    one, many = folder / f"{name}.jsonl", folder / f"{name}-{MANY}.jsonl"
    one.write_text("".join(json.dumps(lead) + "\n" for lead in leads[:LEADS]))
    many.write_text(json.dumps(leads) + "\n")
    return one, many


def _is_number(cell: Any) -> bool:
    return cell is not None and re.fullmatch(r"\d+(\.0+)?", str(cell)) is not None


@contextlib.contextmanager
def _peer(name: str, made: bool) -> Iterator[str]:
    port = _free()
    factory = ["--factory"] if made else []
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.serve_peers:{name}", *factory, "--port", str(port)]
    with _running([*command, "--no-access-log", "--log-level", "error", "--loop", "uvloop", "--http", "httptools"], port) as url:
        yield url


@contextlib.contextmanager
def _served(bundle: Path, folder: Path) -> Iterator[str]:
    port = _free()
    command = [sys.executable, "-m", "leadrank", "serve", str(bundle), "--port", str(port), "--database", f"sqlite:///{folder / bundle.stem}.db"]
    with _running(command, port) as url:
        yield url


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"nothing listens on {port}")


def _free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    main()
