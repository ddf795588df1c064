"""Runs the first ancestor on four tables, as it was written, and ours beside it.

    python examples/estate/run.py --customers 10000 --write     # writes the figures into README.md

What the original reports of itself comes from five folds of its resampled table. What its model is worth shows on the customers who registered after
the day of the export, scored when they registered, and judged by whether they bought within 60 days. Ours learns from the tables as of the same day.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl

from leadrank import evaluation, labels
from leadrank.data.simulations import ESTATE_PROJECT, Estate, simulate_estate
from leadrank.history import history_of
from leadrank.project import Project, parse_project
from leadrank.score import Scorer
from leadrank.train import train
from leadrank.types import FloatArray, IntArray

HERE = Path(__file__).parent
EXPORT = datetime(2024, 1, 1)  # noqa: DTZ001 - tables hold naive UTC
CUT = 0.6
LEAKS = ("PurchaseRecency",)
PLACE = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
COLUMNS = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "F1", "auc": "AUC", "log_loss": "log loss", "ece": "ECE"}
Line = tuple[str, IntArray, FloatArray]


def lines(estate: Estate, *, trials: int = 1, candidates: tuple[str, ...] = ("lightgbm", "logistic")) -> Iterator[Line]:
    """Yield name, outcomes and probabilities of each way to score."""
    written, tables = loaded("as_written"), estate.tables
    whole = written.unified(tables)
    yield "as written: its own five folds", *written.five_folds(whole)
    yield "– without PurchaseRecency", *written.five_folds(whole, LEAKS)
    yield "– without SMOTE before the folds too", *written.five_folds(whole, LEAKS, resampled_first=False)
    ours = _ours(tables, trials, candidates)
    judged = written.unified(tables, then=True).join(ours, on="CustomerID", how="inner", maintain_order="right")
    y, past = judged["y"].to_numpy(), written.unified(written.as_of(tables, EXPORT))
    yield "as written, on new customers", y, written.deployed(past, judged.drop("y", "p"))
    yield "ours, on the same", y, judged["p"].to_numpy()
    truth = judged.join(estate.truth.select("CustomerID", "p_by_60"), on="CustomerID", how="left", maintain_order="left")
    yield "the truth itself (best possible)", y, truth["p_by_60"].to_numpy()


def _ours(tables: dict[str, pl.DataFrame], trials: int, candidates: tuple[str, ...]) -> pl.DataFrame:
    """Learn as of the day of the export, and score whoever registered later and whose outcome is final."""
    project = _project(trials, candidates)
    named = {"lead" if name == "CustomerTable" else name: frame for name, frame in tables.items()} | {"Enquired": tables["PropertyTable"]}
    then = history_of(project, named, until=EXPORT)
    bundle = train(then.project, then, clock=time.monotonic)
    after = history_of(project, named, origin=bundle.origin)
    assert after.ahead is not None
    rows = np.flatnonzero(labels.settled(after.ahead) & (after.frame["at"] > EXPORT).to_numpy())
    p = Scorer(bundle).many(after.frame[rows])["probability"]
    return pl.DataFrame({"CustomerID": after.frame["CustomerID"][rows], "y": after.ahead.y[rows], "p": p})


def _project(trials: int, candidates: tuple[str, ...]) -> Project:
    declared = tomllib.loads(ESTATE_PROJECT)
    return parse_project({**declared, "model": {**declared.get("model", {}), "trials": trials, "candidates": list(candidates)}})


def figures(y: IntArray, p: FloatArray) -> dict[str, float]:
    """Return the original's five figures at its threshold, and whether the promises are kept."""
    called = p >= CUT
    return {
        "accuracy": evaluation.accuracy(y, called), "precision": evaluation.precision(y, called), "recall": evaluation.recall(y, called),
        "f1": evaluation.f1(y, called), "auc": evaluation.roc_auc(y, p), "log_loss": evaluation.log_loss(y, p),
        "ece": evaluation.expected_calibration_error(y, p),
    }


def markdown(found: list[tuple[str, dict[str, float], int, float]]) -> str:
    """Write the lines as one table."""
    rows = [["", "rows", "bought", *COLUMNS.values()], ["---", *("---:" for _ in range(len(COLUMNS) + 2))]]
    for name, values, n, rate in found:
        rows.append([name, f"{n:,}", f"{rate:.1%}", *("–" if np.isnan(values[key]) else f"{values[key]:.3f}" for key in COLUMNS)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def loaded(name: str) -> ModuleType:
    """Import a file that lies beside this one."""
    spec = importlib.util.spec_from_file_location(f"estate_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the figures into README.md")
    options = parser.parse_args()
    estate = simulate_estate(options.customers, seed=0)
    found = [(name, figures(y, p), len(y), float(y.mean())) for name, y, p in lines(estate, trials=options.trials)]
    how = f"`python examples/estate/run.py --customers {options.customers}`"
    text = f"Measured on {options.customers:,} simulated customers ({how}):\n\n{markdown(found)}"
    print(text)
    if options.write:
        page = HERE / "README.md"
        page.write_text(PLACE.sub(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
