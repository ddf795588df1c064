"""One lead is decided about as a table is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadrank.decisions import LeadPolicy, Policy, Rule, Threshold, TierRule, apply_policy

shares = st.floats(0, 1)
money = st.none() | st.just(float("nan")) | st.sampled_from([0.0, 20.0, 1e15]) | st.floats(-1e6, 1e6)
rates = st.none() | st.tuples(shares, shares)


@st.composite
def policies(draw):
    on = draw(st.sampled_from(["probability", "expected_profit", "class"]))
    begins = sorted(draw(st.lists(shares | st.sampled_from([0.0, 0.5]), min_size=1, max_size=3)), reverse=True)
    tiers = [TierRule(f"tier {k}", None if on == "class" else begin, "", "", draw(rates)) for k, begin in enumerate(begins)]
    tiers.append(TierRule("last", None, "", "", draw(rates)))
    rule = Rule(draw(st.sampled_from(["profit", "number", "f1", "capacity"])))
    threshold = Threshold(draw(shares), rule, "", on=draw(st.sampled_from(["probability", "expected_profit"])))
    value = draw(st.none() | st.sampled_from([0.0, 1.0, 50.0]))
    return Policy(threshold, tuple(tiers), on, value=value, cost=draw(st.sampled_from([0.0, 3.0])), declared=draw(st.booleans()))


@given(policies(), st.data())
def test_one_lead_gets_the_decision_that_it_gets_in_a_table(policy, data):
    count = len(policy.tiers) - 1 if policy.tiers_on == "class" else 1
    reach = sorted(data.draw(st.lists(shares | st.just(0.5), min_size=count, max_size=count)), reverse=True)
    value, cost = data.draw(money), data.draw(money)
    arrays = {name: None if amount is None else np.array([amount]) for name, amount in (("value", value), ("cost", cost))}
    many = apply_policy(policy, np.array([reach]), **arrays)
    tier, contact, profit, score = LeadPolicy(policy).decide(reach, value, cost)
    assert (tier, contact, score) == (policy.tiers[many.tier[0]], many.contact[0], many.score[0])
    assert (profit is None) == (many.expected_profit is None)
    assert profit is None or profit == many.expected_profit[0]
