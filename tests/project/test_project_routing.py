"""Routing and serving in a project file: read, refused in the user's words, and silent where nothing is said."""

from __future__ import annotations

import json

import pytest

from leadrank.errors import ProjectError
from leadrank.project import Project, Routing, Serving, parse_project, read_project

BARE = {"target": {"column": "y", "positive": 1}}
WHOLE = """
[target]
column = "y"
positive = 1

[routing]
strategy = "round-robin"
senior = "senior"
overdue = "keep"
[[routing.rule]]
team = "north"
when = { column = "Region", is = ["North", "North West"] }
[[routing.rule]]
team = "big"
tier = ["High", "Medium"]
when = { column = "Employees", is = 500 }
[[routing.rule]]
team = "inside"

[serving]
unknown_events = "refuse"
do_not_call = "Do Not Call"
do_not_email = "Do Not Email"
strict = true
"""


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "leadrank.toml"
    path.write_text(WHOLE)
    return read_project(path)


def test_a_project_file_says_who_gets_which_leads(whole):
    routing = whole.routing
    assert (routing.strategy, routing.senior, routing.overdue) == ("round-robin", "senior", "keep")
    assert [(rule.team, rule.tier) for rule in routing.rule] == [("north", ()), ("big", ("High", "Medium")), ("inside", ())]
    assert routing.rule[0].when.column == "Region"
    assert routing.rule[0].when.among == ("North", "North West")
    assert routing.rule[1].when.among == ("500",)
    assert whole.serving == Serving(unknown_events="refuse", do_not_call="Do Not Call", do_not_email="Do Not Email", strict=True)


def test_a_project_without_these_sections_works():
    project = parse_project(BARE)
    assert project.routing == Routing()
    assert (project.routing.strategy, project.routing.overdue, project.routing.rule) == ("least-loaded", "reassign", ())
    assert project.serving == Serving()


def test_a_project_that_does_not_use_them_is_written_as_before():
    assert not {"routing", "serving"} & set(json.loads(parse_project(BARE).to_json()))


def test_a_project_of_a_bundle_that_was_written_before_is_read():
    former = {name: value for name, value in json.loads(parse_project(BARE).to_json()).items() if name not in {"routing", "serving"}}
    assert Project.from_json(json.dumps(former).encode()) == parse_project(BARE)


def test_a_project_that_uses_them_survives_a_bundle(whole):
    assert Project.from_json(whole.to_json()) == whole
    assert b'"is":["North","North West"]' in whole.to_json()


@pytest.mark.parametrize(("routing", "said"), [
    ({"strategy": "round robin"}, "Did you mean 'round-robin'?"),
    ({"rules": []}, "Did you mean 'rule'?"),
    ({"rule": [{"team": "a", "when": {"column": "Region", "iss": ["North"]}}]}, "Did you mean 'is'?"),
    ({"rule": [{"team": "a", "when": {"column": "Region", "is": []}}]}, "routing.rule.0.when.is"),
    ({"rule": [{"tier": ["High"]}]}, "routing.rule.0.team: is needed"),
    ({"rule": [{"team": "a"}, {"team": "b", "tier": "High"}]}, "the rule for team 'a' takes every lead"),
    ({"rule": [{"team": "a", "tier": ["Hihg"]}]}, "the tier 'Hihg', which is none of ['High', 'Medium', 'Low']"),
])
def test_a_mistake_about_routing_is_said_in_the_users_words(routing, said):
    with pytest.raises(ProjectError) as problem:
        parse_project({**BARE, "routing": routing})
    assert said in str(problem.value)


@pytest.mark.parametrize("declared", [
    {"target": {"column": "y", "classes": ["Cold", "Hot"]}},
    {"target": {"column": "y", "positive": 1}, "tier": [{"name": "Hot", "at_least": 0.5}]},
    {"target": {"column": "y"}},
])
def test_a_rule_may_name_every_tier_that_there_can_be(declared):
    assert parse_project({**declared, "routing": {"rule": [{"team": "a", "tier": ["Hot"]}]}}).routing.rule[0].tier == ("Hot",)


def test_the_tier_below_the_lowest_declared_one_can_be_routed():
    declared = {**BARE, "tier": [{"name": "Hot", "at_least": 0.5}], "routing": {"rule": [{"team": "a", "tier": ["Low"]}]}}
    assert parse_project(declared).routing.rule[0].tier == ("Low",)


def test_what_campaigns_cost_stays_out_of_a_bundle_where_nothing_is_said_so_that_older_versions_read_it():
    assert b"marketing_cost" not in parse_project(BARE).to_json()
    whole = parse_project(BARE | {"economics": {"marketing_cost": 3000.0}})
    assert Project.from_json(whole.to_json()) == whole


@pytest.mark.parametrize(("zone", "said"), [
    ("Asia/Kolkatta", "serving.timezone: a time zone such as 'Europe/Berlin' was expected; 'Asia/Kolkatta' came. Did you mean 'Asia/Kolkata'?"),
    ("kolkata", "Did you mean 'Asia/Kolkata'?"), ("europe/berlin", "Did you mean 'Europe/Berlin'?"), ("../UTC", "'../UTC' came"),
    ("America", "'America' came"), ("", "'' came"), ("Mars/Olympus Mons", "'Mars/Olympus Mons' came"), (5.5, "serving.timezone: a text in quotes"),
])
def test_a_time_zone_that_nobody_knows_is_refused_with_the_nearest_one(zone, said):
    with pytest.raises(ProjectError) as problem:
        parse_project({**BARE, "serving": {"timezone": zone}})
    assert said in str(problem.value)
    assert "?." not in str(problem.value)


def test_a_time_zone_survives_a_bundle_and_utc_stays_out_of_it_so_that_older_versions_read_it():
    whole = parse_project({**BARE, "serving": {"timezone": "Asia/Kolkata"}})
    assert Project.from_json(whole.to_json()) == whole
    assert whole.serving.zone.key == "Asia/Kolkata"
    assert b"timezone" not in parse_project({**BARE, "serving": {"strict": True, "title": ["name"]}}).to_json()


def test_a_bundle_with_a_time_zone_that_this_machine_does_not_know_says_so():
    whole = parse_project({**BARE, "serving": {"timezone": "Asia/Kolkata"}}).to_json()
    with pytest.raises(ValueError, match=r"serving\.timezone.*Did you mean 'Asia/Kolkata'"):
        Project.from_json(whole.replace(b"Asia/Kolkata", b"Asia/Kolkatta"))
