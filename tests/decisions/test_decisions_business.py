"""The manager's numbers and the second list."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions import (
    BusinessCase,
    NotWorth,
    TierRule,
    apply_policy,
    business_case,
    conversions_by_tier,
    conversions_interval,
    fit_policy,
    not_worth_reasons,
    not_worth_working,
    outlook_of_sums,
    tier_sums,
    top_share,
)
from leadrank.errors import UsageError
from leadrank.project import parse_project
from leadrank.records import read_record, write_record

PLAN = parse_project(
    {"target": {"column": "y", "positive": 1}, "economics": {"value": 49.99, "contact_cost": 3.25, "currency": "USD"}}
)


def simulated(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 4, n)
    return (rng.random(n) < p).astype(np.int64), p[:, None]


@pytest.fixture(scope="module")
def case():
    y, reach = simulated()
    policy = fit_policy(y, reach, project=PLAN, draws=10)
    return y, reach, policy, business_case(y, reach, policy, newest=np.arange(len(y)), draws=50)


def test_the_plans_are_what_they_say(case):
    y, reach, policy, found = case
    ours, everyone, random, newest = found.plans
    called = apply_policy(policy, reach).contact
    assert ours.worked == random.worked == newest.worked == called.sum()
    assert ours.conversions.value == y[called].sum()
    assert ours.profit.value == pytest.approx((y[called] * 49.99 - 3.25).sum())
    assert ours.cost_per_acquisition.value == pytest.approx(3.25 * called.sum() / y[called].sum())
    assert everyone.worked == len(y)
    assert everyone.share_of_conversions.value == 1.0
    assert ours.profit.value > everyone.profit.value > random.profit.value
    assert newest.conversions.value == y[len(y) - called.sum() :].sum()


def test_shares_run_to_everyone_and_catch_more_and_more(case):
    _, _, _, found = case
    caught = [plan.conversions.value for plan in found.by_share]
    assert caught == sorted(caught)
    assert found.by_share[-1].profit.value == pytest.approx(found.plans[1].profit.value)


def test_a_business_case_survives_json(case):
    assert read_record(BusinessCase, write_record(case[3])) == case[3]


def test_intervals_hold_their_values(case):
    for plan in (*case[3].plans, *case[3].by_share):
        assert plan.profit.low <= plan.profit.value <= plan.profit.high


def test_without_money_there_are_conversions_only():
    y, reach = simulated(300)
    policy = fit_policy(y, reach, project=parse_project({"target": {"column": "y", "positive": 1}}), draws=10)
    ours = business_case(y, reach, policy, draws=20).plans[0]
    assert ours.profit is None
    assert ours.cost_per_acquisition is None
    assert ours.conversions.value > 0


def test_a_call_list_of_nobody_has_no_rate():
    y, reach = simulated(300)
    plan = parse_project({"target": {"column": "y", "positive": 1}, "economics": {"value": 1, "contact_cost": 2}})
    ours = business_case(y, reach, fit_policy(y, reach, project=plan, draws=10), draws=20).plans[0]
    assert (ours.worked, ours.conversions.value, ours.conversion_rate, ours.profit.value) == (0, 0.0, None, 0.0)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_the_top_share_sums_to_its_number_and_shares_ties(scores, k):
    chance = top_share(np.array(scores, float), k)
    assert chance.sum() == pytest.approx(min(k, len(scores)))
    assert ((chance >= 0) & (chance <= 1 + 1e-12)).all()


def test_leads_not_worth_working_are_those_that_bring_no_more_than_they_cost(case):
    y, reach, policy, _ = case
    mask = reach[:, 0] * 49.99 <= 3.25
    found = not_worth_working(policy, reach, y=y)
    assert found.leads == mask.sum()
    assert found.cost_saved == pytest.approx(3.25 * mask.sum())
    assert found.conversions_forgone.low <= y[mask].sum() <= found.conversions_forgone.high
    assert found.converted == y[mask].sum()
    assert found.saved > 0
    assert read_record(NotWorth, write_record(found)) == found


def test_a_tier_says_its_leads_conversions_and_deadline():
    rules = (TierRule("High", 0.5, "Call.", "1 day"), TierRule("Mid", 0.2, "Write.", ""), TierRule("Low", None, "Wait.", "1 month"))
    p = np.array([0.5] * 100 + [0.25])
    high, middle, low = outlook_of_sums(rules, tier_sums(3, np.array([0] * 100 + [1]), p, np.full(101, 0.3)))
    assert str(high) == "High  100 leads, 50 conversions expected (90 %: 35 to 65), within 1 day"
    assert str(middle) == "Mid  1 lead, 0 conversions expected (90 %: 0 to 1)"
    assert str(low) == "Low  no leads"


def test_each_lead_not_worth_working_has_its_plain_reason(case):
    _, reach, policy, _ = case
    reasons = list(not_worth_reasons(policy, reach))
    assert {row for row, _ in reasons} == set(np.flatnonzero(reach[:, 0] * 49.99 <= 3.25))
    row, reason = reasons[0]
    assert row == int(np.argmin(reach[:, 0]))
    assert reason == f"costs 3.25 USD, expected {reach[row, 0] * 49.99:.2f} USD"


def test_amounts_by_lead_show_in_the_reason():
    y, reach = simulated(200)
    plan = parse_project({"target": {"column": "y", "positive": 1}, "economics": {"value_column": "v", "contact_cost": 2}})
    value = np.where(np.arange(200) % 2 == 0, 1.0, 1000.0)
    policy = fit_policy(y, reach, project=plan, value=value, draws=10)
    rows = dict(not_worth_reasons(policy, reach, value=value))
    assert rows[0].startswith("costs 2.00, expected 0.")
    assert not_worth_working(policy, reach, value=value).leads == len(rows)


def test_without_a_value_no_lead_can_be_called_not_worth_it():
    y, reach = simulated(200)
    policy = fit_policy(y, reach, project=parse_project({"target": {"column": "y", "positive": 1}}), draws=10)
    with pytest.raises(UsageError, match="by value"):
        not_worth_working(policy, reach)


@pytest.mark.parametrize("spread", [0.0, 0.3])
@pytest.mark.parametrize("n", [60, 1000])
def test_ninety_percent_intervals_cover_the_conversions_of_a_set(n, spread):
    rng, covered = np.random.default_rng(1), 0
    p = rng.beta(2, 4, n)
    found = conversions_interval(p, spread)
    for _ in range(400):
        shifted = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + spread * rng.normal())))
        covered += found.low <= (rng.random(n) < shifted).sum() <= found.high
    assert 0.85 <= covered / 400 <= 0.95


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0, 50))
@settings(max_examples=60, deadline=None)
def test_an_interval_of_conversions_stays_between_none_and_all(p, spread):
    found = conversions_interval(np.array(p), spread)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= len(p) + 1e-9


def test_conversions_by_tier_add_up_to_those_of_all(case):
    _, reach, policy, _ = case
    found = conversions_by_tier(apply_policy(policy, reach).tier, reach[:, 0], [t.name for t in policy.tiers], 0.1)
    assert list(found) == ["High", "Medium", "Low"]
    assert sum(one.value for one in found.values()) == pytest.approx(reach.sum())
