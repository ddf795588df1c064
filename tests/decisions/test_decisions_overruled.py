"""An override moves a lead to the edge of the tier it is put into, and never the wrong way."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions import LeadPolicy, Policy, fit_policy, overrule
from leadrank.errors import UsageError
from leadrank.project import parse_project

MONEY = {"value": 49.99, "contact_cost": 3.25}
BANDS = [{"name": "Hot", "at_least": 0.6, "within": "4 hours"}, {"name": "Warm", "at_least": 0.2}, {"name": "Cold", "at_least": 0.0}]
CLASSES = ["Low", "Medium", "High"]
RATES = [{"name": "Low", "expected_conversion": [0.02, 0.05]}, {"name": "Medium", "expected_conversion": [0.1, 0.2]},
         {"name": "High", "expected_conversion": [0.35, 0.4]}]


def fitted(*, per_lead=False, classes=False, **declared):
    rng = np.random.default_rng(0)
    n = 600
    if classes:
        best = rng.uniform(0, 1, n) ** 3
        reach = np.column_stack([best + (1 - best) * rng.uniform(0, 1, n), best])
        y = (rng.random(n)[:, None] < reach).sum(axis=1)
        target = {"column": "y", "classes": CLASSES}
    else:
        reach = rng.beta(1, 3, (n, 1))
        y = (rng.random(n) < reach[:, 0]).astype(np.int64)
        target = {"column": "y", "positive": 1}
    value = rng.gamma(2, 30, n) if per_lead else None
    return fit_policy(y, reach, project=parse_project({"target": target, **declared}), value=value, draws=10)


AMOUNTS = {"value_column": "amount", "contact_cost": 3.25}
POLICIES = {
    "by profit": fitted(economics=MONEY),
    "balanced, without money": fitted(),
    "a capacity": fitted(economics=MONEY, decision={"threshold": {"capacity": 100}}),
    "own bands that the cut splits": fitted(economics=MONEY, tier=BANDS, decision={"threshold": 0.35}),
    "own bands without money": fitted(tier=BANDS),
    "amounts per lead": fitted(per_lead=True, economics=AMOUNTS),
    "amounts per lead and a capacity": fitted(per_lead=True, economics=AMOUNTS, decision={"threshold": {"capacity": 50}}),
    "amounts per lead and own bands": fitted(per_lead=True, economics=AMOUNTS, tier=BANDS),
    "no lead worth its contact": fitted(economics={"value": 1.0, "contact_cost": 3.0}),
    "learned tiers": fitted(classes=True),
    "learned tiers with declared rates": fitted(classes=True, economics=MONEY, tier=RATES),
    "learned tiers, rates and a number": fitted(classes=True, economics=MONEY, tier=RATES, decision={"threshold": 0.5}),
}
CUT = {name: policy for name, policy in POLICIES.items() if policy.tiers_on != "class"}
policies = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def judged(policy: Policy, *reach: float, value: float | None = None):
    ranked = sorted(reach, reverse=True)[: 2 if policy.tiers_on == "class" else 1]
    tier, contact, profit, _ = LeadPolicy(policy).decide(ranked, value, None)
    return SimpleNamespace(
        probability=ranked[-1], tier=tier.name, action=tier.action, due_within=tier.within, contact=contact, expected_profit=profit
    )


chance = st.floats(0, 1)
amount = st.none() | st.floats(0, 1e6)


@policies
@given(a=chance, b=chance, value=amount, told=st.booleans())
@settings(deadline=None, max_examples=60)
def test_up_never_lowers_worth_and_down_never_raises_it(policy, a, b, value, told):
    value = value if policy.per_lead else None
    lead = judged(policy, a, b, value=value)
    worth = lead.probability if lead.expected_profit is None else lead.expected_profit
    names = [tier.name for tier in policy.tiers]
    for place, name in enumerate(names):
        moved = overrule(policy, lead, name, value=value if told else None)
        assert moved.tier == name
        if place < names.index(lead.tier):
            assert moved.worth >= worth
            assert moved.contact >= lead.contact
        elif place > names.index(lead.tier):
            assert moved.worth <= worth
            assert moved.contact <= lead.contact
        assert moved.expected_profit == lead.expected_profit


@policies
@given(a=chance, b=chance)
@settings(deadline=None, max_examples=60)
def test_the_tier_that_a_lead_has_changes_nothing(policy, a, b):
    lead = judged(policy, a, b)
    same = overrule(policy, lead, lead.tier)
    assert (same.tier, same.action, same.due_within, same.contact, same.expected_profit) == (
        lead.tier, lead.action, lead.due_within, lead.contact, lead.expected_profit
    )
    assert same.worth == (lead.probability if lead.expected_profit is None else lead.expected_profit)


@pytest.mark.parametrize("policy", CUT.values(), ids=CUT)
@given(a=chance)
@settings(deadline=None, max_examples=60)
def test_a_better_tier_is_worth_no_less_than_a_worse_one(policy, a):
    lead = judged(policy, a)
    worths = [overrule(policy, lead, tier.name).worth for tier in policy.tiers]
    assert worths == sorted(worths, reverse=True)


@pytest.mark.parametrize("name", [name for name in CUT if name != "no lead worth its contact"])  # its tiers begin above 1
def test_a_moved_lead_lies_in_the_tier_by_the_policys_own_rule(name):
    policy = CUT[name]
    for lead in (judged(policy, p) for p in np.linspace(0, 1, 101)):
        for tier in policy.tiers:
            moved = overrule(policy, lead, tier.name)
            if policy.tiers_on == "expected_profit":
                p = min(1.0, max(0.0, (moved.worth + policy.cost) / policy.value))
            else:
                p = moved.worth if moved.expected_profit is None else (moved.worth + policy.cost) / policy.value
            inside = [judged(policy, float(np.clip(p + slip, 0, 1))).tier for slip in (-1e-9, 0.0, 1e-9)]
            assert tier.name in inside


def test_a_lead_put_into_the_best_tier_takes_its_action_and_its_place_at_the_end_of_it():
    policy = POLICIES["by profit"]
    high = policy.tiers[0]
    lead = judged(policy, 0.01)
    moved = overrule(policy, lead, "High")
    assert (moved.action, moved.due_within, moved.contact) == (high.action, high.within, True)
    assert moved.worth == pytest.approx(high.at_least * policy.value - policy.cost)
    assert not lead.contact


def test_an_override_makes_no_lead_more_profitable():
    for policy in POLICIES.values():
        lead = judged(policy, 0.095, 0.05)
        assert {overrule(policy, lead, tier.name).expected_profit for tier in policy.tiers} == {lead.expected_profit}


def test_a_lead_put_among_those_not_called_is_not_called():
    for policy in (policy for policy in CUT.values() if policy.tiers[-1].name == "Low"):
        value = 300.0 if policy.per_lead else None
        assert not overrule(policy, judged(policy, 0.97, value=value), "Low", value=value).contact


def test_a_lead_put_into_a_tier_that_the_cut_splits_is_called():
    policy = POLICIES["own bands that the cut splits"]
    moved = overrule(policy, judged(policy, 0.05), "Warm")
    assert moved.contact
    assert moved.worth == pytest.approx(0.35 * 49.99 - 3.25)


def test_a_learned_tier_counts_by_its_declared_rate():
    policy = POLICIES["learned tiers with declared rates"]
    assert overrule(policy, judged(policy, 0.1, 0.05), "High").worth == pytest.approx(0.375 * 49.99 - 3.25)


def test_an_unknown_tier_is_refused_with_the_nearest_name():
    policy = POLICIES["by profit"]
    with pytest.raises(UsageError, match="Did you mean 'High'"):
        overrule(policy, judged(policy, 0.5), "Hihg")
