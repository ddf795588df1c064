"""From raw cells to rows that can be learned from: what is set aside is unseen, what is declared holds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.errors import DataError, LeadrankError, UsageError
from leadrank.prepare import booster_ranker, check


def test_rows_classes_and_columns_are_aligned(project, leads):
    prepared = check(project(), leads())
    assert prepared.classes == ("not yes", "yes")
    assert len(prepared.y) == len(prepared.rows) == prepared.clean.height == 240
    assert prepared.columns == ("fit", "source", "visits", "seen")
    assert prepared.order is None
    assert np.array_equal(prepared.y == 1, (leads()["won"] == "yes").to_numpy())


def test_rows_without_an_outcome_are_set_aside_and_counted(project, leads):
    frame = leads().with_columns(won=pl.when(pl.int_range(240) < 30).then(None).otherwise("won"))
    prepared = check(project(), frame)
    assert prepared.rows.tolist() == list(range(30, 240))
    assert [f.rows for f in prepared.findings if f.code == "D144"] == [30]


def test_repeated_keys_are_dropped_and_counted(project, leads):
    prepared = check(project(), pl.concat([leads(), leads().head(25)]))
    assert len(prepared.rows) == 240
    assert [f.rows for f in prepared.findings if f.code == "D130"] == [25]


def test_a_column_that_names_each_lead_is_adopted_as_the_key_and_said(project, leads):
    prepared = check(project(lead={"key": None}), leads())
    assert prepared.lead.key == "id"
    assert [f.column for f in prepared.findings if f.code == "D133"] == ["id"]
    assert prepared.schema.column("id").role == "key"
    repeated = check(project(lead={"key": None}), pl.concat([leads(), leads().head(25)]))
    assert repeated.lead.key is None
    assert not [f for f in repeated.findings if f.code in {"D130", "D133"}]


def test_exact_duplicates_without_a_key_stay_in_one_group(project, leads):
    frame = pl.concat([leads(), leads().head(25)]).drop("id")
    prepared = check(project(lead={"key": None}), frame)
    assert len(prepared.rows) == 265
    assert np.array_equal(prepared.groups[:25], prepared.groups[240:])
    assert len(np.unique(prepared.groups)) == 240


def test_a_bad_cell_is_named_by_its_row_in_the_file(project, leads):
    frame = leads().with_columns(fit=pl.when(pl.int_range(240) == 100).then(pl.lit("abc")).otherwise("fit"))
    for share in (0.0, 0.3):
        found = [f for f in check(project(validation={"share": share}), frame, salt="s").findings if f.code == "D145"]
        assert all("'abc' in row 101" in f.message for f in found)
        assert found or share


def test_a_column_that_knows_the_answer_is_quarantined_unless_accepted(project, leads):
    frame = leads().with_columns(close_reason=pl.when(pl.col("won") == "yes").then(pl.lit("signed")).otherwise(pl.lit("no budget")))
    prepared = check(project(), frame)
    assert prepared.quarantined == ("close_reason",)
    assert "close_reason" not in prepared.columns
    accepted = check(project(lead={"columns": {"close_reason": {"known_at_scoring": True}}}), frame)
    assert "close_reason" in accepted.columns
    assert accepted.accepted == ("close_reason",)


@pytest.mark.parametrize("kind", ["category", "number", "text"])
def test_a_column_declared_unknown_at_scoring_is_set_aside_whatever_its_type(project, leads, kind):
    prepared = check(project(lead={"columns": {"visits": {"known_at_scoring": False, "type": kind}}}), leads())
    assert "visits" not in prepared.columns
    assert "visits" in prepared.quarantined


def test_excluded_and_constant_columns_do_not_enter(project, leads):
    prepared = check(project(lead={"exclude": ["tier", "deal", "created", "visits"]}), leads().with_columns(same=pl.lit("x"), empty=pl.lit("")))
    assert prepared.columns == ("fit", "source", "seen")


@pytest.mark.parametrize("role", ["key", "order", "created_at"])
def test_a_column_with_a_role_may_be_excluded_as_a_feature(project, leads, role):
    name = {"key": "id", "order": "created", "created_at": "created"}[role]
    prepared = check(project(lead={role: name, "exclude": ["tier", "deal", name]}), leads())
    assert name not in prepared.columns
    assert (prepared.order is None) == (role == "key")


def test_money_is_read_as_numbers_even_where_the_column_is_excluded_or_looks_like_a_code(project, leads):
    for cells in (leads()["deal"], pl.Series("deal", ["49", "99"] * 120)):
        prepared = check(project(economics={"value_column": "deal"}), leads().with_columns(cells))
        assert prepared.clean["deal"].dtype == pl.Float64
        assert "deal" not in prepared.columns


@pytest.mark.parametrize("economics", [
    {"value_column": "deel"}, {"contact_cost_column": "deel"}, {"value_column": "id"}, {"value_column": "won"},
])
def test_money_that_is_not_there_is_an_error_of_use(project, leads, economics):
    with pytest.raises(UsageError):
        check(project(economics=economics), leads())


@pytest.mark.parametrize("frame", [
    pl.DataFrame({"won": ["yes", "no"] * 20}), pl.DataFrame({"won": [], "id": []}, schema={"won": pl.String, "id": pl.String}),
    pl.DataFrame({"won": ["yes"] * 9, "id": list("abcdefghi")}), pl.DataFrame({"won": [None] * 9, "id": list("abcdefghi")}),
    pl.DataFrame({"won": ["yes", "no"], "id": ["same", "same"]}), pl.DataFrame(), pl.DataFrame({"id": ["a"]}),
])
def test_a_table_without_anything_to_learn_is_refused_in_words(project, frame):
    declared = {"key": "id" if "id" in frame.columns else None, "exclude": []}
    with pytest.raises(LeadrankError):
        check(project(lead=declared), frame)


def test_a_missing_column_is_named_with_its_nearest_spelling(project, leads):
    with pytest.raises(UsageError, match="Did you mean 'won'"):
        check(project(target={"column": "Won"}), leads())


def test_set_aside_rows_are_seen_by_nobody(project, leads):
    declared = project(validation={"share": 0.25}, lead={"exclude": []})
    before = check(declared, leads(), salt="s")
    spoilt = pl.int_range(240).is_in(before.set_aside.tolist())
    rubbish = leads().with_columns(*(pl.when(spoilt).then(pl.lit("??")).otherwise(c).alias(c) for c in leads().columns if c != "id"))
    after = check(declared, rubbish, salt="s")
    assert 40 < len(before.set_aside) < 80
    assert not set(before.rows) & set(before.set_aside)
    assert after.schema == before.schema
    assert after.findings == before.findings
    assert after.clean.equals(before.clean)
    assert np.array_equal(after.set_aside, before.set_aside)


def test_which_rows_are_set_aside_depends_on_the_salt_and_the_key_alone(project, leads):
    declared = project(validation={"share": 0.25})
    first = check(declared, leads(), salt="s")
    turned = check(declared, leads().reverse(), salt="s")
    assert set(leads()["id"][first.set_aside]) == set(leads().reverse()["id"][turned.set_aside])
    assert set(first.set_aside) != set(check(declared, leads(), salt="t").set_aside)


def test_too_few_rows_left_after_setting_aside_is_bad_data(project, leads):
    with pytest.raises(DataError):
        check(project(validation={"share": 0.89}), leads(6), salt="s")


def test_no_columns_rank_nobody():
    assert booster_ranker(pl.DataFrame(), np.array([True, False]), np.array([0]), np.array([1])).tolist() == [0.0]
