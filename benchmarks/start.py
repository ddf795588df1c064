"""Measures the cold start: a fresh process loads a model and scores one lead; and how much must be installed for it.

    python -m benchmarks.start                       # trains on a simulated table first
    python -m benchmarks.start model.leadrank        # a bundle that was trained on it before

Each is started 20 times, in turns, the interpreter's own start included, with byte code as an installed package has it. LightGBM is kept from
importing what it can do without, so that it starts as from a package of its own.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from benchmarks.one_lead import TABLE, _project, lightgbm_booster, lightgbm_codes, sklearn_pipeline
from packaging.requirements import Requirement

from leadrank import __version__
from leadrank.bundle import load_bundle, save_bundle
from leadrank.data.simulations import simulate
from leadrank.train import train

ROOT = Path(__file__).resolve().parents[1]
RUNS = 20
LIMITS = {"start": 250.0, "package": 100.0, "core": 330.0}
"""Milliseconds and megabytes."""

OURS = "from leadrank.score import Scorer; Scorer({folder!r} + '/leads.leadrank').one({lead!r})"
PACKED = "import sys; sys.path[:0] = [{folder!r} + '/package']; import lambda_function; lambda_function.lambda_handler({lead!r})"
LIGHTGBM = """
import sys
sys.modules.update(dict.fromkeys(("pandas", "pyarrow", "sklearn", "dask", "matplotlib", "graphviz", "cffi", "joblib")))
import json, lightgbm, numpy
booster = lightgbm.Booster(model_file={folder!r} + "/model.txt")
codes, lead = json.load(open({folder!r} + "/codes.json")), {lead!r}
row = [numpy.nan if v is None else v if codes[n] is None else codes[n].get(v, -1.0) for n, v in lead.items()]
booster.predict(numpy.array([row], dtype=float), num_threads=1)
"""
SKLEARN = """
import pickle, pandas
with open({folder!r} + "/pipeline.pickle", "rb") as file:
    pipeline, columns, labels = pickle.load(file)
pipeline.predict_proba(pandas.DataFrame([{{n: "" if v is None and n in labels else v for n, v in {lead!r}.items()}}], columns=columns))
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("bundle", nargs="?", type=Path)
    print(json.dumps(measure(asked.parse_args().bundle), indent=1, ensure_ascii=False))


def measure(bundle: Path | None = None) -> list[dict[str, object]]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    with tempfile.TemporaryDirectory() as folder:
        lead, package = _prepared(Path(folder), bundle)
        codes = {"ours": OURS, "package": PACKED, "lightgbm": LIGHTGBM, "sklearn": SKLEARN}
        times = _in_turns({name: code.format(folder=folder, lead=lead) for name, code in codes.items()}, Path(folder))
    return _rows(times, package)


def _prepared(folder: Path, given: Path | None) -> tuple[dict[str, Any], float]:
    """Write every model and the package; return a lead that all can read, and the package's size in megabytes."""
    frame, bundle = simulate(TABLE).table.cast(pl.String), folder / "leads.leadrank"
    if given is None:
        save_bundle(train(_project(), frame, clock=time.monotonic), bundle, version=__version__)
    else:
        bundle.write_bytes(given.read_bytes())
    loaded = load_bundle(bundle)
    names = list(loaded.encoder.columns)
    numbers = {c.name for c in loaded.schema.columns if c.type == "number"} & set(names)
    typed = frame.select(pl.col(n).cast(pl.Float64, strict=False) if n in numbers else pl.col(n) for n in names)
    y = (frame[loaded.project.target.column] == str(loaded.project.target.positive)).cast(pl.Int64).to_numpy()
    lightgbm_booster(typed, y, numbers).save_model(str(folder / "model.txt"))
    codes = {name: None if own is None else {k: v for k, v in own.items() if k is not None} for name, own in lightgbm_codes(typed, numbers).items()}
    (folder / "codes.json").write_text(json.dumps(codes))
    pipeline = sklearn_pipeline(typed, y, numbers, trees=False).pipeline  # type: ignore[attr-defined]
    (folder / "pipeline.pickle").write_bytes(pickle.dumps((pipeline, names, set(names) - numbers)))
    return typed.row(0, named=True), _package(bundle, folder)


def _package(bundle: Path, folder: Path) -> float:
    output = folder / "package.zip"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "lambda"), str(bundle), "-o", str(output)], check=True, capture_output=True)
    with zipfile.ZipFile(output) as packed:
        packed.extractall(folder / "package")
        return sum(entry.file_size for entry in packed.infolist()) / 1e6


def _in_turns(codes: Mapping[str, str], folder: Path) -> dict[str, list[float]]:
    """Return milliseconds of each start; the first round writes the byte code and does not count."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": str(folder / "code")}
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for number in range(-1, RUNS):
        for name, code in codes.items():
            alone = ("-I", "-S") if name == "package" else ()
            start = time.perf_counter()
            subprocess.run([sys.executable, *alone, "-c", code], check=True, env=environment, cwd=folder)
            if number >= 0:
                taken[name].append((time.perf_counter() - start) * 1e3)
    return taken


def _rows(times: Mapping[str, list[float]], package: float) -> list[dict[str, object]]:
    half = {name: statistics.median(t) for name, t in times.items()}
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"

    def row(what: str, ours: float, peer: float, ratio: float, goal: str, note: str, unit: str = "ms") -> dict[str, object]:
        return {"what": what, "ours": round(ours, 1), "peer": round(peer, 1), "ratio": round(ratio, 2), "goal": goal, "unit": unit, "note": note}

    def within(what: str, ours: float, limit: str, note: str, unit: str = "ms") -> dict[str, object]:
        return row(f"{what}, against the limit", ours, LIMITS[limit], ours / LIMITS[limit], "<= 1", note, unit)

    def worst(name: str) -> str:
        return f"median of {RUNS}; quickest {min(times[name]):.0f}, worst {max(times[name]):.0f} ms; {busy}"

    core = dict(core_sizes())
    largest = ", ".join(f"{name} {size:.0f}" for name, size in sorted(core.items(), key=lambda item: -item[1])[:3])
    return [
        within("a fresh process loads a bundle and scores one lead", half["ours"], "start", worst("ours")),
        within("the same in the serverless package", half["package"], "start", worst("package")),
        row("a fresh process, against LightGBM's text model with NumPy and SciPy alone", half["ours"], half["lightgbm"],
            half["lightgbm"] / half["ours"], "", worst("lightgbm")),
        row("a fresh process, against a pickled scikit-learn pipeline", half["ours"], half["sklearn"], half["sklearn"] / half["ours"], "",
            worst("sklearn")),
        within("the serverless package, unpacked", package, "package", "with byte code and a bundle", "MB"),
        within("the core install", sum(core.values()), "core", f"{len(core)} packages: {largest} MB, …", "MB"),
    ]


def core_sizes() -> Iterator[tuple[str, float]]:
    """Yield the megabytes of each package that `pip install leadrank` brings, ours included."""
    yield "leadrank", sum(path.stat().st_size for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts) / 1e6
    asked, seen = ["leadrank"], {"leadrank"}
    while asked:
        for needed in map(Requirement, importlib.metadata.requires(asked.pop()) or ()):
            name = needed.name.lower().replace("_", "-")
            if name not in seen and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
                seen.add(name)
                asked.append(name)
                files = (Path(str(file.locate())) for file in importlib.metadata.files(name) or ())
                yield name, sum(path.stat().st_size for path in files if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
