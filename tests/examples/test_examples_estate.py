"""The first ancestor on four tables: what it says of itself, and what is left of it on new customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadrank.data.simulations import Estate, simulate_estate

FOLDER = Path(__file__).parents[2] / "examples" / "estate"


@pytest.fixture(scope="module")
def example(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("examples/estate/run.py")


@pytest.fixture(scope="module")
def estate() -> Estate:
    return simulate_estate(2_500, seed=2)


def test_what_it_says_of_itself_is_not_what_it_does(example: ModuleType, estate: Estate) -> None:
    found = {name: example.figures(y, p) for name, y, p in example.lines(estate, candidates=("lightgbm",))}
    written, unleaked, unsampled, deployed, ours, truth = found.values()
    assert written["auc"] > 0.98
    assert written["auc"] > unleaked["auc"] > unsampled["auc"] > 0.8
    assert deployed["auc"] < unsampled["auc"] - 0.1
    assert ours["auc"] > deployed["auc"]
    assert truth["log_loss"] - 0.03 < ours["log_loss"] < deployed["log_loss"]
    assert example.markdown([("a", truth, 10, 0.1)]).count("\n| ") == 2


def test_what_was_known_at_registration_holds_nothing_later(example: ModuleType, estate: Estate) -> None:
    """Rows of the joined table as of registration do not change when everything later is taken out of the tables."""
    written = example.loaded("as_written")
    moment = estate.tables["CustomerTable"]["CreatedAt"].sort()[1_200]
    names = written.unified(written.as_of(estate.tables, moment), then=True)["CustomerID"]
    early = written.unified(written.as_of(estate.tables, moment), then=True).drop("IncomeLevel")
    whole = written.unified(estate.tables, then=True).filter(pl.col("CustomerID").is_in(names.implode())).drop("IncomeLevel")
    assert_frame_equal(early, whole)
