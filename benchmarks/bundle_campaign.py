"""Spoil bundles in many ways and load each: refused, or exactly what it was; the process survives, and nothing is executed.

    python benchmarks/bundle_campaign.py --mutations 10000 --out benchmarks/bundle_campaign.json [--bundle FILE]

Loads happen in child processes, so that a death is counted and not suffered, under an audit hook that notes anything executed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import bundle_forgeries  # noqa: F401 — registers its kinds
from bundle_mutations import KINDS, Attempt, Base, base_of
from leadrank.bundle.archive import archive_bytes, read_archive
from leadrank.bundle.parts import arrays_to_part
from leadrank.errors import BundleError

BATCH = 1000
MEMORY = 2 << 30
EXECUTING = ("exec", "compile", "import", "os.", "subprocess.", "pickle.", "marshal.", "ctypes.", "socket.", "shutil.", "tempfile.")
CHILD = [sys.executable, str(Path(__file__))]


def outcome(base: Base, attempt: Attempt) -> str:
    """Load a spoilt file and say what came of it."""
    try:
        manifest, parts = read_archive(attempt.data, key=attempt.key)
    except BundleError:
        return "refused"
    except Exception as error:
        return f"raised {type(error).__name__}"
    if attempt.forged is not None:
        return "as_forged" if parts == attempt.forged else "changed"
    return "identical" if (manifest, parts) == (base.manifest, base.parts) else "changed"


def child(folder: Path, first: int, last: int, seed: int) -> None:
    """Load mutations first..last-1, saying before each what it is and after each what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    bases = [base_of(path.read_bytes()) for path in sorted(folder.glob("*.leadrank"))]
    kinds, loading, executed = list(KINDS), False, []
    sys.addaudithook(lambda event, _: executed.append(event) if loading and event.startswith(EXECUTING) else None)
    for number in range(first, last):
        rng = np.random.default_rng([seed, number])
        base = bases[rng.integers(len(bases))]
        attempt = KINDS[kinds[number % len(kinds)]](base, rng)
        print("begin", number, hashlib.sha256(attempt.data).hexdigest(), flush=True)
        start, loading = time.perf_counter(), True
        result = outcome(base, attempt)
        loading = False
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
        last = number + min(BATCH, mutations - len(files))
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
    named = {name: total[name] for name in ("refused", "identical", "as_forged")}
    return {**named, "other": total.total() - sum(named.values()) - total["died"], "deaths": total["died"]}


def small_bundles() -> list[bytes]:
    """Two bundles with real models in them: a CatBoost one and a LightGBM one, arrays and JSON."""
    import catboost
    import lightgbm

    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6))
    y = (X[:, 0] + rng.normal(size=400) > 0).astype(int)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.cbm"
        settings = {"iterations": 30, "depth": 4, "thread_count": 1, "verbose": False, "allow_writing_files": False}
        model = catboost.CatBoostClassifier(**settings).fit(X, y)
        for passing in ("model_guid", "train_finish_time"):  # or every training would give other bytes
            model.get_metadata()[passing] = ""
        model.save_model(str(path))
        oblivious = path.read_bytes()
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 7}, lightgbm.Dataset(X, y), 20)
    shared = {"calibration.json": b'{"knots":[0.1,0.5,0.9]}', "holdout.arrays": arrays_to_part({"X": X[:50], "y": y[:50]})}
    facts = {"version": "0.1.0", "figures": {"auc": {"value": 0.875, "low": 0.85, "high": 0.9}}, "project": 'name = "x"'}
    return [
        archive_bytes({**shared, "model/forest.cbm": oblivious}, facts),
        archive_bytes({**shared, "model/forest.txt": booster.model_to_string().encode()}, facts),
    ]


def load_milliseconds(size: int = 5 << 20, *, key: bytes | None = None) -> float:
    """Median time to load a bundle of that many bytes from disk, half of them arrays and half packed text."""
    rng = np.random.default_rng(0)
    numbers = json.dumps(rng.normal(size=size // 16).round(6).tolist()).encode()
    data = archive_bytes({"a.arrays": arrays_to_part({"x": rng.normal(size=size // 12)}), "b.json": numbers}, {"version": "0.1.0"}, key=key)
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
    parser.add_argument("--out", type=Path)
    parser.add_argument("--bundle", type=Path, help="spoil this bundle instead of two small ones made here")
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
    if options.out:
        options.out.write_text(text)
    print(text, end="")
    failed = report["outcomes"]["other"] or report["outcomes"]["deaths"] or report["executed"]
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
