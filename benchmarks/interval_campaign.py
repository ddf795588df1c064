"""Measures the 90 % intervals on simulated tables whose truth is known: conversions in a tier, and each lead's probability.

    python benchmarks/interval_campaign.py --repeats 80

Each repeat draws a new table, learns from one part and predicts the other. A tier's interval covers when it holds the number of
conversions that came; a lead's interval covers when it holds the lead's true probability.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank import data, decisions, features, labels, models
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.models.interval import Spread
from leadrank.project import Project, parse_project
from leadrank.types import FloatArray, IntArray, Matrix

TABLES = ("leads", "courses")
LEARNERS: dict[str, dict[str, object]] = {
    "logistic": {"C": 0.1, "basis": "ramps", "knots": 5},
    "catboost": {"depth": 4, "learning_rate": 0.06, "iterations": 120, "l2_leaf_reg": 10.0, "rsm": 0.5, "max_ctr_complexity": 1},
}
CONTEST = "contest"
"""The product's own way: learners compete and may be blended. The single learners with their fixed settings are what a project file can force."""
WAYS = (*LEARNERS, CONTEST)
LEARN, PREDICT = 2_000, 2_000
FIRST_SEED = 70_000
SPREADS = ("luck", "shared", "whole")
"""What a tier's interval rests on: each lead's own luck; also the error that leads share (the product's); also each lead's own error, as if
it were shared."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of one repeat: what was promised by each kind of spread, and what came."""

    table: str
    learner: str
    name: str
    rows: int
    expected: float
    ends: dict[str, tuple[float, float]]
    came: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """All that one repeat showed: its tiers, and for each unseen lead the probability, its interval and the truth."""

    table: str
    learner: str
    split: str
    drift: float
    tiers: tuple[Tier, ...]
    leads: FloatArray


@dataclass(frozen=True, slots=True)
class Rows:
    """A table ready for learning."""

    X: Matrix
    y: IntArray
    order: FloatArray | None
    value: FloatArray | None


def declared(table: str, learner: str, split: str) -> Project:
    """Declare a simulated table without the columns that know the answer: with them, its truth is no longer the truth."""
    simulation = SIMULATIONS[table]
    raw = tomllib.loads(simulation.project)
    raw["lead"]["exclude"] = [*simulation.leaks, *simulation.doubtful]
    forced = {"candidates": ["logistic", "lightgbm", "catboost", "blend"]} if learner == CONTEST else {
        "candidates": [learner], learner: {"tune": False, **LEARNERS[learner]}
    }
    raw["model"] = {"trials": 1, "split": split, **forced}
    return parse_project(raw)


def read(project: Project, table: pl.DataFrame, learned: int) -> tuple[Rows, Rows]:
    """Clean a table and cut it into the rows learned from, which decide about types and levels, and the unseen."""
    lead, target = project.lead, project.target.column
    schema, _ = data.infer_schema(table[:learned], lead, target=target)
    columns = [c.name for c in schema.features if c.type != "id" and c.name not in lead.exclude]
    clean = data.clean_frame(schema, table).frame
    encoder = features.fit_encoder(clean[:learned], columns, declared=lead.columns, created_at=lead.created_at)
    X, y = features.encode(encoder, clean), labels.read_outcomes(table[target], project.target).codes
    order = data.time_order(clean, lead.order or lead.created_at)
    worth = project.economics.value_column
    value = None if worth is None else clean[worth].cast(pl.Float64).fill_null(np.nan).to_numpy()
    parts = (np.arange(learned), np.arange(learned, len(y)))
    seen, unseen = (Rows(X.take(r), y[r], None if order is None else order[r], None if value is None else value[r]) for r in parts)
    return seen, unseen


def repeat(table: str, learner: str, seed: int, *, split: str, learn: int = LEARN, predict: int = PREDICT) -> Repeat:
    """Draw a table, learn from some of its rows, and compare promises with what came on the others."""
    project = declared(table, learner, split)
    simulated = simulate(table, rows=learn + predict, seed=seed)
    dealt = np.random.default_rng(seed).permutation(learn + predict)
    seen, unseen = read(project, simulated.table[dealt], learn)
    limits = models.Limits(clock=time.monotonic, deadline=0.0, trials=1, threads=1, seed=seed, budget=1.0, seeds=1)
    fitted = models.fit_model(
        seen.X, seen.y, 1, groups=np.arange(learn), order=seen.order, modelling=project.model, limits=limits, progress=lambda _, __: None
    )
    held_out = None if seen.value is None else seen.value[fitted.rows]
    policy = decisions.fit_policy(seen.y[fitted.rows], models.reach_of(fitted), project=project, value=held_out, draws=20)
    odds = fitted.model.log_odds(unseen.X)
    tier = decisions.apply_policy(policy, models.sigmoid(odds), value=unseen.value).tier
    low, high = fitted.model.interval(odds[:, 0])
    truth = simulated.truth[dealt][learn:]
    return Repeat(
        table, learner, split, 0.0 if fitted.drift is None else fitted.drift.variance,
        tiers_of(table, learner, [t.name for t in policy.tiers], tier, odds[:, 0], unseen.y, fitted.model.shape.spread),
        np.stack([models.sigmoid(odds[:, 0]), low, high, truth], axis=1),
    )


def tiers_of(
    table: str, learner: str, names: list[str], tier: IntArray, odds: FloatArray, y: IntArray, spread: Spread
) -> tuple[Tier, ...]:
    """Ask for each tier's interval, by each kind of spread."""
    p = models.sigmoid(odds)
    kinds = {"luck": np.zeros_like(p), "shared": spread.shared_error(odds), "whole": spread.standard_error(odds)}
    figures = {kind: decisions.conversions_by_tier(tier, p, names, error) for kind, error in kinds.items()}
    return tuple(
        Tier(table, learner, name, int((tier == k).sum()), float(p[tier == k].sum()),
             {kind: (figures[kind][name].low, figures[kind][name].high) for kind in SPREADS}, int(y[tier == k].sum()))
        for k, name in enumerate(names) if (tier == k).any()
    )


def coverage(tiers: Iterable[Tier]) -> dict[str, Any]:
    """Say in which share of cases each kind of interval held what came, and how wide it was."""
    cases = list(tiers)
    shares = {kind: np.mean([t.ends[kind][0] <= t.came <= t.ends[kind][1] for t in cases]) for kind in SPREADS}
    widths = {kind: np.mean([t.ends[kind][1] - t.ends[kind][0] for t in cases]) for kind in SPREADS}
    return {
        "cases": len(cases), **{kind: round(float(share), 4) for kind, share in shares.items()},
        "below": round(float(np.mean([t.came < t.ends["shared"][0] for t in cases])), 4),
        "above": round(float(np.mean([t.came > t.ends["shared"][1] for t in cases])), 4),
        "mean_rows": round(float(np.mean([t.rows for t in cases])), 1), "mean_expected": round(float(np.mean([t.expected for t in cases])), 1),
        "mean_came": round(float(np.mean([t.came for t in cases])), 1),
        "mean_width": {kind: round(float(width), 1) for kind, width in widths.items()},
    }


def lead_coverage(leads: FloatArray) -> dict[str, Any]:
    """Say for which share of unseen leads the interval held the true probability, in all and by tenths of the probability."""
    p, low, high, truth = leads.T
    held = (low <= truth) & (truth <= high)
    tenths = np.array_split(np.argsort(p, kind="stable"), 10)
    return {
        "leads": len(p), "covered": round(float(held.mean()), 4), "mean_width": round(float((high - low).mean()), 4),
        "mean_error": round(float(np.abs(p - truth).mean()), 4), "by_tenth": [round(float(held[rows].mean()), 3) for rows in tenths],
    }


def by_way(repeats: list[Repeat]) -> dict[str, Any]:
    """Say how often a lead's own interval held its truth, by the way of learning."""
    return {
        way: lead_coverage(np.concatenate([r.leads for r in repeats if r.learner == way])) for way in dict.fromkeys(r.learner for r in repeats)
    }


def summary(repeats: list[Repeat], seconds: float) -> dict[str, Any]:
    """Put all repeats into one record of figures."""
    every = [t for r in repeats for t in r.tiers]
    parts = {}
    for kind in dict.fromkeys((r.table, r.split, r.learner) for r in repeats):
        own = [r for r in repeats if (r.table, r.split, r.learner) == kind]
        tiers = [t for r in own for t in r.tiers]
        parts["{}, {} split, {}".format(*kind)] = {
            "repeats": len(own), "all_tiers": coverage(tiers),
            "tiers": {name: coverage(t for t in tiers if t.name == name) for name in dict.fromkeys(t.name for t in tiers)},
            "leads": lead_coverage(np.concatenate([r.leads for r in own])),
            "mean_drift_variance": round(float(np.mean([r.drift for r in own])), 4),
        }
    return {
        "goal": [0.85, 0.95], "repeats": len(repeats), "seconds": round(seconds, 1), "rows_learned_from": LEARN, "rows_predicted": PREDICT,
        "conversions_by_tier": coverage(every), "probabilities": by_way(repeats), "parts": parts,
    }


def run(repeats: int, *, first_seed: int = FIRST_SEED, learners: Iterable[str] = WAYS) -> dict[str, Any]:
    """Repeat on each table; learners and kinds of split take turns."""
    begun = time.perf_counter()
    turns = [(learner, split) for split in ("random", "ordered") for learner in learners]
    done = []
    for table in TABLES:
        for k in range(repeats):
            learner, split = turns[k % len(turns)]
            done.append(repeat(table, learner, first_seed + k, split=split))
    return summary(done, time.perf_counter() - begun)


def missed(figures: dict[str, Any]) -> list[str]:
    """Name the goals that were not reached: pooled exactly, and each part within the luck of its cases (three standard errors)."""
    low, high = figures["goal"]
    pooled = figures["conversions_by_tier"]["shared"]
    parts = {name: part["all_tiers"] for name, part in figures["parts"].items()}
    short = [f"{name}: {p['shared']:.1%}" for name, p in parts.items() if p["shared"] < low - 3 * np.sqrt(low * (1 - low) / p["cases"])]
    return [*([] if low <= pooled <= high else [f"all tiers: {pooled:.1%}"]), *short]


def main() -> int:
    """Run the campaign from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=90, help="tables of each kind")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    figures = run(options.repeats)
    options.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps({name: figures[name] for name in ("seconds", "conversions_by_tier", "probabilities")}, indent=1))
    print(*(f"Missed: 85-95 % of {goal}" for goal in missed(figures)), sep="\n")
    return 1 if missed(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
