"""Measures ours beside the simplest rivals and an untuned CatBoost, on simulated tables and on the public ones that are present.

    python benchmarks/quality.py                    # all tables, default budget
    python benchmarks/quality.py investor --trials 2

Ours is judged as `train` judges it: five folds, or forward blocks where the table has an order. The untuned CatBoost (default settings, blank
cells and categories as text, what an analyst has after five minutes) learns and predicts on the same rows, block by block.
"""

from __future__ import annotations

import argparse
import io
import json
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import catboost
import numpy as np
import polars as pl

from leadrank import evaluation
from leadrank.bundle import Bundle
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.data.simulations.investors import investor_points, investor_truth
from leadrank.models.split import Fold, forward_folds, random_folds
from leadrank.prepare import Prepared, check
from leadrank.project import Project, parse_project
from leadrank.train import train
from leadrank.types import FloatArray, IntArray

REAL = Path(__file__).parents[2] / "shared" / "data"
FOLDS = 5
STRICT = (
    "Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
    "Asymmetrique Profile Score", "Last Activity", "Last Notable Activity",
)


@dataclass(frozen=True, slots=True)
class Public:
    """A public table: where it is and what one declares about it."""

    file: str
    declared: dict[str, Any]
    separator: str = ","
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)


PUBLIC = {
    "X Education, in order": Public(
        "x_education/Leads.csv",
        {"lead": {"key": "Prospect ID", "order": "Lead Number", "exclude": STRICT}, "target": {"column": "Converted", "positive": 1}},
    ),
    "Bank Marketing, in order": Public(
        "bank_marketing/bank-additional-full.csv",
        {"lead": {"order": "#row", "exclude": ("duration",)}, "target": {"column": "y", "positive": "yes"}}, separator=";",
    ),
    "Investor leads": Public(
        "investor_leads/lead_scoring_dataset.csv", {"target": {"column": "lead_score", "classes": ("Low", "Medium", "High")}},
    ),
    "CRM opportunities": Public(
        "crm_sales_opportunities/sales_pipeline.csv",
        {"lead": {"key": "opportunity_id", "exclude": ("close_value", "close_date", "engage_date")},
         "target": {"column": "deal_stage", "positive": "Won"}},
        keep={"deal_stage": ("Won", "Lost")},
    ),
    "Hillstrom e-mail, visit": Public(
        "hillstrom_email/hillstrom.csv.gz", {"lead": {"exclude": ("conversion", "spend")}, "target": {"column": "visit", "positive": 1}},
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Raw cells, what is declared about them, and the true probabilities where somebody knows them."""

    frame: pl.DataFrame
    declared: dict[str, Any]
    truth: FloatArray | None


def simulated(name: str) -> Table:
    """Simulate a table without its leaks: its truth is the best possible."""
    simulation = SIMULATIONS[name]
    made = simulate(name, rows=min(simulation.rows, 10_000))
    declared = tomllib.loads(simulation.project)
    declared["lead"]["exclude"] = [*simulation.leaks, *simulation.doubtful]
    return Table(pl.read_csv(io.StringIO(made.table.write_csv()), infer_schema=False), declared, made.truth)


def public(name: str) -> Table | None:
    """Read a public table, or give None where it is not present."""
    source = PUBLIC[name]
    path = REAL / source.file
    if not path.exists():
        return None
    frame = pl.read_csv(path, separator=source.separator, infer_schema=False)
    for column, values in source.keep.items():
        frame = frame.filter(pl.col(column).is_in(values))
    known = frame.drop("lead_score").cast(pl.Int64) if name == "Investor leads" else None
    truth = None if known is None else investor_truth(investor_points({c: known[c].to_numpy() for c in known.columns}))
    return Table(frame, source.declared, truth)


def measure(table: Table, modelling: dict[str, Any]) -> dict[str, Any]:
    """Train ours and the untuned CatBoost on one table; return the figures of all."""
    project = parse_project({**table.declared, "model": {"folds": FOLDS, **modelling}})
    begun = time.perf_counter()
    bundle = train(project, table.frame, clock=time.monotonic)
    seconds = time.perf_counter() - begun
    prepared = check(project, table.frame)
    tiers = len(prepared.classes) > 2
    # The accuracy of a binary model is that of its cut, which is where the money is: it says nothing about quality.
    rows = {row.name: plain({k: f.value for k, f in row.figures.items() if tiers or k != "accuracy"}) for row in bundle.report.table}
    rows["untuned CatBoost"] = untuned(prepared, table.frame, project)
    if table.truth is not None:
        rows["best possible"] = plain(best_possible(table.truth[prepared.rows], prepared, bundle))
    return {
        "rows": bundle.facts.rows, "base_rate": round(bundle.report.base_rate, 4), "measured": bundle.facts.measured, "chosen": bundle.facts.chosen,
        "budget": project.model.budget, "threads": project.model.threads, "seconds": round(seconds, 1), "trials": bundle.facts.trials,
        "verdict": bundle.report.verdict.word, "models": rows,
    }


def folds_of(prepared: Prepared) -> tuple[Fold, ...]:
    """Cut folds as our contest cuts its own."""
    if prepared.order is not None and (forward := forward_folds(prepared.y, prepared.order, prepared.groups, FOLDS)):
        return forward
    return random_folds(prepared.y, prepared.groups, FOLDS, 1)


def untuned(prepared: Prepared, raw: pl.DataFrame, project: Project) -> dict[str, float]:
    """Judge CatBoost with its default settings on raw cells: numbers where all cells are numbers, text where not."""
    drop = {project.lead.key, project.lead.order, project.target.column, *project.lead.exclude, *prepared.quarantined} - {None}
    frame = raw[prepared.rows].select(c for c in raw.columns if c not in drop)
    columns = [numbers(frame[c]) for c in frame.columns]
    texts = [k for k, column in enumerate(columns) if column.dtype == pl.String]
    cells = np.array([column.to_list() for column in columns], dtype=object).T
    folds, thresholds = folds_of(prepared), len(prepared.classes) - 1
    judged = np.concatenate([f.test for f in folds])
    shares = []
    for fold in folds:
        model = catboost.CatBoostClassifier(verbose=False, allow_writing_files=False, thread_count=1, random_seed=0)
        model.fit(cells[fold.train], prepared.y[fold.train], cat_features=texts)
        shares.append(model.predict_proba(cells[fold.test]))
    reach = np.concatenate(shares)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1 : thresholds + 1]
    return plain(figures(prepared.y[judged], np.clip(reach, 0.0, 1.0)))


def numbers(column: pl.Series) -> pl.Series:
    """Read a column as numbers where every cell is one, else as text with blanks a level."""
    number = column.cast(pl.Float64, strict=False)
    return number.fill_null(float("nan")) if number.null_count() == column.null_count() else column.fill_null("")


def best_possible(truth: FloatArray, prepared: Prepared, bundle: Bundle) -> dict[str, float]:
    """Judge the true probabilities on the rows that ours was judged on, or on all where it was judged on all."""
    folds = folds_of(prepared)
    rows = np.concatenate([f.test for f in folds]) if bundle.facts.measured.startswith("out of time") else np.arange(len(truth))
    reach = truth[rows, None] if truth.ndim == 1 else truth[rows, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return figures(prepared.y[rows], np.clip(reach, 0.0, 1.0))


def figures(y: IntArray, reach: FloatArray) -> dict[str, float]:
    """Judge as ours was judged, so that a name means the same in every row: for classes Brier is the ranked probability score."""
    return {key: figure.value for key, figure in evaluation.judge(y, reach, draws=1).ours.items()}


def plain(found: dict[str, float]) -> dict[str, float]:
    """Keep the figures that the table shows, rounded."""
    return {k: round(found[k], 4) for k in ("auc", "log_loss", "brier", "ece", "accuracy", "lift_10") if k in found and np.isfinite(found[k])}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", help="names of simulations or of public tables; all without it")
    parser.add_argument("--budget", type=float, default=45.0)
    parser.add_argument("--trials", type=int, help="settings tried per learner, instead of a budget: repeatable")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    modelling = {"budget": options.budget, "trials": options.trials, "threads": options.threads}
    done = json.loads(options.out.read_text()) if options.tables and options.out.exists() else {}
    for name in options.tables or [*SIMULATIONS, *PUBLIC]:
        table = simulated(name) if name in SIMULATIONS else public(name)
        if table is None:
            continue
        said = f"{name} (simulated)" if name in SIMULATIONS else name
        done[said] = measure(table, {k: v for k, v in modelling.items() if v is not None})
        print(said, json.dumps(done[said]), flush=True)
        options.out.write_text(json.dumps(done, indent=1) + "\n")


if __name__ == "__main__":
    main()
