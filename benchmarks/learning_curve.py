"""Measures what little data teaches: ours beside naive Bayes, after 20 + 20 leads and more, on rows that nobody learned from.

    python benchmarks/learning_curve.py --draws 20

Each draw takes as many converted and unconverted leads by chance, trains with one trial per learner, and predicts the same 3,000 other leads.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank import data, evaluation, features, models
from leadrank.errors import DataError
from leadrank.models.candidates import CANDIDATES
from leadrank.project import Project, parse_project
from leadrank.score import Scorer
from leadrank.train import train
from leadrank.types import FloatArray, IntArray
from quality import PUBLIC, Table, public, simulated

SIZES = ((20, 20), (40, 40), (120, 192), (385, 615))
TEST = 3_000
TABLES = ("courses", "X Education, in order")


def declared(table: Table) -> Project:
    """Declare a table as rows without an order: a random draw has none."""
    lead = {k: v for k, v in table.declared["lead"].items() if k not in ("order", "created_at")}
    excluded = [table.declared["lead"][k] for k in ("order", "created_at") if k in table.declared["lead"]]
    lead["exclude"] = [*lead.get("exclude", ()), *(c for c in excluded if not c.startswith("#"))]
    return parse_project({**table.declared, "lead": lead, "model": {"trials": 1, "threads": 1}})


def figures(y: IntArray, p: FloatArray) -> dict[str, float]:
    """Judge probabilities."""
    return {"auc": evaluation.roc_auc(y, p), "brier": evaluation.brier(y, p), "log_loss": evaluation.log_loss(y, p)}


def outcomes(table: Table) -> IntArray:
    """Return 1 where a lead converted."""
    target = table.declared["target"]
    return (table.frame[target["column"]].cast(pl.String) == str(target["positive"])).cast(pl.Int64).fill_null(0).to_numpy()


def draw(table: Table, y: IntArray, size: tuple[int, int], seed: int) -> dict[str, dict[str, float]]:
    """Learn from one draw as `train` does and as naive Bayes does, on the same features; where nothing can be learned, say the base rate."""
    fixed = np.random.default_rng(0).permutation(len(y))
    test, pool = np.sort(fixed[:TEST]), fixed[TEST:]
    dealt = np.random.default_rng([1, seed]).permutation(pool)
    learned = np.sort(np.concatenate([dealt[y[dealt] == 1][: size[0]], dealt[y[dealt] == 0][: size[1]]]))
    try:
        bundle = train(declared(table), table.frame[learned], clock=time.monotonic)
    except DataError:
        nothing = figures(y[test], np.full(len(test), y[learned].mean()))
        return {"Leadrank": nothing, "naive Bayes": nothing}
    schema = bundle.schema.only(bundle.encoder.columns)
    seen, unseen = (features.encode(bundle.encoder, data.clean_frame(schema, table.frame[rows]).frame) for rows in (learned, test))
    bayes = CANDIDATES["naive_bayes"].fit(seen, y[learned], None, {}, 0)
    return {
        "Leadrank": figures(y[test], Scorer(bundle).many(table.frame[test])["probability"].to_numpy()),
        "naive Bayes": figures(y[test], models.sigmoid(bayes.margin(unseen))),
    }


def curve(table: Table, draws: int) -> dict[str, Any]:
    """Measure all sizes on one table."""
    y, found = outcomes(table), {}
    for size in SIZES:
        each = [draw(table, y, size, seed) for seed in range(draws if sum(size) < 200 else max(draws // 4, 1))]
        found[f"{size[0]} + {size[1]}"] = {"draws": len(each), **{
            way: {name: round(float(np.mean([e[way][name] for e in each])), 4) for name in each[0][way]} for way in each[0]
        }}
    return found


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    tables = {name: public(name) if name in PUBLIC else simulated(name) for name in TABLES}
    found = {name: curve(table, options.draws) for name, table in tables.items() if table is not None}
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
