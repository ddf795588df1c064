import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import UsageError
from leadrank.explain import CAUTION, counterfactual, fit_evidence
from leadrank.types import Feature, Matrix

FEATURES = (Feature("visits", "visits", "number"), Feature("calls", "calls", "number"), Feature("seen (month)", "seen", "number"))
CATEGORIES = (Feature("source", "source", "category", ("web", "fair", "rare")),)
ALL = {"visits": "any", "calls": "any", "seen": "any", "source": "any"}


def training() -> Matrix:
    rng = np.random.default_rng(1)
    numbers = np.column_stack([rng.integers(0, 50, 400), rng.integers(0, 6, 400), rng.integers(1, 13, 400)]).astype(np.float64)
    codes = rng.integers(2, 4, (400, 1)).astype(np.int32)
    codes[:2] = 4
    return Matrix(numbers, codes, FEATURES, CATEGORIES)


SEEN = training()
EVIDENCE = fit_evidence(SEEN, (SEEN.numbers[:, 0] > 25).astype(np.int64))


def lead(visits=5.0, calls=1.0, month=3.0, source=2) -> Matrix:
    return Matrix(np.array([[visits, calls, month]]), np.array([[source]], dtype=np.int32), FEATURES, CATEGORIES)


def score(rows: Matrix) -> np.ndarray:
    visits, calls = np.nan_to_num(rows.numbers[:, 0]), np.nan_to_num(rows.numbers[:, 1])
    margin = -3 + 0.06 * visits + 0.3 * calls + 1.2 * (rows.codes[:, 0] == 3) + 5.0 * (rows.codes[:, 0] == 4)
    return 1 / (1 + np.exp(-margin))


def changed(one: Matrix, found) -> Matrix:
    """The lead with the changes made as they are reported."""
    numbers, codes = one.numbers.copy(), one.codes.copy()
    names = [f.name for f in FEATURES]
    for change in found.changes:
        if change.column == "source":
            codes[0, 0] = CATEGORIES[0].levels.index(change.to) + 2
        else:
            numbers[0, names.index(change.column)] = change.to
    return Matrix(numbers, codes, FEATURES, CATEGORIES)


leads = st.builds(
    lead,
    visits=st.one_of(st.just(float("nan")), st.integers(0, 60).map(float)),
    calls=st.one_of(st.just(float("nan")), st.integers(0, 8).map(float)),
    source=st.integers(0, 4),
)
allowed = st.dictionaries(st.sampled_from(["visits", "calls"]), st.sampled_from(["any", "up", "down"]))


@settings(max_examples=60, deadline=None)
@given(leads, allowed, st.booleans(), st.floats(0.02, 0.99))
def test_only_actionable_columns_move_only_as_allowed_and_the_model_confirms_the_claim(one, numbers, with_source, target):
    actionable = numbers | ({"source": "any"} if with_source else {})
    found = counterfactual(score, one, EVIDENCE, actionable, target=target)
    if found is None:
        return
    assert found.after >= target
    assert score(changed(one, found))[0] == pytest.approx(found.after, abs=1e-12)
    columns = [change.column for change in found.changes]
    assert len(columns) == len(set(columns)) <= 3
    assert set(columns) <= set(actionable)
    for change in found.changes:
        if change.column == "source":
            assert change.to in {"web", "fair"}
            continue
        j = ["visits", "calls"].index(change.column)
        assert change.to in SEEN.numbers[:, j]
        step = change.to - one.numbers[0, j]
        assert {"any": True, "up": step > 0, "down": step < 0}[actionable[change.column]]


@settings(max_examples=30, deadline=None)
@given(leads, st.floats(0.05, 0.95))
def test_fewer_changes_are_always_preferred(one, target):
    found = counterfactual(score, one, EVIDENCE, ALL, target=target)
    for most in range(len(found.changes) if found else 0):
        assert most == 0 or counterfactual(score, one, EVIDENCE, ALL, target=target, max_changes=most) is None


def test_a_change_is_told_in_words_with_its_share_and_a_caution():
    found = counterfactual(score, lead(visits=5), EVIDENCE, {"source": "any"}, target=0.2)
    assert found.sentence == "If source were fair instead of web (as for 5 in 10 leads): 8 % → 23 %"
    assert found.caution == CAUTION


def test_the_mildest_value_that_reaches_the_target_is_proposed():
    found = counterfactual(score, lead(), EVIDENCE, {"visits": "up"}, target=0.2)
    (change,) = found.changes
    cheaper = [v for seen in EVIDENCE.features[:1] for v in (*seen.lows, *seen.middles, *seen.highs) if 5 < v < change.to]
    assert all(score(lead(visits=v))[0] < 0.2 for v in cheaper)


def test_several_columns_are_combined_when_one_is_not_enough():
    found = counterfactual(score, lead(), EVIDENCE, ALL, target=0.9)
    assert len(found.changes) == 3
    assert " and " in found.sentence


def test_a_target_out_of_reach_is_not_claimed():
    assert counterfactual(score, lead(), EVIDENCE, {"calls": "up"}, target=0.9) is None
    assert counterfactual(score, lead(), EVIDENCE, {}, target=0.9) is None


def test_a_lead_that_is_there_already_needs_no_change():
    found = counterfactual(score, lead(visits=60, source=3), EVIDENCE, ALL, target=0.5)
    assert found.changes == ()
    assert found.before == found.after


def test_a_model_that_changes_its_mind_about_a_single_row_is_not_believed():
    def fickle(rows):
        return np.full(len(rows), 0.9 if len(rows) > 1 else 0.1)

    assert counterfactual(fickle, lead(), EVIDENCE, ALL, target=0.5) is None


def test_a_protected_column_is_left_alone_even_if_declared_actionable():
    assert counterfactual(score, lead(), EVIDENCE, {"source": "any"}, target=0.2, never={"Source"}) is None


def test_levels_with_too_few_leads_are_not_proposed():
    assert counterfactual(score, lead(), EVIDENCE, {"source": "any"}, target=0.5) is None
    assert counterfactual(score, lead(), EVIDENCE, {"source": "any"}, target=0.5, least_rows=1).changes[0].after == "rare"


def test_a_direction_for_a_category_is_refused_with_a_remedy():
    with pytest.raises(UsageError, match="source") as caught:
        counterfactual(score, lead(), EVIDENCE, {"source": "up"}, target=0.5)
    assert "any" in caught.value.remedy


def test_a_date_part_cannot_be_set_on_its_own():
    def by_month(rows):
        return rows.numbers[:, 2] / 20

    assert counterfactual(by_month, lead(), EVIDENCE, {"seen": "any"}, target=0.3) is None
