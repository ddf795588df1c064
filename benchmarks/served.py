"""Measures whether speed costs quality: the log loss of what is served beside that of CatBoost with default settings, on rows that neither has seen.

    python -m benchmarks.served                       # a row per public table and split, as JSON
    python -m benchmarks.served "Bank" --budget 30    # those whose name begins so

A fifth of the rows is kept away: drawn at random by outcome, or the last where the table has an order. Ours learns in its budget and is scored as
`leadrank score` does; the untuned CatBoost gets raw cells, blanks and categories as text. Where the public tables are absent there are no rows.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from typing import Any

import catboost
import numpy as np
import polars as pl
from benchmarks.quality import PUBLIC, REAL, STRICT, Public, numbers

from leadrank.bundle import Bundle
from leadrank.models.symmetric_forest import Symmetric
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

BUDGET = 60.0
ALLOWED = 0.002
_EDUCATION, _BANK, _INVESTORS = PUBLIC["X Education, in order"], PUBLIC["Bank Marketing, in order"], PUBLIC["Investor leads"]


def _education(*excluded: str) -> Public:
    lead = {"key": "Prospect ID", "exclude": ("Lead Number", *excluded)}
    return replace(_EDUCATION, declared={"lead": lead, "target": _EDUCATION.declared["target"]})


CASES: dict[str, Public] = {
    "X Education": _education(*STRICT),
    "X Education with the last activity": _education(*(c for c in STRICT if c != "Last Activity")),
    "X Education, in order": _EDUCATION,
    "Bank Marketing": replace(_BANK, declared={"lead": {"exclude": ("duration",)}, "target": _BANK.declared["target"]}),
    "Bank Marketing, in order": _BANK,
    "Investor leads, High": replace(_INVESTORS, declared={"target": {"column": "lead_score", "positive": "High"}}),
    "CRM opportunities": PUBLIC["CRM opportunities"],
    "Hillstrom e-mail, visit": PUBLIC["Hillstrom e-mail, visit"],
}


def measure(names: tuple[str, ...] = tuple(CASES), budget: float = BUDGET) -> list[dict[str, object]]:
    """Measure the cases; a row for each, and one for all."""
    rows = [_row(name, *found) for name in names if (found := _compare(CASES[name], budget)) is not None]
    if rows:
        ours, peer = (float(np.mean([float(str(row[who])) for row in rows])) for who in ("ours", "peer"))
        rows.append(_row(f"mean of {len(rows)} tables", ours, peer, "", goal=0.0))
    return rows


def _compare(case: Public, budget: float) -> tuple[float, float, str] | None:
    path = REAL / case.file
    if not path.exists():
        return None
    frame = pl.read_csv(path, separator=case.separator, infer_schema=False)
    for column, values in case.keep.items():
        frame = frame.filter(pl.col(column).is_in(values))
    project = parse_project({**case.declared, "model": {"budget": budget, "threads": 2}})
    y = (frame[project.target.column] == str(project.target.positive)).cast(pl.Int64).to_numpy()
    test = _kept_away(frame, y, project.lead.order)
    learned, unseen = frame.filter(~test), frame.filter(test)
    bundle = train(project, learned, clock=time.monotonic)
    p = Scorer(bundle).many(unseen.drop(project.target.column))["probability"].to_numpy()
    left = {project.lead.key, project.lead.order, project.target.column, *project.lead.exclude}
    return _log_loss(y[test], p), _log_loss(y[test], _untuned(frame.select(c for c in frame.columns if c not in left), y, test)), _said(bundle)


def _said(bundle: Bundle) -> str:
    served = bundle.model.predictor
    form = f"one forest of {served.served.forest.trees} trees" if isinstance(served, Symmetric) else "by its own library"
    return f"{bundle.facts.chosen}: {form}"


def _kept_away(frame: pl.DataFrame, y: np.ndarray, order: str | None) -> np.ndarray:
    test = np.zeros(len(y), dtype=bool)
    if order is None:
        rng = np.random.default_rng(0)
        for outcome in (0, 1):
            test[rng.permutation(np.flatnonzero(y == outcome))[: round(0.2 * (y == outcome).sum())]] = True
        return test
    place = np.arange(len(y)) if order == "#row" else frame[order].cast(pl.Float64).arg_sort().to_numpy()
    test[place[int(0.8 * len(y)) :]] = True
    return test


def _untuned(frame: pl.DataFrame, y: np.ndarray, test: np.ndarray) -> np.ndarray:
    columns = [numbers(frame[c]) for c in frame.columns]
    texts = [k for k, column in enumerate(columns) if column.dtype == pl.String]
    cells = np.array([column.to_list() for column in columns], dtype=object).T
    model = catboost.CatBoostClassifier(verbose=False, allow_writing_files=False, thread_count=2, random_seed=0)
    return model.fit(cells[~test], y[~test], cat_features=texts).predict_proba(cells[test])[:, 1]


def _log_loss(y: np.ndarray, p: np.ndarray) -> float:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def _row(what: str, ours: float, peer: float, note: str, goal: float = ALLOWED) -> dict[str, Any]:
    return {
        "what": f"log loss beside CatBoost with default settings: {what}", "ours": round(ours, 4), "peer": round(peer, 4), "unit": "nats",
        "ratio": round(ours - peer, 4), "goal": f"<= {goal}", "note": f"{note}{'; ' if note else ''}the ratio is the difference",
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="*", help="how names begin; all without it")
    asked.add_argument("--budget", type=float, default=BUDGET)
    given = asked.parse_args()
    names = tuple(name for name in CASES if not given.names or name.startswith(tuple(given.names)))
    print(json.dumps(measure(names, given.budget), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
