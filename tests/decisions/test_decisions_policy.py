"""One policy for one lead and a million: tiers partition, twins agree, JSON holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions import Policy, apply_policy, default_tiers, fit_policy
from leadrank.errors import UsageError
from leadrank.project import parse_project
from leadrank.records import read_record, write_record

MONEY = {"value": 49.99, "contact_cost": 3.25, "currency": "USD"}


def project(**more):
    target = {"column": "y"} | ({"classes": more.pop("classes")} if "classes" in more else {"positive": 1})
    return parse_project({"target": target, **more})


def simulated(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, n)
    return (rng.random(n) < p).astype(np.int64), p[:, None]


def learned(n=1200, seed=0):
    rng = np.random.default_rng(seed)
    best = rng.uniform(0, 1, n) ** 3
    reach = np.column_stack([best + (1 - best) * rng.uniform(0, 1, n), best])
    return (rng.random(n)[:, None] < reach).sum(axis=1).astype(np.int64), reach


RULES = [0.35, "f1", "balanced", "profit", {"precision": 0.5}, {"recall": 0.8}, {"capacity": 200}]


@pytest.fixture(scope="module", params=[str(rule) for rule in RULES])
def fitted(request):
    rule = RULES[[str(r) for r in RULES].index(request.param)]
    return fit_policy(*simulated(), project=project(decision={"threshold": rule}, economics=MONEY), draws=30)


def test_low_is_what_is_not_called_by_every_rule(fitted):
    _, reach = simulated(seed=1)
    decided = apply_policy(fitted, reach)
    assert ((decided.tier == 2) == ~decided.contact).all()
    assert [tier.name for tier in fitted.tiers] == ["High", "Medium", "Low"]


def test_a_policy_survives_json(fitted):
    assert read_record(Policy, write_record(fitted)) == fitted


def test_one_lead_and_a_batch_agree_to_the_last_bit(fitted):
    _, reach = simulated(301, seed=2)
    batch = apply_policy(fitted, reach)
    for row in range(0, 301, 7):
        one = apply_policy(fitted, reach[row : row + 1])
        assert (one.tier[0], one.contact[0], one.score[0]) == (batch.tier[row], batch.contact[row], batch.score[row])
        assert one.expected_profit[0] == batch.expected_profit[row]


def test_tiers_count_the_leads_they_were_fitted_on(fitted):
    y, reach = simulated()
    assert sum(t.rows for t in fitted.tiers) == len(y)
    assert sum(t.converted for t in fitted.tiers) == y.sum()
    assert fitted.threshold.called == apply_policy(fitted, reach).contact.sum()


def test_high_catches_half_of_the_expected_conversions_above_the_cut():
    y, reach = simulated(4000)
    policy = fit_policy(y, reach, project=project(economics=MONEY), draws=10)
    decided = apply_policy(policy, reach)
    expected = reach[:, 0]
    assert expected[decided.tier == 0].sum() / expected[decided.contact].sum() == pytest.approx(0.5, abs=0.01)


def test_the_default_rule_is_profit_with_money_and_balanced_without():
    y, reach = simulated()
    assert fit_policy(y, reach, project=project(economics=MONEY), draws=10).threshold.rule.name == "profit"
    assert fit_policy(y, reach, project=project(), draws=10).threshold.rule.name == "balanced"
    free = project(economics={"value": 10})
    assert fit_policy(y, reach, project=free, draws=10).threshold.rule.name == "balanced"


def test_constant_money_contacts_exactly_the_leads_above_the_cut():
    policy = fit_policy(*simulated(), project=project(economics=MONEY), draws=10)
    cut = policy.threshold.cut
    reach = np.array([[np.nextafter(cut, 0)], [cut], [np.nextafter(cut, 1)]])
    assert apply_policy(policy, reach).contact.tolist() == [False, True, True]


def test_scores_are_hundred_times_the_probability():
    policy = fit_policy(*simulated(), project=project(), draws=10)
    assert apply_policy(policy, np.array([[0.0], [0.126], [1.0]])).score.tolist() == [0, 13, 100]


def test_without_a_value_there_is_no_expected_profit():
    policy = fit_policy(*simulated(), project=project(), draws=10)
    assert apply_policy(policy, np.array([[0.5]])).expected_profit is None


def by_lead(n=1500, seed=5):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < 0.05, np.nan, rng.lognormal(3, 1, n)), rng.uniform(1, 6, n)


def test_money_by_lead_decides_lead_by_lead():
    (y, reach), (value, cost) = simulated(), by_lead()
    plan = project(economics={"value_column": "Amount", "contact_cost_column": "Cost"})
    policy = fit_policy(y, reach, project=plan, value=value, cost=cost, draws=10)
    decided = apply_policy(policy, reach, value=value, cost=cost)
    filled = np.where(np.isnan(value), np.nanmean(value), value)
    assert (decided.contact == (reach[:, 0] * filled > cost)).all()
    assert ((decided.tier == 2) == ~decided.contact).all()
    assert (policy.per_lead, policy.tiers_on, policy.threshold.on) == (True, "expected_profit", "expected_profit")
    one = apply_policy(policy, reach[:1], value=value[:1], cost=cost[:1])
    assert one.expected_profit[0] == decided.expected_profit[0]


def test_money_by_lead_earns_more_than_one_cut_for_all():
    (y, reach), (value, cost) = simulated(6000), by_lead(6000)
    plan = project(economics={"value_column": "Amount", "contact_cost_column": "Cost"})
    policy = fit_policy(y, reach, project=plan, value=value, cost=cost, draws=10)
    assert min(policy.threshold.regret.regret) > 0
    assert policy.threshold.regret_here == 0


def test_capacity_with_money_by_lead_takes_the_most_profitable():
    (y, reach), (value, cost) = simulated(), by_lead()
    plan = project(economics={"value_column": "Amount", "contact_cost": 2}, decision={"threshold": {"capacity": 100}})
    policy = fit_policy(y, reach, project=plan, value=value, draws=10)
    decided = apply_policy(policy, reach, value=value)
    assert decided.contact.sum() == 100
    assert decided.expected_profit[decided.contact].min() > decided.expected_profit[~decided.contact].max()
    assert cost is not None


def test_money_columns_without_amounts_are_a_usage_error():
    plan = project(economics={"value_column": "Amount", "contact_cost": 2})
    with pytest.raises(UsageError, match="Amount"):
        fit_policy(*simulated(), project=plan)
    with pytest.raises(UsageError, match="holds no amount"):
        fit_policy(*simulated(), project=plan, value=np.full(1500, np.nan))


def test_profit_without_a_value_is_a_usage_error():
    with pytest.raises(UsageError, match="worth"):
        fit_policy(*simulated(), project=project(decision={"threshold": "profit"}))


def test_the_users_own_tiers_are_respected_and_completed():
    tiers = [{"name": "Cool", "at_least": 0.2}, {"name": "Hot", "at_least": 0.6, "action": "Ring.", "within": "1 hour"}]
    policy = fit_policy(*simulated(), project=project(tier=tiers, decision={"threshold": 0.4}), draws=10)
    assert [(t.name, t.at_least) for t in policy.tiers] == [("Hot", 0.6), ("Cool", 0.2), ("Low", None)]
    assert (policy.tiers[0].action, policy.tiers[0].within) == ("Ring.", "1 hour")
    assert apply_policy(policy, np.array([[0.6], [0.59], [0.2], [0.1]])).tier.tolist() == [0, 1, 1, 2]
    assert {f.code for f in policy.findings} == {"M457", "M458"}


def test_a_tier_that_begins_at_zero_is_the_last():
    tiers = [{"name": "Hot", "at_least": 0.6}, {"name": "Rest", "at_least": 0}]
    policy = fit_policy(*simulated(), project=project(tier=tiers, decision={"threshold": 0.6}), draws=10)
    assert [t.name for t in policy.tiers] == ["Hot", "Rest"]
    assert policy.findings == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_default_tiers_partition_and_never_overlap(probabilities, cut):
    p = np.array(probabilities)
    high, medium, low = default_tiers(p, p, cut)
    assert high.at_least >= medium.at_least == cut
    assert low.at_least is None


LEARNED = {"classes": ["Low", "Medium", "High"]}


def test_a_learned_tier_is_the_likeliest_class():
    y, reach = learned()
    policy = fit_policy(y, reach, project=project(**LEARNED), draws=10)
    decided = apply_policy(policy, np.array([[0.9, 0.8], [0.9, 0.1], [0.2, 0.1]]))
    assert [policy.tiers[k].name for k in decided.tier] == ["High", "Medium", "Low"]
    assert decided.expected_profit is None
    assert decided.score.tolist() == [80, 10, 10]
    assert policy.threshold.rule.name == "balanced"


def test_expected_profit_of_learned_tiers_is_declared_not_measured():
    tiers = [
        {"name": "High", "expected_conversion": [0.35, 0.40]},
        {"name": "Medium", "expected_conversion": [0.15, 0.20]},
        {"name": "Low", "expected_conversion": [0.02, 0.05]},
    ]
    plan = project(tier=tiers, economics={"value": 100, "contact_cost": 10}, **LEARNED)
    policy = fit_policy(*learned(), project=plan, draws=10)
    decided = apply_policy(policy, np.array([[0.9, 0.4], [0.1, 0.0]]))
    expected = [100 * (0.4 * 0.375 + 0.5 * 0.175 + 0.1 * 0.035) - 10, 100 * (0.1 * 0.175 + 0.9 * 0.035) - 10]
    assert decided.expected_profit == pytest.approx(expected)
    assert decided.contact.tolist() == [True, False]
    assert policy.declared
    assert policy.findings == ()


def test_learned_tiers_without_declared_rates_have_no_expected_profit_and_say_so():
    plan = project(economics={"value": 100, "contact_cost": 10}, **LEARNED)
    policy = fit_policy(*learned(), project=plan, draws=10)
    assert apply_policy(policy, np.array([[0.9, 0.4]])).expected_profit is None
    assert [f.code for f in policy.findings] == ["M456"]


def test_one_learned_lead_and_a_batch_agree_to_the_last_bit():
    tiers = [{"name": "High", "expected_conversion": [0.3, 0.4]}, {"name": "Medium", "expected_conversion": [0.1, 0.2]}]
    plan = project(tier=tiers, economics={"value": 100, "contact_cost": 10}, **LEARNED)
    y, reach = learned()
    policy = fit_policy(y, reach, project=plan, draws=10)
    batch = apply_policy(policy, reach)
    for row in range(0, len(y), 50):
        one = apply_policy(policy, reach[row : row + 1])
        assert (one.tier[0], one.expected_profit[0]) == (batch.tier[row], batch.expected_profit[row])


def test_tiers_that_do_not_fit_the_outcome_are_a_usage_error():
    named = parse_project({"target": {"column": "y"}, "tier": [{"name": "Hihg", "at_least": 0.5}]})
    with pytest.raises(UsageError, match="Did you mean 'High'"):
        fit_policy(*learned(), project=named, classes=("Low", "Medium", "High"))
    endless = parse_project({"target": {"column": "y"}, "tier": [{"name": "High"}]})
    with pytest.raises(UsageError, match="no beginning"):
        fit_policy(*simulated(), project=endless)


def test_no_lead_at_all_is_decided_too():
    policy = fit_policy(*simulated(), project=project(economics=MONEY), draws=10)
    assert len(apply_policy(policy, np.zeros((0, 1))).tier) == 0


@pytest.mark.parametrize("rule", ["f1", "balanced", {"precision": 0.5}, {"recall": 0.5}, {"capacity": 3}])
@pytest.mark.parametrize("y", [np.zeros(6, np.int64), np.ones(6, np.int64)])
def test_one_class_and_six_leads_still_give_a_policy(rule, y):
    policy = fit_policy(y, np.linspace(0.1, 0.6, 6)[:, None], project=project(decision={"threshold": rule}), draws=5)
    assert apply_policy(policy, np.array([[0.3]])).tier.shape == (1,)


rows = st.lists(st.tuples(st.booleans(), st.integers(0, 10), st.floats(0, 1e4) | st.just(np.nan)), min_size=1, max_size=25)


@given(rows, st.sampled_from([*RULES, None]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_small_table_gives_a_policy_whose_low_is_not_called(table, rule, by_lead):
    y, reach = np.array([int(a) for a, _, _ in table]), np.array([[b / 10] for _, b, _ in table])
    value = np.array([c for _, _, c in table])
    if by_lead and np.isnan(value).all():
        return
    economics = {"value_column": "v", "contact_cost": 2} if by_lead else {"value": 7.0, "contact_cost": 0.3}
    plan = project(economics=economics, **({"decision": {"threshold": rule}} if rule is not None else {}))
    policy = fit_policy(y, reach, project=plan, value=value if by_lead else None, draws=5)
    decided = apply_policy(policy, reach, value=value if by_lead else None)
    assert ((decided.tier == 2) == ~decided.contact).all()
    assert b"NaN" not in write_record(policy)
    assert read_record(Policy, write_record(policy)) == policy
    if policy.threshold.regret is not None:
        assert min(policy.threshold.regret.regret) >= 0
        assert policy.threshold.regret_here >= -1e-9
