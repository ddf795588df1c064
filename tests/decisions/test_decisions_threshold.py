"""Cuts by every rule, and the invariants that hold on any table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions.capacity import best_first, capacity_cut
from leadrank.decisions.profit import best_cut, break_even, cuts_and_profits, regret_curve
from leadrank.decisions.threshold import Rule, Threshold, choose_cut, measure_cut

VALUE, COST = 49.99, 3.25


def simulated(n=4000, seed=0, decimals=12):
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(1, 3, n), decimals)
    return (rng.random(n) < p).astype(np.int64), p


tables = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=1, max_size=50).map(
    lambda rows: (np.array([int(a) for a, _ in rows]), np.array([b / 12 for _, b in rows]))
)
both_classes = tables.filter(lambda table: 0 < table[0].sum() < len(table[0]))
amounts = st.floats(1e-3, 1e6)


def test_the_analytic_cut_of_the_seed_is_0065():
    assert round(break_even(VALUE, COST), 3) == 0.065


@given(amounts, amounts, st.floats(0, 1))
@settings(max_examples=300)
def test_the_analytic_cut_agrees_with_the_product_to_the_last_bit(value, cost, p):
    cut = break_even(value, cost)
    assert (p >= cut) == (p * value > cost)
    for beside in (np.nextafter(cut, 0), cut, np.nextafter(cut, 3)):
        if beside <= 1:
            assert (beside >= cut) == (beside * value > cost)


@pytest.mark.parametrize(("value", "cost"), [(5e-324, 1e308), (1e308, 5e-324), (1.0, 1.0), (1e-320, 1e-322)])
def test_the_analytic_cut_is_finite_for_absurd_amounts(value, cost):
    assert 0 < break_even(value, cost) <= 2


def test_without_a_cost_every_lead_is_worth_a_call_and_that_is_said():
    cut, _, findings = choose_cut(*simulated(50), Rule("profit"), value=10.0, cost=0.0)
    assert cut == 0.0
    assert findings[0].code == "M452"


def test_a_contact_dearer_than_a_sale_calls_nobody_and_that_is_said():
    cut, _, findings = choose_cut(*simulated(50), Rule("profit"), value=1.0, cost=2.0)
    assert cut > 1
    assert findings[0].code == "M453"


def test_the_analytic_cut_is_the_empirical_optimum_on_calibrated_data_within_noise():
    y, p = simulated(20_000)
    found = best_cut(y, p, VALUE, COST)
    assert found.low <= break_even(VALUE, COST) <= found.high
    cuts, _, profits = cuts_and_profits(y, p, VALUE, COST)
    assert profits[np.searchsorted(-cuts, -0.065)] >= 0.995 * profits.max()


def test_counting_a_missed_sale_twice_halves_the_cut():
    y, p = simulated(40_000)
    cuts = np.linspace(0.005, 0.15, 59)
    twice = [np.where(p >= c, np.where(y == 1, VALUE - COST, -COST), np.where(y == 1, -VALUE, 0.0)).sum() for c in cuts]
    assert 0.02 <= cuts[int(np.argmax(twice))] <= 0.045
    once = [np.where(p >= c, y * VALUE - COST, 0.0).sum() for c in cuts]
    assert 0.045 <= cuts[int(np.argmax(once))] <= 0.085


@given(tables, amounts, amounts)
@settings(max_examples=80, deadline=None)
def test_regret_is_never_negative_and_zero_at_the_best_cut(table, value, cost):
    curve = regret_curve(*table, value, cost)
    assert min(curve.regret) == 0.0
    assert len(curve.cut) <= 200
    assert curve.called[0] == 0
    assert curve.called[-1] == len(table[0])
    assert list(curve.cut) == sorted(curve.cut, reverse=True)


@given(tables)
@settings(max_examples=80, deadline=None)
def test_a_cut_calls_exactly_the_leads_it_is_listed_with(table):
    y, p = table
    cuts, called, profits = cuts_and_profits(y, p, 10.0, 1.0)
    for cut, count, profit in zip(cuts, called, profits, strict=True):
        assert (p >= cut).sum() == count
        assert (y[p >= cut] * 10.0 - 1.0).sum() == pytest.approx(profit)


def test_regret_can_be_measured_against_a_better_rule():
    y, p = simulated(200)
    plain = regret_curve(y, p, VALUE, COST)
    assert min(regret_curve(y, p, VALUE, COST, best=1e9).regret) > min(plain.regret)


def test_balanced_calls_as_many_as_convert_so_precision_is_recall():
    y, p = simulated()
    cut, _, _ = choose_cut(y, p, Rule("balanced"))
    assert (p >= cut).sum() == y.sum()
    hits = y[p >= cut].sum()
    assert hits / (p >= cut).sum() == hits / y.sum()


@given(both_classes)
@settings(max_examples=80, deadline=None)
def test_f1_is_no_worse_than_at_any_other_cut(table):
    y, p = table

    def f1(cut):
        called = p >= cut
        return 2 * y[called].sum() / (called.sum() + y.sum())

    cut, _, _ = choose_cut(y, p, Rule("f1"))
    assert f1(cut) == pytest.approx(max(f1(c) for c in np.unique(p)))


@given(both_classes, st.floats(0.01, 0.99))
@settings(max_examples=80, deadline=None)
def test_the_wanted_recall_is_always_reached(table, wanted):
    y, p = table
    cut, _, _ = choose_cut(y, p, Rule("recall", wanted))
    assert y[p >= cut].sum() >= wanted * y.sum() - 1e-9


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.9))
@settings(max_examples=40, deadline=None)
def test_asking_for_more_moves_the_cut_one_way(first, second):
    y, p = simulated(500)
    low, high = sorted((first, second))
    assert choose_cut(y, p, Rule("recall", high))[0] <= choose_cut(y, p, Rule("recall", low))[0]
    assert choose_cut(y, p, Rule("capacity", 1 + high * 400))[0] <= choose_cut(y, p, Rule("capacity", 1 + low * 400))[0]
    assert break_even(VALUE, high * 10) >= break_even(VALUE, low * 10)


def test_the_wanted_precision_is_reached_with_the_longest_list():
    y, p = simulated()
    cut, _, findings = choose_cut(y, p, Rule("precision", 0.6))
    called = p >= cut
    assert y[called].mean() >= 0.6
    assert not findings
    longer = np.sort(p)[::-1]
    assert all(y[p >= c].mean() < 0.6 for c in longer[called.sum() + 1 :: 50])


def test_a_precision_out_of_reach_gives_the_best_one_and_says_so():
    y, p = simulated()
    cut, because, findings = choose_cut(y, p, Rule("precision", 0.999))
    assert (p >= cut).sum() >= 20
    assert findings[0].code == "M451"
    assert findings[0].evidence["best"] == pytest.approx(y[p >= cut].mean())
    assert "99.9%" in because


def test_one_lucky_lead_is_no_precision():
    y, p = np.array([1] + [0, 1] * 100), np.concatenate([[0.99], np.linspace(0.6, 0.4, 200)])
    cut, _, findings = choose_cut(y, p, Rule("precision", 0.95))
    assert findings
    assert (p >= cut).sum() >= 20


@given(tables, st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_a_capacity_is_never_exceeded(table, capacity):
    _, p = table
    cut, _, _ = capacity_cut(p, capacity)
    assert (p >= cut).sum() <= capacity


@given(tables, st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_more_capacity_never_lowers_expected_profit(table, first, second):
    _, p = table
    floor = break_even(10.0, 1.0)

    def expected(capacity):
        called = p >= capacity_cut(p, capacity, floor=floor)[0]
        return (p[called] * 10.0 - 1.0).sum()

    low, high = sorted((first, second))
    assert expected(high) >= expected(low) - 1e-9
    assert expected(low) >= 0


def test_a_capacity_beyond_the_period_and_a_tie_beyond_the_capacity_are_said():
    assert capacity_cut(np.array([0.4, 0.5]), 5)[2][0].code == "M454"
    cut, _, findings = capacity_cut(np.full(10, 0.5), 3)
    assert findings[0].code == "M455"
    assert cut > 0.5


@pytest.mark.parametrize(("capacity", "how"), [(5000, "exceeds"), (2, "equals")])
def test_a_capacity_that_cuts_nothing_is_not_called_the_best_so_many(capacity, how):
    _, because, findings = capacity_cut(np.array([0.4, 0.5]), capacity)
    assert because == f"the capacity of {capacity:,} is no limit to the 2 leads judged: all are called, in every file"
    assert (findings[0].code, findings[0].severity) == ("M454", "warning")
    assert f"{capacity:,} leads {how} the 2 that the model was judged on" in findings[0].message
    cut, because, findings = capacity_cut(np.array([0.4, 0.5]), capacity, floor=0.45)
    assert cut == 0.45
    assert "worth their contact" in because
    assert "worth their contact" in findings[0].message


def test_the_best_come_first_and_ties_keep_their_order():
    p = np.array([0.3, 0.9, 0.3, 0.5])
    assert best_first(p).tolist() == [1, 3, 0, 2]
    assert best_first(p, np.array([5.0, 1.0, 5.0, 5.0])).tolist() == [3, 0, 2, 1]


def test_a_measured_cut_knows_its_money():
    y, p = simulated(2000)
    cut, because, _ = choose_cut(y, p, Rule("profit"), value=VALUE, cost=COST)
    found = measure_cut(y, p, Threshold(cut, Rule("profit"), because), value=VALUE, cost=COST)
    assert found.analytic == cut
    assert found.empirical.low <= found.empirical.value <= found.empirical.high
    assert 0 <= found.regret_here < 0.02 * max(found.regret.profit)
    assert found.called == (p >= cut).sum()
    assert found.recall == pytest.approx(y[p >= cut].sum() / y.sum())


def test_the_threshold_agrees_with_the_best_cut_of_the_curve():
    y, p = simulated(500)
    _, _, profits = cuts_and_profits(y, p, VALUE, COST)
    at = best_cut(y, p, VALUE, COST, draws=20).value
    assert np.where(p >= at, y * VALUE - COST, 0).sum() == pytest.approx(profits.max())
