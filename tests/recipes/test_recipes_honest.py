"""Figures rest on nothing that nobody will know: no late money, no cut that saw its own leads, no column that is merely vouched for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.bundle.card import model_card
from leadrank.decisions import CROSS_FITTED
from leadrank.evaluate import evaluate
from leadrank.prepare import check
from leadrank.score import Scorer


@pytest.fixture(scope="module", params=["zero", "blank"])
def sales(request, leads):
    """The amount of the sale, which lost leads do not have."""
    amount = leads()["deal"]
    return leads().with_columns(sale=pl.when(pl.col("won") == "yes").then(amount).otherwise(pl.lit("$0.00" if request.param == "zero" else "")))


@pytest.mark.parametrize("excluded", [(), ("sale",)])
def test_money_that_only_converters_have_decides_nothing(learn, project, sales, leads, excluded):
    declared = project(economics={"value_column": "sale", "contact_cost": 30.0}, lead={"exclude": ["tier", "deal", "created", *excluded]})
    constant = float(sales.filter(pl.col("won") == "yes")["sale"].str.replace_all(r"[$,]", "").cast(pl.Float64).mean())
    plain = project(economics={"value": constant, "contact_cost": 30.0}, lead={"exclude": ["tier", "deal", "created", "sale"]})
    bundle, other = learn(declared, sales), learn(plain, sales)
    assert [f.column for f in bundle.findings if f.code == "L214"] == ["sale"]
    assert bundle.policy.value == pytest.approx(constant)
    assert bundle.report.ours["precision"].value == pytest.approx(other.report.ours["precision"].value)
    assert bundle.facts.business.plans[0].profit.value == pytest.approx(other.facts.business.plans[0].profit.value)
    without = leads(50, 3)
    assert Scorer(bundle).many(without)["contact"].to_list() == Scorer(other).many(without)["contact"].to_list()
    scored = Scorer(bundle).one(without.row(0, named=True))
    assert scored.expected_profit == pytest.approx(scored.probability * constant - 30)
    assert "sale" not in [c.name for c in Scorer(bundle)._schema.columns]
    assert evaluate(bundle, leads(100, 4)).ours["profit"]


def test_a_cost_that_only_the_outcome_brings_is_not_needed_for_scoring(learn, project, leads):
    frame = leads().with_columns(spent=pl.when(pl.col("won") == "yes").then(pl.lit("90")).otherwise(pl.lit("10")))
    bundle = learn(project(economics={"value": 500.0, "contact_cost_column": "spent"}), frame)
    assert bundle.policy.cost == pytest.approx(frame["spent"].cast(pl.Float64).mean())
    assert Scorer(bundle).many(leads(20, 3)).height == 20


def test_money_that_is_known_before_still_decides_lead_by_lead(trained):
    bundle = trained("per-lead economics")
    assert bundle.project.economics.value_column == "deal"
    assert bundle.policy.per_lead


def test_the_check_says_that_money_is_late(project, sales):
    prepared = check(project(economics={"value_column": "sale", "contact_cost": 30.0}), sales)
    assert next(f for f in prepared.findings if f.code == "L214").severity == "warning"
    assert prepared.economics.value_column is None


@pytest.fixture(scope="module")
def spoilt(learn, project, leads):
    """Trained with a column that knows the answer, on the user's word."""
    return learn(project(lead={"columns": {"close_reason": {"known_at_scoring": True}}}), knowing(leads(800)))


def knowing(frame: pl.DataFrame) -> pl.DataFrame:
    noise = np.random.default_rng(0).random(frame.height) < 0.03
    return frame.with_columns(close_reason=pl.when((frame["won"] == "yes") ^ pl.Series(noise)).then(pl.lit("signed")).otherwise(pl.lit("gone")))


def test_a_column_that_knows_the_answer_is_never_ready(spoilt, leads):
    kept = next(f for f in spoilt.findings if f.code == "L201")
    assert (kept.column, kept.severity) == ("close_reason", "warning")
    for report in (spoilt.report, evaluate(spoilt, knowing(leads(800, 5)))):
        assert report.verdict.word == "provisional"
        assert report.verdict.because[0].startswith("It relies on 'close_reason', which looks as if it knew the answer")


def test_the_card_opens_with_the_doubt(spoilt):
    opening = model_card(spoilt, version="0").split("##")[0]
    assert "**Provisional.** It relies on" in opening


def test_figures_of_a_rule_come_from_cuts_that_did_not_see_the_leads(learn, project, leads):
    bundle = learn(project(decision={"threshold": {"precision": 0.95}}), leads())
    threshold, ours = bundle.policy.threshold, bundle.report.ours
    assert threshold.cross_fitted
    assert (threshold.precision, threshold.recall) == (pytest.approx(ours["precision"].value), pytest.approx(ours["recall"].value))
    assert threshold.called == bundle.report.called == bundle.facts.business.plans[0].worked
    assert bundle.report.cut == CROSS_FITTED
    assert CROSS_FITTED in str(bundle.report)
    assert learn(project(decision={"threshold": 0.5}), leads()).report.cut == ""
