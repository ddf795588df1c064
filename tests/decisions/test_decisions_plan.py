"""What a capacity brings: never less for more, never a negative regret, and quick enough for a slider."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions import plan

chances = st.lists(st.floats(0, 1), max_size=40).map(np.array)
money = st.floats(0, 1e6)


def leads(n, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 4, n)
    return p, p * rng.gamma(2, 50, n) - 3.25


@given(chances, money, money, st.integers(0, 50), st.integers(0, 50))
@settings(deadline=None)
def test_more_capacity_never_lowers_the_profit_and_regret_is_never_negative(p, value, cost, few, more):
    small, large = (plan(p, capacity=capacity, value=value, cost=cost) for capacity in sorted((few, few + more)))
    assert large.profit >= small.profit >= 0
    assert 0 <= large.regret <= small.regret
    assert small.best_profit == large.best_profit
    assert large.worked >= small.worked


@given(chances, st.none() | st.integers(0, 50), st.none() | money)
@settings(deadline=None)
def test_a_plan_keeps_to_its_capacity_and_its_interval_holds_what_is_expected(p, capacity, value):
    made = plan(p, capacity=capacity, value=value, cost=1.0)
    assert made.worked <= made.capacity == (len(p) if capacity is None else min(capacity, len(p)))
    assert 0 <= made.conversions.low <= made.conversions.value + 1e-9
    assert made.conversions.value <= made.conversions.high + 1e-9 <= made.worked + 2e-9
    assert (made.profit is None) == (made.regret is None) == (value is None)


def test_the_best_leads_are_worked_and_none_that_costs_more_than_it_brings():
    p, profit = leads(1000)
    made = plan(p, profit, capacity=100)
    chosen = np.argsort(-profit)[:100]
    assert made.profit == pytest.approx(profit[chosen].sum())
    assert made.conversions.value == pytest.approx(p[chosen].sum())
    whole = plan(p, profit)
    assert whole.worked == (profit > 0).sum() == whole.best_worked
    assert whole.regret == 0
    assert whole.best_profit == pytest.approx(profit[profit > 0].sum()) == made.best_profit


def test_without_money_the_likeliest_leads_are_worked():
    p, _ = leads(500)
    made = plan(p, capacity=50)
    assert (made.worked, made.profit, made.best_profit, made.best_worked, made.regret) == (50, None, None, None, None)
    assert made.conversions.value == pytest.approx(np.sort(p)[-50:].sum())
    assert made.curve.profit is None


def test_a_value_to_try_out_takes_the_place_of_the_leads_own():
    p, profit = leads(200)
    assert plan(p, profit, capacity=20, value=10.0, cost=1.0) == plan(p, capacity=20, value=10.0, cost=1.0)


def test_a_cost_to_try_out_takes_the_place_of_the_leads_own_and_leaves_their_values():
    p, profit = leads(200)
    assert plan(p, profit, capacity=20, cost=3.25, own_cost=3.25) == plan(p, profit, capacity=20)
    own = np.linspace(1, 5, 200)
    assert plan(p, profit, cost=8.0, own_cost=own).profit == pytest.approx(np.maximum(profit + own - 8.0, 0).sum())
    assert plan(p, profit, value=50.0, own_cost=own).profit == pytest.approx(np.maximum(p * 50 - own, 0).sum())
    assert plan(p, None, cost=8.0, own_cost=own).profit is None


def test_no_open_leads_make_an_empty_plan():
    made = plan(np.array([]), np.array([]), capacity=10)
    assert (made.worked, made.profit, made.regret, made.conversions.value) == (0, 0.0, 0.0, 0.0)
    assert made.curve.worked == (0,)


@pytest.mark.parametrize("n", [0, 1, 198, 199, 200, 5000])
def test_the_curve_has_at_most_200_points_from_none_to_all_with_the_plan_and_the_best_on_it(n):
    p, profit = leads(n)
    made = plan(p, profit, capacity=n // 3)
    worked = made.curve.worked
    assert len(worked) <= 200
    assert worked[0] == 0
    assert worked[-1] == n
    assert list(worked) == sorted(set(worked))
    assert made.curve.profit[worked.index(made.worked)] == made.profit
    assert made.curve.profit[worked.index(made.best_worked)] == made.best_profit == max(made.curve.profit)
    assert max(len(made.curve.conversions), len(made.curve.profit)) == len(worked)


def test_the_interval_holds_the_realised_conversions_in_about_nine_of_ten_months():
    p, profit = leads(3000)
    made = plan(p, profit, capacity=200)
    chosen = np.argsort(-profit)[:200]
    rng = np.random.default_rng(1)
    months = (rng.random((4000, 200)) < p[chosen]).sum(axis=1)
    assert ((months >= made.conversions.low) & (months <= made.conversions.high)).mean() == pytest.approx(0.9, abs=0.04)


def test_a_plan_says_what_it_counts():
    assert plan(np.array([0.5])).counted == "conversions"
    assert plan(np.array([0.5]), counted="leads of the tier High").counted == "leads of the tier High"


def test_a_plan_says_what_its_interval_leaves_out():
    assert "wrong about all leads alike is not in it" in plan(np.array([0.5])).left_out


def test_a_hundred_thousand_leads_are_planned_while_a_slider_moves():
    p, profit = leads(100_000)
    spent = []
    for _ in range(15):
        start = time.perf_counter()
        plan(p, profit, capacity=5000)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.02
