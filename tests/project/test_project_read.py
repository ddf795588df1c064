"""The project file: every declaration of the design is read, every mistake is said in the user's words, all at once."""

from __future__ import annotations

import contextlib
import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import LeadrankError, ProjectError
from leadrank.project import ACCEPTED, GroupMedian, Project, blocked_columns, parse_project, read_project
from leadrank.project.learners import BOUNDS, OTHERS, known_settings

WHOLE = """
name = "x-education"
domain = "education"

[lead]
table = "Leads.csv"
key = "Prospect ID"
order = "Lead Number"
null_words = ["Select"]
exclude = ["Country"]
[lead.columns]
"Tags" = { known_at_scoring = false, because = "filled in after the call" }
"City" = { type = "category", sensitive = true, missing = "mode", description = "where the form was filled in" }
"Income" = { missing = { group_median = ["City", "Age"] }, bins = [0, 10, 20], actionable = "up" }

[target]
column = "Converted"
positive = 1

[economics]
value = 49.99
contact_cost = 3.25

[decision]
threshold = { capacity = 40 }
[[tier]]
name = "High"
at_least = 0.7
action = "Priority follow-up."
within = "24 hours"
expected_conversion = [0.35, 0.40]

[validation]
share = 0.1

[model]
candidates = ["catboost", "logistic"]
budget = "45 seconds"
folds = 5
resampling = "none"
[model.xgboost]
tune = false
max_depth = 6
"""
BARE = {"target": {"column": "y"}}


def with_model(**model):
    return parse_project({**BARE, "model": model}).model


def test_the_whole_file_of_the_design_is_read(tmp_path):
    (tmp_path / "leadrank.toml").write_text(WHOLE)
    project = read_project(tmp_path / "leadrank.toml")
    assert project.lead.table == str(tmp_path / "Leads.csv")
    assert project.target.positive == "1"
    assert project.lead.columns["Income"].missing == GroupMedian(group_median=("City", "Age"))
    assert project.decision.threshold.capacity == 40
    assert project.tier[0].expected_conversion == (0.35, 0.40)
    assert project.model.budget == 45
    assert project.model.xgboost.given == {"max_depth": 6}
    assert project.model.xgboost.tune is False
    assert project.economics.known
    assert Project.model_validate_json(project.model_dump_json()) == project


@pytest.mark.parametrize("table", ["/data/leads.csv", "postgresql://host/db#leads", "sqlite:///crm.db#leads"])
def test_absolute_places_are_kept(tmp_path, table):
    path = tmp_path / "leadrank.toml"
    path.write_text(f'[lead]\ntable = "{table}"\n[target]\ncolumn = "y"\n')
    assert read_project(path).lead.table == table


@pytest.mark.parametrize(("wrong", "said"), [
    ({"target": {"colum": "y"}}, "Did you mean 'column'"),
    ({"lead": {"columns": {"a": {"knwon_at_scoring": False}}}, **BARE}, "Did you mean 'known_at_scoring'"),
    ({}, "target: is needed"),
    ({"target": {"column": "y", "positive": 1, "classes": ["a", "b"]}}, "not both"),
    ({"target": {"column": "y", "classes": ["a"]}}, "at least two"),
    ({"target": {"column": "y", "classes": ["a", "a"]}}, "different names"),
    ({**BARE, "economics": {"value": 5, "value_column": "v"}}, "not both"),
    ({**BARE, "economics": {"value": -5}}, "greater than 0"),
    ({**BARE, "decision": {"threshold": {"precision": 0.9, "recall": 0.8}}}, "exactly one"),
    ({**BARE, "decision": {"threshold": 1.5}}, "decision.threshold"),
    ({**BARE, "model": {"budget": "45 parsecs"}}, "no length of time"),
    ({**BARE, "model": {"budget": 0}}, "greater than 0"),
    ({**BARE, "model": {"folds": 1}}, "folds"),
    ({**BARE, "model": {"candidates": ["catbost"]}}, "candidates"),
    ({**BARE, "validation": {"share": 0.95}}, "share"),
    ({**BARE, "tier": [{"name": "A", "at_least": 0.5}, {"name": "A", "at_least": 0.2}]}, "must differ"),
    ({"target": {"column": "y", "classes": ["lo", "hi"]}, "tier": [{"name": "mid"}]}, "not one of the target's classes"),
    ({"target": {"column": "y", "positive": 1}, "tier": [{"name": "A"}]}, "at_least"),
])
def test_a_mistake_is_said_in_words(wrong, said):
    with pytest.raises(ProjectError, match=said):
        parse_project(wrong)


@pytest.mark.parametrize(("settings", "said"), [
    ({"xgboost": {"tune": False, "max_dept": 6}}, "'max_dept' is no setting of XGBoost. Did you mean 'max_depth'?"),
    ({"lightgbm": {"num_leafs": 9}}, "Did you mean 'num_leaves'?"),
    ({"catboost": {"dept": 4}}, "Did you mean 'depth'?"),
    ({"random_forest": {"n_estimator": 9}}, "Did you mean 'n_estimators'?"),
    ({"logistic": {"CC": 1}}, "Did you mean 'C'?"),
    ({"naive_bayes": {"foo": 1}}, "It knows smoothing."),
    ({"dummy": {"foo": 1}}, "It has none."),
    ({"xgboost": {"random_state": 1}}, "Give `seed` in [model]"),
    ({"catboost": {"depth": "six"}}, "`depth` of CatBoost is a whole number from 1 to 16; 'six' came."),
    ({"catboost": {"depth": 40}}, "40 came"),
    ({"logistic": {"C": -1}}, "`C` of logistic regression is a number above 0; -1 came."),
    ({"logistic": {"penalty": "l3"}}, '"l1" or "l2"; \'l3\' came.'),
    ({"xgboost": {"subsample": 1.5}}, "a number above 0 to 1; 1.5 came."),
    ({"lightgbm": {"n_estimators": True}}, "a whole number from 1; True came."),
    ({"random_forest": {"max_features": "all"}}, 'a number above 0, or "sqrt" or "log2"; \'all\' came.'),
])
def test_a_slip_in_the_settings_of_a_learner_is_told_before_anything_is_learned(settings, said):
    with pytest.raises(ProjectError) as caught:
        with_model(**settings)
    assert said in str(caught.value)


def test_every_slip_of_one_learner_is_told():
    with pytest.raises(ProjectError, match=r"'a' is no setting.*'b' is no setting"):
        with_model(logistic={"a": 1, "b": 2})


def test_settings_that_a_learner_knows_are_kept():
    model = with_model(catboost={"depth": 4, "seeds": 2, "nan_mode": "Min"}, random_forest={"max_features": "sqrt", "class_weight": "balanced"})
    assert model.catboost.given == {"depth": 4, "seeds": 2, "nan_mode": "Min"}
    assert model.random_forest.given == {"max_features": "sqrt", "class_weight": "balanced"}


def test_the_declared_names_are_those_of_the_libraries():
    catboost, lightgbm, xgboost = (pytest.importorskip(name) for name in ("catboost", "lightgbm", "xgboost"))
    from sklearn.ensemble import RandomForestClassifier

    aliases = lightgbm.basic._ConfigAliases._get_all_param_aliases()
    native = {"eta", "lambda", "alpha", "min_split_loss", "rate_drop", "skip_drop", "one_drop", "sample_type", "normalize_type", "refresh_leaf"}
    assert known_settings("lightgbm") <= {*aliases, *(a for own in aliases.values() for a in own)}
    assert known_settings("catboost") <= {*inspect.signature(catboost.CatBoostClassifier.__init__).parameters, "seeds"}
    assert known_settings("xgboost") <= {*inspect.signature(xgboost.XGBModel.__init__).parameters, *native}
    assert known_settings("random_forest") <= set(RandomForestClassifier().get_params())
    assert not any(OTHERS[name] & set(BOUNDS[name]) for name in OTHERS)


EITHER = [
    ({"decision": {"threshold": 1.4}}, ["decision.threshold: a number from 0 to 1,", "1.4 came."]),
    ({"decision": {"threshold": "profits"}}, ["decision.threshold: a number from 0 to 1,", "'profits' came."]),
    ({"decision": {"threshold": {"precison": 0.9}}}, ["decision.threshold.precison: nobody knows this key. Did you mean 'precision'?"]),
    ({"decision": {"threshold": {"precision": 0.9, "recall": 0.8}}}, ["decision.threshold: name exactly one of precision, recall, capacity"]),
    ({"lead": {"columns": {"a": {"missing": "avg"}}}}, ['lead.columns.a.missing: "level", "mean", "median", "mode" or', "'avg' came."]),
    ({"lead": {"columns": {"missing": {"type": "nmber"}}}}, ["lead.columns.missing.type: ", "Did you mean 'number'?"]),
    ({"model": {"candidates": ["catbost"]}}, ["model.candidates.0: ", "Did you mean 'catboost'?"]),
    ({"domain": "educaton"}, ["domain: ", "Did you mean 'education'?"]),
    ({"model": {"folds": "five"}}, ["model.folds: a whole number was expected; 'five' came."]),
]


@pytest.mark.parametrize(("wrong", "said"), EITHER)
def test_each_key_is_told_of_once_and_in_the_words_of_the_file(wrong, said):
    with pytest.raises(ProjectError) as caught:
        parse_project({**BARE, **wrong})
    lines = caught.value.message.splitlines()[1:]
    assert len(lines) == 1
    assert all(part in lines[0] for part in said)
    assert not any(jargon in lines[0] for jargon in ("constrained", "literal[", "WantedThreshold", "GroupMedian", "Input should"))


@pytest.mark.parametrize(("domain", "column", "blocked"), [
    ("housing", {"sensitive": True}, True), ("credit", {"sensitive": True}, True), ("employment", {"sensitive": True, "because": " "}, True),
    ("housing", {"sensitive": True, "because": "the law asks for it"}, False), ("housing", {"sensitive": True, "because": ACCEPTED}, True),
    ("housing", {}, True), ("general", {"sensitive": True}, False), ("education", {"sensitive": True}, False),
])
def test_a_sensitive_column_needs_a_reason_where_scoring_people_is_regulated(domain, column, blocked):
    found = blocked_columns(parse_project({**BARE, "domain": domain, "lead": {"columns": {"gender": column}}}))
    assert [(f.code, f.column) for f in found] == ([("F301", "gender")] if blocked else [])


def test_all_mistakes_are_said_at_once():
    with pytest.raises(ProjectError) as caught:
        parse_project({"target": {"column": "y", "positve": 1}, "model": {"folds": 99}, "domain": "space"})
    assert all(word in str(caught.value) for word in ("positve", "folds", "domain"))


@pytest.mark.parametrize(("text", "seconds"), [
    ("45 seconds", 45), ("45", 45), ("1.5 minutes", 90), ("2m", 120), ("1 h", 3600), (" 30s ", 30), (12, 12), ("2 hours", 7200),
])
def test_a_budget_is_a_length_of_time(text, seconds):
    assert with_model(budget=text).budget == seconds


@pytest.mark.parametrize(("given_", "text"), [(True, "true"), (False, "false"), (1, "1"), (1.0, "1.0"), ("yes", "yes")])
def test_a_positive_value_is_kept_as_text(given_, text):
    assert parse_project({"target": {"column": "y", "positive": given_}}).target.positive == text


def test_a_project_is_frozen():
    with pytest.raises(Exception, match="frozen"):
        parse_project(BARE).name = "other"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a = ", b"[target]\ncolumn = 3", b"target = 1"])
def test_a_file_that_is_no_project_is_refused(tmp_path, content):
    path = tmp_path / "leadrank.toml"
    path.write_bytes(content)
    with pytest.raises(ProjectError):
        read_project(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ProjectError):
            read_project(path)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["column", "positive", "classes", "key", "columns", "share", "threshold", "budget", "zz"]), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["name", "lead", "target", "economics", "decision", "tier", "validation", "model"]), json_like))
@settings(max_examples=150, deadline=None)
def test_any_declaration_is_read_or_refused_in_words(raw):
    with contextlib.suppress(LeadrankError):
        parse_project(raw)


EVENTS = {"lead": {"key": "id", "created_at": "came"}, "event": [{"table": "sales", "key": "id", "occurred_at": "on"}]}


def test_a_moment_of_observation_that_is_none_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"target\.observed_until: .*'soon'"):
        parse_project(EVENTS | {"target": {"event": "sales", "observed_until": "soon"}})
    assert parse_project(EVENTS | {"target": {"event": "sales", "observed_until": "2024-06-30T12:00+02:00"}}).target.observed_until


def test_an_outcome_that_is_final_before_its_horizon_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"`final_after` \(10 days\) must not be before the horizon `within` \(30 days\)"):
        parse_project(EVENTS | {"target": {"event": "sales", "within": 30, "final_after": 10}})
