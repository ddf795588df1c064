"""Who gets which lead: rules, room, turns, and a reason for each."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.decisions import Arrival, Rep, route, route_each
from leadrank.project import parse_project

RULES = [
    {"team": "north", "when": {"column": "Region", "is": ["North", "Arctic"]}},
    {"team": "key", "tier": ["High", "Medium"], "when": {"column": "Employees", "is": 500}},
    {"team": "inside", "tier": ["Low"]},
]


def rules(*declared):
    return parse_project({"target": {"column": "y", "positive": 1}, "routing": {"rule": list(declared)}}).routing.rule


def routed(reps, tier="Medium", fields=None, declared=(), **more):
    return route(tier=tier, best_tier=tier == "High", fields=fields or {}, rules=rules(*declared), reps=reps, **more)


TEAM = [Rep("Ann", "north", 20, 3, 5), Rep("Bob", "north", 20, 5, 1), Rep("Cid", "south", 20, 0, 9), Rep("Sue", "senior", 5, 0, 0)]


def test_a_region_leads_to_its_team_and_to_the_rep_with_the_fewest_open_leads():
    found = routed(TEAM, fields={"Region": " north "}, declared=RULES)
    assert (found.owner, found.team) == ("Ann", "north")
    assert found.because == "Region is north: team north; Ann has 3 of 20 open leads, the fewest"


def test_round_robin_takes_who_has_waited_longest():
    found = routed(TEAM, fields={"Region": "North"}, declared=RULES, strategy="round-robin")
    assert found.owner == "Bob"
    assert found.because == "Region is North: team north; Bob has waited longest for a lead and has 5 of 20 open leads"


def test_a_rule_may_ask_for_tier_and_field_together():
    reps = [Rep("Kim", "key")]
    assert routed(reps, fields={"Employees": 500.0}, declared=RULES).because == (
        "Tier is Medium and Employees is 500: team key; Kim has 0 open leads, the fewest"
    )
    assert routed(reps, fields={"Employees": 499}, declared=RULES).because.startswith("No rule fits")


def test_the_first_rule_that_fits_counts():
    assert routed(TEAM, tier="Low", fields={"Region": "Arctic"}, declared=RULES).team == "north"


@pytest.mark.parametrize(("value", "word"), [(True, "true"), (3, "3"), (3.0, "3"), (2.5, "2.5"), (12345678.0, "12345678"), ("Ä", "ä")])
def test_words_of_a_rule_fit_fields_of_any_type(value, word):
    declared = {"team": "north", "when": {"column": "x", "is": [word]}}
    assert routed(TEAM, fields={"x": value}, declared=[declared]).team == "north"


@pytest.mark.parametrize("fields", [{}, {"Region": None}, {"Region": ""}, {"Region": ["North"]}, {"Region": float("nan")}])
def test_a_blank_or_odd_field_fits_no_rule(fields):
    assert routed(TEAM, fields=fields, declared=RULES[:1]).because.startswith("No rule fits: any team")


def test_the_senior_team_has_the_best_tier_before_any_rule():
    found = routed(TEAM, tier="High", fields={"Region": "North"}, declared=RULES, senior="senior")
    assert (found.owner, found.because) == ("Sue", "High is the best tier: team senior; Sue has 0 of 5 open leads, the fewest")


def test_the_senior_team_gets_other_leads_only_by_a_rule():
    assert routed(TEAM, senior="senior").owner == "Cid"
    assert routed(TEAM, senior="senior", declared=[{"team": "senior"}]).owner == "Sue"


def test_who_missed_a_deadline_has_room_once_somebody_else_has_the_lead_and_not_before():
    full = [Rep("Ann", capacity=1, load=1), Rep("Bob", capacity=2, load=1)]
    late = [Arrival("High", True, avoid="Ann"), Arrival("High", True, avoid="Bob")]
    assert [found.owner for found in route_each(late, rules=(), reps=full)] == ["Bob", "Ann"]
    assert [found.owner for found in route_each(late[::-1], rules=(), reps=full)] == [None, "Bob"]


def test_where_all_are_seniors_they_get_every_lead():
    assert routed(TEAM[3:], senior="senior").owner == "Sue"


def test_nobody_with_room_leaves_the_lead_to_its_team():
    full = [Rep("Ann", "north", 3, 3), Rep("Cid", "south", 20)]
    found = routed(full, fields={"Region": "North"}, declared=RULES)
    assert (found.owner, found.team, found.because) == (None, "north", "Region is North: team north; nobody in team north has room")


def test_a_team_without_members_says_so():
    found = routed(TEAM, tier="Low", declared=RULES)
    assert (found.owner, found.team, found.because) == (None, "inside", "Tier is Low: team inside; nobody is in team inside")


def test_without_reps_a_lead_waits():
    assert routed([]).because == "No rule fits: any team; nobody takes leads"


def test_who_missed_the_deadline_does_not_get_the_lead_again():
    found = routed(TEAM, fields={"Region": "North"}, declared=RULES, avoid="Ann")
    assert (found.owner, found.team) == ("Bob", "north")
    assert found.because.endswith("Bob has 5 of 20 open leads, the fewest; not Ann, who missed the deadline")


def test_a_lead_whose_late_owner_is_alone_waits_for_the_team():
    found = routed(TEAM, tier="High", senior="senior", avoid="Sue")
    assert (found.owner, found.team) == (None, "senior")
    assert found.because == "High is the best tier: team senior; nobody else in team senior has room; Sue missed the deadline"


def test_no_capacity_means_no_limit():
    assert routed([Rep("Ann", load=10_000)]).because == "No rule fits: any team; Ann has 10000 open leads, the fewest"
    assert routed([Rep("Ann", load=1)]).because == "No rule fits: any team; Ann has 1 open lead, the fewest"


def test_a_capacity_of_none_at_all_gets_nothing():
    assert routed([Rep("Ann", capacity=0)]).owner is None


names = st.sampled_from(["Ann", "Bob", "Cid", "Dee", "Eve", "Flo"])
reps_of = st.lists(
    st.builds(
        Rep, names, st.sampled_from(["north", "key", "inside", "senior", None]), st.none() | st.integers(0, 5), st.integers(0, 6), st.integers(0, 9)
    ),
    max_size=6, unique_by=lambda rep: rep.name,
)
arrivals = st.lists(
    st.builds(
        lambda tier, region, avoid: Arrival(tier, tier == "High", {"Region": region}, avoid),
        st.sampled_from(["High", "Medium", "Low"]), st.sampled_from(["North", "South", None]), st.none() | names,
    ), max_size=30,
)
strategies = st.sampled_from(["least-loaded", "round-robin"])


def one_by_one(leads, reps, strategy, senior):
    """Route as an operation does: each lead on its own, loads and turns counted in between."""
    reps = list(reps)
    for lead in leads:
        found = route(
            tier=lead.tier, best_tier=lead.best_tier, fields=lead.fields, rules=rules(*RULES), reps=reps, strategy=strategy, senior=senior,
            avoid=lead.avoid,
        )
        last = max((rep.turn for rep in reps), default=0)
        reps = [replace(rep, load=rep.load + 1, turn=last + 1) if rep.name == found.owner else rep for rep in reps]
        reps = [replace(rep, load=rep.load - 1) if found.owner is not None and rep.name == lead.avoid else rep for rep in reps]
        yield found


@given(arrivals, reps_of, strategies, st.sampled_from([None, "senior"]))
@settings(deadline=None)
def test_nobody_gets_more_than_the_capacity_or_a_lead_that_was_missed(leads, reps, strategy, senior):
    late = Counter(lead.avoid for lead in leads)
    reps = [replace(rep, load=rep.load + late[rep.name]) for rep in reps]
    found = list(route_each(leads, rules=rules(*RULES), reps=reps, strategy=strategy, senior=senior))
    load = Counter({rep.name: rep.load for rep in reps})
    for lead, one in zip(leads, found, strict=True):
        if one.owner is not None:
            load.subtract([lead.avoid])
            load.update([one.owner])
        assert all(rep.capacity is None or load[rep.name] <= max(rep.capacity, rep.load) for rep in reps)
    for lead, one in zip(leads, found, strict=True):
        assert one.owner is None or one.owner != lead.avoid
        assert one.because


@given(arrivals, reps_of, strategies, st.sampled_from([None, "senior"]), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_many_leads_are_routed_as_one_after_the_other_and_in_whatever_order_reps_are_named(leads, reps, strategy, senior, shuffler):
    found = list(route_each(leads, rules=rules(*RULES), reps=reps, strategy=strategy, senior=senior))
    assert found == list(one_by_one(leads, reps, strategy, senior))
    shuffled = list(reps)
    shuffler.shuffle(shuffled)
    assert [one.owner for one in route_each(leads, rules=rules(*RULES), reps=shuffled, strategy=strategy, senior=senior)] == [
        one.owner for one in found
    ]


@given(st.integers(1, 7), st.integers(0, 60), strategies)
@settings(deadline=None)
def test_equals_get_as_many_leads_give_or_take_one(members, leads, strategy):
    reps = [Rep(f"rep {k}") for k in range(members)]
    found = Counter(one.owner for one in route_each([Arrival("Low", False)] * leads, rules=(), reps=reps, strategy=strategy))
    shares = [found[rep.name] for rep in reps]
    assert sum(shares) == leads
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("strategy", ["least-loaded", "round-robin"])
def test_a_hundred_thousand_leads_are_shared_out_within_every_capacity(strategy):
    rng = np.random.default_rng(0)
    teams = ["north", "key", "inside", "senior", "other"]
    reps = [Rep(f"rep {k:02}", teams[k % 5], None if k % 10 == 4 else int(rng.integers(500, 4000)), int(rng.integers(0, 100))) for k in range(40)]
    tiers, regions, sizes = (rng.choice(of, 100_000) for of in (["High", "Medium", "Low"], ["North", "South", ""], [10, 500]))
    leads = [Arrival(t, t == "High", {"Region": r, "Employees": int(s)}) for t, r, s in zip(tiers.tolist(), regions.tolist(), sizes, strict=True)]
    start = time.perf_counter()
    found = list(route_each(leads, rules=rules(*RULES), reps=reps, strategy=strategy, senior="senior"))
    assert time.perf_counter() - start < 20  # a few seconds on a machine with nothing else to do
    given_to, waiting = Counter(one.owner for one in found), Counter(one.team for one in found if one.owner is None)
    for rep in reps:
        assert rep.capacity is None or rep.load + given_to[rep.name] <= rep.capacity
    for team in filter(None, waiting):
        assert all(rep.load + given_to[rep.name] == rep.capacity for rep in reps if rep.team == team)
    assert found == list(route_each(leads, rules=rules(*RULES), reps=reps, strategy=strategy, senior="senior"))
