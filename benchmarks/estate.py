"""Measures a model of several tables against the truth: the simulated estate agency, learned until a day, judged on the customers who came later.

    python benchmarks/estate.py --customers 50000 --budget 60 -o benchmarks/estate.json

The same customers are ranked by the model, by their true probabilities, and by a model that had the tables as they stood at the end (what a naive
join would give). Half-lives are compared with those that the simulator used, and what is foretold by day 30 of the youngest customers with what came.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from leadrank import data, evaluation, models
from leadrank.bundle import Bundle
from leadrank.data.simulations import simulate_estate, write_estate
from leadrank.history import History, history_of
from leadrank.project import read_project
from leadrank.score import Scorer
from leadrank.train import train
from leadrank.types import FloatArray

UNTIL = datetime.fromisoformat("2024-03-31")
JUDGED_FROM, JUDGED_TO = UNTIL, datetime.fromisoformat("2024-10-01")
YOUNG = timedelta(days=30)
TRUE_HALF_LIVES = {"Property search": 7.0, "Email click": 20.0, "Phone call": 60.0}


def measure(customers: int, budget: float, seed: int, candidates: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Simulate, learn until the end of March 2024, and judge on the customers who registered in the six months after."""
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        project = read_project(write_estate(simulate_estate(customers, seed=seed), Path(folder)))
        raw = {name: table.frame for name, table in data.read_project_tables(project).items()}
        truth = pl.read_parquet(Path(folder) / "truth" / "truth.parquet")
    model = project.model.model_copy(update={"budget": budget, "threads": 2, "seed": seed, "candidates": candidates})
    project = project.model_copy(update={"model": model})
    simulated = time.monotonic()
    past = history_of(project, raw, until=UNTIL)
    told = time.monotonic()
    bundle = train(project, past, clock=time.monotonic)
    trained = time.monotonic()
    later = history_of(bundle.project, raw, origin=bundle.origin)
    seconds = {"simulate": simulated - began, "history": told - simulated, "train": trained - told}
    return {
        "customers": customers, "seed": seed, "budget": budget, "columns": past.frame.width, "chosen": bundle.facts.chosen,
        "seconds": {k: round(v, 1) for k, v in seconds.items()}, **judged(bundle, later, truth), **young(bundle, later, truth),
        "half_lives": half_lives(bundle),
    }


def judged(bundle: Bundle, later: History, truth: pl.DataFrame) -> dict[str, Any]:
    """Judge on the customers who came after the end of learning, and whose outcome is final."""
    frame = later.frame.filter(pl.col("at").is_between(JUDGED_FROM, JUDGED_TO) & pl.col("converted").is_not_null())
    known = frame.select("CustomerID").join(truth, on="CustomerID", how="left", maintain_order="left")
    y, ours, true = (frame["converted"] == "converted").cast(pl.Int64).to_numpy(), _scores(bundle, frame), known["p_by_60"].to_numpy()
    return {
        "judged": len(y), "rate": round(float(y.mean()), 4),
        "auc": figures(evaluation.roc_auc, y, ours), "auc_of_truth": figures(evaluation.roc_auc, y, true),
        "log_loss": figures(evaluation.log_loss, y, ours), "log_loss_of_truth": figures(evaluation.log_loss, y, true),
        "mean_probability": round(float(ours.mean()), 4), "error_of_log_odds": round(float(np.abs(_odds(ours) - _odds(true)).mean()), 3),
    }


def young(bundle: Bundle, later: History, truth: pl.DataFrame) -> dict[str, Any]:
    """Compare what is foretold of those who registered in the last 30 days of learning with the truth."""
    if bundle.timing is None:
        return {}
    frame = later.frame.filter(pl.col("at").is_between(UNTIL - YOUNG, UNTIL))
    known = frame.select("CustomerID").join(truth, on="CustomerID", how="left", maintain_order="left")
    p = _scores(bundle, frame)
    level = models.at_level(bundle.timing, p)
    came = (known["ever"] & (known["delay"] <= 30)).fill_null(value=False).sum()
    said = {name: float(models.by_day(bundle.timing, q, (30,)).sum()) for name, q in (("as_scored", p), ("at_level", level))}
    return {"young": {
        "leads": frame.height, "came_by_30": int(came), "true_by_30": round(float(known["p_by_30"].sum()), 1),
        **{name: round(value, 1) for name, value in said.items()},
        **{f"{name}_error": round(abs(value / float(known["p_by_30"].sum()) - 1), 3) for name, value in said.items()},
    }}


def half_lives(bundle: Bundle) -> Mapping[str, Any]:
    """Compare the half-lives that were learned with those of the simulator."""
    assert bundle.origin is not None
    learned = {life.kind: life.days for event in bundle.origin.featurizer.events for life in event.half_lives}
    return {kind: {"true": true, "learned": round(learned[kind], 2)} for kind, true in TRUE_HALF_LIVES.items() if kind in learned}


def figures(metric: Any, y: Any, p: FloatArray) -> float:
    """Return a metric, rounded."""
    return round(float(metric(y, p)), 4)


def _scores(bundle: Bundle, frame: pl.DataFrame) -> FloatArray:
    found: FloatArray = Scorer(bundle).many(frame.drop("converted"))["probability"].to_numpy()
    return found


def _odds(p: FloatArray) -> FloatArray:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    found: FloatArray = np.log(p / (1 - p))
    return found


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--candidates", type=str, default="")
    parser.add_argument("-o", "--output", type=Path, default=None)
    asked = parser.parse_args()
    candidates = tuple(asked.candidates.split(",")) if asked.candidates else None
    found = [measure(asked.customers, asked.budget, seed, candidates) for seed in range(1, asked.seeds + 1)]
    text = json.dumps(found, indent=1)
    print(text)
    if asked.output is not None:
        asked.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
