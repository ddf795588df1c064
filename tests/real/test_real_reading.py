from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from leadrank.data import RawTable, Schema, clean_frame, drop_repeated_keys, duplicate_groups, infer_schema, read_table, validate
from leadrank.project import LeadTable
from leadrank.types import Finding

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


def opened(name: str, target: str | None = None, lead: LeadTable | None = None) -> tuple[RawTable, Schema, pl.DataFrame, tuple[Finding, ...]]:
    table = read_table(DATA / name)
    schema, findings = infer_schema(table.frame, lead or LeadTable(), target=target)
    done = clean_frame(schema, table.frame)
    assert done.problems == ()
    assert table.rejected == ()
    return table, schema, done.frame, findings


def columns(findings: tuple[Finding, ...], code: str) -> set[str | None]:
    return {f.column for f in findings if f.code == code}


@pytest.mark.parametrize(("name", "shape"), [
    ("x_education/Leads.csv", (9240, 37)), ("bank_marketing/bank-additional-full.csv", (41188, 21)),
    ("investor_leads/lead_scoring_dataset.csv", (10000, 13)),
    ("crm_sales_opportunities/sales_pipeline.csv", (8800, 8)), ("crm_sales_opportunities/accounts.csv", (85, 7)),
    ("hillstrom_email/hillstrom.csv.gz", (64000, 12)), ("complete_journey/campaigns.csv", (6589, 2)), ("complete_journey/demographics.csv", (801, 8)),
    ("complete_journey/coupons.csv.gz", (116204, 3)), ("complete_journey/products.csv.gz", (92331, 7)),
    ("complete_journey/transactions_sample.csv.gz", (75000, 11)), ("complete_journey/promotions_sample.csv.gz", (360535, 5)),
])
def test_every_set_is_read_whole_and_cleaned_without_a_problem(name: str, shape: tuple[int, int]) -> None:
    table, schema, frame, _ = opened(name)
    assert table.frame.shape == shape
    assert frame.height == shape[0]
    assert frame.width == len(schema.columns)


def test_x_education_keeps_select_apart_from_blanks() -> None:
    lead = LeadTable(key="Prospect ID", order="Lead Number", null_words=("Select",))
    _, schema, frame, findings = opened("x_education/Leads.csv", "Converted", lead)
    assert columns(findings, "D121") == {"Specialization", "How did you hear about X Education", "Lead Profile", "City"}
    assert (frame["City"] == "(not answered)").sum() == 2249
    assert frame["City"].null_count() == 1420
    assert columns(findings, "D124") == {"Lead Source"}
    assert "google" not in frame["Lead Source"].unique().to_list()
    assert {c.role for c in schema.columns} == {"feature", "key", "order", "target"}
    assert schema.column("Lead Number").type == "number"
    checked = validate(frame, schema, frame["Converted"].cast(pl.Int64).to_numpy(), order=frame["Lead Number"].to_numpy())
    assert next(f for f in checked if f.code == "D140").evidence["columns"] == 5
    assert len(drop_repeated_keys(frame, "Prospect ID")[0]) == 9240


def test_bank_marketing_knows_its_blanks_its_clocks_and_its_drift() -> None:
    _, schema, frame, findings = opened("bank_marketing/bank-additional-full.csv", "y", LeadTable(order="#row"))
    assert columns(findings, "D122") == {"job", "marital", "education", "default", "housing", "loan"}
    assert frame["default"].null_count() == 8597
    assert {c.name for c in schema.columns if c.type == "number"} == {
        "age", "duration", "campaign", "pdays", "previous", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed"}
    y = (frame["y"] == "yes").cast(pl.Int64).to_numpy()
    checked = validate(frame, schema, y, order=np.arange(frame.height, dtype=np.float64))
    assert columns(checked, "D150") == {"month", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed"}
    outcome = next(f for f in checked if f.code == "D152")
    assert outcome.evidence["new_rate"] == pytest.approx(0.308, abs=0.001)
    assert duplicate_groups(frame, frame.columns)[1][0].rows == 12


def test_crm_opportunities_have_dates_and_keys() -> None:
    _, schema, frame, _ = opened("crm_sales_opportunities/sales_pipeline.csv", "deal_stage")
    assert {c.name: c.type for c in schema.columns} == {
        "opportunity_id": "id", "sales_agent": "category", "product": "category", "account": "category", "deal_stage": "category",
        "engage_date": "date", "close_date": "date", "close_value": "number"}
    assert frame["engage_date"].null_count() == 500


def test_investor_leads_are_numbers_throughout() -> None:
    _, schema, frame, _ = opened("investor_leads/lead_scoring_dataset.csv", "lead_score")
    assert {c.type for c in schema.features} == {"number"}
    assert frame["lead_score"].value_counts().sort("count")["count"].to_list() == [893, 3305, 5802]


def test_hillstrom_is_read_from_gzip_and_its_duplicates_are_counted() -> None:
    _, schema, frame, _ = opened("hillstrom_email/hillstrom.csv.gz", "visit")
    assert schema.column("zip_code").type == schema.column("history_segment").type == "category"
    assert schema.column("mens").type == "number"
    assert duplicate_groups(frame, frame.columns)[1][0].rows == 6562
