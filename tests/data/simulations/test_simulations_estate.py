from __future__ import annotations

import hashlib
import time
import tomllib
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data.simulations import ESTATE_PROJECT, Estate, simulate_estate, write_estate
from leadrank.data.simulations.estate.dirt import INTERACTION_SPELLINGS, PRICE_SPELLINGS
from leadrank.errors import UsageError
from leadrank.project import parse_project

END = datetime.fromisoformat("2024-12-31T23:59:59")
COLUMNS = {
    "CustomerTable": [
        "CustomerID", "Age", "Gender", "IncomeLevel", "Location", "CreatedAt", "LeadSource", "PreferredPropertyType", "Budget",
        "FinancingPreApproved", "EnquiredProperty", "NewsletterEdition",
    ],
    "InteractionTable": ["InteractionID", "CustomerID", "InteractionType", "InteractionDate", "PropertyViewed", "TimeSpent", "RecordedAt"],
    "TransactionTable": ["TransactionID", "CustomerID", "PropertyID", "SaleDate", "SaleAmount", "RecordedAt"],
    "PropertyTable": ["PropertyID", "Location", "PriceRange", "PropertyType", "AvailabilityStatus", "ValidFrom", "Size"],
    "FeedbackTable": ["FeedbackID", "CustomerID", "FeedbackDate", "Rating", "Topic"],
    "MarketTable": ["Location", "Month", "MarketIndex", "NewListings", "PublishedAt"],
    "ContactTable": ["ContactID", "CustomerID", "ContactedAt", "Channel", "Agent"],
}
WRITTEN_DOWN = {
    "CustomerTable": "CreatedAt", "InteractionTable": "RecordedAt", "TransactionTable": "RecordedAt", "PropertyTable": "ValidFrom",
    "FeedbackTable": "FeedbackDate", "MarketTable": "PublishedAt", "ContactTable": "ContactedAt",
}


@pytest.fixture(scope="module")
def estate() -> Estate:
    return simulate_estate(12_000, seed=2)


def digests(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def near(share: float, wanted: float, rows: int) -> bool:
    return bool(abs(share - wanted) < 4.5 * np.sqrt(wanted * (1 - wanted) / rows))


def test_the_tables_have_the_announced_columns_in_order(estate: Estate) -> None:
    assert {name: table.columns for name, table in estate.tables.items()} == COLUMNS


def test_nothing_is_on_record_that_was_written_down_after_the_end(estate: Estate) -> None:
    for name, column in WRITTEN_DOWN.items():
        assert estate.tables[name][column].cast(pl.Datetime("us")).max() <= END, name
    interactions = estate.tables["InteractionTable"]
    assert (interactions["RecordedAt"] >= interactions["InteractionDate"]).all()
    assert 0.05 < (interactions["RecordedAt"] > interactions["InteractionDate"]).mean() < 0.15


def test_keys_match_across_tables(estate: Estate) -> None:
    customers, homes = estate.tables["CustomerTable"]["CustomerID"].unique(), estate.tables["PropertyTable"]["PropertyID"].unique()
    for name in ("InteractionTable", "TransactionTable", "FeedbackTable", "ContactTable"):
        assert estate.tables[name]["CustomerID"].is_in(customers.implode()).all(), name
    for name, column in (("InteractionTable", "PropertyViewed"), ("TransactionTable", "PropertyID"), ("CustomerTable", "EnquiredProperty")):
        assert estate.tables[name][column].drop_nulls().is_in(homes.implode()).all(), name
    assert estate.truth["CustomerID"].n_unique() == estate.truth.height == len(customers) == 12_000


def test_some_customers_and_interactions_stand_twice(estate: Estate) -> None:
    customers, interactions = estate.tables["CustomerTable"], estate.tables["InteractionTable"]
    assert near(1 - customers["CustomerID"].n_unique() / customers.height, 0.005, customers.height)
    assert near(1 - interactions["InteractionID"].n_unique() / interactions.height, 0.0148, interactions.height)
    same = interactions.filter(pl.col("InteractionID").is_duplicated()).group_by("InteractionID").agg(pl.col("TimeSpent").n_unique())
    assert same["TimeSpent"].max() == 1


def test_labels_are_written_in_several_ways_that_are_all_known(estate: Estate) -> None:
    kinds = estate.tables["InteractionTable"]["InteractionType"]
    assert near(1 - kinds.is_in(list(INTERACTION_SPELLINGS)).mean(), 0.12, len(kinds))
    assert set(kinds.unique()) == {*INTERACTION_SPELLINGS, *(way for ways in INTERACTION_SPELLINGS.values() for way in ways)}
    prices = estate.tables["PropertyTable"]["PriceRange"]
    assert near(1 - prices.is_in(list(PRICE_SPELLINGS)).mean(), 0.3, len(prices))
    assert set(prices.unique()) == {*PRICE_SPELLINGS, *(way for ways in PRICE_SPELLINGS.values() for way in ways)}


def test_incomes_and_states_of_availability_are_blank_in_the_stated_shares(estate: Estate) -> None:
    customers, homes = estate.tables["CustomerTable"], estate.tables["PropertyTable"]
    assert near(customers["IncomeLevel"].is_null().mean(), 0.12, customers.height)
    assert near(homes["AvailabilityStatus"].is_null().mean(), 0.08, homes.height)


def test_a_property_is_sold_once_and_then_nothing_comes_after(estate: Estate) -> None:
    homes, sales = estate.tables["PropertyTable"], estate.tables["TransactionTable"]
    assert sales["PropertyID"].is_unique().all()
    first = homes.group_by("PropertyID", maintain_order=True).first()
    assert set(first["AvailabilityStatus"].drop_nulls()) == {"Available"}
    last = homes.group_by("PropertyID", maintain_order=True).last().join(sales, on="PropertyID", how="left")
    sold = last.filter(pl.col("TransactionID").is_not_null())
    assert set(sold["AvailabilityStatus"].drop_nulls()) == {"Sold"}
    assert (sold["ValidFrom"] == sold["RecordedAt"]).all()
    assert "Sold" not in set(last.filter(pl.col("TransactionID").is_null())["AvailabilityStatus"])


def test_properties_are_viewed_only_once_they_are_listed(estate: Estate) -> None:
    listed = estate.tables["PropertyTable"].group_by("PropertyID").agg(pl.col("ValidFrom").min())
    viewed = estate.tables["InteractionTable"].filter(pl.col("PropertyViewed").is_not_null())
    viewed = viewed.join(listed, left_on="PropertyViewed", right_on="PropertyID", how="left")
    assert (viewed["ValidFrom"] <= viewed["InteractionDate"]).all()


def test_what_the_tables_say_at_the_end_knows_the_outcome(estate: Estate) -> None:
    last = estate.tables["PropertyTable"].unique("PropertyID", keep="last", maintain_order=True)
    joined = estate.tables["CustomerTable"].unique("CustomerID").join(last, left_on="EnquiredProperty", right_on="PropertyID", how="left")
    joined = joined.join(estate.truth.select("CustomerID", "ever"), on="CustomerID")
    by = {ever: float((rows["AvailabilityStatus"] == "Sold").fill_null(value=False).mean()) for (ever,), rows in joined.group_by("ever")}
    assert by[True] > 0.85
    assert by[False] < 0.45
    viewings = estate.tables["InteractionTable"].filter(pl.col("InteractionType").str.strip_chars().str.to_lowercase() == "viewing")
    counts = estate.truth.join(viewings.group_by("CustomerID").len(), on="CustomerID", how="left").with_columns(pl.col("len").fill_null(0))
    assert counts.filter("ever")["len"].mean() > 3 * counts.filter(~pl.col("ever"))["len"].mean()


def test_the_same_seed_gives_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    written = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        write_estate(simulate_estate(400, seed=seed), tmp_path / name)
        written[name] = digests(tmp_path / name)
    assert written["first"] == written["again"]
    assert len(written["first"]) == 11
    tables = [name for name in written["first"] if name.endswith(".parquet")]
    assert all(written["first"][name] != written["other"][name] for name in tables)


def test_the_truth_is_set_apart_from_the_tables(tmp_path: Path) -> None:
    estate = simulate_estate(50)
    project = write_estate(estate, tmp_path)
    assert project == tmp_path / "leadrank.toml"
    assert sorted(file.stem for file in tmp_path.glob("*.parquet")) == sorted(COLUMNS)
    assert pl.read_parquet(tmp_path / "truth" / "truth.parquet").equals(estate.truth)


def test_the_project_file_names_columns_that_are_there(estate: Estate) -> None:
    project = parse_project(tomllib.loads(ESTATE_PROJECT))
    assert {project.lead.key, project.lead.created_at} <= set(COLUMNS["CustomerTable"])
    assert set(project.lead.columns) - set(project.lead.bands) <= set(COLUMNS["CustomerTable"])
    for event in project.event:
        columns = {event.id, event.occurred_at, *event.key, *(event.numbers or ()), *(event.distinct or ())}
        columns |= {name for name in (event.known_at, event.type) if name}
        assert columns <= set(estate.tables[event.name].columns)
    for parent in project.parent:
        child = "CustomerTable" if parent.of == "lead" else parent.of
        assert set(parent.by) <= set(estate.tables[child].columns)
        assert {*parent.key, parent.known_at} <= set(estate.tables[parent.table.removesuffix(".parquet")].columns)


def test_malformed_rows_come_on_request_as_text() -> None:
    clean, dirty = (simulate_estate(2_000, malformed=share).tables["InteractionTable"] for share in (0.0, 0.03))
    assert dirty.schema["InteractionDate"] == pl.String
    faults = {
        "date": (dirty["InteractionDate"] == "31/31/2024").mean(), "blank": dirty["CustomerID"].is_null().mean(),
        "stranger": (dirty["CustomerID"] == "C9999999").mean(),
    }
    assert all(near(share, 0.01, dirty.height) for share in faults.values())
    assert clean.height == dirty.height


def test_without_dirt_nothing_is_written_twice_or_in_other_ways() -> None:
    tables = simulate_estate(1_000, dirt=0.0).tables
    assert tables["CustomerTable"]["CustomerID"].is_unique().all()
    assert tables["InteractionTable"]["InteractionID"].is_unique().all()
    assert set(tables["InteractionTable"]["InteractionType"]) == set(INTERACTION_SPELLINGS)
    assert set(tables["PropertyTable"]["PriceRange"]) == set(PRICE_SPELLINGS)


@pytest.mark.parametrize("mean", [6.0, 24.0, 80.0])
def test_customers_have_about_as_many_interactions_as_asked(mean: float) -> None:
    table = simulate_estate(3_000, interactions_per_customer=mean).tables["InteractionTable"]
    assert 0.8 * mean < table.height / 3_000 < 1.3 * mean


def test_the_strength_of_the_proxy_says_how_often_the_edition_follows_from_gender_and_age() -> None:
    for proxy, share in ((0.0, 0.5), (0.7, 0.85), (1.0, 1.0)):
        customers = simulate_estate(4_000, proxy=proxy, dirt=0.0).tables["CustomerTable"]
        women = customers["NewsletterEdition"].is_in(["Style and Home", "Garden and Health"])
        agree = float((women == (customers["Gender"] == "F")).mean())
        assert agree == 1.0 if share == 1.0 else near(agree, share, 4_000)


def test_the_mix_of_sources_drifts_only_if_asked() -> None:
    for drift in (0.0, 1.0):
        customers = simulate_estate(9_000, drift=drift, dirt=0.0).tables["CustomerTable"]
        social = (customers["LeadSource"] == "Social media").to_numpy()
        assert near(social[:3_000].mean(), 0.1 + 0.22 * drift / 6, 3_000)
        assert near(social[-3_000:].mean(), 0.1 + 0.22 * drift * 5 / 6, 3_000)


def test_an_option_leaves_alone_what_does_not_depend_on_it() -> None:
    plain, other = simulate_estate(800), simulate_estate(800, contact_effect=0.0, disparity=1.0)
    assert plain.tables["CustomerTable"].equals(other.tables["CustomerTable"])
    assert plain.tables["MarketTable"].equals(other.tables["MarketTable"])
    decayed = [name for name in plain.truth.columns if name.startswith("decayed")]
    assert plain.truth.select(decayed).equals(other.truth.select(decayed))


@settings(max_examples=12, deadline=None)
@given(customers=st.integers(1, 120), seed=st.integers(0, 2**32), mean=st.floats(2, 40))
def test_any_size_and_seed_gives_tables_of_the_same_types(customers: int, seed: int, mean: float) -> None:
    estate = simulate_estate(customers, seed=seed, interactions_per_customer=mean)
    usual = simulate_estate(200)
    assert estate.truth.height == customers
    assert estate.truth.schema == usual.truth.schema
    assert {name: table.schema for name, table in estate.tables.items()} == {name: table.schema for name, table in usual.tables.items()}


@pytest.mark.parametrize("options", [
    {"customers": 0}, {"interactions_per_customer": 1.0}, {"base_rate": 1.5}, {"proxy": -0.1}, {"half_lives": {"Property search": 7.0}},
    {"half_lives": {"Property search": 7.0, "Email click": 0.0, "Phone call": 60.0}},
])
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        simulate_estate(**{"customers": 10, **options})  # type: ignore[arg-type]


@pytest.mark.campaign
def test_ten_million_interactions_are_simulated_and_written_in_two_minutes(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    begun = time.perf_counter()
    estate = simulate_estate(400_000)
    write_estate(estate, tmp_path)
    assert estate.tables["InteractionTable"].height > 10_000_000
    assert time.perf_counter() - begun < 120
