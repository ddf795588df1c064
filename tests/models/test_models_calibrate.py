"""Calibration keeps the ranking, makes no ties, and stays out of the way where it does not help."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.models.calibrate import (
    IDENTITY,
    Calibration,
    calibration_covariance,
    choose_calibration,
    excess_variance,
    fit_calibration,
    hedged,
    prior_moves,
    prior_shift,
    row_loss,
    sigmoid,
)


def drawn(n, bend=lambda z: z, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, n)
    return z, (rng.random(n) < sigmoid(bend(z))).astype(np.int64), np.arange(n) % 5


@given(
    st.lists(st.floats(-30, 30), min_size=4, max_size=60), st.integers(0, 2**32 - 1), st.sampled_from(["platt", "beta"]), st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_fitted_map_is_strictly_monotone(margins, seed, kind, against):
    margin = np.array(margins)
    y = (np.random.default_rng(seed).random(len(margin)) < (sigmoid(-margin) if against else 0.5)).astype(np.int64)
    mapped = fit_calibration(margin, y, kind)
    assert mapped.a > 0
    assert mapped.b > 0
    grid = np.linspace(-30, 30, 200)
    assert (np.diff(mapped(grid)) > 0).all()


def test_a_margin_that_is_already_honest_is_left_alone():
    kept = sum(choose_calibration(*drawn(600, seed=s)[:2], blocks=drawn(600)[2])[0] is IDENTITY for s in range(20))
    assert kept >= 14


def test_noise_as_margin_is_never_turned_round():
    rng = np.random.default_rng(0)
    chosen, _ = choose_calibration(rng.normal(size=400), rng.integers(0, 2, 400), blocks=np.arange(400) % 5)
    assert min(chosen.a, chosen.b) > 0


@pytest.mark.parametrize("bend", [lambda z: 0.4 * z, lambda z: 2.5 * z, lambda z: z + 1, lambda z: np.where(z > 0, 0.3 * z, 2 * z)])
def test_a_bent_margin_is_straightened_on_rows_it_has_not_seen(bend):
    z, y, blocks = drawn(2000, bend)
    chosen, held_out = choose_calibration(z, y, blocks=blocks)
    assert chosen.kind != "none"
    assert row_loss(y, held_out).mean() < row_loss(y, z).mean()
    unseen, theirs, _ = drawn(2000, bend, seed=1)
    assert row_loss(theirs, chosen(unseen)).mean() < row_loss(theirs, unseen).mean()


def test_held_out_odds_come_from_other_blocks():
    z, y, blocks = drawn(500, lambda z: 0.4 * z)
    _, before = choose_calibration(z, y, blocks=blocks)
    changed = np.where(blocks == 2, 1 - y, y)
    chosen, after = choose_calibration(z, changed, blocks=blocks)
    if chosen.kind != "none":
        assert np.allclose(before[blocks == 2], after[blocks == 2])


def test_a_forward_map_never_sees_a_later_block():
    z, y, _ = drawn(500, lambda z: 0.3 * z)
    blocks = np.arange(500) // 100
    chosen, before = choose_calibration(z, y, blocks=blocks, forward=True)
    changed = y.copy()
    changed[400:] = drawn(100, lambda z: 0.3 * z, seed=5)[1]
    again, after = choose_calibration(z, changed, blocks=blocks, forward=True)
    assert chosen.kind == again.kind != "none"
    assert np.array_equal(before, after)


def test_the_prior_shift_makes_the_mean_probability_the_observed_rate():
    z, y, _ = drawn(1000, lambda z: z + 1.2)
    by = prior_shift(z, y)
    assert sigmoid(z + by).mean() == pytest.approx((y.sum() + 0.5) / 1001, abs=1e-9)


def test_moves_of_the_base_rate_count_only_beyond_chance():
    z, y, blocks = drawn(5000)
    assert excess_variance(prior_moves(z, y, blocks), z, blocks, np.full(5, 5000)) == 0
    moved = (np.random.default_rng(0).random(5000) < sigmoid(z + np.array([-1, 1, -1, 1, 0])[blocks])).astype(np.int64)
    assert 0.4 < excess_variance(prior_moves(z, moved, blocks), z, blocks, np.full(5, 5000)) < 1.4


def test_one_stationary_table_in_ten_is_called_moved():
    called = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        z, blocks = rng.normal(-1, 1, 500), np.arange(500) % 5
        y = (rng.random(500) < sigmoid(z)).astype(np.int64)
        called += excess_variance(prior_moves(z, y, blocks), z, blocks, np.full(5, 10**9)) > 0
    assert 0.05 < called / 300 < 0.15


def test_a_forward_slope_keeps_the_mean_probability():
    rng = np.random.default_rng(3)
    z, blocks = rng.normal(-2, 1.5, 6000), np.repeat(np.arange(6), 1000)
    y = (rng.random(6000) < sigmoid(1.6 * z)).astype(np.int64)
    chosen, _ = choose_calibration(z, y, blocks=blocks, forward=True)
    assert chosen.a > 1.2
    newest = z[blocks >= 3]
    assert sigmoid(chosen(newest)).mean() == pytest.approx(sigmoid(newest).mean(), abs=1e-9)


def test_hedging_pulls_towards_one_half_and_keeps_the_order():
    z = np.linspace(-4, 4, 9)
    assert np.allclose(hedged(IDENTITY, 0.0)(z), z)
    milder = hedged(Calibration(1.2, 0.8, 0.0, "beta"), 0.5)
    assert (np.abs(milder(z)) <= np.abs(Calibration(1.2, 0.8)(z)) + 1e-12).all()
    assert (np.diff(milder(z)) > 0).all()


def test_what_is_known_of_the_calibration_grows_with_the_rows():
    few, many = calibration_covariance(drawn(100)[0]), calibration_covariance(drawn(10_000)[0])
    assert many[0] < few[0] / 20
    assert many[2] < few[2] / 20


@pytest.mark.parametrize("y", [np.zeros(10, np.int64), np.ones(10, np.int64)])
def test_one_class_teaches_no_map(y):
    assert fit_calibration(np.linspace(-1, 1, 10), y, "beta") is IDENTITY
    assert choose_calibration(np.linspace(-1, 1, 10), y, blocks=np.arange(10) % 2)[0] is IDENTITY
