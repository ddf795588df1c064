import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leadrank.explain import group_by_column, rescale, row_base
from leadrank.types import Feature

amounts = st.floats(-20, 20, allow_nan=False, allow_infinity=False)


def features(columns: list[str]) -> list[Feature]:
    return [Feature(f"{column} {j}", column, "number") for j, column in enumerate(columns)]


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), st.integers(0, 5), st.data())
def test_grouping_keeps_every_row_sum_and_names_each_column_once(columns, rows, data):
    contributions = data.draw(hnp.arrays(np.float64, (rows, len(columns)), elements=amounts))
    grouped, names = group_by_column(contributions, features(columns))
    assert sorted(names) == sorted(set(columns))
    assert grouped.shape == (rows, len(names))
    np.testing.assert_allclose(grouped.sum(axis=1), contributions.sum(axis=1), atol=1e-12)


def test_grouping_does_not_hand_back_the_callers_array():
    contributions = np.ones((2, 1))
    grouped, _ = group_by_column(contributions, features(["a"]))
    grouped[0, 0] = 5.0
    assert contributions[0, 0] == 1.0


@given(hnp.arrays(np.float64, (4, 5), elements=amounts), st.floats(-3, 3), st.floats(0.05, 5), st.floats(-2, 2))
def test_a_straight_calibration_line_scales_every_contribution_by_its_slope(contributions, base, slope, shift):
    margins = base + contributions.sum(axis=1)
    calibrated_base = slope * base + shift
    scaled = rescale(contributions, base, margins, slope * margins + shift, calibrated_base, slope=slope)
    np.testing.assert_allclose(calibrated_base + scaled.sum(axis=1), slope * margins + shift, atol=1e-9)
    told = np.abs(contributions.sum(axis=1)) > 1e-3
    np.testing.assert_allclose(scaled[told], slope * contributions[told], rtol=1e-6, atol=1e-9)


@given(hnp.arrays(np.float64, (4, 5), elements=amounts), hnp.arrays(np.float64, 4, elements=st.floats(-40, 40)), st.floats(-5, 5))
def test_any_calibrated_value_is_met_exactly_and_signs_are_kept_where_a_row_pulls_both_ways(contributions, calibrated, calibrated_base):
    scaled = rescale(contributions, 0.0, contributions.sum(axis=1), calibrated, calibrated_base)
    assert np.isfinite(scaled).all()
    carried = np.abs(contributions).max(axis=1) > 1e-90
    np.testing.assert_allclose((calibrated_base + scaled.sum(axis=1))[carried], calibrated[carried], atol=1e-9)
    for before, after in zip(contributions, scaled, strict=True):
        if before.max() > 1e-6 and before.min() < -1e-6:
            assert (before * after >= 0).all()


@given(hnp.arrays(np.float64, (6, 4), elements=st.floats(-0.1, 0.1)))
def test_contributions_to_a_probability_become_log_odds_that_add_up(contributions):
    probability = 0.45 + contributions.sum(axis=1)
    log_odds = np.log(probability / (1 - probability))
    base = float(np.log(0.45 / 0.55))
    scaled = rescale(contributions, 0.45, probability, log_odds, base, slope=1 / (0.45 * 0.55))
    np.testing.assert_allclose(base + scaled.sum(axis=1), log_odds, atol=1e-9)
    assert (scaled * contributions >= 0).all()


def test_one_row_alone_gets_what_it_gets_in_a_batch():
    rng = np.random.default_rng(0)
    contributions = rng.normal(size=(50, 7))
    calibrated = rng.normal(size=50)
    batch = rescale(contributions, 0.0, contributions.sum(axis=1), calibrated, 0.1)
    for i in range(50):
        alone = rescale(contributions[i : i + 1], 0.0, contributions[i : i + 1].sum(axis=1), calibrated[i : i + 1], 0.1)
        np.testing.assert_allclose(alone[0], batch[i], rtol=1e-12, atol=1e-12)


def test_cancelling_contributions_do_not_explode_where_the_map_has_a_step():
    contributions = np.array([[2.0, -2.0 + 1e-7], [2.0, -2.0]])
    scaled = rescale(contributions, 0.0, contributions.sum(axis=1), np.array([0.5, 0.5]), 0.0)
    assert np.abs(scaled).max() < 50
    np.testing.assert_allclose(scaled.sum(axis=1), 0.5, atol=1e-9)
    assert (scaled[:, 0] > 0).all()
    assert (scaled[:, 1] < 0).all()


def test_a_row_that_only_pulls_down_but_ends_above_the_base_shares_the_difference_by_size():
    scaled = rescale(np.array([[-1.0, -3.0]]), 0.0, np.array([-4.0]), np.array([0.4]), 0.0)
    np.testing.assert_allclose(scaled, [[0.1, 0.3]])


def test_a_row_without_contributions_leaves_the_difference_to_its_own_base():
    scaled = rescale(np.zeros((1, 3)), 0.0, np.zeros(1), np.array([0.7]), 0.2)
    assert not scaled.any()
    assert row_base(scaled, np.array([0.7]))[0] == 0.7


def test_a_certain_probability_gives_finite_contributions():
    scaled = rescale(np.array([[1.0, -0.2]]), 0.0, np.array([0.8]), np.array([np.inf]), 0.0)
    assert np.isfinite(scaled).all()


def test_no_features_and_no_rows_are_no_trouble():
    assert rescale(np.zeros((2, 0)), 0.0, np.zeros(2), np.ones(2), 0.0).shape == (2, 0)
    assert rescale(np.zeros((0, 3)), 0.0, np.zeros(0), np.zeros(0), 0.0).shape == (0, 3)


def test_margins_of_other_rows_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        rescale(np.ones((1, 2)), 0.0, np.array([5.0]), np.array([5.0]), 0.0)


def test_nan_contributions_are_refused():
    with pytest.raises(ValueError, match="finite"):
        rescale(np.array([[np.nan]]), 0.0, np.zeros(1), np.zeros(1), 0.0)
