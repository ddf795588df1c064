import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leadrank.explain import fit_evidence, group_by_column, phrasebook, reason_lines, reasons, select_top
from leadrank.types import Feature, Matrix

COLUMNS = ("visits", "created", "Lead Source", "Gender")
FEATURES = (
    Feature("visits", "visits", "number"),
    Feature("created (month)", "created", "number"),
    Feature("created (hour)", "created", "number"),
    Feature("Lead Source", "Lead Source", "category", ("Reference", "Google")),
    Feature("Gender", "Gender", "category", ("zebra", "yak")),
)


def table(n: int = 60, seed: int = 0) -> tuple[Matrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    numbers = np.column_stack([rng.poisson(3, n), rng.integers(1, 13, n), rng.integers(0, 24, n)]).astype(np.float64)
    numbers[rng.random((n, 3)) < 0.1] = np.nan
    codes = np.column_stack([rng.integers(0, 4, n), rng.integers(0, 4, n)]).astype(np.int32)
    return Matrix(numbers, codes, FEATURES[:3], FEATURES[3:]), (rng.random(n) < 0.4).astype(np.int64)


MATRIX, Y = table()
BOOK = phrasebook(fit_evidence(MATRIX, Y))
contributions_of_five = hnp.arrays(np.float64, (5, 5), elements=st.one_of(st.just(0.0), st.just(1.0), st.floats(-4, 4)))


@given(contributions_of_five, st.integers(0, 3))
def test_the_top_k_are_the_first_of_the_top_k_plus_one(contributions, top):
    grouped, columns = group_by_column(contributions, FEATURES)
    fewer, _ = select_top(grouped, columns, top=top)
    more, values = select_top(grouped, columns, top=top + 1)
    assert (more[:, : fewer.shape[1]] == fewer).all()
    assert (np.diff(np.abs(values), axis=1) <= 0).all()


@given(contributions_of_five, st.integers(1, 4))
def test_no_column_left_out_is_larger_than_one_named(contributions, top):
    grouped, columns = group_by_column(contributions, FEATURES)
    chosen, values = select_top(grouped, columns, top=top)
    for row in range(5):
        named = set(chosen[row][chosen[row] >= 0].tolist())
        left = [abs(grouped[row, k]) for k in range(len(columns)) if k not in named]
        smallest = min((abs(v) for v, k in zip(values[row], chosen[row], strict=True) if k >= 0), default=np.inf)
        if len(named) == top:
            assert max(left, default=0.0) <= smallest
        else:
            assert max(left, default=0.0) < 1e-12


@settings(max_examples=50)
@given(contributions_of_five, st.sampled_from(["Gender", "gender ", "created"]), st.integers(1, 4))
def test_a_protected_column_is_never_named_nor_are_its_values(contributions, protected, top):
    grouped, columns = group_by_column(contributions, FEATURES)
    rows = MATRIX.take(np.arange(5))
    found = reasons(grouped, columns, rows, BOOK, top=top, never={protected}, within=contributions)
    lines = reason_lines(grouped, columns, rows, BOOK, top=top, never={protected}, within=contributions).to_list()
    name = protected.strip().casefold()
    said = " ".join([*lines, *(r.sentence + r.column for row in found for r in row)]).casefold()
    assert name not in said
    if name == "gender":
        assert "zebra" not in said
        assert "yak" not in said


@given(contributions_of_five)
def test_line_and_sentences_name_the_same_columns_in_the_same_order(contributions):
    grouped, columns = group_by_column(contributions, FEATURES)
    rows = MATRIX.take(np.arange(5))
    found = reasons(grouped, columns, rows, BOOK, top=3, within=contributions)
    lines = reason_lines(grouped, columns, rows, BOOK, top=3, within=contributions).to_list()
    for line, row in zip(lines, found, strict=True):
        parts = line.split("; ")
        assert parts[0] == BOOK.base
        assert len(parts) == 1 + len(row)
        for part, reason in zip(parts[1:], row, strict=True):
            sign, words = part.split(" ", 1)
            assert (sign == "+") == (reason.contribution > 0) == (reason.direction == "raises")
            assert reason.sentence.startswith(words.removesuffix(" (with the rest)").split(":")[0])


@given(contributions_of_five)
def test_each_lead_alone_gets_the_reasons_it_gets_in_a_batch(contributions):
    grouped, columns = group_by_column(contributions, FEATURES)
    rows = MATRIX.take(np.arange(5))
    batch = reasons(grouped, columns, rows, BOOK, within=contributions)
    for i in range(5):
        one = slice(i, i + 1)
        assert reasons(grouped[one], columns, rows.take(np.array([i])), BOOK, within=contributions[one]) == [batch[i]]


@given(contributions_of_five)
def test_counts_never_contradict_a_reason_without_saying_so(contributions):
    grouped, columns = group_by_column(contributions, FEATURES)
    for row in reasons(grouped, columns, MATRIX.take(np.arange(5)), BOOK, top=4):
        for reason in row:
            if reason.rows and "taken with the rest" not in reason.sentence:
                assert (reason.conversions / reason.rows - reason.base_rate) * reason.contribution > 0


def source_only(code: int) -> tuple[Matrix, object]:
    codes = np.array([2] * 10 + [3] * 30, dtype=np.int32).reshape(-1, 1)
    y = np.array([1] * 9 + [0] + [1] * 6 + [0] * 24)
    feature = (FEATURES[3],)
    book = phrasebook(fit_evidence(Matrix(np.empty((40, 0)), codes, (), feature), y))
    return Matrix(np.empty((1, 0)), np.array([[code]], dtype=np.int32), (), feature), book


def test_a_sentence_gives_value_counts_and_base():
    lead, book = source_only(2)
    (reason,) = reasons(np.array([[1.5]]), ("Lead Source",), lead, book)[0]
    assert reason.sentence == "Lead Source is Reference: 9 of 10 such leads converted; base 15 of 40"
    assert (reason.value, reason.rows, reason.conversions, reason.base_rate) == ("Reference", 10, 9, 15 / 40)
    assert reason_lines(np.array([[1.5]]), ("Lead Source",), lead, book).to_list() == ["base 15 of 40; + Lead Source is Reference: 9 of 10"]


def test_a_reason_against_its_counts_says_that_it_is_taken_with_the_rest():
    lead, book = source_only(2)
    (reason,) = reasons(np.array([[-0.5]]), ("Lead Source",), lead, book)[0]
    assert reason.sentence.endswith("base 15 of 40; taken with the rest it lowers this score")
    assert reason_lines(np.array([[-0.5]]), ("Lead Source",), lead, book)[0].endswith("− Lead Source is Reference: 9 of 10 (with the rest)")


def test_an_unseen_level_is_a_reason_without_counts():
    lead, book = source_only(1)
    (reason,) = reasons(np.array([[-0.5]]), ("Lead Source",), lead, book)[0]
    assert reason.sentence == "Lead Source is one we had not seen: no such lead to compare with; base 15 of 40"
    assert reason.rows == 0


def test_rounding_is_no_reason():
    lead, book = source_only(2)
    assert reasons(np.array([[1e-13]]), ("Lead Source",), lead, book) == [()]
    assert reason_lines(np.array([[1e-13]]), ("Lead Source",), lead, book).to_list() == ["base 15 of 40"]


def test_the_feature_that_pulls_hardest_speaks_for_its_column():
    contributions = np.array([[0.0, -0.2, 0.9, 0.0, 0.0]])
    grouped, columns = group_by_column(contributions, FEATURES)
    lead = Matrix(np.array([[1.0, 3.0, 14.0]]), np.array([[2, 2]], dtype=np.int32), FEATURES[:3], FEATURES[3:])
    (reason,) = reasons(grouped, columns, lead, BOOK, within=contributions)[0]
    assert reason.column == "created"
    assert reason.sentence.startswith("created is between 14:00 and 15:00")


@pytest.mark.parametrize("top", [0, -1])
def test_no_reasons_wanted_are_no_reasons_given(top):
    lead, book = source_only(2)
    assert reasons(np.array([[1.0]]), ("Lead Source",), lead, book, top=top) == [()]


def test_no_rows_and_no_columns_give_empty_answers():
    rows = MATRIX.take(np.empty(0, dtype=np.int64))
    assert reasons(np.empty((0, 4)), COLUMNS, rows, BOOK) == []
    assert reason_lines(np.empty((0, 4)), COLUMNS, rows, BOOK).to_list() == []
    nothing = Matrix(np.empty((2, 0)), np.empty((2, 0), dtype=np.int32), (), ())
    empty = phrasebook(fit_evidence(nothing, np.array([0, 1])))
    assert reasons(np.empty((2, 0)), (), nothing, empty) == [(), ()]


def test_contributions_are_left_as_they_were():
    contributions = np.array([[0.5, -1.0, 0.1, 2.0]])
    select_top(contributions, COLUMNS, top=3, never={"visits"})
    assert contributions.tolist() == [[0.5, -1.0, 0.1, 2.0]]


WEIGHTS = np.array([-0.9, 0.2, 0.8, -0.6])


def additive_margin(rows: Matrix, *, blank: float = WEIGHTS[0]) -> np.ndarray:
    """A model of visits, source and gender; `blank` is what it makes of a blank source or gender."""
    weights = np.append(blank, WEIGHTS[1:])
    visits = np.where(np.isnan(rows.numbers[:, 0]), blank, 0.3 * rows.numbers[:, 0])
    return visits + weights[rows.codes[:, 0]] + 0.5 * weights[rows.codes[:, 1]]


def with_column(column: str, numbers: np.ndarray, codes: np.ndarray, row: int) -> Matrix:
    """One lead repeated, with the column's values put in its place."""
    copies = MATRIX.take(np.full(len(numbers), row))
    if column == "visits":
        copies.numbers[:, 0] = numbers[:, 0]
    else:
        copies.codes[:, ["Lead Source", "Gender"].index(column)] = codes[:, ["Lead Source", "Gender"].index(column)]
    return copies


def additive_contributions(blank: float, centre: bool) -> np.ndarray:
    weights = np.append(blank, WEIGHTS[1:])
    visits = np.where(np.isnan(MATRIX.numbers[:, 0]), blank, 0.3 * MATRIX.numbers[:, 0])
    parts = np.column_stack([visits, np.zeros(len(MATRIX)), weights[MATRIX.codes[:, 0]], 0.5 * weights[MATRIX.codes[:, 1]]])
    return parts - parts.mean(axis=0) if centre else parts


@pytest.mark.parametrize("row", range(0, 60, 4))
def test_forgetting_the_top_reason_moves_the_re_scored_lead_as_it_said(row):
    parts = additive_contributions(WEIGHTS[0], centre=True)
    (reason,) = reasons(parts, COLUMNS, MATRIX, BOOK, top=1)[row]
    forgotten = additive_margin(with_column(reason.column, MATRIX.numbers, MATRIX.codes, row)).mean()
    assert additive_margin(MATRIX)[row] - forgotten == pytest.approx(reason.contribution)


@pytest.mark.parametrize("row", range(0, 60, 4))
def test_blanking_the_top_reason_moves_the_re_scored_lead_as_it_said_where_a_blank_says_nothing(row):
    parts = additive_contributions(0.0, centre=False)
    (reason,) = reasons(parts, COLUMNS, MATRIX, BOOK, top=1)[row]
    blanked = with_column(reason.column, np.full((1, 3), np.nan), np.zeros((1, 2), dtype=np.int32), row)
    change = additive_margin(MATRIX, blank=0.0)[row] - additive_margin(blanked, blank=0.0)[0]
    assert np.sign(change) == (1 if reason.direction == "raises" else -1)
