"""Outcomes: read as people write them; what is open or blank is never a silent zero."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import DataError, LeadrankError, UsageError
from leadrank.labels import UNLABELLED, is_labelled, read_outcomes
from leadrank.project import Target


def codes(cells, **declared):
    series = cells if isinstance(cells, pl.Series) else pl.Series("won", cells, strict=False)
    return read_outcomes(series, Target(column="won", **declared)).codes.tolist()


@pytest.mark.parametrize("cells", [
    ["1", "0", "1"], ["yes", "No", " YES "], ["won", "LOST", "Won"], [True, False, True], [1, 0, 1], [1.0, 0.0, 1.0], ["1.0", "0.0", "1"],
    ["Closed Won", "closed lost", "closed  won"], ["TRUE", "false", "True"], ["t", "f", "t"],
])
def test_the_usual_words_are_understood_without_being_declared(cells):
    assert codes(cells) == [1, 0, 1]


@pytest.mark.parametrize("cells", [
    ["Ja", "Nein", "ja"], ["oui", "non", "Oui"], ["Sí", "No", "sí"], ["si", "no", "SI"], ["Sì", "no", "sì"], ["ja", "nee", "Ja"],
    ["Tak", "Nie", "tak"],
    ["sim", "não", "Sim"], ["gewonnen", "verloren", "Gewonnen"], ["J", "N", "j"], ["O", "n", "o"], ["S", "N", "s"], ["vrai", "faux", "vrai"],
])
def test_yes_and_no_are_understood_in_other_languages(cells):
    assert codes(cells) == [1, 0, 1]


def test_an_initial_means_yes_only_beside_n():
    with pytest.raises(UsageError, match="--positive"):
        codes(["s", "m", "s"])


@pytest.mark.parametrize("positive", [1, "1", "1.0", True, " 1 "])
@pytest.mark.parametrize("cells", [["1", "0"], [1, 0], [1.0, 0.0], [True, False], ["true", "false"]])
def test_a_declared_positive_value_is_found_however_it_is_written(positive, cells):
    assert codes(cells, positive=positive) == [1, 0]


def test_zero_can_be_the_positive_value():
    assert codes(["0", "1", "1"], positive=0) == [1, 0, 0]


def test_blank_outcomes_have_no_label():
    assert codes(["yes", "no", None, "", "  ", "NA", "n/a", "null", "-"]) == [1, 0] + [UNLABELLED] * 7


def test_open_deals_are_set_aside_and_said():
    outcomes = read_outcomes(pl.Series("stage", ["Won", "Lost", "Engaging", "Prospecting", "Won"]), Target(column="stage"))
    assert outcomes.codes.tolist() == [1, 0, UNLABELLED, UNLABELLED, 1]
    assert [(f.code, f.rows) for f in outcomes.findings] == [("D161", 2)]
    assert is_labelled(outcomes).tolist() == [0, 1, 4]


def test_several_ways_of_not_converting_are_said():
    outcomes = read_outcomes(pl.Series("y", ["won", "lost", "no", "won"]), Target(column="y", positive="won"))
    assert outcomes.codes.tolist() == [1, 0, 0, 1]
    assert [f.code for f in outcomes.findings] == ["D162"]


def test_outcomes_are_shown_as_the_table_spells_them():
    cells = pl.Series("gekauft", ["Ja", "Nein", "ja", "Ja ", "Verloren", "Offen"])
    outcomes = read_outcomes(cells, Target(column="gekauft", positive="JA"))
    assert outcomes.classes == ("not Ja", "Ja")
    assert "'Ja' counts as converted; 'Nein', 'Offen', 'Verloren' all" in outcomes.findings[0].message
    with pytest.raises(UsageError, match=r"It holds 'Gut' \(1\), 'Schlecht' \(1\)"):
        read_outcomes(pl.Series("y", ["Gut", "Schlecht"]), Target(column="y"))
    with pytest.raises(DataError, match="only 'Ja'"):
        read_outcomes(pl.Series("y", ["Ja", "ja", "Ja"]), Target(column="y"))


def test_numbers_and_truth_values_are_shown_without_trimmings():
    assert read_outcomes(pl.Series("y", [1.0, 0.0]), Target(column="y")).classes == ("not 1", "1")
    assert read_outcomes(pl.Series("y", [True, False]), Target(column="y")).classes == ("not true", "true")


def test_declared_classes_are_numbered_worst_first_and_others_set_aside():
    outcomes = read_outcomes(pl.Series("y", ["High", "low", "Medium", "spam", None]), Target(column="y", classes=("Low", "Medium", "High")))
    assert outcomes.codes.tolist() == [2, 0, 1, UNLABELLED, UNLABELLED]
    assert outcomes.classes == ("Low", "Medium", "High")
    assert outcomes.thresholds == 2
    assert [(f.code, f.rows) for f in outcomes.findings] == [("D161", 1)]


def test_low_medium_high_is_recognised_as_an_order_and_a_positive_value_makes_it_binary():
    assert codes(["HIGH", "low", "Medium"]) == [2, 0, 1]
    assert codes(["HIGH", "low", "Medium"], positive="High") == [1, 0, 0]


@pytest.mark.parametrize("cells", [["1", "1"], [None, None], [], ["", "NA"], [1, None]])
def test_one_outcome_or_none_is_bad_data_that_names_the_column(cells):
    with pytest.raises(DataError, match="won"):
        codes(pl.Series("won", cells, dtype=None if any(cells) else pl.String))


def test_a_positive_value_that_is_not_there_is_an_error_with_a_hint():
    with pytest.raises(UsageError, match="Did you mean 'converted'"):
        codes(["converted", "lost"], positive="convertd")


def test_a_class_that_is_not_there_is_an_error_unless_rows_are_only_judged():
    cells = pl.Series("y", ["low", "high", "low"])
    target = Target(column="y", classes=("low", "medium", "high"))
    with pytest.raises(UsageError, match="medium"):
        read_outcomes(cells, target)
    assert read_outcomes(cells, target, whole=False).codes.tolist() == [0, 2, 0]


@pytest.mark.parametrize("cells", [["won", "won"], ["lost", "no"], [None, "lost"], [None, None], []])
def test_rows_that_are_only_judged_may_lack_an_outcome(cells):
    read = read_outcomes(pl.Series("y", cells, dtype=pl.String), Target(column="y", positive="won"), whole=False)
    assert read.codes.tolist() == [{"won": 1, None: UNLABELLED}.get(c, 0) for c in cells]


@pytest.mark.parametrize("cells", [["apple", "pear"], ["yes", "won", "maybe"], ["red", "green", "blue"]])
def test_unclear_outcomes_are_asked_about(cells):
    with pytest.raises(UsageError, match="--positive"):
        codes(cells)


@pytest.mark.parametrize("name", ["count", "word", "value", "", "literal"])
def test_the_outcome_column_may_have_any_name(name):
    assert read_outcomes(pl.Series(name, ["yes", "no"]), Target(column=name)).codes.tolist() == [1, 0]


@given(st.lists(st.none() | st.text(max_size=4) | st.sampled_from(["won", "lost", "open", "1", "0", "Low", "High"]), max_size=15),
       st.none() | st.text(max_size=3) | st.sampled_from(["won", "1"]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_column_is_read_or_refused_in_words(cells, positive, whole):
    try:
        outcomes = read_outcomes(pl.Series("y", cells, dtype=pl.String), Target(column="y", positive=positive), whole=whole)
    except LeadrankError:
        pass
    else:
        assert len(outcomes.codes) == len(cells)
        assert set(outcomes.codes) <= {-1, *range(len(outcomes.classes))}
        if whole:
            assert set(np.unique(outcomes.codes)) >= {0, 1}
