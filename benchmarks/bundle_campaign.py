"""Spoil trained bundles in many ways, load each and score with it: refused, or the very scores of before; nothing dies, nothing is executed.

    python benchmarks/bundle_campaign.py [--mutations 10000] [--out FILE] [--bundle FILE]

Loads happen in child processes, so that a death (or a load of more than 20 s) is counted and not suffered, under an audit hook that notes
anything executed. `as_forged` counts forgeries that nothing can tell from an original when no key is given, `forged_unscorable` those of
them that load and then cannot score one of the rows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
import bundle_forgeries  # noqa: F401 — registers its kinds
from bundle_mutations import KINDS, Attempt, Base, base_of
from leadrank.bundle import Bundle, load_bundle, save_bundle
from leadrank.bundle.archive import archive_bytes, read_archive
from leadrank.errors import BundleError
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

BATCH = 1000
MEMORY = 2 << 30
LONGEST = 20
ROWS = 20
EXECUTING = ("exec", "compile", "import", "os.", "subprocess.", "pickle.", "marshal.", "ctypes.", "socket.", "shutil.", "tempfile.")
CHILD = [sys.executable, str(Path(__file__))]


@dataclass(frozen=True, slots=True)
class Known:
    """A good bundle, rows to score, and the scores that it gives them."""

    base: Base
    rows: pl.DataFrame
    scores: pl.DataFrame


def known(path: Path) -> Known:
    bundle = whole(path)
    rows = rows_for(bundle)
    return Known(base_of(path.read_bytes()), rows, Scorer(bundle).many(rows))


def whole(path: Path, key: bytes | None = None) -> Bundle:
    """Load a bundle, and read what scoring does without as well."""
    bundle = load_bundle(path, key=key)
    for field in fields(bundle):
        if field.name != "unread":
            getattr(bundle, field.name)
    return bundle


def rows_for(bundle: Bundle) -> pl.DataFrame:
    """Raw cells for every column of the bundle: numbers, known and unknown levels, blanks."""
    rng = np.random.default_rng(0)
    levels = {i.feature.column: i.feature.levels for i in bundle.encoder.inputs if i.feature.kind == "category"}
    cells = {}
    for column in bundle.schema.columns:
        drawn = rng.choice([*levels.get(column.name, ()), "never seen"], ROWS) if column.name in levels else rng.normal(size=ROWS).round(3)
        blank = rng.random(ROWS) < (1.0 if column.type == "date" else 0.1)
        cells[column.name] = [None if empty else str(cell) for cell, empty in zip(drawn, blank, strict=True)]
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))


def outcome(good: Known, attempt: Attempt, path: Path) -> str:
    """Load the spoilt file at a path, score with it, and say what came of it."""
    try:
        bundle = whole(path, attempt.key)
    except BundleError:
        return "refused"
    except Exception as error:
        return f"raised {type(error).__name__}"
    manifest, parts = read_archive(attempt.data, key=attempt.key)
    if attempt.forged is not None and parts != attempt.forged:
        return "changed"
    try:
        scores = Scorer(bundle).many(good.rows)
    except Exception as error:
        return "forged_unscorable" if attempt.forged is not None else f"raised {type(error).__name__}"
    if attempt.forged is not None:
        return "as_forged"
    same = scores.equals(good.scores) and (manifest, parts) == (good.base.manifest, good.base.parts)
    return "identical" if same else "changed"


def executes(event: str, told: tuple[object, ...]) -> bool:
    """Tell whether something was run: not that our own kernel, loaded before, was shown its buffers."""
    kernel = event in {"ctypes.addressof", "ctypes.cdata"} or (event == "ctypes.dlsym" and str(told[1]).startswith("leadrank_"))
    return event.startswith(EXECUTING) and not kernel


def child(folder: Path, first: int, last: int, seed: int) -> None:
    """Load mutations first..last-1, saying before each what it is and after each what came of it."""
    bundles = [known(path) for path in sorted(folder.glob("*.leadrank"))]
    reserved = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()  # allocators reserve far more than they use
    resource.setrlimit(resource.RLIMIT_AS, (reserved + MEMORY, reserved + MEMORY))
    kinds, loading, executed = list(KINDS), False, []
    sys.addaudithook(lambda event, told: executed.append(event) if loading and executes(event, told) else None)
    for number in range(first, last):
        rng = np.random.default_rng([seed, number])
        good = bundles[rng.integers(len(bundles))]
        attempt = KINDS[kinds[number % len(kinds)]](good.base, rng)
        (spoilt := folder / "spoilt").write_bytes(attempt.data)
        print("begin", number, hashlib.sha256(attempt.data).hexdigest(), flush=True)
        signal.alarm(LONGEST)
        start, loading = time.perf_counter(), True
        result = outcome(good, attempt, spoilt)
        loading = False
        signal.alarm(0)
        print(json.dumps({"outcome": result, "seconds": time.perf_counter() - start}), flush=True)
    print(json.dumps({"executed": sorted(set(executed)), "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}), flush=True)


def run(mutations: int, folder: Path, seed: int = 0) -> dict:
    """Load mutations of the bundles in a folder until that many different files were tried, and count what came of them, kind by kind."""
    counts: dict[str, Counter] = defaultdict(Counter)
    executed: set[str] = set()
    files: set[str] = set()
    slowest, memory, number, start = 0.0, 0, 0, time.perf_counter()
    kinds = list(KINDS)
    while len(files) < mutations:
        last = number + min(BATCH, 50 + int(1.3 * (mutations - len(files))))  # some ways give the same file again
        done = subprocess.run(
            [*CHILD, "--child", str(folder), str(number), str(last), str(seed)], stdout=subprocess.PIPE, text=True, cwd=folder, check=False
        )
        for line in done.stdout.splitlines():
            if line.startswith("begin"):
                number = int(line.split()[1])
                files.add(line.split()[2])
                counts[kinds[number % len(kinds)]]["died"] += 1
                continue
            said = json.loads(line)
            if "outcome" in said:
                counts[kinds[number % len(kinds)]] += Counter({said["outcome"]: 1, "died": -1})
                slowest = max(slowest, said["seconds"])
            else:
                executed |= set(said["executed"])
                memory = max(memory, said["memory"])
        if not done.stdout:
            raise RuntimeError("the child could not begin")
        number += 1
    return {
        "different_files": len(files),
        "loads": number,
        "outcomes": totals(counts),
        "executed": sorted(executed) + ["canary"] * (folder / "canary").exists(),
        "slowest_load_ms": round(1000 * slowest, 1),
        "peak_memory_mib": memory,
        "seconds": round(time.perf_counter() - start, 1),
        "kinds": {kind: dict(+counts[kind]) for kind in kinds if counts[kind]},
    }


def totals(counts: dict[str, Counter]) -> dict[str, int]:
    total = sum(counts.values(), Counter())
    named = {name: total[name] for name in ("refused", "identical", "as_forged", "forged_unscorable")}
    return {**named, "other": total.total() - sum(named.values()) - total["died"], "deaths": total["died"]}


def small_bundles() -> list[bytes]:
    """Three small bundles, trained: a logistic regression, a CatBoost forest, and a random forest kept as arrays."""
    settings = ({}, {"tune": False, "iterations": 20, "depth": 3, "seeds": 1}, {"tune": False, "n_estimators": 8, "min_samples_leaf": 8})
    made = []
    for name, setting in zip(("logistic", "catboost", "random_forest"), settings, strict=True):
        model = {"candidates": [name], "trials": 1, "folds": 2, "threads": 1, "distil": False} | ({name: setting} if setting else {})
        project = parse_project({"name": name, "target": {"column": "won"}, "lead": {"key": "id"}, "model": model})
        bundle = train(project, simulated(), clock=time.monotonic, salt="campaign")
        with tempfile.TemporaryDirectory() as folder:
            save_bundle(bundle, Path(folder) / "x.leadrank", version="0.1.0")
            made.append((Path(folder) / "x.leadrank").read_bytes())
    return made


def simulated(rows: int = 240) -> pl.DataFrame:
    """Raw cells of leads whose outcome depends on two of their columns."""
    rng = np.random.default_rng(0)
    fit, source = rng.normal(size=rows), rng.choice(["web", "fair", "reference"], rows)
    won = fit + 1.2 * (source == "reference") - 0.5 + rng.logistic(size=rows) > 0
    return pl.DataFrame({
        "id": [f"L{i}" for i in range(rows)],
        "fit": [f"{v:.3f}" if i % 12 else "" for i, v in enumerate(fit)],
        "source": source.tolist(),
        "visits": [str(v) for v in rng.poisson(3, rows)],
        "won": np.where(won, "yes", "no").tolist(),
    })


def load_milliseconds(size: int = 5 << 20, *, key: bytes | None = None) -> float:
    """Median time to load a bundle of that many bytes from disk, half of them arrays and half packed text."""
    rng = np.random.default_rng(0)
    numbers = json.dumps(rng.normal(size=size // 16).round(6).tolist()).encode()
    data = archive_bytes({"a.arrays": rng.normal(size=size // 12).tobytes(), "b.json": numbers}, {"version": "0.1.0"}, key=key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.leadrank"
        path.write_bytes(data)
        times = []
        for _ in range(15):
            start = time.perf_counter()
            read_archive(path, key=key)
            times.append(time.perf_counter() - start)
    return round(1000 * statistics.median(times), 1)


def main(arguments: Sequence[str] | None = None) -> int:
    if (arguments := list(sys.argv[1:] if arguments is None else arguments))[:1] == ["--child"]:
        child(Path(arguments[1]), *map(int, arguments[2:]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--bundle", type=Path, help="spoil this bundle instead of three small ones trained here")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, data in enumerate([options.bundle.read_bytes()] if options.bundle else small_bundles()):
            (folder / f"{number}.leadrank").write_bytes(data)
        sizes = [path.stat().st_size for path in sorted(folder.iterdir())]
        report = {"seed": options.seed, "bundle_bytes": sizes, **run(options.mutations, folder, options.seed)}
    report["load_ms_5_mib"] = load_milliseconds()
    report["load_ms_5_mib_signed"] = load_milliseconds(key=b"k" * 32)
    report["python"], report["zlib"] = platform.python_version(), zlib.ZLIB_RUNTIME_VERSION
    text = json.dumps(report, indent=1) + "\n"
    options.out.write_text(text)
    print(text, end="")
    failed = report["outcomes"]["other"] or report["outcomes"]["deaths"] or report["executed"]
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
