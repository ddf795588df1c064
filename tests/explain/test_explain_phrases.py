import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.explain import Seen, fit_evidence, number_text, percent_texts, phrase, phrasebook
from leadrank.types import Feature, Matrix


def sources(codes: list[int], levels: tuple[str, ...] = ("Reference", "Google")) -> Matrix:
    feature = Feature("Lead Source", "Lead Source", "category", levels)
    return Matrix(np.empty((len(codes), 0)), np.array(codes, dtype=np.int32).reshape(-1, 1), (), (feature,))


def numbers(values: list[float], name: str = "Time") -> Matrix:
    feature = Feature(name, name, "number")
    return Matrix(np.array(values, dtype=np.float64).reshape(-1, 1), np.empty((len(values), 0), dtype=np.int32), (feature,), ())


def claim(rows: int, conversions: int, cell: int = 2) -> str:
    """The claim about Reference, among as many Google leads that half of the time convert."""
    codes = [2] * rows + [3] * 2000
    y = np.array([1] * conversions + [0] * (rows - conversions) + [0, 1] * 1000)
    return phrasebook(fit_evidence(sources(codes), y)).entries[0].cells[cell].claim


@pytest.mark.parametrize(
    ("rows", "conversions", "said"),
    [
        (8, 7, "7 of 8 such leads converted"),
        (100, 91, "91 of 100 such leads converted"),
        (534, 486, "91 of 100 such leads converted (534 seen)"),
        (5000, 3, "fewer than 1 of 100 such leads converted (5,000 seen)"),
        (700, 699, "more than 99 of 100 such leads converted (700 seen)"),
        (700, 700, "100 of 100 such leads converted (700 seen)"),
        (700, 0, "0 of 100 such leads converted (700 seen)"),
    ],
)
def test_counts_are_true_when_few_and_scaled_down_when_many(rows, conversions, said):
    assert claim(rows, conversions) == said


def test_a_rare_outcome_is_counted_per_thousand():
    codes = [2] * 4000 + [3] * 4000
    y = np.zeros(8000, dtype=np.int64)
    y[:48] = 1
    y[4000:4024] = 1
    book = phrasebook(fit_evidence(sources(codes), y))
    assert book.base == "base 9 of 1,000"
    assert book.entries[0].cells[2].claim == "12 of 1,000 such leads converted (4,000 seen)"


def test_the_outcome_and_threshold_are_the_callers():
    evidence = fit_evidence(sources([2, 2, 3, 3]), np.array([2, 1, 0, 0]))
    book = phrasebook(evidence, threshold=1, outcome="reached High")
    assert book.entries[0].cells[2].claim == "1 of 2 such leads reached High"
    assert book.base == "base 1 of 4"


def test_blank_unseen_and_rare_levels_are_three_different_things():
    evidence = fit_evidence(sources([0, 2, 3]), np.array([0, 1, 1])).features[0]
    assert phrase(evidence, 0) == "Lead Source is blank"
    assert phrase(evidence, 1) == "Lead Source is one we had not seen"
    assert phrase(evidence, 2) == "Lead Source is Reference"
    rare = fit_evidence(sources([1, 2, 3]), np.array([0, 1, 1])).features[0]
    assert phrase(rare, 1) == "Lead Source is one we had seldom or never seen"


def test_an_unseen_level_claims_nothing():
    assert claim(5, 5, cell=1) == "no such lead to compare with"


def test_a_number_is_said_with_the_range_it_is_compared_with():
    seen = fit_evidence(numbers([float(v) for v in range(0, 4000, 5)]), np.zeros(800, dtype=np.int64)).features[0]
    assert phrase(seen, 1200.0) == "Time is 1,200 (between 1,000 and 1,495)"
    assert phrase(seen, 9000.0) == "Time is 9,000 (nearest seen: 3,500 to 3,995)"
    assert phrase(seen, float("nan")) == "Time is blank"


def test_a_value_with_a_cell_of_its_own_needs_no_range():
    seen = fit_evidence(numbers([0.0, 1.0, 3.0]), np.zeros(3, dtype=np.int64)).features[0]
    assert phrase(seen, 1.0) == "Time is 1"
    assert phrase(seen, 1.4) == "Time is 1.4 (nearest seen: 1)"


def test_years_are_written_as_years():
    seen = fit_evidence(numbers([2001.0, 2015.0, 2019.0]), np.zeros(3, dtype=np.int64)).features[0]
    assert phrase(seen, 2019.0) == "Time is 2019"


def test_a_blank_date_part_names_the_column_not_the_part():
    feature = Feature("seen (month)", "seen", "number")
    matrix = Matrix(np.array([[1.0]]), np.empty((1, 0), dtype=np.int32), (feature,), ())
    assert phrase(fit_evidence(matrix, np.array([1])).features[0], float("nan")) == "seen is blank"


@pytest.mark.parametrize(
    ("part", "values", "value", "said"),
    [
        ("weekday", [1, 4, 7], 4, "seen is a Thursday"),
        ("month", [1, 3, 12], 3, "seen is in March"),
        ("hour", [0, 14, 23], 14, "seen is between 14:00 and 15:00"),
        ("hour", [0, 14, 23], 23, "seen is between 23:00 and 24:00"),
        ("weekday", [1, 4, 7], 5, "seen is a Friday (nearest seen: Thursday)"),
    ],
)
def test_parts_of_a_date_are_said_as_people_say_them(part, values, value, said):
    feature = Feature(f"seen ({part})", "seen", "number")
    matrix = Matrix(np.array(values, dtype=np.float64).reshape(-1, 1), np.empty((3, 0), dtype=np.int32), (feature,), ())
    assert phrase(fit_evidence(matrix, np.array([1, 0, 1])).features[0], float(value)) == said


def test_a_range_of_months_is_said_in_words():
    feature = Feature("seen (month)", "seen", "number")
    seen = Seen(feature, (0, 0, 9), ((0, 0, 4),), (1.0,), (2.0,), (3.0,))
    assert (phrase(seen, 2.0), phrase(seen, 7.0)) == ("seen is in February (January to March)", "seen is in July (nearest seen: January to March)")


def test_a_column_that_is_only_called_like_a_part_keeps_its_numbers():
    seen = fit_evidence(numbers([4.0, 5.0], "slot (weekday)"), np.array([1, 0])).features[0]
    assert phrase(seen, 4.0) == "slot (weekday) is 4"
    odd = Seen(Feature("seen (month)", "seen", "number"), (0, 0, 9), ((0, 0, 4),), (1.0,), (2.0,), (99.0,))
    assert phrase(odd, 2.0) == "seen (month) is 2 (between 1 and 99)"


@given(st.text(max_size=200))
def test_any_level_fits_on_one_short_line(level):
    seen = fit_evidence(sources([2], (level,)), np.array([1])).features[0]
    said = phrase(seen, 2)
    assert said.removeprefix("Lead Source is ")
    assert len(said) <= 80
    assert len(said.splitlines()) == 1


@given(st.floats(allow_nan=False))
def test_any_number_can_be_written_shortly(value):
    assert 0 < len(number_text(value)) <= 21


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0, "0"), (1234.56, "1,235"), (0.5, "0.5"), (99.987, "99.99"), (1e-7, "1e-07"), (float("inf"), "beyond all numbers")],
)
def test_numbers_read_as_people_write_them(value, text):
    assert number_text(value) == text


@given(st.floats(0, 1), st.floats(0, 1))
def test_percentages_stay_near_the_truth(a, b):
    for share, text in zip((a, b), percent_texts(a, b), strict=True):
        assert abs(float(text.removesuffix(" %")) - 100 * share) <= 0.5 + 1e-9


def test_nearly_certain_is_not_written_as_certain():
    assert percent_texts(0.9996, 0.5) == ("99.96 %", "50.00 %")
