from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from leadrank.data.simulations import Estate, simulate_estate

KINDS = {"prop": "Property search", "emai": "Email click", "e-ma": "Email click", "phon": "Phone call", "ph. ": "Phone call"}
OTHER_LIVES = {"Property search": 30.0, "Email click": 10.0, "Phone call": 90.0}
START, SPAN = 1_640_995_200, 1_096 * 86_400 - 1


@pytest.fixture(scope="module")
def estate() -> Estate:
    return simulate_estate(30_000, seed=4)


def roc_auc(converted: np.ndarray, score: np.ndarray) -> float:
    ranks = pl.Series(score).rank("average").to_numpy()
    won = converted.sum()
    return float((ranks[converted].sum() - won * (won + 1) / 2) / (won * (len(converted) - won)))


def came_by(truth: pl.DataFrame, day: int) -> np.ndarray:
    return (truth["delay"].fill_null(10_000) <= day).to_numpy()


def off_by(truth: np.ndarray, came: np.ndarray) -> float:
    """How far what came is from what was due, in standard errors."""
    return float(abs((came - truth).sum()) / np.sqrt((truth * (1 - truth)).sum()))


def recounted(estate: Estate) -> np.ndarray:
    """The log-odds once more, from the tables up to each registration and the published constants."""
    is_ = estate.constants
    customers = estate.tables["CustomerTable"].unique("CustomerID", keep="first", maintain_order=True)
    home = as_it_was(customers, estate.tables["PropertyTable"], "EnquiredProperty", "PropertyID", "ValidFrom")
    market = as_it_was(customers, estate.tables["MarketTable"], "Location", "Location", "PublishedAt")

    def level(column: pl.Series, name: str) -> np.ndarray:
        return column.replace_strict({key.split(".")[1]: value for key, value in is_.items() if key.startswith(f"{name}.")}).to_numpy()

    group = pl.Series(np.array(["18-29", "30-44", "45-59", "60+"])[np.digitize(customers["Age"], [30, 45, 60])])
    usual = level(group, "usual income") * level(customers["Location"], "usual income in")
    income = customers["IncomeLevel"].cast(pl.Float64).fill_null(pl.Series(usual)).to_numpy()
    month, status = customers["CreatedAt"].dt.month().to_numpy(), home["AvailabilityStatus"]
    second = customers["CreatedAt"].dt.epoch("s").to_numpy() - START
    women = customers["NewsletterEdition"].is_in(["Style and Home", "Garden and Health"]).to_numpy()
    return (
        is_["base"] + level(customers["LeadSource"], "LeadSource") + level(customers["Location"], "Location")
        + level(home["PropertyType"], "PropertyType") + engagement(estate, customers)
        + is_["FinancingPreApproved.yes"] * (customers["FinancingPreApproved"] == "yes").to_numpy()
        + is_["preferred type enquired"] * (customers["PreferredPropertyType"] == home["PropertyType"]).to_numpy()
        + is_["bought before"] * customers["CustomerID"].is_in(known(estate, "TransactionTable", "RecordedAt")["CustomerID"].implode()).to_numpy()
        + is_["log(IncomeLevel / 60000)"] * np.log(income / 60_000) + is_["log(Budget / 300000)"] * np.log(customers["Budget"].to_numpy() / 300_000)
        + is_["AvailabilityStatus.(blank)"] * status.is_null().to_numpy()
        + is_["AvailabilityStatus.Under offer"] * status.eq_missing("Under offer").to_numpy()
        + is_["(MarketIndex - 100) / 10"] * (market["MarketIndex"].to_numpy() - 100) / 10
        + is_["cos(2 pi (month - 5) / 12)"] * np.cos(2 * np.pi * (month - 5) / 12) + is_["from first to last day"] * second / SPAN
        + is_["newsletter for women"] * women + is_["income below 45000"] * (income < 45_000)
    )


def known(estate: Estate, name: str, recorded: str) -> pl.DataFrame:
    """The rows of a table that were on record when their customer registered; a date without a time is when its day is over."""
    customers = estate.tables["CustomerTable"].unique("CustomerID").select("CustomerID", "CreatedAt")
    rows = estate.tables[name].join(customers, on="CustomerID")
    over = pl.col(recorded).cast(pl.Datetime("us")) + (timedelta(days=1) if rows.schema[recorded] == pl.Date else timedelta(0))
    return rows.filter(over <= pl.col("CreatedAt"))


def engagement(estate: Estate, customers: pl.DataFrame) -> np.ndarray:
    is_ = estate.constants
    ago = (pl.col("CreatedAt") - pl.col("InteractionDate")).dt.total_seconds() / 86_400
    done = known(estate, "InteractionTable", "RecordedAt").unique("InteractionID").with_columns(
        kind=pl.col("InteractionType").str.strip_chars().str.to_lowercase().str.slice(0, 4).replace_strict(KINDS, default=None)).drop_nulls("kind")
    lives, effects = (
        pl.col("kind").replace_strict({kind: is_[name.format(kind)] for kind in OTHER_LIVES}) for name in ("half-life of {}", "log1p(decayed {})"))
    counts = done.group_by("CustomerID", "kind").agg((0.5 ** (ago / lives)).sum().alias("count")).with_columns(effect=effects)
    total = counts.group_by("CustomerID").agg((pl.col("effect") * pl.col("count").log1p()).sum())
    rated = known(estate, "FeedbackTable", "FeedbackDate").group_by("CustomerID").agg((pl.col("Rating").mean() - 3) * is_["mean Rating - 3"])
    both = customers.select("CustomerID").join(total, on="CustomerID", how="left", maintain_order="left")
    both = both.join(rated, on="CustomerID", how="left", maintain_order="left").fill_null(0.0)
    return (both["effect"] + both["Rating"]).to_numpy()


def as_it_was(customers: pl.DataFrame, table: pl.DataFrame, by: str, key: str, moment: str) -> pl.DataFrame:
    """The last row of each customer's property or place that was valid at registration, in the order of the customers."""
    pairs = customers.select("CustomerID", "CreatedAt", pl.col(by).alias(key)).join(table.with_row_index("written"), on=key)
    pairs = pairs.filter(pl.col(moment) <= pl.col("CreatedAt")).sort(moment, "written").unique("CustomerID", keep="last", maintain_order=True)
    return customers.select("CustomerID").join(pairs, on="CustomerID", how="left", maintain_order="left")


@pytest.mark.parametrize("options", [
    {}, {"half_lives": OTHER_LIVES, "disparity": 0.8, "proxy_effect": 0.5, "market": 2.0}, {"drift": 0.0, "season": 0.0},
])
def test_the_log_odds_can_be_counted_again_from_what_was_known_at_registration(options: dict[str, float]) -> None:
    estate = simulate_estate(4_000, seed=7, **options)  # type: ignore[arg-type]
    np.testing.assert_allclose(recounted(estate), estate.truth["log_odds"], atol=1e-9)


def test_wrong_half_lives_do_not_give_the_log_odds() -> None:
    estate = simulate_estate(2_000, seed=7)
    wrong = {**estate.constants, **{f"half-life of {kind}": days for kind, days in OTHER_LIVES.items()}}
    other = recounted(Estate(estate.tables, estate.truth, estate.notes, wrong))
    assert np.abs(other - estate.truth["log_odds"].to_numpy()).mean() > 0.1


def test_the_parts_of_the_log_odds_add_up(estate: Estate) -> None:
    parts = estate.truth.select(pl.col("fit") + pl.col("engagement") + pl.col("timing") + estate.constants["base"]).to_series()
    np.testing.assert_allclose(parts, estate.truth["log_odds"], atol=1e-12)


def test_nobody_knows_at_registration_who_will_be_contacted(estate: Estate) -> None:
    t = estate.truth
    mixed = t["p_contacted"] * t["p_ever_if_contacted"] + (1 - t["p_contacted"]) * t["p_ever_if_not_contacted"]
    np.testing.assert_allclose(mixed, t["p_ever"], atol=1e-12)
    assert off_by(t["p_contacted"].to_numpy(), t["contacted"].to_numpy()) < 4


@pytest.mark.parametrize(("column", "day"), [("p_by_7", 7), ("p_by_30", 30), ("p_by_60", 60), ("p_by_90", 90), ("p_ever", 365)])
def test_the_truth_is_calibrated_in_every_tenth_and_in_every_cohort(estate: Estate, column: str, day: int) -> None:
    probability, came = estate.truth[column].to_numpy(), came_by(estate.truth, day)
    for tenth in np.array_split(np.argsort(probability), 10):
        assert off_by(probability[tenth], came[tenth]) < 4
    month = estate.truth["cohort"].rank("dense").to_numpy()
    assert month.max() == 36
    assert all(off_by(probability[month == m], came[month == m]) < 4 for m in range(1, 37))


def test_the_truth_is_calibrated_with_and_without_a_contact(estate: Estate) -> None:
    for contacted, column in ((True, "p_ever_if_contacted"), (False, "p_ever_if_not_contacted")):
        rows = estate.truth.filter(pl.col("contacted") == contacted)
        assert off_by(rows[column].to_numpy(), rows["ever"].to_numpy()) < 4
        assert off_by(rows["p_ever"].to_numpy(), rows["ever"].to_numpy()) > 4


def test_the_effect_of_a_contact_can_be_switched_off() -> None:
    t = simulate_estate(500, contact_effect=0.0).truth
    np.testing.assert_allclose(t["p_ever"], t["p_ever_if_contacted"], atol=1e-12)
    assert t["contacted"].any()


def test_base_rate_and_best_possible_auc_are_as_documented(estate: Estate) -> None:
    t, came = estate.truth, came_by(estate.truth, 60)
    assert abs(t["p_by_60"].mean() - 0.18) < 1e-9
    assert 0.12 < came.mean() < 0.25
    assert 0.80 < roc_auc(came, t["p_by_60"].to_numpy()) < 0.85
    assert roc_auc(came, t["fit"].to_numpy()) < 0.70
    assert 0.70 < t["p_ever"].lt(0.5).mean() < 0.95
    assert 0.2 < 1 - t["p_ever"].mean() < 0.8


def test_every_sale_after_registration_is_one_of_the_truth_with_its_day(estate: Estate) -> None:
    sales = estate.tables["TransactionTable"].join(estate.truth, on="CustomerID")
    later = sales.filter(pl.col("SaleDate") > pl.col("at"))
    assert later["ever"].all()
    assert later["CustomerID"].is_unique().all()
    assert (later["SaleDate"] == later["sale_at"]).all()
    day = ((later["SaleDate"] - later["at"]).dt.total_seconds() / 86_400).ceil()
    assert (day.cast(pl.Int64) == later["delay"]).all()
    due = estate.truth.filter(pl.col("sale_at") + timedelta(days=15) < pl.datetime(2024, 12, 31))
    assert due["CustomerID"].is_in(later["CustomerID"].implode()).all()


def test_some_customers_bought_before_they_registered(estate: Estate) -> None:
    sales = estate.tables["TransactionTable"].join(estate.truth, on="CustomerID")
    share = sales.filter(pl.col("RecordedAt") < pl.col("at"))["CustomerID"].n_unique() / estate.truth.height
    assert abs(share - 0.08) < 0.008


def test_the_youngest_cohorts_are_pending(estate: Estate) -> None:
    seen = estate.tables["TransactionTable"].join(estate.truth, on="CustomerID").filter(pl.col("SaleDate") > pl.col("at"))
    rate = seen.group_by("cohort").len().join(estate.truth.group_by("cohort").agg(pl.len().alias("all"), pl.col("ever").sum()), on="cohort")
    rate = rate.sort("cohort").with_columns(share=pl.col("len") / pl.col("ever"))
    assert rate["share"][:24].min() == 1.0
    assert rate["share"][-1] < 0.3


def test_contacts_come_before_any_sale_and_first_as_the_truth_says(estate: Estate) -> None:
    first = estate.tables["ContactTable"].group_by("CustomerID").agg(pl.col("ContactedAt").min())
    both = estate.truth.join(first, on="CustomerID", how="left")
    assert both.filter("contacted").filter(pl.col("ContactedAt") != pl.col("contacted_at")).height == 0
    assert both.filter(~pl.col("contacted"))["ContactedAt"].null_count() == both.filter(~pl.col("contacted")).height
    assert (both["ContactedAt"] < both["sale_at"]).drop_nulls().all()


def test_the_preapproved_buy_sooner_unless_nobody_is_in_a_hurry(estate: Estate) -> None:
    days = {segment: rows["delay"].median() for (segment,), rows in estate.truth.group_by("segment")}
    assert days["pre-approved"] < 0.75 * days["to be financed"]
    even = simulate_estate(1_000, hurry=0.0).truth
    np.testing.assert_allclose((even["p_by_30"] / even["p_ever"]).std(), 0, atol=1e-12)


def test_a_planted_disparity_lowers_what_the_poorest_are_given() -> None:
    def ratio(disparity: float) -> float:
        estate = simulate_estate(30_000, disparity=disparity, interactions_per_customer=8)
        customers = estate.tables["CustomerTable"].unique("CustomerID").join(estate.truth, on="CustomerID").drop_nulls("IncomeLevel")
        top = customers["p_by_60"].quantile(0.8)
        poor = customers["IncomeLevel"] < 45_000
        chosen = (customers["p_by_60"] > top).cast(pl.Float64)
        return float(chosen.filter(poor).mean() / chosen.filter(~poor).mean())

    assert ratio(0.0) > 0.85
    assert ratio(1.0) < 0.70


def test_the_proxy_can_carry_an_effect_that_falls_on_women() -> None:
    def ratio(effect: float) -> float:
        estate = simulate_estate(30_000, proxy_effect=effect, interactions_per_customer=8)
        customers = estate.tables["CustomerTable"].unique("CustomerID").join(estate.truth, on="CustomerID")
        chosen = customers.with_columns(chosen=pl.col("p_by_60") > pl.col("p_by_60").quantile(0.8)).group_by("Gender").agg(pl.col("chosen").mean())
        share = dict(chosen.iter_rows())
        return float(share["F"] / share["M"])

    assert ratio(0.0) > 0.9
    assert ratio(0.6) < 0.8
