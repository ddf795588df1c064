"""The audit of a whole training: what is planted is named, what is not there is not, and what is blocked changes nothing."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrank.bundle import load_bundle, save_bundle
from leadrank.bundle.card import model_card
from leadrank.errors import UsageError
from leadrank.project import parse_project
from leadrank.score import Scorer

AGES = ("18-29", "30-44", "45-59", "60+", "", "never seen")


@pytest.fixture(scope="module")
def campaign(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("benchmarks/fairness_campaign.py")


def customers(rows: int = 2_400, *, by_income: float = 1.0, seed: int = 0) -> pl.DataFrame:
    """Customers whose age decides their income, and whose income may decide whether they buy."""
    rng = np.random.default_rng(seed)
    age = rng.integers(0, 4, rows)
    income, visits, fit = rng.normal(size=rows) + 0.5 * (age - 1.5), rng.poisson(3, rows), rng.normal(size=rows)
    odds = 1.1 * fit + 0.4 * visits + by_income * (income - 0.1) - 2.2
    bought = odds + rng.logistic(size=rows) > 0
    blank = rng.random(rows) < 0.1
    frame = pl.DataFrame({
        "CustomerID": np.arange(rows) + 10_000, "AgeGroup": np.array(AGES)[age], "PLZ": rng.integers(10_000, 10_030, rows),
        "IncomeLevel": pl.Series(np.exp(10.5 + 0.4 * income).round(0)).zip_with(pl.Series(~blank), pl.Series([None] * rows, dtype=pl.Float64)),
        "Visits": visits, "Fit": fit.round(3), "Note": np.where(rng.random(rows) < 0.5, "called back", "left a note"),
        "Tier": np.array(["Low", "Medium", "High"])[bought.astype(int) + (bought & (odds > 0.5))], "Converted": bought.astype(int),
    })
    return pl.read_csv(io.StringIO(frame.write_csv()), infer_schema=False)


def declared(**more):
    lead = {"key": "CustomerID", "exclude": ["Tier"], **more.pop("lead", {})}
    base = {
        "domain": "housing", "target": {"column": "Converted"}, "watch": {"audit": ["IncomeLevel"]}, "decision": {"threshold": "balanced"},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 3},
    }
    return parse_project({**base, **more, "lead": lead})


@pytest.fixture(scope="module")
def housing(learn):
    medians = {"IncomeLevel": {"type": "number", "missing": {"group_median": ["AgeGroup", "PLZ"]}}}
    return learn(declared(lead={"columns": medians}), customers())


def codes(bundle, prefix="F"):
    return [(f.code, f.column) for f in bundle.findings if f.code.startswith(prefix)]


def test_a_planted_difference_by_income_is_named_with_figures_and_a_remedy(housing):
    found = next(f for f in housing.findings if (f.code, f.column) == ("F311", "IncomeLevel"))
    assert found.severity == "warning"
    assert found.evidence["ratio"] < 0.8
    assert "four fifths" in found.message
    assert "exclude" in found.remedy
    cut = next(c for c in housing.facts.fairness.cuts if c.columns == ("IncomeLevel",))
    assert cut.worst.rate.value < max(s.rate.value for s in cut.slices) * 0.8
    gap = next(g for g in housing.facts.fairness.gaps if g.column == "IncomeLevel")
    assert gap.parts[0][0] == "IncomeLevel"
    assert sum(part for _, part in gap.parts) == pytest.approx(gap.apart)


@pytest.mark.parametrize("seed", range(3))
def test_where_income_decides_nothing_no_difference_by_income_is_named(learn, seed):
    bundle = learn(declared(), customers(by_income=0.0, seed=seed))
    assert not [f for f in bundle.findings if f.code in {"F311", "F312", "F313", "F314"}]
    assert {c.columns[0] for c in bundle.facts.fairness.cuts} >= {"IncomeLevel", "AgeGroup", "PLZ"}


def test_blocked_columns_are_audited_and_in_nothing_else(housing):
    assert codes(housing, "F301") == [("F301", "AgeGroup"), ("F301", "PLZ")]
    assert {"AgeGroup", "PLZ"}.isdisjoint(housing.encoder.columns)
    assert not any(feature.by for feature in (i.feature for i in housing.encoder.inputs))
    assert ("AgeGroup",) in [c.columns for c in housing.facts.fairness.cuts]
    assert "AgeGroup" in housing.facts.fairness.tested


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2_399), st.sampled_from(AGES), st.sampled_from(["10001", "99999", "", "nowhere"]), st.booleans())
def test_changing_a_blocked_attribute_never_changes_a_score_nor_a_reason(housing, row, age, place, blank):
    lead = customers()[row].drop("Converted").to_dicts()[0] | ({"IncomeLevel": None} if blank else {})
    scorer, other = Scorer(housing), lead | {"AgeGroup": age, "PLZ": place}
    one, two = (scorer.one(given, reasons=5) for given in (lead, other))
    assert one._replace(problems=()) == two._replace(problems=())
    frame = pl.DataFrame([lead, other], schema=dict.fromkeys(lead, pl.String))
    first, second = scorer.many(frame, reasons=5).drop("rank").to_dicts()
    assert first == second
    said = str(one.reasons) + first["reasons"]
    assert "AgeGroup" not in said
    assert "PLZ" not in said


def test_a_lead_without_its_blocked_attributes_is_scored_alike(housing):
    scorer, frame = Scorer(housing), customers()[:50]
    whole, bare = (scorer.many(given)["probability"].to_list() for given in (frame, frame.drop("AgeGroup", "PLZ")))
    assert whole == bare


def test_a_justified_column_is_used_told_of_and_never_a_reason(learn):
    columns = {"AgeGroup": {"because": "homes for people over 55, 42 USC 3607"}}
    bundle = learn(declared(lead={"columns": columns}), customers())
    assert ("F303", "AgeGroup") in codes(bundle)
    assert "AgeGroup" in bundle.encoder.columns
    assert bundle.terms.sensitive == ("AgeGroup", "PLZ")
    assert "homes for people over 55, 42 USC 3607" in model_card(bundle, version="0")
    reasons = Scorer(bundle).many(customers()[:40], reasons=9)["reasons"]
    assert not reasons.str.contains("AgeGroup").any()


def test_in_other_domains_nothing_is_blocked_and_something_is_said(learn):
    bundle = learn(declared(domain="education"), customers())
    assert {"AgeGroup", "PLZ"} <= set(bundle.encoder.columns)
    assert codes(bundle, "F30") == [("F302", "AgeGroup"), ("F302", "PLZ")]


def test_where_nothing_is_watched_or_protected_there_is_no_audit(learn, project, leads):
    bundle = learn(project(), leads())
    assert bundle.facts.fairness is None
    assert codes(bundle) == []


def test_excluded_columns_can_be_watched_under_declared_bands(learn):
    watch = {"audit": ["AgeGroup", "Fit"], "bands": {"Fit": [-1.0, 0.5]}, "pairs": False}
    bundle = learn(declared(domain="general", watch=watch, lead={"exclude": ["Tier", "AgeGroup", "Fit", "PLZ"]}), customers())
    found = bundle.facts.fairness
    assert [c.columns for c in found.cuts] == [("AgeGroup",), ("Fit",)]
    assert [s.group for s in found.cuts[1].slices] == ["below -1", "-1 to 0.5", "0.5 and more"]
    assert {"AgeGroup", "Fit"}.isdisjoint(bundle.encoder.columns)
    assert found.tested == ("AgeGroup", "Fit")


def test_a_watched_column_that_is_not_there_is_refused_before_anything_is_learned(learn):
    with pytest.raises(UsageError, match=r"'IncomLevel' in \[watch\] is not there"):
        learn(declared(watch={"audit": ["IncomLevel"]}), customers(200))


def test_ordered_classes_are_audited_by_who_is_called_for_the_best(learn):
    bundle = learn(declared(target={"column": "Tier", "classes": ["Low", "Medium", "High"]}, lead={"exclude": ["Converted"]}), customers())
    found = bundle.facts.fairness
    assert found.called == bundle.report.called
    assert sum(s.converted for s in found.cuts[0].slices) == bundle.report.positives
    assert all(a.profit is None for a in found.alternatives)


def test_the_audit_counts_the_leads_of_the_report(housing):
    found, report = housing.facts.fairness, housing.report
    assert (found.rows, found.called) == (report.rows, report.called)
    cut = found.cuts[0]
    assert sum(s.rows for s in cut.slices) + cut.left_out == report.rows
    assert found.alternatives[0].called == report.called
    assert found.alternatives[0].auc == pytest.approx(report.ours["auc"].value)


def test_the_same_table_gives_the_same_audit_and_the_bundle_keeps_it(learn, housing, tmp_path):
    again = learn(housing.project, customers())
    assert again.facts.fairness == housing.facts.fairness
    save_bundle(housing, tmp_path / "b.leadrank", version="0")
    assert load_bundle(tmp_path / "b.leadrank").facts.fairness == housing.facts.fairness


def test_late_trainings_leave_out_what_takes_long_and_say_so(housing, learn, monkeypatch):
    monkeypatch.setattr(sys.modules["leadrank.models.contest"].Limits, "left", lambda limits: -limits.budget)
    found = learn(housing.project, customers()).facts.fairness
    assert found.cuts == housing.facts.fairness.cuts
    assert (found.proxies, found.alternatives, found.tested) == ((), (), ())
    assert "no time left" in found.notes[-1]


def test_a_proxy_is_named_and_an_affordable_alternative_found(campaign):
    bundle = campaign.learned(campaign.leads(7, 4_000, gap=0.0, told=campaign.TOLD))
    assert {("F301", "AgeGroup"), ("F311", "AgeGroup"), ("F321", "AgeGroup"), ("F331", None)} <= set(codes(bundle))
    proxy = max(bundle.facts.fairness.proxies, key=lambda p: p.auc.value)
    assert proxy.columns[0][0] == "Postings"
    chosen, = (a for a in bundle.facts.fairness.alternatives if a.chosen)
    assert chosen.worst.value >= 0.8
    assert chosen.cost <= 0.01
    assert "Postings" in chosen.without
    assert "Postings" in bundle.encoder.columns  # only told, not done


@pytest.mark.parametrize(("seed", "kind"), [(90_001, "shifted"), (90_002, "labelled"), (90_003, "unfilled"), (90_004, "joint"), (90_005, "spread"),
                                            (90_006, None), (90_007, None), (90_008, None)])
def test_planted_proxies_of_every_kind_are_found_and_no_others(campaign, seed, kind):
    assert campaign.proxy(seed, kind)["found"] == (kind is not None)


@pytest.mark.campaign
def test_a_sample_of_the_campaign_reaches_its_goals(request, campaign):
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    assert campaign.missed(campaign.run(20, first_seed=91_000, trained=4)) == []


def test_the_card_says_what_was_audited(housing):
    card = model_card(housing, version="0")
    said = card[card.index("## Fairness"): card.index("## Privacy")]
    assert "Audited on 2,400 leads" in said
    assert "Not audited" not in said
    assert "| `AgeGroup` | 18-29 |" in said
    without = model_card(replace(housing, facts=replace(housing.facts, fairness=None)), version="0")
    assert without.count("Not audited") == 2
