"""Runs the two examples about homes as a housing project, their protected columns once justified and once blocked: what does it cost, and whom?

    python examples/both_ways.py                     # prints the tables
    python examples/both_ways.py --write             # writes them into each README
    python examples/both_ways.py real_estate --rows 2000

Both learn from the same four fifths of a simulated table and are judged on the same fifth, which nobody saw; both call as many leads. In the
real-estate example a sale is worth 1,000 and a call costs 250; the investors' rates of conversion are declared, not measured, an investor is worth
1,000 and a call costs 100.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import run as examples  # noqa: E402 - the folder of this script is no package
from leadrank import evaluation, labels  # noqa: E402
from leadrank.evaluate import outcomes_of, reach_from  # noqa: E402
from leadrank.project import Column, Project, read_project  # noqa: E402
from leadrank.score import Scorer  # noqa: E402
from leadrank.train import train  # noqa: E402
from leadrank.types import FloatArray, IntArray  # noqa: E402

PLACE = re.compile(r"(<!-- fairness -->\n).*?(<!-- /fairness -->)", re.DOTALL)
BECAUSE = "for comparison only: this example shows what the column is worth"
LISTED = 0.25
"""Share of the leads that is called."""


@dataclass(frozen=True, slots=True)
class Case:
    """An example, its protected columns, those by which groups are made with their bands, and its money."""

    folder: str
    protected: tuple[str, ...]
    groups: dict[str, tuple[float, ...]]
    value: float
    cost: float


CASES = {
    c.folder: c
    for c in (
        Case("real_estate", ("Age", "AgeGroup", "Location"), {"AgeGroup": (), "Location": (), "IncomeLevel": ()}, 1_000.0, 250.0),
        Case("investor_tiers", ("age", "income", "credit_score"), {"age": (30.0, 45.0, 60.0), "income": (), "credit_score": ()}, 1_000.0, 100.0),
    )
}


def declared(case: Case, trials: int, *, justified: bool) -> Project:
    """Read the example's project as one about housing, its protected columns with a reason or without."""
    project = read_project(HERE / case.folder / "leadrank.toml")
    because = BECAUSE if justified else ""
    columns = {name: project.lead.columns.get(name, Column()).model_copy(update={"sensitive": True, "because": because}) for name in case.protected}
    lead = project.lead.model_copy(update={"columns": {**project.lead.columns, **columns}})
    model = project.model.model_copy(update={"trials": trials, "threads": 1})
    return project.model_copy(update={"domain": "housing", "lead": lead, "model": model})


def figures(case: Case, project: Project, frame: pl.DataFrame, learn: IntArray, unseen: IntArray) -> dict[str, float]:
    """Train, and judge accuracy, profit and the worst ratio between groups on the unseen leads."""
    bundle = train(project, frame[learn], clock=time.monotonic)
    fresh = frame[unseen]
    reach, y = reach_from(bundle, Scorer(bundle).many(fresh)), outcomes_of(bundle, fresh)[0]
    p, hit = reach[:, -1], (y == reach.shape[1]).astype(np.int64)
    called = np.zeros(len(p), dtype=np.bool_)
    called[np.argsort(-p, kind="stable")[: round(LISTED * len(p))]] = True
    learned = reach.shape[1] > 1
    right = evaluation.accuracy_classes(y, reach) if learned else evaluation.accuracy(hit, p >= 0.5)
    return {
        "accuracy": right, "auc": evaluation.roc_auc(hit, p), "log_loss": evaluation.log_loss(hit, p),
        "profit": float((rates(project, y)[called] * case.value - case.cost).sum()), **ratios(case, fresh, called),
    }


def rates(project: Project, y: IntArray) -> FloatArray:
    """Return what came of each lead: 0 or 1, or for classes the middle of the declared rate."""
    if project.target.classes is None:
        return y.astype(np.float64)
    declared_rates = {tier.name: sum(tier.expected_conversion or (0.0, 0.0)) / 2 for tier in project.tier}
    return np.array([declared_rates[name] for name in project.target.classes])[y]


def ratios(case: Case, fresh: pl.DataFrame, called: np.ndarray) -> dict[str, float]:
    """Return the worst ratio of rates of being called, by each column."""
    found = {}
    for name, bands in case.groups.items():
        cells = fresh[name].replace("", None)
        numbers = cells.str.replace_all(r"[$,]", "").cast(pl.Float64, strict=False)
        column = numbers if numbers.null_count() == cells.null_count() else cells
        found[name] = evaluation.worst_ratio([evaluation.grouping_of(column, bands=bands)], called).value
    return found


def both(case: Case, rows: int | None, trials: int) -> str:
    """Run one example both ways and write what came of it as a Markdown table."""
    table = examples.simulated(examples.EXAMPLES[case.folder], rows)
    y = labels.read_outcomes(table.frame[declared(case, trials, justified=True).target.column], declared(case, trials, justified=True).target).codes
    learn, unseen = examples.stratified(y)
    lines = {
        f"justified: {', '.join(case.protected)} are used": figures(case, declared(case, trials, justified=True), table.frame, learn, unseen),
        "blocked": figures(case, declared(case, trials, justified=False), table.frame, learn, unseen),
    }
    first, second = lines.values()
    lines["what blocking changes"] = {name: second[name] - first[name] for name in first}
    heads = ["", "accuracy", "AUC", "log loss", "profit", *(f"worst ratio by {name}" for name in case.groups)]
    rows_ = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    rows_ += [[name, *(cell(key, value) for key, value in found.items())] for name, found in lines.items()]
    said = f"Measured on {table.said}, the {len(unseen):,} of a stratified fifth that nobody saw; {LISTED:.0%} are called:"
    return said + "\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows_)


def cell(name: str, value: float) -> str:
    """Write one figure."""
    digits = {"accuracy": 3, "auc": 3, "log_loss": 3, "profit": 0}.get(name, 2)
    return f"{value:,.{digits}f}".replace("-", "−")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="EXAMPLE", help=f"of {', '.join(CASES)}; both without it")
    parser.add_argument("--rows", type=int, help="rows of each table")
    parser.add_argument("--trials", type=int, default=1, help="settings tried per learner")
    parser.add_argument("--write", action="store_true", help="write the tables into each README")
    options = parser.parse_args()
    for name in options.folders or CASES:
        text = both(CASES[name], options.rows, options.trials)
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            page = HERE / name / "README.md"
            page.write_text(PLACE.sub(lambda m, text=text: f"{m[1]}\n{text}\n\n{m[2]}", page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
