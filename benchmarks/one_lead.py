"""Measures one lead: dict in, decided record out, beside LightGBM's fastest call for one row and a scikit-learn pipeline on a one-row DataFrame.

    python benchmarks/one_lead.py                    # trains on a simulated table first
    python benchmarks/one_lead.py model.leadrank     # a bundle that was trained on it before

The bundle is loaded in a process of its own, as it is served. All take turns on the same 200 different leads, round after round, and each begins
its turn with some calls that do not count: they fetch back into the caches what the one before drove out. Percentiles are of all other calls, and so
hold what else the machine did; that of each lead's quickest call, which is what the lead itself costs, is noted beside them.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank.bundle import save_bundle
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

TABLE = "courses"
LEADS = 200
ROUNDS = 15
WARMING = 20
SLOW_ROUNDS = 2
TREES, LEAVES = 300, 31
FIELDS = 2

Lead = dict[str, Any]
Call = Callable[[Lead], object]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("bundle", nargs="?", type=Path)
    given = asked.parse_args().bundle
    print(json.dumps(measure() if given is None else _measured(given), indent=1, ensure_ascii=False))


def measure() -> list[dict[str, object]]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "courses.leadrank"
        save_bundle(train(_project(), simulate(TABLE).table.cast(pl.String), clock=time.monotonic), path, version="benchmark")
        told = subprocess.run([sys.executable, "-m", "benchmarks.one_lead", str(path)], check=True, capture_output=True, text=True)
    rows: list[dict[str, object]] = json.loads(told.stdout)
    return rows


def _measured(bundle: Path) -> list[dict[str, object]]:
    frame = simulate(TABLE).table.cast(pl.String)
    scorer = Scorer(bundle)
    numbers = {c.name for c in scorer.bundle.schema.columns if c.type == "number"} & set(scorer.bundle.encoder.columns)
    names = list(scorer.bundle.encoder.columns)
    typed = frame.select(pl.col(n).cast(pl.Float64, strict=False) if n in numbers else pl.col(n) for n in names)
    y = (frame[scorer.bundle.project.target.column] == str(scorer.bundle.project.target.positive)).cast(pl.Int64).to_numpy()
    rows = np.random.default_rng(0).permutation(typed.height)
    leads, raw = typed[rows].unique(maintain_order=True).head(LEADS).to_dicts(), frame.select(names)[rows].head(LEADS).to_dicts()
    few = [dict(list(lead.items())[:FIELDS]) for lead in leads]
    fast = lightgbm_single_row(typed, y, numbers)
    times = _in_turns({
        "plain": (scorer.one, leads), "raw": (scorer.one, raw), "few": (scorer.one, few),
        "explained": (lambda lead: scorer.one(lead, reasons=5), leads), "lightgbm": (fast, leads),
        "contributions": (lightgbm_contributions(typed, y, numbers), leads),
    }, ROUNDS)
    times |= _in_turns({"trees": (sklearn_pipeline(typed, y, numbers, trees=True), leads),
                        "logistic": (sklearn_pipeline(typed, y, numbers, trees=False), leads)}, SLOW_ROUNDS)
    return _rows(times, scorer)


def _project() -> Any:
    simulation = SIMULATIONS[TABLE]
    declared = tomllib.loads(simulation.project)
    declared["lead"]["exclude"] = [*simulation.leaks, *simulation.doubtful]
    declared["model"] = {"candidates": ["catboost"], "trials": 1}
    return parse_project(declared)


def _in_turns(calls: Mapping[str, tuple[Call, list[Lead]]], rounds: int) -> dict[str, np.ndarray]:
    """Return microseconds of each call, shape (rounds, leads); the first round warms up and does not count."""
    taken = {name: np.zeros((rounds, LEADS)) for name in calls}
    gc.collect()
    for number in range(-1, rounds):
        for name, (call, leads) in calls.items():
            for lead in leads[-WARMING:]:
                call(lead)
            for k, lead in enumerate(leads):
                start = time.perf_counter_ns()
                call(lead)
                taken[name][max(number, 0), k] = (time.perf_counter_ns() - start) / 1e3
    return taken


def _rows(times: Mapping[str, np.ndarray], scorer: Scorer) -> list[dict[str, object]]:
    half = {name: float(np.median(t)) for name, t in times.items()}
    served = getattr(scorer.bundle.model.predictor, "served", None)
    forest = f"{served.forest.trees} trees" if served is not None else scorer.bundle.facts.chosen
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    sklearn = min("trees", "logistic", key=half.__getitem__)

    def row(what: str, ours: float, peer: float, ratio: float, goal: str, note: str, unit: str = "µs") -> dict[str, object]:
        return {"what": what, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": round(ratio, 2), "goal": goal, "unit": unit, "note": note}

    def alone(name: str) -> str:
        return f"each lead's quickest call {np.median(times[name].min(axis=0)):.1f} µs"

    plain, explained = half["plain"], half["explained"]
    p99 = float(np.percentile(times["plain"], 99))
    return [
        row("one lead, decision, p50, against a scikit-learn pipeline", plain, half[sklearn], half[sklearn] / plain, ">= 300",
            f"{forest}; the peer: {sklearn} on a one-row DataFrame; {busy}; {alone('plain')}"),
        row("one lead, decision, p50, against dict -> LightGBM single-row-fast", plain, half["lightgbm"], half["lightgbm"] / plain, ">= 2",
            f"{forest} here, {TREES} trees of {LEAVES} leaves there, which decides nothing; {alone('lightgbm')}"),
        row("one lead, decision, p99 against p50", p99, plain, p99 / plain, "<= 3", f"over {times['plain'].size} calls of {LEADS} leads; {busy}"),
        row("one lead, top-5 exact reasons against none, p50", explained, plain, explained / plain, "<= 4", alone("explained")),
        row("one lead, top-5 exact reasons, against LightGBM pred_contrib on one row", explained, half["contributions"],
            half["contributions"] / explained, ">= 50", f"{alone('contributions')}; the peer writes no sentences"),
        row("one lead, decision, p50, raw texts as in a CSV against typed cells", half["raw"], plain, half["raw"] / plain, "", alone("raw")),
        row(f"one lead, decision, p50, {FIELDS} fields of {len(scorer.needed)} against all", half["few"], plain, half["few"] / plain, "",
            f"the others were never blank in training, and the answer says so; {alone('few')}"),
    ]


def lightgbm_codes(typed: pl.DataFrame, numbers: set[str]) -> dict[str, dict[str | None, float] | None]:
    """Return, column by column, the code of each level; None for a number."""
    levels = {name: typed[name].unique(maintain_order=True) for name in typed.columns if name not in numbers}
    return {name: {level: float(k) for k, level in enumerate(levels[name])} if name in levels else None for name in typed.columns}


def lightgbm_booster(typed: pl.DataFrame, y: np.ndarray, numbers: set[str]) -> Any:
    import lightgbm

    codes = lightgbm_codes(typed, numbers)
    table = [typed[n].to_numpy() if c is None else np.array([c[v] for v in typed[n]]) for n, c in codes.items()]
    X = np.column_stack([np.asarray(column, dtype=np.float64) for column in table])
    settings = {"objective": "binary", "num_leaves": LEAVES, "verbose": -1, "num_threads": 1}
    return lightgbm.train(settings, lightgbm.Dataset(X, y.astype(float)), TREES)


def lightgbm_single_row(typed: pl.DataFrame, y: np.ndarray, numbers: set[str]) -> Call:
    """Return LightGBM's C call for one row with everything prepared, behind the plainest dict -> codes."""
    from lightgbm.basic import _LIB

    booster, width = lightgbm_booster(typed, y, numbers), typed.width
    config, length, out, row = ctypes.c_void_p(), ctypes.c_int64(), (ctypes.c_double * 1)(), (ctypes.c_double * width)()
    c_float64, c_normal = 1, 0
    made = _LIB.LGBM_BoosterPredictForMatSingleRowFastInit(
        booster._handle, c_normal, 0, TREES, c_float64, ctypes.c_int32(width), ctypes.c_char_p(b"num_threads=1"), ctypes.byref(config)
    )
    assert made == 0
    predict, arguments = _LIB.LGBM_BoosterPredictForMatSingleRowFast, (config, row, ctypes.byref(length), out)
    columns = list(lightgbm_codes(typed, numbers).items())
    nothing = float("nan")

    def call(lead: Lead) -> float:
        row[:] = [
            (nothing if lead[name] is None else lead[name]) if codes is None else codes.get(lead[name], -1.0) for name, codes in columns
        ]
        predict(*arguments)
        return out[0]

    call.booster = booster  # type: ignore[attr-defined]  # it must live as long as the call
    return call


def lightgbm_contributions(typed: pl.DataFrame, y: np.ndarray, numbers: set[str]) -> Call:
    booster, columns = lightgbm_booster(typed, y, numbers), list(lightgbm_codes(typed, numbers).items())

    def call(lead: Lead) -> Any:
        row = [(np.nan if lead[n] is None else lead[n]) if codes is None else codes.get(lead[n], -1.0) for n, codes in columns]
        return booster.predict(np.array([row]), pred_contrib=True, num_threads=1)

    return call


def sklearn_pipeline(typed: pl.DataFrame, y: np.ndarray, numbers: set[str], *, trees: bool) -> Call:
    """Return what most teams serve: one-hot columns and a learner behind a one-row DataFrame."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    labels = [n for n in typed.columns if n not in numbers]
    encode = ColumnTransformer([
        ("levels", OneHotEncoder(handle_unknown="ignore", sparse_output=False), labels),
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), sorted(numbers)),
    ])
    learner = HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False) if trees else LogisticRegression(max_iter=1000)
    pipeline = make_pipeline(encode, learner)
    filled = typed.with_columns(pl.col(labels).fill_null("")).to_dict(as_series=False)
    pipeline.fit(pd.DataFrame(filled), y)

    def call(lead: Lead) -> Any:
        return pipeline.predict_proba(pd.DataFrame([{n: "" if v is None and n in labels else v for n, v in lead.items()}], columns=typed.columns))

    call.pipeline = pipeline  # type: ignore[attr-defined]  # for whoever wants to store it
    return call


if __name__ == "__main__":
    main()
