"""Training: repeatable to the byte, humble with little data, and never anything but a bundle or an error in words."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrank.bundle import save_bundle
from leadrank.errors import LeadrankError, UsageError
from leadrank.project import parse_project
from leadrank.score import Scorer


def saved(bundle, folder: Path) -> bytes:
    save_bundle(bundle, folder / "b.leadrank", version="0")
    return (folder / "b.leadrank").read_bytes()


def balanced(frame, each):
    return pl.concat([frame.filter(pl.col("won") == word).head(each) for word in ("yes", "no")])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("candidates", [["logistic", "lightgbm", "blend"], ["catboost"], ["random_forest", "xgboost"]])
def test_the_same_seed_trials_and_threads_give_the_same_bytes(learn, project, leads, tmp_path, threads, candidates):
    declared = project(model={"candidates": candidates, "threads": threads, "folds": 2}, validation={"share": 0.1})
    frame = leads(120, 3)
    assert saved(learn(declared, frame), tmp_path) == saved(learn(declared, frame), tmp_path)


def test_the_number_of_threads_changes_no_score(learn, project, leads):
    model = {"candidates": ["logistic", "lightgbm", "catboost", "blend"], "catboost": FEW_TREES["catboost"], "folds": 2}
    one, two = (learn(project(model={**model, "threads": t}), leads(150, 4)) for t in (1, 2))
    assert one.identity == two.identity
    assert one.report == two.report
    assert Scorer(one).many(leads(50, 5)).equals(Scorer(two).many(leads(50, 5)))


def test_the_clock_and_the_date_leave_no_trace_where_trials_are_given(learn, project, leads, tmp_path):
    from datetime import UTC, datetime

    declared = project()
    ticking = iter(range(10**6))
    dated = learn(declared, leads(), at=datetime(2026, 1, 1, tzinfo=UTC))
    from leadrank.train import train

    assert saved(train(declared, leads(), clock=lambda: float(next(ticking))), tmp_path) == saved(dated, tmp_path)


def test_another_seed_gives_another_model(learn, project, leads):
    settings_ = {"candidates": ["random_forest"], "random_forest": {"tune": False, "n_estimators": 5}}
    first, second = (learn(project(model={**settings_, "seed": s}), leads()) for s in (0, 1))
    assert first.identity != second.identity


def test_set_aside_rows_never_influence_the_model(learn, project, leads):
    declared = project(validation={"share": 0.25})
    first = learn(declared, leads())
    from leadrank.prepare import check

    rows = check(declared, leads(), salt=first.held_out.salt).set_aside
    spoilt = pl.int_range(240).is_in(rows.tolist())
    other = leads(240, 77).with_columns(leads()["id"])
    changed = leads().with_columns(*(pl.when(spoilt).then(other[c]).otherwise(pl.col(c)).alias(c) for c in leads().columns))
    second = learn(declared, changed.with_columns(source=pl.when(spoilt).then(pl.lit("a new one")).otherwise("source")))
    assert second.identity == first.identity
    assert second.held_out.hashes == first.held_out.hashes
    assert second.held_out.probabilities != first.held_out.probabilities
    assert replace(second, held_out=first.held_out, model=first.model) == first
    assert second.model.parts() == first.model.parts()


def test_figures_of_set_aside_rows_are_those_of_the_deployed_form(trained):
    bundle = trained("logistic")
    assert bundle.held_out.figures["rows"] == len(bundle.held_out.hashes)
    assert set(bundle.held_out.figures) == {"rows", "auc", "log_loss", "brier"}
    assert 0.5 < bundle.held_out.figures["auc"] <= 1


def test_twenty_and_twenty_leads_are_enough_for_a_humble_model(learn, leads):
    frame = balanced(leads(), 20)
    bundle = learn(parse_project({
        "target": {"column": "won"}, "lead": {"key": "id", "exclude": ["tier", "deal", "created"]}, "model": {"trials": 2}}), frame)
    assert bundle.report.verdict.word in {"provisional", "not enough evidence"}
    assert bundle.facts.chosen in {"logistic", "dummy"}
    scored = Scorer(bundle).many(leads(50, 6), reasons=1)
    assert (scored["probability_high"] - scored["probability_low"]).mean() > 0.2


@pytest.mark.parametrize("each", [1, 2, 3, 5])
def test_a_handful_of_leads_gives_a_model_that_doubts_itself(learn, project, leads, each):
    bundle = learn(project(), balanced(leads(), each))
    assert bundle.report.verdict.word == "not enough evidence"
    assert Scorer(bundle).many(leads(9, 1)).height == 9


@pytest.mark.parametrize("name", ["naive_bayes", "logistic", "catboost", "lightgbm", "xgboost", "random_forest"])
@pytest.mark.parametrize("case", ["one conversion", "no columns", "nearly constant", "only a leak"])
def test_every_learner_survives_a_poor_table(learn, project, leads, name, case):
    fixed = {"random_forest": {"n_estimators": 5}, "catboost": {"iterations": 5}, "lightgbm": {"n_estimators": 5}, "xgboost": {"n_estimators": 5}}
    model = {"candidates": [name], name: {"tune": False, **fixed.get(name, {})}, "folds": 2}
    frame = leads(60)
    if case == "one conversion":
        frame = pl.concat([frame.filter(pl.col("won") == "yes").head(1), frame.filter(pl.col("won") == "no")])
    elif case == "nearly constant":
        frame = frame.select("id", "won", n=pl.when(pl.int_range(60) == 7).then(pl.lit("2")).otherwise(pl.lit("1")))
    elif case == "only a leak":
        frame = frame.select("id", "won", status=pl.col("won").replace({"yes": "signed", "no": "gone"}))
    else:
        frame = frame.select("id", "won", same=pl.lit("x"), blank=pl.lit(""))
    bundle = learn(project(model=model, lead={"exclude": [c for c in ("tier", "deal", "created") if c in frame.columns]}), frame)
    scored = Scorer(bundle).many(frame, reasons=2)
    assert scored.height == frame.height
    assert scored["probability"].is_between(0, 1).all()
    assert Scorer(bundle).one(frame.row(0, named=True)).probability == scored["probability"][0]


def test_all_missing_and_very_wide_tables_are_learned_from(learn, project, leads):
    rng = np.random.default_rng(0)
    wide = leads(100).hstack([pl.Series(f"c{i}", rng.integers(0, 4, 100).astype(str)) for i in range(200)]).with_columns(empty=pl.lit(None))
    bundle = learn(project(model={"folds": 2}), wide)
    assert len(bundle.facts.importance) <= 60
    assert "empty" not in bundle.encoder.columns


HOSTILE = ["count", "level", "key", "row", "order", "probability", "score", "tier", "reasons", "model", "literal", "index", "__x__", "a|b", "{x}",
           "[0]", "seen (month)", "(threshold)", "⚡ café", "名前", "a" * 300, "\n", "'", '"', "None", "nan", "value_counts", "len"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_may_have_any_name(learn, project, leads, name):
    frame = leads(60).rename({"source": name} | ({"tier": "class"} if name == "tier" else {}))
    bundle = learn(project(model={"folds": 2}, lead={"exclude": ["deal", "created", "class" if name == "tier" else "tier"]}), frame)
    scored = Scorer(bundle).many(frame, reasons=2, keep=[name])
    assert name in bundle.encoder.columns
    assert Scorer(bundle).one(frame.row(3, named=True)).probability == pytest.approx(scored["probability"][3], abs=1e-9)


@pytest.mark.parametrize("name", ["probability", "score", "tier", "model", "count", "row"])
def test_a_key_may_have_any_name_and_is_not_lost(learn, project, leads, name):
    frame = leads(60).drop("tier").rename({"id": name})
    scored = Scorer(learn(project(lead={"key": name, "exclude": ["deal", "created"]}, model={"folds": 2}), frame)).many(frame)
    assert scored[scored.columns[0]].to_list() == frame[name].to_list()


def test_amounts_beyond_all_bounds_do_not_overflow(learn, project, leads):
    frame = leads(60).with_columns(deal=pl.when(pl.int_range(60) % 3 == 0).then(pl.lit("1e308")).otherwise(pl.lit("-1e308")))
    for threshold in ("profit", {"capacity": 5}):
        bundle = learn(project(economics={"value_column": "deal"}, decision={"threshold": threshold}, model={"folds": 2}), frame)
        scored = Scorer(bundle).many(frame)
        assert scored["expected_profit"].is_finite().all()
        assert Scorer(bundle).one(frame.row(0, named=True)).expected_profit == pytest.approx(scored["expected_profit"][0])


def test_a_group_that_is_excluded_cannot_fill_blanks(learn, project, leads):
    with pytest.raises(UsageError, match="tier"):
        learn(project(lead={"columns": {"fit": {"missing": {"group_median": ["tier"]}}}}), leads(60))


def test_the_order_of_time_gives_forward_blocks(learn, project, leads):
    bundle = learn(project(lead={"order": "created", "exclude": ["tier", "deal"]}), leads())
    assert bundle.facts.measured.startswith("out of time")
    assert "newest first" in [row.name for row in bundle.report.table]
    shuffled = learn(project(lead={"order": "created", "exclude": ["tier", "deal"]}, model={"split": "random"}), leads())
    assert shuffled.facts.measured.endswith("cross-validated")


def test_quarantined_columns_come_with_the_figures_with_and_without_them(learn, project, leads):
    frame = leads().with_columns(close_reason=pl.when(pl.col("won") == "yes").then(pl.lit("signed")).otherwise(pl.lit("gone")))
    facts = learn(project(), frame).facts
    assert facts.quarantined == ("close_reason",)
    assert facts.with_quarantined["auc_with"] > 0.99 > facts.with_quarantined["auc_without"]


@pytest.mark.parametrize("kind", ["weights", "ordered weights"])
def test_resampling_is_warned_about_with_what_it_does(trained, kind):
    found = [f for f in trained(kind).findings if f.code == "M403"]
    assert found[0].severity == "warning"
    assert found[0].evidence["raw"] > 0


@pytest.mark.parametrize("columns", [
    {"fit": {"missing": "mean"}}, {"fit": {"missing": "median"}}, {"fit": {"missing": "mode"}}, {"source": {"missing": "mode"}},
    {"fit": {"missing": {"group_median": ["source"]}}}, {"visits": {"bins": [1, 3, 5]}},
])
def test_missing_rules_and_bins_are_scored_as_they_were_learned(learn, project, leads, columns):
    bundle = learn(project(lead={"columns": columns}, model={"folds": 2}), leads(100))
    scored = Scorer(bundle).many(leads(40, 9))
    assert [Scorer(bundle).one(row).probability for row in leads(40, 9).to_dicts()] == pytest.approx(scored["probability"].to_list(), abs=1e-9)


cells = st.none() | st.text(max_size=4) | st.sampled_from(
    ["", "NA", "1", "2.5", "1e308", "-1e308", "2024-01-01", "31/12/1999", "yes", "Select", "∞", "1,000"])


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 24))
    names = draw(st.lists(st.text(min_size=1, max_size=5) | st.sampled_from(["count", "level", "tier"]), max_size=4, unique=True))
    made = {name: draw(st.lists(cells, min_size=rows, max_size=rows)) for name in names if name not in {"won", "key"}}
    won = draw(st.lists(st.sampled_from(["yes", "no", "no", "yes", None, "open"]), min_size=rows, max_size=rows))
    return pl.DataFrame({**made, "won": won}, schema={**dict.fromkeys(made, pl.String), "won": pl.String})


declarations = st.fixed_dictionaries({}, optional={
    "validation": st.just({"share": 0.3}), "economics": st.sampled_from([{"value": 10, "contact_cost": 1}, {"value_column": "count"}]),
    "decision": st.sampled_from([{"threshold": t} for t in (0.5, "f1", "balanced", {"capacity": 3}, {"recall": 0.8}, {"precision": 0.99})]),
})


def train_or_refuse(learn, frame, declared, name):
    with suppress(LeadrankError):
        project = parse_project({
            "target": {"column": "won", "positive": "yes"}, "model": {"trials": 1, "folds": 2, "candidates": [name], name: FEW_TREES.get(name, {})},
            **declared,
        })
        scorer = Scorer(learn(project, frame))
        scored = scorer.many(frame, reasons=2)
        assert scored.height == frame.height
        for row, lead in enumerate(frame.head(3).to_dicts()):
            assert abs(scorer.one(lead, reasons=2).probability - scored["probability"][row]) < 1e-9


FEW_TREES = {"random_forest": {"tune": False, "n_estimators": 4}, "catboost": {"tune": False, "iterations": 4},
             "lightgbm": {"tune": False, "n_estimators": 4}, "xgboost": {"tune": False, "n_estimators": 4}}


@given(tables(), declarations, st.sampled_from(["logistic", "naive_bayes", "dummy", "lightgbm", "catboost"]))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_table_gives_a_model_or_an_error_in_words(learn, frame, declared, name):
    train_or_refuse(learn, frame, declared, name)


@pytest.mark.campaign
@given(tables(), declarations, st.sampled_from(["logistic", "naive_bayes", "dummy", "lightgbm", "catboost", "random_forest", "xgboost"]))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_of_many_tables_gives_a_model_or_an_error_in_words(request, learn, frame, declared, name):
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    train_or_refuse(learn, frame, declared, name)


def test_what_a_learner_refuses_is_an_error_of_use_in_its_words(learn, project, leads):
    forest = {"candidates": ["random_forest"], "random_forest": {"tune": False, "n_estimators": 4, "min_samples_split": 1}}
    with pytest.raises(UsageError, match=r"\[model.random_forest\] with n_estimators = 4, min_samples_split = 1 was refused .*min_samples_split"):
        learn(project(model=forest), leads())
    catboost = {"candidates": ["catboost"], "catboost": {"tune": False, "iterations": 4, "nan_mode": "Middle"}}
    with pytest.raises(UsageError, match="nan_mode = 'Middle' was refused by the learner"):
        learn(project(model=catboost), leads())


@pytest.mark.parametrize(("domain", "because", "used"), [("housing", "", False), ("housing", "asked for by law", True), ("general", "", True)])
def test_a_sensitive_column_enters_a_regulated_model_only_with_a_reason(learn, project, leads, domain, because, used):
    bundle = learn(project(domain=domain, lead={"columns": {"source": {"sensitive": True, "because": because}}}), leads())
    assert ("source" in bundle.encoder.columns) == used
    assert [f.column for f in bundle.findings if f.code == "F301"] == ([] if used else ["source"])
    assert "source" not in bundle.facts.quarantined


def test_training_rows_are_remembered_by_keyed_hash_only(learn, project, leads):
    first, second = (learn(project(), leads(), salt=salt).learned for salt in ("a", "b"))
    assert len(first.hashes) == 240 * 16
    assert first.hashes != second.hashes
    assert learn(project(), leads(), salt="a").learned == first
