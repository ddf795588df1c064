from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.project import parse_project


def test_leads_carry_everyday_dirt() -> None:
    table = simulate("leads", rows=5_000, seed=0).table
    assert {"Google", "google"} <= set(table["source"])
    assert table["form_version"].n_unique() == 1
    assert table["lead_id"].n_unique() == 5_000 - 25
    assert table.is_duplicated().sum() == 50
    assert 0.3 < table["budget"].null_count() / 5_000 < 0.4
    assert table["budget"].drop_nulls().str.contains("€").any()
    assert (table["job_role"] == "Select").mean() > 0.2
    assert table["created_at"].is_sorted()


def test_courses_have_the_columns_and_the_order_of_the_public_table() -> None:
    table = simulate("courses", seed=0).table
    assert table.shape == (9_240, 37)
    assert table["Lead Number"].diff().drop_nulls().max() < 0
    assert table["Prospect ID"].n_unique() == table.height
    constant = [name for name in table.columns if table[name].n_unique() == 1]
    assert len(constant) >= 5
    assert (table["City"] == "Select").mean() > 0.2
    occupation, matters = table["What is your current occupation"], table["What matters most to you in choosing a course"]
    assert (occupation.is_null() == matters.is_null()).all()


def test_a_blank_income_is_filled_by_place_and_age_group_and_recency_exists_for_buyers_only() -> None:
    table = simulate("real-estate", rows=20_000, seed=0).table
    bought = table["Converted"] == 1
    assert table.filter(~bought)["PurchaseRecency"].null_count() == (~bought).sum()
    assert table.filter(bought)["PurchaseRecency"].null_count() < 0.1 * bought.sum()
    incomes = table.drop_nulls("IncomeLevel").with_columns(pl.col("IncomeLevel").str.replace_all(r"[$,]", "").cast(pl.Float64))
    medians = incomes.group_by("Location", "AgeGroup").agg(pl.col("IncomeLevel").median())["IncomeLevel"]
    assert medians.max() > 2 * medians.min()
    assert table["PriceRange"].n_unique() > 8
    assert table["FirstSeen"].str.contains(r"^\d\d/\d\d/\d{4}$").all()


def test_gender_has_no_effect_in_the_real_estate_truth() -> None:
    simulated = simulate("real-estate", rows=20_000, seed=0)
    groups = simulated.table.select("Gender", truth=simulated.truth).drop_nulls().group_by("Gender").agg(pl.col("truth").mean())
    assert np.ptp(groups["truth"].to_numpy()) < 0.015


@pytest.mark.parametrize("name", SIMULATIONS)
def test_each_simulation_brings_a_valid_project_for_its_columns(name: str) -> None:
    import tomllib

    simulation = SIMULATIONS[name]
    project = parse_project(tomllib.loads(simulation.project))
    columns = set(simulate(name, rows=50).table.columns)
    named = {project.lead.key, project.lead.order, project.lead.created_at, project.economics.value_column}
    assert (named - {None}) | set(project.lead.columns) | {project.target.column, *simulation.leaks, *simulation.doubtful} <= columns
    assert project.lead.table == simulation.file
    assert project.target.column == simulation.target
    assert (project.target.classes or ()) == simulation.classes
    assert (project.target.positive or "") == simulation.positive
