from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.models import Recalibration, recalibrate, sigmoid
from leadrank.types import FloatArray, IntArray


def drawn(rows: int, *, shift: float = 0.0, slope: float = 1.0, seed: int = 0) -> tuple[FloatArray, IntArray]:
    """What a model said, and outcomes of the truth that lies off it."""
    rng = np.random.default_rng(seed)
    said = rng.normal(-1.0, 1.2, rows)
    return said, (rng.random(rows) < sigmoid(shift + slope * said)).astype(np.int64)


def test_without_outcomes_nothing_is_moved() -> None:
    nothing = recalibrate(np.zeros(0), np.zeros(0, dtype=np.int64))
    assert nothing == Recalibration()
    assert nothing(np.array([-3.0, 0.5])).tolist() == [-3.0, 0.5]


@pytest.mark.parametrize("shift", [-1.5, -0.5, 0.8, 1.6])
def test_a_base_rate_that_moved_is_followed(shift: float) -> None:
    found = recalibrate(*drawn(4_000, shift=shift), half_life=np.inf)
    assert found.shift == pytest.approx(shift, abs=0.12)
    assert found.slope == 1.0


def test_a_slope_is_taken_where_the_outcomes_speak_for_it() -> None:
    said, y = drawn(6_000, slope=0.55)
    found = recalibrate(said, y, half_life=np.inf)
    assert found.slope == pytest.approx(0.55, abs=0.1)
    few = recalibrate(said[:60], y[:60])
    assert few.slope == 1.0


def test_a_slope_is_seldom_taken_where_there_is_none() -> None:
    taken = [recalibrate(*drawn(800, shift=0.5, seed=seed)).slope != 1.0 for seed in range(200)]
    assert np.mean(taken) < 0.06


@pytest.mark.parametrize("won", [0, 1])
def test_a_few_outcomes_of_one_kind_move_it_a_little(won: int) -> None:
    found = recalibrate(np.zeros(5), np.full(5, won))
    assert found.slope == 1.0
    assert 0.5 < (2 * won - 1) * found.shift < 2.0


def test_old_outcomes_fade() -> None:
    said, before = drawn(3_000, shift=-1.0)
    later, after = drawn(3_000, shift=1.0, seed=1)
    both, outcomes = np.concatenate([said, later]), np.concatenate([before, after])
    assert recalibrate(both, outcomes, half_life=300).shift == pytest.approx(1.0, abs=0.25)
    assert abs(recalibrate(both, outcomes, half_life=np.inf).shift) < 0.3


def test_forgetting_costs_next_to_nothing_where_nothing_moves() -> None:
    """The default half-life, on 40 stable streams: what is said of the next outcomes loses less than a thousandth of a nat a lead."""
    lost = []
    for seed in range(40):
        said, y = drawn(6_000, seed=seed)
        moved = recalibrate(said[:5_000], y[:5_000])
        lost.append(np.mean(_loss(y[5_000:], moved(said[5_000:])) - _loss(y[5_000:], said[5_000:])))
    assert np.mean(lost) < 0.001


def test_the_rest_of_a_stream_whose_rate_rises_is_told_better_than_by_the_model_or_by_its_rate() -> None:
    rng = np.random.default_rng(3)
    said = rng.normal(-2.0, 1.0, 8_000)
    y = (rng.random(8_000) < sigmoid(said + np.linspace(0.0, 3.0, 8_000))).astype(np.int64)
    told = said.copy()
    for begin in range(500, 8_000, 250):
        told[begin : begin + 250] = recalibrate(said[:begin], y[:begin])(said[begin : begin + 250])
    rest = slice(500, None)
    ours, frozen = (np.mean((sigmoid(odds[rest]) - y[rest]) ** 2) for odds in (told, said))
    rate = y[rest].mean()
    assert ours < rate * (1 - rate) < frozen


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-30, 30), st.integers(0, 1)), min_size=1, max_size=60),
    st.sampled_from([1.0, 10.0, 1_000.0, np.inf]),
)
def test_whatever_comes_it_is_finite_and_keeps_the_ranking(rows: list[tuple[float, int]], half_life: float) -> None:
    said, y = np.array([odds for odds, _ in rows]), np.array([won for _, won in rows])
    found = recalibrate(said, y, half_life=half_life)
    assert np.isfinite([found.shift, found.slope, found.weight]).all()
    assert found.slope > 0
    assert found.outcomes == len(rows)
    ladder = np.linspace(-20, 20, 50)
    assert (np.diff(found(ladder)) > 0).all()


def _loss(y: IntArray, odds: FloatArray) -> FloatArray:
    return np.logaddexp(0.0, np.where(y == 1, -odds, odds))
