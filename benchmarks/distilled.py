"""Measures what one forest loses and gains that is taught to say what a blend says, on rows that neither has seen.

    python benchmarks/distilled.py                  # simulated tables and the public ones that are present
    python benchmarks/distilled.py courses "Investor leads"

A quarter of the rows (the newest, where rows have an order) is set aside. On the others the blend of the default learners, one setting each, is the
teacher, whether or not the contest would choose it. Log losses are uncalibrated; `held out` is what training sees and decides by.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np

from leadrank import features
from leadrank.data.simulations import SIMULATIONS
from leadrank.models.candidates import DEFAULT
from leadrank.models.contest import BLEND, Limits, Outcome, explore, finals
from leadrank.models.deployed import deployed
from leadrank.models.distil import distil, teach
from leadrank.models.distilled import Distilled
from leadrank.models.fit import competing, fit_members
from leadrank.models.held_out import Entry, Task, class_losses
from leadrank.models.ordered import at_threshold, margins_of
from leadrank.models.predictor import Predictor
from leadrank.models.split import forward_folds, random_folds
from leadrank.prepare import check
from leadrank.project import Modelling, parse_project
from leadrank.types import FloatArray, IntArray, Matrix
from quality import PUBLIC, public, simulated

FOLDS = 5
MOST = 40_000
SCORED = 100_000
ASIDE = 0.25
HEAD = ("table", "rows", "blend, held out", "forest − blend", "blend, set aside", "forest − blend", "times as fast", "seconds")


@dataclass(frozen=True, slots=True)
class Rows:
    """Encoded rows, their classes, who is alike, and their order where they have one."""

    X: Matrix
    y: IntArray
    groups: IntArray
    order: FloatArray | None

    def take(self, rows: IntArray) -> Rows:
        """Return the chosen rows."""
        return Rows(self.X.take(rows), self.y[rows], self.groups[rows], None if self.order is None else self.order[rows])


def rows_of(name: str) -> Rows | None:
    """Read or simulate a table and encode it as training does; None where it is not present."""
    table = public(name) if name in PUBLIC else simulated(name)
    if table is None:
        return None
    project, frame = parse_project(table.declared), table.frame
    if len(frame) > MOST:
        frame = frame[np.sort(np.random.default_rng(0).permutation(len(frame))[:MOST])]
    prepared = check(project, frame)
    encoder = features.fit_encoder(
        prepared.clean, prepared.columns, declared=project.lead.columns, texts=[c.name for c in prepared.schema.columns if c.type == "text"],
        created_at=project.lead.created_at,
    )
    return Rows(features.encode(encoder, prepared.clean), prepared.y, prepared.groups, prepared.order)


def divided(rows: Rows) -> tuple[Rows, Rows]:
    """Set the newest quarter aside, or one by chance, whole groups of look-alikes at a time."""
    if rows.order is not None:
        ranked = np.argsort(np.nan_to_num(rows.order, nan=-np.inf), kind="stable")
        cut = int((1 - ASIDE) * len(ranked))
        return rows.take(np.sort(ranked[:cut])), rows.take(np.sort(ranked[cut:]))
    names = np.unique(rows.groups)
    aside = np.isin(rows.groups, np.random.default_rng(5).permutation(names)[: int(ASIDE * len(names))])
    return rows.take(np.flatnonzero(~aside)), rows.take(np.flatnonzero(aside))


def blended(task: Task, limits: Limits, *, forward: bool) -> Outcome:
    """Run the contest with one setting for each learner, and choose the blend."""
    modelling = Modelling()
    candidates = competing(modelling, few=False)
    best, _ = explore(task, candidates, {name: modelling.settings_of(name) for name in candidates}, limits, lambda *_: None)
    with patch("leadrank.models.contest.choose", _the_blend):
        return finals(task, best, blend="blend" in DEFAULT, limits=limits, forward=forward)


def _the_blend(entries: list[Entry]) -> Entry:
    return next(entry for entry in entries if entry.candidate is BLEND)


def measure(rows: Rows) -> tuple[str, ...]:
    """Teach, judge as training does, and judge again on the rows set aside."""
    learned, aside = divided(rows)
    thresholds, forward = int(rows.y.max()), rows.order is not None
    folds = forward_folds(learned.y, learned.order, learned.groups, FOLDS) if learned.order is not None else random_folds(
        learned.y, learned.groups, FOLDS, 1
    )
    task = Task(learned.X, learned.y, thresholds, folds)
    limits = Limits(clock=time.perf_counter, deadline=0.0, trials=1, threads=1, seed=0, budget=0.0)
    outcome = blended(task, limits, forward=forward)
    began = time.perf_counter()
    _, said = distil(task, outcome, wanted=True, limits=limits, progress=lambda *_: None)
    seconds = time.perf_counter() - began
    whole = fit_members(task, outcome, np.arange(len(learned.y)), limits, single=False)
    teacher = deployed(whole, at_threshold(learned.X.take(np.arange(1)), 0, thresholds))
    forest = teach(whole, learned.X, thresholds, limits.seed)
    theirs, ours = (class_losses(aside.y, margins_of(predictor, aside.X, thresholds)) for predictor in (teacher, forest))
    return (
        f"{len(learned.y):,} + {len(aside.y):,}", f"{outcome.chosen.loss:.4f}", _cost(said), f"{theirs.mean():.4f}", _difference(ours - theirs),
        f"{_seconds(teacher, aside.X, thresholds) / _seconds(forest, aside.X, thresholds):.0f}", f"{seconds:.0f}",
    )


def _cost(said: Distilled | None) -> str:
    return "–" if said is None or said.cost is None else f"{said.cost:+.4f} ({said.fate})"


def _difference(losses: FloatArray) -> str:
    return f"{losses.mean():+.4f} ± {losses.std() / np.sqrt(len(losses)):.4f}"


def _seconds(predictor: Predictor, X: Matrix, thresholds: int) -> float:
    many, runs = X.take(np.resize(np.arange(len(X)), SCORED)), []
    for _ in range(2):
        began = time.perf_counter()
        margins_of(predictor, many, thresholds)
        runs.append(time.perf_counter() - began)
    return min(runs)


def main() -> None:
    """Print a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", default=[*SIMULATIONS, *PUBLIC])
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    for name in parser.parse_args().tables:
        rows = rows_of(name)
        if rows is not None:
            print(f"| {name} | {' | '.join(measure(rows))} |", flush=True)


if __name__ == "__main__":
    main()
