"""What each tier of a scored table will bring, and what a capacity means for a file of another length."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.decisions import conversions_interval
from leadrank.pages.money import threshold_facts
from leadrank.score import Scorer


def test_each_tier_of_a_table_says_how_many_conversions_to_expect(bundle, leads):
    scorer, frame = Scorer(bundle), leads(150, 3)
    found = scorer.table(frame)
    assert found.rows.equals(scorer.many(frame))
    assert [tier.name for tier in found.tiers] == [tier.name for tier in bundle.policy.tiers]
    for tier in found.tiers:
        p = found.rows.filter(pl.col("tier") == tier.name)["probability"].to_numpy()
        assert tier.rows == len(p)
        assert tier.conversions.value == pytest.approx(p.sum())
        luck = conversions_interval(p)
        assert tier.conversions.low <= luck.low + 1e-9
        assert tier.conversions.high >= luck.high - 1e-9


def test_what_the_model_may_be_wrong_by_widens_a_tier(trained, leads):
    bundle, frame = trained("logistic"), leads(150, 3)
    shared = bundle.model.shape.spread.shared_error(np.zeros(1))
    assert shared[0] > 0
    tier = max(Scorer(bundle).table(frame).tiers, key=lambda t: t.rows)
    luck = conversions_interval(Scorer(bundle).many(frame).filter(pl.col("tier") == tier.name)["probability"].to_numpy())
    assert tier.conversions.high - tier.conversions.low > luck.high - luck.low


def test_a_cut_list_counts_its_own_rows_only(trained, leads):
    found = Scorer(trained("per-lead economics")).table(leads(50, 9), top=7)
    assert sum(tier.rows for tier in found.tiers) == 7 == found.rows.height


def test_learned_tiers_count_leads_of_the_best_class(trained, leads):
    best = Scorer(trained("ordered")).table(leads(150, 3)).tiers[0]
    assert "High leads expected (90 %: " in str(best)


def test_a_table_without_rows_has_empty_tiers(trained, leads):
    tiers = Scorer(trained("logistic")).table(leads(5).head(0)).tiers
    assert [str(tier) for tier in tiers] == [f"{tier.name}  no leads" for tier in tiers]


@pytest.mark.parametrize("economics", [{}, {"value": 500, "contact_cost": 1}, {"value_column": "deal"}])
def test_a_capacity_is_one_cut_for_files_of_any_length(learn, project, leads, economics):
    bundle = learn(project(decision={"threshold": {"capacity": 40}}, economics=economics), leads())
    threshold = bundle.policy.threshold
    assert bundle.report.called == 40
    assert threshold.because.startswith("the best 40 of the 240 leads judged, a fixed cut for every file")
    said = dict(threshold_facts(bundle))
    assert said["Because"] == threshold.because
    assert said["In another file"] == "whoever is above the same cut, few or many; --top 40 takes the best of any file"
    scorer, frame = Scorer(bundle), leads(300, 5)
    contact = scorer.many(frame)["contact"]
    assert scorer.many(frame.head(60))["contact"].to_list() == contact.head(60).to_list()
    assert scorer.many(pl.concat([frame] * 3))["contact"].sum() == 3 * contact.sum()
    on = "expected_profit" if threshold.on == "expected_profit" else "probability"
    assert contact.to_list() == (scorer.many(frame)[on] >= threshold.cut).to_list()
    assert scorer.many(frame, top=40).height == 40
