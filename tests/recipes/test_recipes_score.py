"""Scoring: one lead and a table give the same numbers, reasons add up, nothing that comes in is fatal."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from leadrank import score
from leadrank.bundle import Strange, load_bundle, save_bundle
from leadrank.errors import DataError, UsageError
from leadrank.reasoning import calibrated_contributions
from leadrank.score import Scorer
from leadrank.scored_rows import COLUMNS

NUMBERS = ("probability", "probability_low", "probability_high", "expected_profit")
raw = st.fixed_dictionaries(
    {
        "fit": st.none() | st.floats(-9, 9).map("{:.3f}".format) | st.sampled_from(["", "NA", "abc", "1e400", "$5", "inf"]),
        "source": st.none() | st.sampled_from(["web", "WEB", " fair ", "reference", "new one", "Select", ""]),
        "visits": st.none() | st.integers(-3, 99).map(str) | st.sampled_from(["", "3.0", "many"]),
        "seen": st.none() | st.sampled_from(["2024-02-29 12:15:00", "29/02/2024", "garbage", "", "1066-10-14"]),
        "created": st.none() | st.sampled_from(["2025-01-05 10:00:00", "2026-01-05", "?"]),
        "deal": st.none() | st.sampled_from(["$1,200.50", "10", "", "free", "-5"]),
        "id": st.none() | st.text(max_size=3),
    },
    optional={"phone": st.text(max_size=3), "won": st.sampled_from(["yes", "no"])},
)


def agree(scorer, leads, table):
    for row, lead in enumerate(leads):
        one, many = scorer.one(lead), table.row(row, named=True)
        for name in NUMBERS:
            mine, theirs = getattr(one, name), many[name]
            assert (mine is None) == (theirs is None), name
            assert mine is None or abs(mine - theirs) <= 1e-9 * max(1.0, abs(mine)), name
        for name in ("score", "tier", "contact", "action", "due_within", "model"):
            assert getattr(one, name) == many[name], name
        for name, share in one.classes.items():
            assert share == pytest.approx(many[f"probability_{name}"], abs=1e-9)


@given(st.lists(raw, min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_lead_and_a_table_agree_on_any_raw_row(bundle, leads):
    scorer = Scorer(bundle)
    columns = ["id", "fit", "source", "visits", "seen", "created", "deal", "phone"]
    agree(scorer, leads, scorer.many(pl.DataFrame(leads, schema=dict.fromkeys(columns, pl.String))))


def test_one_lead_and_a_table_agree_on_every_training_row(bundle, leads):
    frame = leads()
    agree(Scorer(bundle), frame.to_dicts(), Scorer(bundle).many(frame))


def test_typed_cells_score_as_the_texts_they_came_from(bundle, leads):
    frame = leads().drop("won", "tier").with_columns(deal=pl.col("deal").str.replace_all(r"[$,]", ""))
    typed = frame.with_columns(
        pl.col("fit", "deal").cast(pl.Float64), pl.col("visits").cast(pl.Int64), pl.col("seen", "created").str.to_datetime(),
        source=pl.col("source").cast(pl.Categorical),
    )
    texts, values = Scorer(bundle).many(frame), Scorer(bundle).many(typed)
    assert texts.equals(values)
    agree(Scorer(bundle), typed.to_dicts()[:15], values)


def test_the_order_and_number_of_rows_do_not_matter(bundle, leads):
    frame = leads(60, 3)
    whole = Scorer(bundle).many(frame)["probability"].to_numpy()
    turned = Scorer(bundle).many(frame.reverse())["probability"].to_numpy()[::-1]
    assert np.allclose(whole, turned, rtol=0, atol=1e-12)
    assert Scorer(bundle).many(frame.head(0)).shape == (0, Scorer(bundle).many(frame).width)


def test_contributions_sum_to_the_calibrated_log_odds(bundle, leads):
    scorer, frame = Scorer(bundle), leads(80, 4)
    batch, _ = scorer._batch(frame)
    for t in range(batch.judged.reach.shape[1]):
        asked = np.full(len(frame), t)
        grouped, base, columns, _ = calibrated_contributions(bundle.model, batch.X, batch.log_odds, asked)
        assert grouped.shape == (80, len(columns))
        assert np.allclose(base + grouped.sum(axis=1), batch.log_odds[:, t], rtol=0, atol=1e-6)


def test_reasons_are_the_same_for_one_lead_in_a_table_and_explained(bundle, leads):
    scorer, frame = Scorer(bundle), leads(30, 5)
    texts = scorer.many(frame, reasons=2)["reasons"].to_list()
    for row in range(0, 30, 6):
        one = scorer.one(frame.row(row, named=True), reasons=2)
        explained = scorer.explain(frame, row, reasons=2)
        assert [r.column for r in one.reasons] == [r.column for r in explained.reasons]
        assert explained.scored.probability == pytest.approx(one.probability, abs=1e-9)
        assert len(one.reasons) <= 2
        assert all(reason.column in texts[row] for reason in one.reasons)


def test_intervals_hold_the_probability(bundle, leads):
    scored = Scorer(bundle).many(leads(100, 6))
    assert (scored["probability_low"] <= scored["probability"]).all()
    assert (scored["probability_high"] >= scored["probability"]).all()
    assert scored["probability_low"].min() >= 0
    assert scored["probability_high"].max() <= 1


def test_a_saved_bundle_scores_the_same_bits(bundle, leads, tmp_path):
    save_bundle(bundle, tmp_path / "b.leadrank", version="0")
    scorer = Scorer(tmp_path / "b.leadrank")
    assert scorer.many(leads(90, 7), reasons=2).equals(Scorer(bundle).many(leads(90, 7), reasons=2))
    assert scorer.bundle.report == load_bundle(tmp_path / "b.leadrank").report == bundle.report


def test_an_empty_lead_is_scored_and_unknown_fields_are_named(trained):
    one = Scorer(trained("logistic")).one({"Fit": 3, "phone": "123", "won": "yes"})
    assert one.unknown == ("Fit", "phone")
    assert 0 < one.probability < 1
    assert one.key is None


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, b"x", float("inf"), float("nan"), 10**400, True, datetime(2024, 1, 1)])  # noqa: DTZ001
def test_no_cell_of_one_lead_is_fatal(bundle, value):
    one = Scorer(bundle).one(dict.fromkeys(["fit", "source", "visits", "seen", "created", "deal", "id"], value), reasons=3)
    assert 0 <= one.probability <= 1


def test_a_missing_column_is_named_with_its_nearest_spelling(trained, leads):
    scorer = Scorer(trained("logistic"))
    with pytest.raises(DataError, match=r"'source'\.\n  Did you mean 'Source'"):
        scorer.many(leads().rename({"source": "Source"}))
    with pytest.raises(DataError, match="created"):
        scorer.many(leads().drop("created"))
    with pytest.raises(DataError, match="deal"):
        Scorer(trained("per-lead economics")).many(leads().drop("deal"))


def test_columns_that_the_model_does_not_use_are_not_required(trained, leads):
    scorer = Scorer(trained("random forest"))
    assert scorer.many(leads().drop("id", "won", "tier", "deal", "created")).columns[0] == "row"


def test_bad_cells_are_reported_and_count_as_missing(trained, leads):
    frame = leads(20, 8).with_columns(fit=pl.when(pl.int_range(20) == 3).then(pl.lit("abc")).otherwise("fit"))
    found = Scorer(trained("catboost")).table(frame)
    assert [(p.row, p.column, p.value) for p in found.problems] == [(3, "fit", "abc")]
    blank = frame.with_columns(fit=pl.when(pl.int_range(20) == 3).then(None).otherwise("fit"))
    assert Scorer(trained("catboost")).many(blank).equals(found.rows)


def test_ranked_and_top_sort_by_expected_profit(trained, leads):
    scorer = Scorer(trained("per-lead economics"))
    ranked = scorer.many(leads(50, 9), ranked=True)
    assert ranked["rank"].to_list() == list(range(1, 51))
    assert ranked["expected_profit"].is_sorted(descending=True)
    top = scorer.many(leads(50, 9), top=7)
    assert top["id"].to_list() == ranked["id"].to_list()[:7]
    assert top["contact"].all()
    assert scorer.many(leads(50, 9), top=0).height == 0
    with pytest.raises(UsageError):
        scorer.many(leads(50, 9), top=-1)


def test_the_output_has_its_columns_in_order(bundle, leads):
    out = Scorer(bundle).many(leads(9, 1), keep=["visits", "id"])
    assert tuple(out.columns[:14]) == ("id", "visits", *COLUMNS)
    assert out.columns[14:] == ([f"probability_{c}" for c in bundle.facts.classes] if bundle.facts.learned_tiers else [])


def test_a_column_to_keep_that_is_named_like_a_result_is_not_lost(trained, leads):
    frame = leads(9, 1).with_columns(score=pl.lit("mine"), row=pl.lit("r"))
    out = Scorer(trained("catboost")).many(frame, keep=["score"])
    assert out["score (given)"].to_list() == ["mine"] * 9
    assert out["score"].dtype == pl.Int64
    assert Scorer(trained("catboost")).many(frame.drop("id"), keep=["row"])["row"].to_list() == list(range(1, 10))
    with pytest.raises(UsageError, match="Did you mean 'visits'"):
        Scorer(trained("catboost")).many(frame, keep=["visit"])


def test_classes_named_low_and_high_do_not_hide_the_interval(learn, project, leads):
    frame = leads().with_columns(tier=pl.col("tier").str.to_lowercase())
    bundle = learn(project(target={"column": "tier", "classes": ["low", "medium", "high"]}, lead={"exclude": ["won", "deal", "created"]}), frame)
    out, one = Scorer(bundle).many(frame), Scorer(bundle).one(frame.row(0, named=True))
    assert out["probability_low"][0] == pytest.approx(one.probability_low)
    assert out["probability_of_low"][0] == pytest.approx(one.classes["low"])
    assert (out["probability_low"] <= out["probability"]).all()


def test_pandas_and_arrow_are_taken_as_polars(trained, leads):
    scorer, frame = Scorer(trained("random forest")), leads(40, 2)
    expected = scorer.many(frame)
    for other in (frame.to_pandas(), frame.to_arrow(), frame.to_dicts()):
        assert scorer.many(other).equals(expected)


def test_a_pandas_column_of_mixed_values_is_read_cell_by_cell(trained, leads):
    scorer, frame = Scorer(trained("random forest")), leads(40, 2)
    mixed = frame.to_pandas()
    mixed["visits"] = [int(v) if i % 2 else v for i, v in enumerate(frame["visits"])]
    assert scorer.many(mixed).equals(scorer.many(frame))


def test_what_is_no_table_is_refused_in_words(trained, leads):
    scorer, pandas = Scorer(trained("random forest")), leads(9, 2).to_pandas()
    for wrong in ({"a": [1]}, leads().lazy(), 7, pandas.set_axis([*pandas.columns[:-1], "fit"], axis=1)):
        with pytest.raises(UsageError):
            scorer.many(wrong)
    for row in (-1, 9):
        with pytest.raises(UsageError, match="no row"):
            scorer.explain(leads(9, 2), row)


def test_a_scorer_is_shared_between_threads(bundle, leads):
    scorer, rows = Scorer(bundle), leads(40, 1).to_dicts()
    expected = [scorer.one(row).probability for row in rows]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda row: scorer.one(row).probability, rows * 3)) == expected * 3


def test_a_sensitive_column_is_never_a_reason(learn, project, leads):
    bundle = learn(project(lead={"columns": {"source": {"sensitive": True}}}), leads())
    assert not Scorer(bundle).many(leads(60, 2), reasons=9)["reasons"].str.contains("source").any()


def test_what_is_odd_about_one_lead_is_said(trained, leads):
    scorer, lead = Scorer(trained("logistic")), leads().row(0, named=True)
    plain = {**lead, "fit": "0.5", "source": "web"}
    assert scorer.one(plain).problems == ()
    odd = scorer.one({**plain, "source": "Narnia", "visits": "five"})
    assert odd.unknown == ()
    assert len(odd.problems) == 2
    assert "visits: 'five' is not a finite number" in odd.problems[0]
    assert "source: 'Narnia' was seldom or never seen" in odd.problems[1]
    assert scorer.one({**plain, "visits": ""}).problems == ("visits is blank, which it never was in training",)
    assert scorer.one({**plain, "fit": "", "source": None}).problems == ()


def test_what_is_odd_about_a_table_is_counted(trained, leads):
    frame = leads(20, 8).with_columns(
        fit=pl.lit("0.1"), source=pl.when(pl.int_range(20) > 16).then(pl.lit("Narnia")).otherwise(pl.lit("web")),
        visits=pl.when(pl.int_range(20) < 2).then(pl.lit("")).when(pl.int_range(20) < 5).then(pl.lit("many")).otherwise("visits"), phone=pl.lit("1"),
    )
    found = Scorer(trained("logistic")).table(frame).unfamiliar
    assert [(s.column, s.cells, s.row, s.value) for s in found.unseen] == [("source", 3, 17, "Narnia")]
    assert [(s.column, s.cells, s.row) for s in found.blank] == [("visits", 2, 0)]
    assert found.unreadable == {"visits": 3}
    assert found.extra == ("phone",)
    assert (found.empty, found.first_empty) == (0, None)


def test_excluded_columns_and_the_outcome_are_not_foreign(trained, leads):
    assert Scorer(trained("logistic")).table(leads()).unfamiliar.extra == ()


@pytest.mark.parametrize(("options", "place"), [({}, 0), ({"ranked": True}, 3), ({"top": 4}, 3)])
def test_a_lead_of_which_nothing_is_known_is_answered_and_never_called(learn, project, leads, options, place):
    bundle = learn(project(decision={"threshold": 0.01}), leads())
    blank = dict(zip(("fit", "source", "visits", "seen"), ("", " ", "?", None), strict=True))
    frame = leads(4, 4).with_columns(*(pl.when(pl.int_range(4) == 0).then(pl.lit(cell)).otherwise(name).alias(name) for name, cell in blank.items()))
    found = Scorer(bundle).table(frame, **options)
    nobody = found.rows.row(place, named=True)
    assert (nobody["id"], nobody["contact"], nobody["due_within"]) == ("L0", False, "")
    assert "nothing is known" in nobody["action"]
    assert found.rows["contact"].sum() == 3
    assert (found.unfamiliar.empty, found.unfamiliar.first_empty) == (1, 0)
    assert found.unfamiliar.blank == ()
    one = Scorer(bundle).one(frame.row(0, named=True))
    assert (one.contact, one.action, one.due_within) == (False, nobody["action"], "")
    assert one.probability == pytest.approx(nobody["probability"])
    assert "every field that the model uses is blank" in one.problems[0]


def test_the_parts_of_an_explanation_add_up_to_its_total(bundle, leads):
    explained = Scorer(bundle).explain(leads(10, 3), 4, reasons=1)
    everything = Scorer(bundle).explain(leads(10, 3), 4, reasons=99)
    assert everything.base + sum(r.contribution for r in everything.reasons) == pytest.approx(everything.total, abs=1e-6)
    assert explained.total == everything.total
    if len(bundle.facts.classes) == 2:
        assert explained.total == pytest.approx(np.log(explained.scored.probability / (1 - explained.scored.probability)))


@pytest.mark.parametrize("wrong", [None, [1], "lead", 3])
def test_what_is_no_lead_is_refused_in_words(trained, wrong):
    with pytest.raises(UsageError, match="One lead is a dictionary"):
        Scorer(trained("logistic")).one(wrong)


@pytest.mark.parametrize("part", [700, 1 << 16])
def test_cells_that_cannot_be_read_are_not_told_to_be_blank_however_many(trained, leads, monkeypatch, part):
    monkeypatch.setattr(score, "PART", part)
    frame = leads(2_500, 31).with_columns(visits=pl.when(pl.int_range(2_500) < 2_400).then(pl.lit("abc")).otherwise("visits"))
    told = Scorer(trained("logistic")).table(frame).unfamiliar
    assert told.unreadable == {"visits": 2_400}
    assert told.blank == ()
    frame = frame.with_columns(visits=pl.when(pl.int_range(2_500) == 2_450).then(None).otherwise("visits"))
    told = Scorer(trained("logistic")).table(frame).unfamiliar
    assert told.blank == (Strange("visits", 1, 2_450, ""),)


@pytest.mark.parametrize("options", [{}, {"reasons": 2}, {"ranked": True, "reasons": 1}, {"top": 150}, {"top": 7, "reasons": 3}, {"ranked": True}])
@pytest.mark.parametrize("kind", ["catboost", "ordered catboost", "per-lead economics"])
def test_a_table_is_the_same_whatever_the_threads(trained, leads, monkeypatch, kind, options):
    scorer, frame = Scorer(trained(kind)), leads(200, 32)
    whole = scorer.table(frame, keep=["visits"], **options)
    monkeypatch.setattr(score, "PART", 41)
    one, three = (scorer.table(frame, keep=["visits"], threads=threads, **options) for threads in (1, 3))
    assert three.rows.equals(one.rows)
    assert (three.tiers, three.problems, three.unfamiliar) == (one.tiers, one.problems, one.unfamiliar)
    assert_frame_equal(whole.rows, one.rows, rel_tol=0, abs_tol=1e-9)
    assert [str(tier) for tier in whole.tiers] == [str(tier) for tier in one.tiers]


def test_threads_score_parts_at_the_same_time(trained, leads, monkeypatch):
    scorer, both, part = Scorer(trained("catboost")), threading.Barrier(2, timeout=30), Scorer.part

    def together(self, *given, **more):
        both.wait()
        return part(self, *given, **more)

    monkeypatch.setattr(score, "PART", 50)
    monkeypatch.setattr(Scorer, "part", together)
    assert scorer.many(leads(200, 33), threads=2).height == 200
    with pytest.raises(UsageError, match="1 thread or more, got 0"):
        scorer.many(leads(200, 33), threads=0)
