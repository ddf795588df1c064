"""`leadrank demo`: the whole journey on simulated leads."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadrank import __version__
from leadrank.cli.declare import Flags, declare
from leadrank.cli.gather import read_leads
from leadrank.cli.intake import keep_rejected, read_declared
from leadrank.cli.options import Budget, Seed, Threads, Trials
from leadrank.cli.terminal import emit, say, say_findings, table
from leadrank.cli.train import learn
from leadrank.cli.whole import write_text

if TYPE_CHECKING:
    import polars as pl

    from leadrank.bundle import Bundle
    from leadrank.data.simulations import Simulation
    from leadrank.project import Project

SHOWN = 10
ESTATE = "real-estate"
"""The simulation that makes several tables."""
NEW = 0.1
"""Share of the simulated leads that are kept back as new ones."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="What to simulate: leads, investor, courses, homebuyer, real-estate.")]
Folder = Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where everything goes, in a folder NAME.")]
Rows = Annotated[int | None, typer.Option("--rows", metavar="N", min=100, help="How many leads to simulate.")]


def demo(
    name: Name = "leads", *, folder: Folder = Path("leadrank-demo"), rows: Rows = None, budget: Budget = "20", trials: Trials = None,
    threads: Threads = None, seed: Seed = None,
) -> None:
    """Simulate leads, train, rank new ones, explain, and write a report.

    Leaves the tables, leadrank.toml, the bundle, the scored list and the report in DIR/NAME. The last line is the report's path.
    """
    from leadrank.data.simulations import SIMULATIONS, simulate

    started = time.monotonic()
    if name == ESTATE:
        _estate(folder / name, started, Flags(budget=budget, trials=trials, threads=threads, seed=seed), rows)
        return
    simulated = simulate(name, rows=rows, seed=seed or 0)
    simulation = SIMULATIONS[name]
    place = folder / name
    _lay_out(place, simulation)
    project = declare(str(place / "leadrank.toml"), Flags(budget=budget, trials=trials, threads=threads, seed=seed))
    past, new = _past_and_new(simulated.table, project)
    _store(place, simulation, past, new)
    say(f"{simulation.description} {past.height:,} leads with their outcome, {new.height:,} new ones.")
    bundle = learn(*read_declared(project), started)
    say_findings(bundle.findings, all_of_them=False)
    emit(str(bundle.report))
    page = _write(bundle, place, _rank(bundle, new, place))
    emit(str(page))


def _estate(place: Path, started: float, flags: Flags, customers: int | None) -> None:
    """Simulate the tables of an estate agency, learn from what was known when customers registered, and rank those whose outcome is open."""
    from leadrank.data.simulations import simulate_estate, write_estate

    project_file = write_estate(simulate_estate(customers or 50_000, seed=flags.seed or 0), place)
    say(f"The tables of an estate agency, the truth about its customers apart from them: {place}.")
    project, gathered = read_declared(declare(str(project_file), flags))
    keep_rejected(gathered, place / "rejected.csv")
    bundle = learn(project, gathered, started)
    say_findings(bundle.findings, all_of_them=False)
    emit(str(bundle.report))
    new = read_leads(str(project_file), bundle, None, everyone=False).frame
    page = _write(bundle, place, _rank(bundle, new, place))
    emit(str(page))


def _lay_out(place: Path, simulation: Simulation) -> None:
    place.mkdir(parents=True, exist_ok=True)
    write_text(place / "leadrank.toml", simulation.project)


def _past_and_new(frame: pl.DataFrame, project: Project) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keep the newest leads back: they are the ones to be ranked."""
    import numpy as np

    from leadrank import data

    schema, _ = data.infer_schema(frame, project.lead, target=project.target.column)
    order = data.time_order(data.clean_frame(schema, frame).frame, project.lead.order or project.lead.created_at)
    newest_last = np.arange(frame.height) if order is None else np.argsort(order, kind="stable")
    cut = frame.height - max(round(NEW * frame.height), 1)
    return frame[np.sort(newest_last[:cut])], frame[np.sort(newest_last[cut:])]


def _store(place: Path, simulation: Simulation, past: pl.DataFrame, new: pl.DataFrame) -> None:
    from leadrank.data import write_table

    write_table(place / simulation.file, past)
    write_table(place / "new_leads.csv", new.drop(simulation.target))


def _rank(bundle: Bundle, new: pl.DataFrame, place: Path) -> pl.DataFrame:
    from leadrank.data import write_table
    from leadrank.score import Scorer

    scored = Scorer(bundle).many(new.drop(bundle.project.target.column, strict=False), reasons=3, ranked=True)
    write_table(place / "scored.csv", scored)
    key, classes = scored.columns[0], bundle.facts.classes
    profit = scored["expected_profit"].null_count() < scored.height
    columns = ("rank", key, "score", "between", *(["profit"] if profit else []), "tier", "within", "reasons")
    emit("")
    table(
        f"Whom to call first: the best {min(SHOWN, scored.height)} of {new.height:,} new leads", columns,
        [_line(row, key, profit=profit) for row in scored.head(SHOWN).iter_rows(named=True)], right=("rank", "score", "profit"),
    )
    what = "converting" if len(classes) == 2 else f"being {classes[-1]}"
    emit(f"Score: 100 times the probability of {what}.{' Ranked by expected profit.' if profit else ''} Reasons count past leads of that kind.")
    return scored


def _line(row: dict[str, Any], key: str, *, profit: bool) -> tuple[str, ...]:
    """Put one reason on each line; the base is the same for all and is left out."""
    reasons = "\n".join(part for part in row["reasons"].split("; ") if not part.startswith("base "))
    money = [f"{row['expected_profit']:,.0f}"] if profit else []
    between = f"{100 * row['probability_low']:.0f}–{100 * row['probability_high']:.0f}"
    return (str(row["rank"]), str(row[key]), str(row["score"]), between, *money, row["tier"], row["due_within"], reasons)


def _write(bundle: Bundle, place: Path, scored: pl.DataFrame) -> Path:
    from leadrank.bundle import save_bundle
    from leadrank.pages import report_page

    save_bundle(bundle, place / f"{bundle.project.name}.leadrank", version=__version__)
    page = place / "report.html"
    write_text(page, report_page(bundle, call_list=scored, version=__version__))
    return page
