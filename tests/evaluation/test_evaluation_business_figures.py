"""The figures of a sales team: right, with honest intervals, silent where there is too little, and never called causal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.evaluation import NOT_CAUSAL, Period, Responses, before_after, business_figures
from leadrank.evaluation.business_figures import difference
from leadrank.evaluation.waiting import share_inside, waiting_quantile
from leadrank.types import Figure


def happened(n=400, rate=0.2, seed=0, wait=10.0, **more):
    rng = np.random.default_rng(seed)
    hours, waited = rng.exponential(wait, n), rng.uniform(0, 100, n)
    responses = Responses(np.minimum(hours, waited), hours <= waited, np.full(n, 24.0), np.where(rng.random(n) < 0.3, "High", "Low").tolist())
    known = {"sales_cost": 1300.0, "marketing_cost": 5000.0, "reps": 4, "rep_months": 12.0} | more
    return Period(rng.random(n) < rate, rng.gamma(2, 25, n), responses, **known)


def named(figures, name, tier=""):
    return next(one for one in figures if (one.name, one.tier) == (name, tier))


def test_the_figures_are_the_plain_ones():
    period = happened()
    figures = business_figures(period, tiers=("High", "Low"))
    hits, revenue = period.converted.sum(), period.value[period.converted].sum()
    assert named(figures, "conversion rate").figure.value == hits / 400
    assert named(figures, "cost per acquisition").figure.value == 1300 / hits
    assert named(figures, "revenue per rep and month").figure.value == pytest.approx(revenue / 12)
    assert named(figures, "revenue per unit of marketing spend").figure.value == pytest.approx(revenue / 5000)


def test_each_figure_says_from_how_many_and_lies_in_its_interval():
    for one in business_figures(happened(), tiers=("High", "Low")):
        assert one.n > 0
        assert one.figure.low <= one.figure.value <= one.figure.high


def test_speed_is_told_for_all_and_for_each_tier():
    figures = business_figures(happened(), tiers=("High", "Low"))
    assert [(one.name, one.tier) for one in figures[4:]] == [
        (name, tier) for tier in ("", "High", "Low") for name in ("response time, p50", "response time, p90", "contacted inside the deadline")
    ]
    assert named(figures, "response time, p50", "High").n + named(figures, "response time, p50", "Low").n == 400


@pytest.mark.parametrize(("period", "name", "said"), [
    (happened(29), "conversion rate", "not enough: 29 outcomes, it takes 30"),
    (happened(200, rate=0.0), "cost per acquisition", "not enough: 0 conversions, it takes 10"),
    (happened(200, rate=0.0), "revenue per rep and month", "not enough: 0 conversions with a value, it takes 10"),
    (happened(19), "response time, p50", "not enough: 19 leads, it takes 20"),
    (happened(sales_cost=None), "cost per acquisition", "not known: no contact has a cost"),
    (happened(sales_cost=0.0), "cost per acquisition", "no contact has cost anything yet"),
    (happened(marketing_cost=None), "revenue per unit of marketing spend", "not known: no marketing cost was given"),
    (happened(reps=0, rep_months=0.0), "revenue per rep and month", "not known: no rep had an account in this period"),
    (happened(wait=1000.0), "response time, p90", "not reached: fewer than 90% have been contacted"),
])
def test_a_figure_that_cannot_be_told_says_why(period, name, said):
    one = named(business_figures(period), name)
    assert (one.figure, one.note) == (None, said)


def test_an_empty_period_says_of_each_figure_that_it_cannot_be_told():
    nothing = np.array([])
    figures = business_figures(Period(nothing.astype(bool), nothing, Responses(nothing, nothing.astype(bool), nothing, ())), tiers=("High",))
    assert len(figures) == 10
    assert all(one.figure is None and one.note for one in figures)


def test_conversions_without_a_value_are_told():
    period = happened()
    period.value[np.flatnonzero(period.converted)[:5]] = np.nan
    one = named(business_figures(period), "revenue per rep and month")
    assert one.note.endswith(f"; 5 of {period.converted.sum()} conversions have no value written down and count as 0")
    assert one.figure is not None


def test_revenue_per_rep_says_whose_months_it_counts_and_leaves_out_what_was_sold_in_others():
    period = happened()
    late = np.arange(400) >= 200
    one = named(business_figures(happened(staffed=late)), "revenue per rep and month")
    assert one.figure.value == pytest.approx(period.value[period.converted & late].sum() / 12)
    assert one.note == "by 4 reps who have an account today, 12.0 months of work together; who left is not counted"
    assert named(business_figures(happened(staffed=late)), "conversion rate").n == 400


def test_the_same_seed_gives_the_same_intervals():
    assert business_figures(happened(), seed=3) == business_figures(happened(), seed=3)
    assert business_figures(happened(), seed=3) != business_figures(happened(), seed=4)


def test_before_and_after_are_compared_figure_by_figure_and_not_called_causal():
    told = before_after(happened(rate=0.1, wait=30.0), happened(rate=0.3, wait=5.0, seed=1), tiers=("High", "Low"))
    assert told.caution == NOT_CAUSAL
    assert told.caution.startswith("Not causal")
    rate, speed = told.rows[0], next(row for row in told.rows if row.before.name == "response time, p50")
    assert rate.difference.value == pytest.approx(rate.after.figure.value - rate.before.figure.value)
    assert rate.clear
    assert rate.difference.low > 0
    assert speed.clear
    assert speed.difference.high < 0


def test_where_one_side_has_too_little_there_is_no_difference():
    told = before_after(happened(10), happened(500))
    assert told.rows[0].difference is None
    assert not told.rows[0].clear


def test_the_difference_of_shares_is_newcombes():
    """Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56/70 − 48/80 is 0.2 with 0.0524 to 0.3339."""
    from leadrank.evaluation import wilson

    found = difference(Figure(48 / 80, *wilson(48, 80)), Figure(56 / 70, *wilson(56, 70)))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_without_a_change_nine_and_a_half_in_ten_intervals_hold_no_difference():
    missed = dict.fromkeys(range(6), 0)
    runs = 300
    for seed in range(runs):
        told = before_after(happened(150, seed=2 * seed), happened(150, seed=2 * seed + 1), tiers=("High",), draws=150, seed=seed)
        for place in missed:
            missed[place] += told.rows[place].clear
    assert max(missed.values()) / runs < 0.09
    assert sum(missed.values()) / runs / len(missed) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_interval_of_a_waiting_time_holds_the_truth_although_some_still_wait(q):
    rng, truth, held, runs = np.random.default_rng(0), -10 * np.log(1 - q), 0, 500
    for _ in range(runs):
        hours, waited = rng.exponential(10, 120), rng.uniform(10, 100, 120)
        found = waiting_quantile(np.minimum(hours, waited), hours <= waited, q)
        held += found.low <= truth <= found.high
    assert held / runs > 0.92


def test_leads_that_still_wait_make_the_waiting_time_longer():
    hours, answered = np.append(np.arange(1.0, 61), np.full(40, 100.0)), np.arange(100) < 60
    assert waiting_quantile(hours, answered, 0.5).value == 50
    assert waiting_quantile(hours[answered], answered[answered], 0.5).value == 30


@given(st.lists(st.tuples(st.floats(0, 1e4), st.booleans()), min_size=1, max_size=40), st.sampled_from([0.5, 0.9]))
@settings(deadline=None)
def test_a_waiting_time_lies_in_its_interval(waits, q):
    hours, answered = np.array([hour for hour, _ in waits]), np.array([yes for _, yes in waits])
    found = waiting_quantile(hours, answered, q)
    if answered.all():
        assert found.value == np.quantile(hours, q, method="inverted_cdf")
    if found is not None:
        assert found.low <= found.value <= found.high


def test_a_lead_past_its_deadline_counts_before_anybody_contacts_it():
    hours, answered = np.array([1.0, 25.0, 25.0, 1.0, 5.0]), np.array([True, True, False, False, True])
    assert share_inside(hours, answered, np.array([24.0, 24.0, 24.0, 24.0, np.nan])) == (1, 3)
