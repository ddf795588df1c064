"""The demo's agency from its tables to a decision: what is cleaned reaches the features, and one lead is explained as the list has it."""

from __future__ import annotations

import time
import tomllib
from datetime import datetime

import polars as pl
import pytest

from leadrank.data.simulations import ESTATE_PROJECT, simulate_estate
from leadrank.history import history_of
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

END = datetime.fromisoformat("2024-12-31")
QUICK = '\n[model]\ntrials = 1\ncandidates = ["logistic"]\nfolds = 3\n'


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    tables = simulate_estate(900, seed=5).tables
    return {"lead" if name == "CustomerTable" else name: table for name, table in tables.items()} | {"Enquired": tables["PropertyTable"]}


def test_one_lead_is_explained_as_the_list_decides_on_it(frames: dict[str, pl.DataFrame]) -> None:
    """Whoever asks, a page, a service or the library: its probability, score, tier and decision are those of its row."""
    project = parse_project(tomllib.loads(ESTATE_PROJECT + QUICK))
    scorer = Scorer(train(project, history_of(project, frames), clock=time.monotonic))
    leads = scorer.leads(frames, at=END)
    listed = scorer.many(leads)
    lost = (listed["probability"] - listed["probability_left"]).arg_sort(descending=True)
    assert listed["score"][lost[0]] < round(100 * listed["probability"][lost[0]])
    for row in (*lost[:3], *lost[-3:]):
        told, cells = scorer.explain(leads, row).scored, listed.row(row, named=True)
        for name in ("score", "tier", "contact", "action", "due_within"):
            assert getattr(told, name) == cells[name]
        for name in ("probability", "probability_low", "probability_high", "expected_profit"):
            assert getattr(told, name) == pytest.approx(cells[name], abs=1e-12)
        assert told.by_day["probability_left"] == pytest.approx(cells["probability_left"], abs=1e-12)


def test_an_unknown_state_of_a_home_reaches_the_features_as_unknown_and_moves_no_interest(frames: dict[str, pl.DataFrame]) -> None:
    """A home of which it is not known can be had as likely as not, whichever way that is written."""
    cleaned, asked = (
        history_of(parse_project(tomllib.loads(text)), frames).frame
        for text in (ESTATE_PROJECT, ESTATE_PROJECT.replace('AvailabilityStatus = { blank = "unknown" }', ""))
    )
    state, unknown = "Enquired.AvailabilityStatus", cleaned["Enquired.AvailabilityStatus"] == "unknown"
    assert unknown.sum() > 10
    assert asked.filter(unknown)[state].null_count() == unknown.sum()
    assert cleaned.filter(~unknown)[state].equals(asked.filter(~unknown)[state])
    assert cleaned["PropertyInterestLevel"].equals(asked["PropertyInterestLevel"])
    assert cleaned["PropertyInterestLevel"].n_unique() > 20
    assert "InteractionTable PropertyTable.AvailabilityStatus unknown, share" in cleaned.columns
