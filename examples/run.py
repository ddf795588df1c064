"""Runs the five ancestors beside ours and puts all in one table per example.

    python examples/run.py                          # simulated tables of the usual size
    python examples/run.py --real --write           # also the public tables in ../shared/data; writes the figures into each README
    python examples/run.py roi --rows 2000 --trials 1

One stratified split, four fifths to learn from; every figure is of the fifth that nobody saw, or of five folds where it says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl

from leadrank import evaluation, labels
from leadrank.bundle import Bundle
from leadrank.data.simulations import simulate
from leadrank.data.simulations.homebuyers import HOMEBUYER_COLUMNS
from leadrank.evaluate import outcomes_of, reach_from
from leadrank.project import Project, read_project
from leadrank.score import Scorer
from leadrank.train import train
from leadrank.types import BoolArray, FloatArray, IntArray

HERE = Path(__file__).parent
REAL = HERE.parents[1] / "shared" / "data"
SEED = 0
PLACE = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
COLUMNS = {
    "accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "F1", "auc": "AUC", "log_loss": "log loss", "ece": "ECE",
    "profit": "profit", "seconds": "seconds",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One ancestor: its folder, the simulation of its table, and the public table where there is one."""

    folder: str
    simulation: str
    real: str = ""
    renamed: bool = False


EXAMPLES = {
    e.folder: e
    for e in (
        Example("investor_tiers", "investor", "investor_leads/lead_scoring_dataset.csv"),
        Example("hot_leads", "courses", "x_education/Leads.csv"),
        Example("roi", "courses", "x_education/Leads.csv"),
        Example("homebuyer", "homebuyer", "x_education/Leads.csv", renamed=True),
        Example("real_estate", "real-estate"),
    )
}


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard our side may try."""

    rows: int | None = None
    trials: int | None = 3
    threads: int = 1
    folds: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Raw cells, the true probabilities where somebody knows them, and what to call it."""

    frame: pl.DataFrame
    truth: FloatArray | None
    said: str


@dataclass(frozen=True, slots=True)
class Line:
    """One model's figures."""

    name: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """One example on one table."""

    folder: str
    said: str
    lines: tuple[Line, ...]
    bundle: Bundle


def simulated(example: Example, rows: int | None) -> Table:
    """Simulate the example's table and read it as a file would be: as text."""
    made = simulate(example.simulation, rows=rows, seed=SEED)
    text = made.table.write_csv()
    return Table(pl.read_csv(io.StringIO(text), infer_schema=False), made.truth, f"{made.table.height:,} simulated rows")


def public(example: Example, rows: int | None) -> Table | None:
    """Read the example's public table, or give None where it is not."""
    path = REAL / example.real
    if not example.real or not path.exists():
        return None
    frame = pl.read_csv(path, infer_schema=False)
    if example.renamed:
        frame = frame.select(*HOMEBUYER_COLUMNS).rename(HOMEBUYER_COLUMNS)
    frame = frame if rows is None else frame.sample(min(rows, frame.height), seed=SEED)
    return Table(frame, None, f"{frame.height:,} public rows")


def run(example: Example, table: Table, effort: Effort) -> Result:
    """Train ours and the ancestor's, run what the ancestor wrote itself, and judge all on the same rows."""
    ours, theirs = (declared(example.folder, file, effort) for file in ("leadrank.toml", "ancestor.toml"))
    y = labels.read_outcomes(table.frame[ours.target.column], ours.target).codes
    learn, unseen = stratified(y)
    lines, bundles = [], []
    for project, name in ((ours, "ours"), (theirs, "the original's settings (`ancestor.toml`)")):
        begun = time.perf_counter()
        bundle = train(project, table.frame[learn], clock=time.monotonic)
        seconds = time.perf_counter() - begun
        said = name if name != "ours" else f"ours (`leadrank.toml`; {bundle.facts.chosen.replace('_', ' ')} won)"
        scored = Scorer(bundle).many(table.frame[unseen])
        outcomes, _ = outcomes_of(bundle, table.frame[unseen])
        figures = judged(outcomes, reach_from(bundle, scored), scored["contact"].to_numpy(), ours)
        lines.append(Line(said, {**figures, "seconds": seconds}))
        bundles.append(bundle)
    for name, outcomes, reach, called in as_written(example.folder, table.frame, y, learn, unseen):
        lines.append(Line(name, judged(outcomes, reach, called, ours)))
    if table.truth is not None:
        lines.append(best_possible(table.truth[unseen], y[unseen], ours, bundles[0]))
    if ours.economics.value is not None:
        lines.append(Line("everybody called", everybody(y[unseen], ours)))
    return Result(example.folder, f"{table.said}, the {len(unseen):,} of a stratified fifth that nobody saw", tuple(lines), bundles[0])


def declared(folder: str, file: str, effort: Effort) -> Project:
    """Read a project file and say how hard it may try."""
    project = read_project(HERE / folder / file)
    limits: dict[str, object] = {"trials": effort.trials, "threads": effort.threads}
    if effort.folds is not None:
        limits["folds"] = effort.folds
    return project.model_copy(update={"model": project.model.model_copy(update=limits)})


def stratified(y: IntArray, share: float = 0.2) -> tuple[IntArray, IntArray]:
    """Deal each class into rows to learn from and unseen rows."""
    rng = np.random.default_rng(SEED)
    unseen = np.sort(np.concatenate([own[: round(share * len(own))] for k in np.unique(y) for own in [rng.permutation(np.flatnonzero(y == k))]]))
    return np.setdiff1d(np.arange(len(y)), unseen), unseen


def as_written(
    folder: str, frame: pl.DataFrame, y: IntArray, learn: IntArray, unseen: IntArray
) -> Iterator[tuple[str, IntArray, FloatArray, BoolArray]]:
    """Run the folder's `as_written.py`, where the project file cannot say what the original did: name, outcomes, reach, who is called."""
    path = HERE / folder / "as_written.py"
    if path.exists():
        yield from loaded(path).as_written(frame, y, learn, unseen)


def loaded(path: Path) -> ModuleType:
    """Import a file by its path."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(y: IntArray, reach: FloatArray, called: BoolArray, project: Project) -> dict[str, float]:
    """Return the figures of one model; for tiers, precision, recall, F1 and ECE are those of the best tier."""
    best = reach.shape[1]
    hit, p = (y == best).astype(np.int64), reach[:, -1]
    if best > 1:
        called = evaluation.likeliest(reach) == best
        loss = evaluation.log_loss_classes(y, reach)
        whole = {"accuracy": evaluation.accuracy_classes(y, reach), "auc": evaluation.macro_auc(y, reach), "log_loss": loss}
    else:
        whole = {"accuracy": evaluation.accuracy(hit, called), "auc": evaluation.roc_auc(hit, p), "log_loss": evaluation.log_loss(hit, p)}
    figures = {
        **whole, "precision": evaluation.precision(hit, called), "recall": evaluation.recall(hit, called), "f1": evaluation.f1(hit, called),
        "ece": evaluation.expected_calibration_error(hit, p),
    }
    value, cost = project.economics.value, project.economics.contact_cost
    return figures if value is None else {**figures, "profit": evaluation.expected_profit(hit, called, value, cost)}


def best_possible(truth: FloatArray, y: IntArray, project: Project, bundle: Bundle) -> Line:
    """Judge the true probabilities themselves, cut where our policy cuts."""
    reach = truth[:, None] if truth.ndim == 1 else truth[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return Line("the truth itself (best possible)", judged(y, reach, reach[:, -1] >= bundle.policy.threshold.cut, project))


def everybody(y: IntArray, project: Project) -> dict[str, float]:
    """Return what calling every lead gives."""
    called = np.ones(len(y), dtype=np.bool_)
    profit = evaluation.expected_profit(y, called, project.economics.value or 0.0, project.economics.contact_cost)
    return {"accuracy": evaluation.accuracy(y, called), "precision": evaluation.precision(y, called), "recall": 1.0, "f1": evaluation.f1(y, called),
            "profit": profit}


def markdown(results: Sequence[Result]) -> str:
    """Write results as Markdown tables, one after the other."""
    parts = []
    for result in results:
        names = [name for name in COLUMNS if any(name in line.figures for line in result.lines)]
        rows = [["", *(COLUMNS[name] for name in names)], ["---", *("---:" for _ in names)]]
        rows += [[line.name, *(cell(name, line.figures.get(name)) for name in names)] for line in result.lines]
        parts.append(f"Measured on {result.said}:\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows))
    return "\n\n".join(parts)


def cell(name: str, value: float | None) -> str:
    """Write one figure."""
    if value is None or np.isnan(value):
        return "–"
    return f"{value:,.0f}" if name in {"profit", "seconds"} else f"{value:.3f}"


def write(folder: str, text: str) -> None:
    """Put the figures into their place in the example's page."""
    page = HERE / folder / "README.md"
    old = page.read_text(encoding="utf-8")
    page.write_text(PLACE.sub(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", old), encoding="utf-8")


def main() -> None:
    """Run the examples from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="EXAMPLE", help=f"of {', '.join(EXAMPLES)}; all without it")
    parser.add_argument("--real", action="store_true", help="also on the public tables, where they are present")
    parser.add_argument("--rows", type=int, help="rows of each table")
    parser.add_argument("--trials", type=int, default=3, help="settings tried per learner")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folds", type=int)
    parser.add_argument("--write", action="store_true", help="write the figures into each README")
    options = parser.parse_args()
    if unknown := [name for name in options.folders if name not in EXAMPLES]:
        parser.error(f"there is no example {unknown[0]!r}")
    effort = Effort(options.rows, options.trials, options.threads, options.folds)
    for name in options.folders or EXAMPLES:
        example = EXAMPLES[name]
        tables = [simulated(example, effort.rows), *([public(example, effort.rows)] if options.real else [])]
        text = markdown([run(example, table, effort) for table in tables if table is not None])
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            write(name, text)


if __name__ == "__main__":
    main()
