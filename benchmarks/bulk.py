"""Measures a million leads, Parquet to Parquet with tier, decision and expected profit, beside what is written by hand with pyarrow and a booster.

    python -m benchmarks.bulk                        # a row per goal, as JSON

Ours also writes the interval, score, action, deadline and the model's name; the others only what is needed.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from benchmarks.peers import catboost_path, lightgbm_path, score_by_hand
from benchmarks.rows import bundle_of, long_parquet_of, parquet_of

from leadrank import data, features
from leadrank.bulk import score_file, wanted
from leadrank.score import Scorer

Row = dict[str, object]
TURNS, PROCESSES, WARMING = 5, 3, 300_000


def measure(rows: int = 1_000_000, long_rows: int = 50_000_000) -> list[Row]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        return [*_in_process(folder, rows), *_as_command(folder, rows), *_memory(folder, rows, long_rows)]


def _in_process(folder: Path, rows: int) -> list[Row]:
    """Measure each in processes of its own, which have no more processors than threads; memory that one gives back would cost the next."""
    places = [str(bundle_of(folder)), str(parquet_of(folder, rows)), str(folder / "out.parquet")]
    found: list[Row] = []
    for threads in (1, 2):
        best = dict.fromkeys(("ours", "lightgbm", "catboost"), np.inf)
        for k in range(PROCESSES):
            for who in best if k == 0 else ("ours", "catboost"):  # LightGBM takes twenty times as long, and is far from its goal
                told = _run([sys.executable, "-m", "benchmarks.bulk", "--turns", who, *places, str(threads)], threads)
                best[who] = min(best[who], float(told))
        said = f"{rows:,} rows, Parquet to Parquet, {threads} thread{'s' * (threads > 1)}"
        note = _run([sys.executable, "-m", "benchmarks.bulk", "--shares", *places], 1).strip() if threads == 1 else ""
        found += [
            _row(f"{said}, beside LightGBM", rows / best["ours"], rows / best["lightgbm"], 12, note),
            _row(f"{said}, beside CatBoost on codes", rows / best["ours"], rows / best["catboost"], 1, "the peer's categories are plain codes"),
        ]
    return found


def _take_turns(who: str, bundle: str, source: str, target: str, threads: int) -> None:
    """Score the file a few times and print the seconds of the quickest."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    if who == "ours":
        scorer = Scorer(bundle)
        print(_in_turns([lambda: score_file(scorer, source, target, threads=threads)])[0])
        return
    codes, _, predict = lightgbm_path() if who == "lightgbm" else catboost_path()
    kind = np.float64 if who == "lightgbm" else np.float32
    turns = 2 if who == "lightgbm" else TURNS
    print(_in_turns([lambda: score_by_hand(Path(source), Path(target), codes, predict, kind, threads)], turns)[0])


def _as_command(folder: Path, rows: int) -> list[Row]:
    source, bundle, target = parquet_of(folder, rows), bundle_of(folder), folder / "out.parquet"
    codes, booster, _ = lightgbm_path()
    kept = folder / "peer.pickle"
    kept.write_bytes(pickle.dumps((codes.known, booster.model_to_string())))
    peer = [sys.executable, "-m", "benchmarks.bulk", "--peer", str(kept), str(source), str(target)]
    command = [str(Path(sys.executable).with_name("leadrank")), "score", str(bundle), str(source), "-o", str(target)]
    command += ["--reasons", "0", "--threads", "2"]
    ours, theirs = _in_turns([lambda: _run(command), lambda: _run(peer)], turns=2)
    return [_row(f"{rows:,} rows as a command, start included, 2 threads, beside LightGBM", rows / ours, rows / theirs, 8, "")]


def _memory(folder: Path, rows: int, long_rows: int) -> list[Row]:
    """Score a short and a long file in processes of their own."""
    seconds, peaks = [], []
    for count in (rows, long_rows):  # the bundle is loaded, and the first rows are scored, before the clock runs
        source = long_parquet_of(folder, count)
        told = _run([sys.executable, "-m", "benchmarks.bulk", "--score", str(bundle_of(folder)), str(source), str(folder / "out.parquet")])
        taken, peak = map(float, told.split())
        seconds.append(taken / count)
        peaks.append(peak)
    note = f"seconds per million rows: {seconds[0] * 1e6:.2f} at {rows:,} rows, {seconds[1] * 1e6:.2f} at {long_rows:,}"
    return [
        {"what": f"peak memory, {long_rows:,} rows", "ours": round(peaks[1]), "peer": 2000, "ratio": round(2000 / peaks[1], 2), "goal": 1.0,
         "unit": "MB", "note": f"the limit stands for the peer; {peaks[0]:.0f} MB at {rows:,} rows"},
        {"what": f"time per row, {long_rows:,} rows beside {rows:,}", "ours": seconds[1] * 1e6, "peer": seconds[0] * 1e6,
         "ratio": round(seconds[1] / seconds[0], 3), "goal": "<= 1.1", "unit": "µs/row", "note": note},
    ]


def _shares(scorer: Scorer, source: Path, target: Path) -> str:
    """Say where the processor's time goes: each step for itself, piece by piece as the file is scored."""
    taken = dict.fromkeys(("decode", "encode", "trees", "decide", "write"), 0.0)
    needed, began = scorer.bundle.schema.only(scorer.needed), time.process_time()
    pieces = list(data.open_batches(source, wanted(scorer, ())).pieces)
    taken["decode"] = time.process_time() - began
    parts = []
    for piece in pieces:
        clocks = [time.process_time()]
        cleaned = data.clean_frame(needed, piece, required=scorer.needed, numbered=True)
        X = features.encode(scorer.bundle.encoder, cleaned.frame, cleaned.labels)
        clocks.append(time.process_time())
        scorer.bundle.model.predictor.margin(X)
        clocks.append(time.process_time())
        parts.append(scorer.part(piece).rows)
        clocks.append(time.process_time())
        encode, trees, whole = np.diff(clocks)
        for name, seconds in (("encode", encode), ("trees", trees), ("decide", whole - encode - trees)):
            taken[name] += seconds
    began = time.process_time()
    data.write_pieces(target, iter(parts), lambda frame: frame)
    taken["write"] = time.process_time() - began
    total = sum(taken.values())
    return "processor time: " + ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in taken.items())


def _in_turns(calls: list[Callable[[], Any]], turns: int = TURNS) -> list[float]:
    """Return the quickest of a few turns of each, in seconds; all take turns, so that a busy machine is busy for all."""
    best = [np.inf] * len(calls)
    for _ in range(turns):
        for k, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[k] = min(best[k], time.perf_counter() - start)
    return best


def _row(what: str, ours: float, peer: float, goal: float, note: str) -> Row:
    return {"what": what, "ours": round(ours), "peer": round(peer), "ratio": round(ours / peer, 2), "goal": goal, "unit": "rows/s", "note": note}


def _run(command: list[str], threads: int = 2) -> str:
    limits = {"OMP_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads)}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | limits).stdout


def _be_peer(kept: str, source: str, target: str) -> None:
    import lightgbm
    from benchmarks.peers import Codes

    known, text = pickle.loads(Path(kept).read_bytes())  # noqa: S301 - written by this program a moment ago
    codes = Codes.__new__(Codes)
    codes.known = known
    booster = lightgbm.Booster(model_str=text)
    score_by_hand(Path(source), Path(target), codes, lambda X, threads: booster.predict(X, num_threads=threads), np.float64, 2)


def _be_scorer(bundle: str, source: str, target: str) -> None:
    scorer = Scorer(bundle)
    few = Path(target).with_name("few.parquet")
    pl.scan_parquet(source).head(WARMING).sink_parquet(few)
    score_file(scorer, few, target, threads=2)
    start = time.perf_counter()
    score_file(scorer, source, target, threads=2)
    print(time.perf_counter() - start, _peak())


def _peak() -> float:
    """Return this process's peak memory in MB. Linux hands the maximum in `getrusage` down from whoever started the process, its program or not."""
    import resource

    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        _be_peer(*sys.argv[2:])
    elif sys.argv[1:2] == ["--score"]:
        _be_scorer(*sys.argv[2:])
    elif sys.argv[1:2] == ["--turns"]:
        _take_turns(*sys.argv[2:6], int(sys.argv[6]))
    elif sys.argv[1:2] == ["--shares"]:
        print(_shares(Scorer(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])))
    else:
        print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1, ensure_ascii=False))
