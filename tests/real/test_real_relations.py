"""Public data sets of several tables: what is drafted, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.cli.main import run
from leadrank.data import read_project_tables, tidy_tables
from leadrank.project import Project, read_project

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not present at ../shared/data")


def drafted(name: str, folder: Path, *flags: str) -> Project:
    assert run(["init", str(DATA / name), "-o", str(folder / "leadrank.toml"), *flags]) == 0
    return read_project(folder / "leadrank.toml")


def test_the_crm_set_is_drafted_and_its_product_names_are_repaired(tmp_path: Path) -> None:
    project = drafted("crm_sales_opportunities", tmp_path)
    assert Path(str(project.lead.table)).name == "sales_pipeline.csv"
    assert (project.lead.key, project.lead.created_at) == ("opportunity_id", "engage_date")
    assert (project.target.column, project.target.positive) == ("deal_stage", "Won")
    assert {p.name: p.key for p in project.parent} == {"accounts": ("account",), "products": ("product",), "sales_teams": ("sales_agent",)}
    tidied = tidy_tables(project, {name: raw.frame for name, raw in read_project_tables(project).items()})
    (repair,) = tidied.tidier.repairs
    assert (repair.columns, repair.meant) == (("product",), ((("GTXPro",), ("GTX Pro",)),))
    assert set(tidied.tables["lead"]["product"]) == set(tidied.tables["products"]["product"])
    assert tidied.tables["lead"].height == 8800
    assert not tidied.rejected


def test_complete_journey_is_drafted_with_its_doubts(tmp_path: Path) -> None:
    project = drafted("complete_journey", tmp_path, "--target", "coupon_redemptions", "--within", "60 days")
    assert (project.lead.key, project.lead.created_at) == (None, "campaign_descriptions.start_date")
    assert {e.name: e.lead for e in project.event} == {
        "coupon_redemptions": ("campaign_id", "household_id"), "transactions_sample": ("household_id",)}
    assert {p.name: p.of for p in project.parent} == {
        "campaign_descriptions": "lead", "demographics": "lead", "products": "transactions_sample"}
    text = (tmp_path / "leadrank.toml").read_text()
    assert text.count("unsure, look at it") >= 1
    assert text.count("# Look at this") == 4
    tidied = tidy_tables(project, {name: raw.frame for name, raw in read_project_tables(project).items()})
    assert tidied.tables["lead"].height == 6589
    assert tidied.tables["lead"]["campaign_descriptions.start_date"].null_count() == 0
