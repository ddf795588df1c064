"""Several tables are rolled like one: whatever is learned at a boundary is learned from what was known there."""

from __future__ import annotations

import time
import tomllib
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadrank.backtest import Past, Rolling, backtest, past_of_tables
from leadrank.backtest.past import NEVER
from leadrank.data.simulations import ESTATE_PROJECT, simulate_estate
from leadrank.errors import UsageError
from leadrank.history import history_of
from leadrank.project import OUTCOMES, Project, parse_project

WRITTEN = {
    "lead": "CreatedAt", "InteractionTable": "RecordedAt", "TransactionTable": "RecordedAt", "FeedbackTable": "FeedbackDate",
    "ContactTable": "ContactedAt", "PropertyTable": "ValidFrom", "Enquired": "ValidFrom", "MarketTable": "PublishedAt",
}
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    made = simulate_estate(900, seed=4).tables
    return {"lead" if name == "CustomerTable" else name: frame for name, frame in made.items()} | {"Enquired": made["PropertyTable"]}


def project(**changed: Any) -> Project:
    declared = tomllib.loads(ESTATE_PROJECT)
    model = {"trials": 1, "candidates": ["naive_bayes"], "folds": 2}
    return parse_project({**declared, "domain": "general", "model": model, **changed})


@pytest.fixture(scope="module")
def past(tables: Tables) -> Past:
    return past_of_tables(project(), tables, history_of(project(), tables), Rolling(periods=2))


def moment_of(days: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(days=days)  # noqa: DTZ001 - tables hold naive UTC


def test_rows_and_outcomes_are_those_of_tables_that_end_at_the_boundary(past: Past, tables: Tables) -> None:
    end = moment_of(past.bounds[0])
    ended = {name: frame.filter(pl.col(WRITTEN[name]) <= end) for name, frame in tables.items()}
    told = project(target={**tomllib.loads(ESTATE_PROJECT)["target"], "observed_until": end.isoformat()})
    short = past_of_tables(told, ended, history_of(told, ended), Rolling(periods=2))
    ours, theirs = (one.then(past.bounds[0]) for one in (past, short))
    assert len(ours.known) == len(theirs.known) > 200
    assert (ours.y[ours.known] == theirs.y[theirs.known]).all()
    assert_frame_equal(ours.frame[ours.known], theirs.frame[theirs.known], abs_tol=1e-9)


def test_a_row_is_learned_from_when_its_outcome_is_final(past: Past) -> None:
    then = past.then(past.bounds[1])
    assert past.dated
    assert (past.moment[then.known] <= past.bounds[1] - 75).all()
    young = (past.moment > past.bounds[1] - 75) & (past.moment < past.bounds[1])
    assert young.any()
    assert (then.y[young] == -1).all()
    column = then.frame["converted"]
    assert column.null_count() == (then.y < 0).sum()
    assert set(column.drop_nulls()) == set(OUTCOMES)


def test_what_is_pending_at_the_end_is_not_judged(past: Past) -> None:
    open_rows = past.y < 0
    assert (past.known[open_rows] == NEVER).all()
    assert past.moment[open_rows].min() > past.moment[~open_rows].max() - 1
    found = backtest(past, clock=time.monotonic, draws=20)
    assert sum(period.rows for period in found.periods) == int((past.y[past.moment >= past.bounds[0]] >= 0).sum())
    assert found.outcome == "TransactionTable"
    assert found.periods[0].known < (past.moment < past.bounds[0]).sum()
    area = {line.name: line.figures["auc"].value for line in found.overall}
    assert area["refit"] > 0.6
    moved = found.periods[1].recalibration
    assert moved is not None
    assert moved.outcomes > 100


def test_the_project_says_itself_when_outcomes_are_final(tables: Tables) -> None:
    with pytest.raises(UsageError, match="says itself"):
        past_of_tables(project(), tables, history_of(project(), tables), Rolling(delay=30.0))


def test_an_outcome_that_is_a_column_waits_for_its_period_or_its_delay() -> None:
    rng = np.random.default_rng(0)
    created = [datetime(2025, 1, 1) + timedelta(days=0.5 * k) for k in range(400)]  # noqa: DTZ001
    calls = rng.poisson(2, 400)
    lead = pl.DataFrame({"id": [f"L{k}" for k in range(400)], "created": created, "won": np.where(rng.random(400) < 0.1 + 0.15 * calls, "yes", "no")})
    visits = pl.DataFrame({
        "id": [f"L{k}" for k in range(400) for _ in range(calls[k])],
        "at": [created[k] - timedelta(days=float(d)) for k in range(400) for d in rng.uniform(0, 20, calls[k])],
    }, schema={"id": pl.String, "at": pl.Datetime("us")})
    told = parse_project({
        "lead": {"key": "id", "created_at": "created"}, "event": [{"table": "visits", "key": "id", "occurred_at": "at"}],
        "target": {"column": "won", "positive": "yes"}, "model": {"trials": 1, "candidates": ["naive_bayes"], "folds": 2},
    })
    frames = {"lead": lead, "visits": visits}
    past = past_of_tables(told, frames, history_of(told, frames), Rolling(periods=2, delay=10))
    then = past.then(past.bounds[0])
    assert len(then.known) == 200 - 19
    assert then.frame["won"].null_count() == 400 - len(then.known)
    found = backtest(past, clock=time.monotonic, draws=20, policies=("frozen",))
    assert found.periods[0].rows == 100
    assert next(line for line in found.overall if line.name == "frozen").figures["auc"].value > 0.6
