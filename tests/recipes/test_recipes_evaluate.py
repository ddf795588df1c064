"""Judging what is deployed: the same figures for the same rows, and a verification that notices a changed cell."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.errors import DataError, LeadrankError, UsageError
from leadrank.evaluate import evaluate, judged, reach_from, verify
from leadrank.evaluation import roc_auc
from leadrank.prepare import check
from leadrank.score import Scorer


def test_figures_are_those_of_the_scores(bundle, leads):
    frame = leads(200, 11)
    report = evaluate(bundle, frame)
    scored = Scorer(bundle).many(frame)
    best = (frame[bundle.project.target.column] == ("High" if bundle.facts.learned_tiers else "yes")).to_numpy().astype(np.int64)
    assert report.rows == 200
    assert report.positives == best.sum()
    assert report.ours["auc"].value == pytest.approx(roc_auc(best, scored["probability"].to_numpy()), abs=1e-9)
    assert evaluate(bundle, frame) == report


def test_reach_is_put_together_again_from_the_classes(trained, leads):
    scorer = Scorer(trained("ordered"))
    scored = scorer.many(leads(50, 12))
    assert np.allclose(reach_from(scorer.bundle, scored), scorer._batch(leads(50, 12))[0].judged.reach, atol=1e-12)


@pytest.mark.parametrize("words", [{"yes": "Yes ", "no": "NO"}, {"yes": "yes", "no": "declined"}])
def test_outcomes_are_read_as_at_training(trained, leads, words):
    frame = leads(100, 13)
    assert evaluate(trained("logistic"), frame.with_columns(pl.col("won").replace(words))).positives == int((frame["won"] == "yes").sum())


def test_rows_without_an_outcome_are_left_out(trained, leads):
    frame = leads(100, 13).with_columns(won=pl.when(pl.int_range(100) < 20).then(None).otherwise("won"))
    assert evaluate(trained("logistic"), frame).rows == 80


def test_ordered_classes_may_be_absent_where_they_are_only_judged(trained, leads):
    frame = leads(200, 13).filter(pl.col("tier") != "Medium")
    assert evaluate(trained("ordered"), frame).rows == frame.height


@pytest.mark.parametrize("kind", ["logistic", "ordered"])
def test_rows_with_nothing_to_judge_are_refused_in_words(trained, leads, kind):
    frame, target = leads(50, 13), "tier" if kind == "ordered" else "won"
    for wrong in (frame.drop(target), frame.head(0), frame.with_columns(pl.lit("zzz").alias(target)), frame.with_columns(pl.lit(None).alias(target))):
        with pytest.raises(LeadrankError):
            evaluate(trained(kind), wrong)
    with pytest.raises(DataError):
        evaluate(trained(kind), frame.filter(pl.col(target) == frame[target][0]))


def test_a_missing_outcome_column_is_named(trained, leads):
    with pytest.raises(DataError, match="Did you mean 'Won'"):
        evaluate(trained("logistic"), leads(50, 1).rename({"won": "Won"}))


def test_another_positive_word_is_an_error_of_use(trained, leads):
    with pytest.raises(UsageError, match="'yes' does not occur"):
        evaluate(trained("logistic"), leads(50, 1).with_columns(pl.col("won").replace({"yes": "bought"})))


def test_money_per_lead_enters_the_profit(trained, leads):
    frame = leads(100, 14)
    scored = Scorer(trained("per-lead economics")).many(frame)
    gained = np.where(frame["won"] == "yes", frame["deal"].str.replace_all(r"[$,]", "").cast(pl.Float64), 0.0) - 30
    expected = float(gained[scored["contact"].to_numpy()].sum())
    assert evaluate(trained("per-lead economics"), frame).ours["profit"].value == pytest.approx(expected)


def test_verification_holds_on_the_table_and_on_the_set_aside_rows_alone_in_any_order(trained, leads):
    bundle = trained("logistic")
    whole = verify(bundle, leads())
    assert whole.holds
    assert whole.rows_found == whole.rows_expected == len(bundle.held_out.hashes) > 20
    assert whole.figures == pytest.approx(whole.recorded)
    assert whole.largest_difference <= 1e-12
    again = verify(bundle, leads().sample(fraction=1, shuffle=True, seed=4))
    assert again.holds
    assert again.rows_found == whole.rows_found


def test_set_aside_rows_alone_verify(trained, leads):
    bundle = trained("logistic")
    rows = check(bundle.project, leads(), salt=bundle.held_out.salt).set_aside
    assert verify(bundle, leads()[rows]).holds
    lost = leads()[rows].filter(pl.col("won") == "no")
    part = verify(bundle, lost)
    assert part.rows_found == lost.height
    assert not part.holds


def test_a_changed_cell_is_noticed(trained, leads):
    bundle = trained("logistic")
    rows = [i for i, same in enumerate(_aside(bundle, leads())) if same]
    spoilt = leads().with_columns(source=pl.when(pl.int_range(240) == rows[3]).then(pl.lit("reference")).otherwise("source"))
    if leads()["source"][rows[3]] == "reference":
        spoilt = leads().with_columns(source=pl.when(pl.int_range(240) == rows[3]).then(pl.lit("web")).otherwise("source"))
    found = verify(bundle, spoilt)
    assert not found.holds
    assert f"row {rows[3] + 1}" in found.mismatched
    assert found.largest_difference > 1e-6


def test_a_changed_outcome_is_noticed_and_a_changed_training_row_is_not(trained, leads):
    bundle = trained("logistic")
    aside = _aside(bundle, leads())
    for row, holds in ((aside.index(True), False), (aside.index(False), True)):
        other = "no" if leads()["won"][row] == "yes" else "yes"
        assert verify(bundle, leads().with_columns(won=pl.when(pl.int_range(240) == row).then(pl.lit(other)).otherwise("won"))).holds is holds


def test_a_missing_set_aside_row_is_noticed(trained, leads):
    bundle = trained("logistic")
    found = verify(bundle, leads().filter(pl.int_range(240) != _aside(bundle, leads()).index(True)))
    assert not found.holds
    assert found.rows_found == found.rows_expected - 1


def test_without_a_key_a_row_is_known_by_its_cells(learn, project, leads):
    frame = leads().drop("id")
    bundle = learn(project(lead={"key": None}, validation={"share": 0.2}), frame)
    assert verify(bundle, frame).holds
    row = _aside(bundle, frame).index(True)
    assert not verify(bundle, frame.with_columns(fit=pl.when(pl.int_range(240) == row).then(pl.lit("7")).otherwise("fit"))).holds


def test_a_bundle_that_set_nothing_aside_cannot_be_verified(trained, leads):
    with pytest.raises(DataError, match="set no rows aside"):
        verify(trained("catboost"), leads())


def _aside(bundle, frame) -> list[bool]:
    from leadrank import data

    names = data.row_names(frame, bundle.project.lead.key, "won")
    return [data.keyed_hash(bundle.held_out.salt, name) in bundle.held_out.hashes for name in names]


def fresh(leads, rows=200, seed=21):
    return leads(rows, seed).with_columns(id="N" + pl.col("id"))


def test_rows_that_were_learned_from_are_recognised_by_their_key(trained, leads):
    report, found = judged(trained("random forest"), leads().sample(fraction=0.5, seed=1))
    assert [(f.code, f.severity) for f in found] == [("M404", "warning")]
    assert found[0].evidence["share"] == 1.0
    assert found[0].message.startswith("100.0% of these rows have the 'id' of a lead that the model learned from")
    assert report.verdict.word != "ready"
    assert found[0].message in report.verdict.because


def test_new_rows_raise_no_alarm(trained, leads):
    report, found = judged(trained("random forest"), fresh(leads))
    assert found == ()
    assert not any("learned from" in reason for reason in report.verdict.because)


def test_the_share_of_learned_rows_is_that_of_the_rows_judged(trained, leads):
    mixed = pl.concat([leads().head(50), fresh(leads, 150)])
    assert judged(trained("random forest"), mixed)[1][0].evidence["share"] == pytest.approx(0.25)


def test_rows_that_were_set_aside_were_not_learned_from(trained, leads):
    bundle = trained("logistic")
    rows = check(bundle.project, leads(), salt=bundle.held_out.salt).set_aside
    assert judged(bundle, leads()[rows])[1] == ()
    assert judged(bundle, leads())[1][0].evidence["share"] == pytest.approx(1 - len(rows) / 240)


def test_without_a_key_rows_are_recognised_by_what_the_model_reads(learn, project, leads):
    bundle = learn(project(lead={"key": None, "exclude": ["id", "tier", "deal", "created"]}), leads())
    typed = leads().select(pl.col("fit", "visits").cast(pl.Float64), pl.col("source", "seen", "won"))
    assert judged(bundle, typed)[1][0].evidence["share"] > 0.95
    assert judged(bundle, fresh(leads))[1] == ()


def test_rows_that_look_alike_by_chance_raise_no_alarm(learn, project, leads):
    declared = project(lead={"key": None, "exclude": ["id", "fit", "seen", "tier", "deal", "created"]})
    assert judged(learn(declared, leads(400, 1)), fresh(leads, 400))[1] == ()


def test_without_the_key_it_is_said_that_nothing_can_be_told(trained, leads):
    assert [(f.code, f.severity) for f in judged(trained("random forest"), leads().drop("id"))[1]] == [("M405", "info")]
