"""The leak firewall on public data sets, where they are present."""

from __future__ import annotations

import time
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
import pytest

from leadrank.data.leaks import find_leaks
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not present at ../shared/data")


def _ranker(frame: pl.DataFrame, positive: BoolArray, train: IntArray, test: IntArray) -> FloatArray:
    columns = frame.get_columns()
    X = np.column_stack([_numbers(column) for column in columns])
    categories = [place for place, column in enumerate(columns) if column.dtype == pl.String]
    options = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.15, "num_threads": 1, "verbosity": -1, "deterministic": True,
               "force_col_wise": True, "seed": 0, "max_bin": 63, "lambda_l2": 1.0, "min_data_per_group": 20}
    data = lightgbm.Dataset(X[train], label=positive[train].astype(float), categorical_feature=categories, params={"verbosity": -1, "max_bin": 63})
    return np.asarray(lightgbm.train(options, data, num_boost_round=40).predict(X[test], num_threads=1), dtype=float)


def _numbers(column: pl.Series) -> FloatArray:
    if column.dtype == pl.String:
        column = column.rank("dense")
    elif column.dtype.is_temporal():
        column = column.dt.epoch("s")
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _read(path: str, separator: str = ",") -> pl.DataFrame:
    return pl.read_csv(DATA / path, separator=separator, infer_schema=False)


def _clean(frame: pl.DataFrame, *null_words: str) -> pl.DataFrame:
    columns = []
    for column in frame.get_columns():
        words = column.str.strip_chars()
        words = words.set(words.is_in(["", *null_words]).fill_null(value=False), None)
        number = words.cast(pl.Float64, strict=False)
        columns.append(number if number.null_count() == words.null_count() else words)
    return pl.DataFrame(columns)


def _is(column: pl.Series, value: str) -> IntArray:
    return (column == value).cast(pl.Int64).to_numpy()


def _columns(findings: tuple[Finding, ...], *codes: str) -> set[str | None]:
    return {finding.column for finding in findings if finding.code in codes}


@pytest.mark.parametrize("ordered", [False, True])
def test_x_education_loses_tags_and_quality_and_keeps_the_rest(ordered: bool) -> None:
    raw = _read("x_education/Leads.csv")
    frame = _clean(raw.drop("Converted", "Prospect ID", "Lead Number"), "Select")
    order = raw["Lead Number"].cast(pl.Float64).to_numpy() if ordered else None
    begun = time.perf_counter()
    findings = find_leaks(frame, _is(raw["Converted"], "1"), ranker=_ranker, order=order)
    assert time.perf_counter() - begun < 6
    assert _columns(findings, "L201") - {"Lead Profile"} == {"Tags", "Lead Quality"}
    assert _columns(findings, "L202") >= {
        "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
        "Asymmetrique Profile Score",
    }
    assert _columns(findings, "L205") >= {"What is your current occupation", "What matters most to you in choosing a course"}


def test_x_education_quality_shows_without_tags_too() -> None:
    raw = _read("x_education/Leads.csv")
    frame = _clean(raw.drop("Converted", "Prospect ID", "Lead Number", "Tags"), "Select")
    assert _columns(find_leaks(frame, _is(raw["Converted"], "1"), ranker=_ranker), "L201") - {"Lead Profile"} == {"Lead Quality"}


def test_bank_marketing_loses_the_duration_of_the_call_only() -> None:
    raw = _read("bank_marketing/bank-additional-full.csv", ";")
    begun = time.perf_counter()
    findings = find_leaks(_clean(raw.drop("y"), "unknown"), _is(raw["y"], "yes"), ranker=_ranker, order=np.arange(raw.height, dtype=float))
    assert time.perf_counter() - begun < 10
    assert _columns(findings, "L201") == {"duration"}
    assert {None, "nr.employed"} <= _columns(findings, "L209")


@pytest.mark.parametrize("classes", [{"Low": 0, "Medium": 1, "High": 2}, {"Low": 0, "Medium": 0, "High": 1}])
def test_investor_leads_lose_nothing(classes: dict[str, int]) -> None:
    raw = _read("investor_leads/lead_scoring_dataset.csv")
    y = raw["lead_score"].replace_strict(classes, return_dtype=pl.Int64).to_numpy()
    findings = find_leaks(_clean(raw.drop("lead_score")), y, ranker=_ranker)
    assert not [finding for finding in findings if finding.severity == "quarantine"]


def test_crm_opportunities_lose_what_closing_wrote_and_have_no_signal_left() -> None:
    raw = _read("crm_sales_opportunities/sales_pipeline.csv").filter(pl.col("deal_stage").is_in(["Won", "Lost"]))
    frame = _clean(raw.drop("deal_stage", "opportunity_id")).with_columns(pl.col("engage_date", "close_date").str.to_datetime("%Y-%m-%d"))
    findings = find_leaks(frame, _is(raw["deal_stage"], "Won"), ranker=_ranker)
    assert _columns(findings, "L201") == {"close_value", "close_date"}
    assert _columns(findings, "L211") == {"sales_agent", "product", "account"}
    artefact = next(finding for finding in findings if finding.code == "L207")
    assert artefact.column == "engage_date"
    assert "begins and ends" in artefact.message
    assert any(finding.code == "L212" for finding in findings)


@pytest.mark.parametrize(("target", "leaks"), [("visit", {"conversion", "spend"}), ("conversion", {"visit", "spend"})])
def test_hillstrom_loses_the_other_outcomes(target: str, leaks: set[str]) -> None:
    raw = _read("hillstrom_email/hillstrom.csv.gz")
    assert _columns(find_leaks(_clean(raw.drop(target)), _is(raw[target], "1"), ranker=_ranker), "L201") == leaks
