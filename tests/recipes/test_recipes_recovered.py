"""What is planted in the tables of the estate agency is found again by a model that is trained as users train."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle
from leadrank.data import read_project_tables
from leadrank.data.simulations import Estate, simulate_estate, write_estate
from leadrank.history import history_of
from leadrank.project import Project, read_project
from leadrank.score import Scorer
from leadrank.train import train

MARKET, SEASON = 3.0, 2.0
"""The market and the season planted as many times as strong as usual: slopes of 27 months in six places are too uncertain otherwise."""
INTERACTIONS = 8.0
LEARNED, OTHERS = 1, 2
"""Seeds of the agency that is learned from and of the one that is judged: another market, other customers, the same effects."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """By how much log-odds rise with each planted part of the true ones: those of the model, and of the true probabilities by day 60."""

    ours: dict[str, float]
    truth: dict[str, float]


def tables_of(estate: Estate) -> tuple[Project, dict[str, pl.DataFrame]]:
    with TemporaryDirectory() as folder:
        project = read_project(write_estate(estate, Path(folder)))
        return project, {name: table.frame for name, table in read_project_tables(project).items()}


def trained(estate: Estate) -> Bundle:
    project, raw = tables_of(estate)
    model = project.model.model_copy(update={"trials": 1, "folds": 3, "threads": 1, "candidates": ("logistic",)})
    counting = project.counting.model_copy(update={"windows": (30.0,)})
    project = project.model_copy(update={"model": model, "counting": counting})
    return train(project, history_of(project, raw), clock=time.monotonic)


def parts_of(estate: Estate, *, market: float, season: float) -> dict[str, np.ndarray]:
    """Take the true log-odds apart, in the order of the truth; the market and the season as strong as given, whether planted or not."""
    tables, truth, is_ = estate.tables, estate.truth.with_row_index("row"), estate.constants
    customers = truth.select("row", "CustomerID", "at").join(tables["CustomerTable"].unique("CustomerID", keep="first"), on="CustomerID")
    told = tables["MarketTable"].sort("PublishedAt")
    index = customers.sort("at").join_asof(told, left_on="at", right_on="PublishedAt", by="Location", check_sortedness=False)
    index = index.sort("row")["MarketIndex"]
    homes = tables["PropertyTable"].unique("PropertyID").select(EnquiredProperty="PropertyID", sort="PropertyType")
    suits = customers.join(homes, on="EnquiredProperty", how="left").sort("row").select(pl.col("sort") == pl.col("PreferredPropertyType")).to_series()
    over = pl.col("FeedbackDate").cast(pl.Datetime("us")) + timedelta(days=1) <= pl.col("at")
    rated = customers.join(tables["FeedbackTable"], on="CustomerID").filter(over).group_by("row").agg(pl.col("Rating").mean() - 3)
    parts = {
        "season": 0.3 * season * np.cos(2 * np.pi * (truth["at"].dt.month().to_numpy() - 5) / 12),
        "market": 0.2 * market * (index.to_numpy() - 100) / 10,
        "feedback": is_["mean Rating - 3"] * truth.join(rated, on="row", how="left").sort("row")["Rating"].fill_null(0.0).to_numpy(),
        "preference": is_["preferred type enquired"] * suits.cast(pl.Float64).to_numpy(),
    }
    planted = parts["season"] * bool(is_["cos(2 pi (month - 5) / 12)"]) + parts["market"] * bool(is_["(MarketIndex - 100) / 10"])
    return parts | {
        "other fit": truth["fit"].to_numpy() - parts["preference"], "other engagement": truth["engagement"].to_numpy() - parts["feedback"],
        "other timing": truth["timing"].to_numpy() - planted,
    }


def log_odds(probability: pl.Series) -> np.ndarray:
    return (probability / (1 - probability)).log().to_numpy()


def slopes(market: float, season: float, customers: int) -> Slopes:
    """Learn from one agency, score the customers of another, and lay their log-odds against all parts of the true ones at once."""
    options = {"market": market, "season": season, "interactions_per_customer": INTERACTIONS}
    bundle = trained(simulate_estate(customers, seed=LEARNED, **options))
    other = simulate_estate(8_000, seed=OTHERS, **options)
    _, raw = tables_of(other)
    frame = history_of(bundle.project, raw, origin=bundle.origin).frame
    scored = frame.select("CustomerID", p=Scorer(bundle).many(frame.drop("converted"))["probability"])
    truth = other.truth.join(scored, on="CustomerID", how="left", maintain_order="left")
    parts = parts_of(other, market=MARKET, season=SEASON)
    design, there = np.column_stack([np.ones(truth.height), *parts.values()]), truth["p"].is_not_null().to_numpy()
    ours, true = (np.linalg.lstsq(design[there], log_odds(truth[name])[there])[0][1:] for name in ("p", "p_by_60"))
    return Slopes(dict(zip(parts, ours, strict=True)), dict(zip(parts, true, strict=True)))


def test_a_model_recovers_each_effect_that_was_planted() -> None:
    """The true slopes are 0.87 to 0.90: log-odds by day 60, not of ever. Learned from 20,000, ours scatter by 0.1 between agencies at most."""
    found = slopes(MARKET, SEASON, 20_000)
    for part in ("season", "market", "feedback", "preference"):
        assert found.truth[part] == pytest.approx(0.88, abs=0.03)
        assert 0.5 < found.ours[part] < 1.3, part


def test_a_model_finds_no_season_and_no_market_where_none_was_planted() -> None:
    """Learned from 8,000, the slopes have standard errors of 0.07 and more: the places' own levels look like markets."""
    found = slopes(0.0, 0.0, 8_000)
    for part in ("season", "market"):
        assert abs(found.truth[part]) < 0.03
        assert abs(found.ours[part]) < 0.25
