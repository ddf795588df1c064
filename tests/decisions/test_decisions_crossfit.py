"""What is reported of a rule is what it keeps on leads that its cut was not chosen on."""

import numpy as np
import pytest

from leadrank.decisions import apply_policy, business_case, cross_fit, fit_policy
from leadrank.project import parse_project


def project(rule, **more):
    return parse_project({"target": {"column": "y", "positive": 1}, "decision": {"threshold": rule}, **more})


def simulated(n=300, seed=0):
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(-1, 1, n)))
    return (rng.random(n) < p).astype(np.int64), p[:, None], rng.integers(0, 5, n)


def measured(rule, n=300, seed=0, **more):
    y, reach, blocks = simulated(n, seed)
    policy = fit_policy(y, reach, project=project(rule, **more), draws=1)
    return policy, *cross_fit(policy, y, reach, blocks, project=project(rule, **more))


def test_the_precision_reported_is_the_one_to_come():
    inside, outside, true = [], [], []
    for seed in range(150):
        policy, found, _ = measured({"precision": 0.95}, seed=seed)
        p = simulated(seed=seed)[1][:, 0]
        inside.append(policy.threshold.precision)
        outside.append(found.threshold.precision)
        true.append(p[p >= policy.threshold.cut].mean())
    assert np.mean(inside) - np.mean(true) > 0.04
    assert abs(np.mean(outside) - np.mean(true)) < 0.025


@pytest.mark.parametrize("rule", ["f1", "balanced", {"precision": 0.6}, {"recall": 0.8}])
def test_no_lead_has_a_say_in_its_own_cut(rule):
    y, reach, blocks = simulated()
    plan = project(rule)
    policy = fit_policy(y, reach, project=plan, draws=1)
    called = cross_fit(policy, y, reach, blocks, project=plan)[1]
    other = np.where(blocks == 2, 1 - y, y)
    again = cross_fit(policy, other, reach, blocks, project=plan)[1]
    assert (called[blocks == 2] == again[blocks == 2]).all()
    assert (called != again).any()


@pytest.mark.parametrize("rule", [0.4, {"capacity": 60}, "profit"])
def test_rules_that_look_at_no_outcome_are_left_as_they_are(rule):
    policy, found, called = measured(rule, economics={"value": 50, "contact_cost": 10})
    assert found is policy
    assert (called == apply_policy(policy, simulated()[1]).contact).all()


def test_the_cut_in_use_stays_the_one_chosen_on_all_leads_and_the_counts_are_those_measured():
    y, _, _ = simulated()
    policy, found, called = measured({"recall": 0.8})
    assert (found.threshold.cut, found.threshold.because) == (policy.threshold.cut, policy.threshold.because)
    assert [t.at_least for t in found.tiers] == [t.at_least for t in policy.tiers]
    assert found.threshold.cross_fitted
    assert found.threshold.called == called.sum()
    assert found.threshold.recall == y[called].sum() / y.sum()
    assert sum(t.rows for t in found.tiers) == len(y)
    assert found.tiers[-1].rows == (~called).sum()


def test_a_precision_that_will_not_be_kept_is_said():
    rng = np.random.default_rng(3)
    y = (rng.random(400) < 0.5).astype(np.int64)
    reach = rng.random((400, 1))
    plan = project({"precision": 0.95})
    policy = fit_policy(y, reach, project=plan, draws=1)
    found = cross_fit(policy, y, reach, rng.integers(0, 5, 400), project=plan)[0]
    assert [f.code for f in found.findings][-1] == "M459"
    assert "expect about" in found.findings[-1].message


def test_a_single_block_is_dealt_into_parts():
    y, reach, _ = simulated()
    plan = project({"precision": 0.6})
    policy = fit_policy(y, reach, project=plan, draws=1)
    assert cross_fit(policy, y, reach, np.zeros(len(y), np.int64), project=plan)[0].threshold.cross_fitted


def test_amounts_by_lead_and_ordered_classes_are_cross_fitted_too():
    y, reach, blocks = simulated()
    money = {"economics": {"value_column": "Amount", "contact_cost": 2}}
    amount = np.where(blocks == 1, np.nan, 50.0)
    policy = fit_policy(y, reach, project=project("f1", **money), value=amount, draws=1)
    assert cross_fit(policy, y, reach, blocks, project=project("f1", **money), value=amount)[0].threshold.cross_fitted
    plan = parse_project({"target": {"column": "y", "classes": ["Low", "Mid", "High"]}, "decision": {"threshold": "f1"}})
    classes, both = y + y * (blocks > 2), np.hstack([reach, reach / 2])
    tiers = fit_policy(classes, both, project=plan, draws=1)
    found, called = cross_fit(tiers, classes, both, blocks, project=plan)
    assert found.threshold.called == called.sum()


def test_the_business_case_counts_the_leads_that_were_called():
    y, reach, _ = simulated()
    policy, _, called = measured("f1", economics={"value": 50, "contact_cost": 10})
    plans = business_case(y, reach, policy, called=called, draws=5).plans
    assert plans[0].worked == called.sum()
    assert plans[0].conversions.value == y[called].sum()
    assert plans[2].worked == called.sum()
