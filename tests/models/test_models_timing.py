"""By which day leads convert: held at the horizon, learned from leads whose outcome is open, not deceived by their youth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from leadrank.models import Timing, at_level, by_day, ever, fit_timing, given_not_yet, judge_level, sigmoid, teller
from leadrank.models.cohorts import smooth_levels
from leadrank.models.hazard_cells import count_cells, stretches
from leadrank.models.hazard_curve import _told_and_slope, log_likelihood
from leadrank.records import read_record, write_record

HORIZON, SPAN = 30.0, 400.0


def leads(rows, seed, rate=0.2, quicker=0.0, level=lambda created: 0.0 * created, mean=15.0):
    """Log-odds by the horizon without the level, days, converted, when created, and the true probability by a day; a share never converts."""
    rng = np.random.default_rng(seed)
    created = rng.uniform(0, SPAN, rows)
    lead = rng.normal(0, 1, rows)
    pace = mean * np.exp(-quicker * lead)
    come = sigmoid(np.log(rate / (1 - rate)) + lead)
    by = lambda day, share: share * -np.expm1(-day / pace)  # noqa: E731
    p = by(HORIZON, come)
    odds = np.log(p / (1 - p))
    moved = sigmoid(odds + level(created)) / by(HORIZON, 1.0)
    delay = np.where(rng.random(rows) < moved, rng.exponential(pace), np.inf)
    return odds, np.minimum(delay, SPAN - created), delay <= SPAN - created, created, lambda day: by(day, moved)


def fitted(rows, seed, **how):
    odds, days, converted, created, truth = leads(rows, seed, **how)
    return fit_timing(odds, days, converted, horizon=HORIZON, cohort=created), odds, truth


CURVE = Timing(30.0, (0.0, 3.0, 30.0, 90.0), (0.0, 0.4, 1.0, 1.3), tail=0.1, tail_days=20.0, pace=0.3, centre=-1.0, spread=1.2)
PROBABILITIES = arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1))


@settings(max_examples=200, deadline=None)
@given(PROBABILITIES, st.floats(-1, 1), st.floats(-1, 1), st.lists(st.floats(0, 4_000), min_size=1, max_size=12))
def test_probabilities_rise_with_the_days_and_stay_where_they_were_at_the_horizon(p, bend, pace, days):
    timing = replace(CURVE, bend=bend, pace=pace)
    asked = sorted([*days, 30.0])
    found = by_day(timing, p, asked)
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (np.diff(found, axis=1) >= 0).all()
    assert (found[:, asked.index(30.0)] == p).all()
    assert (ever(timing, p) >= found[:, -1]).all()


@settings(max_examples=100, deadline=None)
@given(PROBABILITIES, st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), st.floats(-1, 1), st.lists(st.floats(0, 4_000), max_size=6))
def test_one_lead_is_told_what_many_are(p, bend, pace, days):
    timing = replace(CURVE, bend=bend, pace=pace)
    tell, asked = teller(timing, [*days, 30.0]), [*days, 30.0]
    together = np.column_stack([by_day(timing, p, asked), ever(timing, p)])
    assert np.array([tell(float(one)) for one in p]) == pytest.approx(together, abs=1e-9)
    assert [tell(float(one))[-2] for one in p] == p.tolist()


def test_nothing_has_happened_on_day_0():
    assert by_day(CURVE, np.array([0.0, 0.3, 1.0]), (0,)).tolist() == [[0.0], [0.0], [0.0]]


def test_it_is_a_record():
    timing, _, _ = fitted(2_000, 0)
    assert read_record(Timing, write_record(timing)) == timing


@pytest.mark.parametrize("wrong", [
    {"days": (0.0, 3.0, 3.0, 90.0)}, {"share": (0.0, 1.2, 1.0, 1.3)}, {"share": (0.0, 0.4, 0.9, 1.3)}, {"horizon": 31.0}, {"spread": 0.0},
    {"tail": -0.1}, {"bend": -2.0}, {"days": (0.0,), "share": (0.0,)},
])
def test_what_is_no_curve_is_refused(wrong):
    with pytest.raises(ValueError, match="curve of conversions"):
        replace(CURVE, **wrong)


@pytest.mark.parametrize("quicker", [0.0, 0.4])
@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_the_truth_is_found_on_every_day(rate, quicker):
    timing, odds, truth = fitted(round(10_000 / rate), 5, rate=rate, quicker=quicker)
    days = (3.0, 7.0, 14.0, 60.0, 90.0)
    found = by_day(timing, sigmoid(odds), days)
    for k, day in enumerate(days):
        assert found[:, k].mean() == pytest.approx(truth(day).mean(), rel=0.06)
        best = odds > np.quantile(odds, 0.8)
        assert found[best, k].mean() == pytest.approx(truth(day)[best].mean(), rel=0.08)
    assert ever(timing, sigmoid(odds)).mean() == pytest.approx(truth(1e9).mean(), rel=0.06)


def test_good_leads_that_are_quicker_are_seen_to_be():
    week = lambda timing: by_day(timing, np.array([0.05, 0.5]), (7.0,))[:, 0] / (0.05, 0.5)  # noqa: E731
    slow, quick = week(fitted(10_000, 1, quicker=0.4)[0])
    assert quick > 1.4 * slow
    slow, quick = week(fitted(10_000, 1)[0])
    assert quick == pytest.approx(slow, rel=0.1)


def test_where_a_share_is_cured_it_is_likelier_than_odds_or_hazards():
    assert fitted(20_000, 3, rate=0.5)[0].bend < 0


def test_leads_watched_for_a_week_do_not_look_as_if_they_never_convert():
    """All leads are young: a count of those converted by now would say a third of the truth."""
    odds, days, converted, created, truth = leads(20_000, 7)
    age = SPAN - created
    young = age < 45
    timing = fit_timing(odds[young], days[young], converted[young], horizon=HORIZON, cohort=created[young])
    week = by_day(timing, sigmoid(odds), (7.0,)).mean()
    assert week == pytest.approx(truth(7.0).mean(), rel=0.1)


@pytest.mark.parametrize("move", [-0.8, 0.8])
def test_a_level_that_has_moved_is_seen_before_the_outcomes_are_final(move):
    def level(created):
        return np.where(created > SPAN - 60, move, 0.0)

    timing, odds, _ = fitted(30_000, 2, level=level)
    # The newest half horizon has shown hardly anything yet; it leans on the weeks before.
    assert timing.level == pytest.approx(move, abs=0.3)
    assert abs(timing.level) > 3 * timing.level_error
    as_now, as_learned, promised = sigmoid(odds + move).mean(), sigmoid(odds).mean(), at_level(timing, sigmoid(odds)).mean()
    assert abs(promised - as_now) < abs(as_learned - as_now) / 2


def test_where_nothing_moves_the_level_stays_within_its_error():
    off = [(timing.level / timing.level_error) for timing, _, _ in (fitted(3_000, seed) for seed in range(8))]
    # The root mean square of eight standard normals is above 1.7 once in two thousand.
    assert np.sqrt(np.mean(np.square(off))) < 1.7


def test_a_lead_that_has_not_converted_yet_has_less_left():
    p = np.array([0.2, 0.2, 0.2, 0.2])
    left = given_not_yet(CURVE, p, np.array([0.0, 3.0, 20.0, 30.0]), 30.0)
    assert left[0] == pytest.approx(0.2)
    assert (np.diff(left) < 0).all()
    assert left[-1] == 0
    both = by_day(CURVE, p[:1], (3.0,))[0, 0]
    assert both + (1 - both) * left[1] == pytest.approx(0.2)


@pytest.mark.parametrize(("level", "error", "says"), [(0.5, 0.1, "more often"), (-0.5, 0.1, "less often"), (0.15, 0.1, None)])
def test_a_level_beyond_chance_is_reported(level, error, says):
    found = judge_level(replace(CURVE, level=level, level_error=error))
    assert [says in finding.message for finding in found] == [True] * (says is not None)


@pytest.mark.parametrize("conversions", [0, 1, 2, 5])
def test_hardly_any_conversion_gives_a_curve_all_the_same(conversions):
    days = np.linspace(1, 50, 40)
    timing = fit_timing(np.full(40, -2.0), days, np.arange(40) < conversions, horizon=HORIZON, cohort=50 - days)
    assert by_day(timing, np.array([0.1]), (30.0,)).tolist() == [[0.1]]
    assert timing.conversions == conversions
    assert abs(timing.level) < 2


def test_leads_that_were_not_watched_or_have_no_date_teach_nothing():
    odds, days, converted, created, _ = leads(3_000, 4)
    alone = fit_timing(odds, days, converted, horizon=HORIZON, cohort=created)
    more = fit_timing(
        np.append(odds, [0.0, 0.0]), np.append(days, [0.0, 5.0]), np.append(converted, [False, True]), horizon=HORIZON,
        cohort=np.append(created, [SPAN, np.nan]),
    )
    assert more == alone


def test_days_counted_whole_are_read_as_such():
    """Tables of dates: everything happens, and is last seen, at the end of a day."""
    odds, days, converted, created, truth = leads(20_000, 9)
    whole = np.ceil(np.where(converted, days, np.floor(days)))
    timing = fit_timing(odds, whole, converted, horizon=HORIZON, cohort=created)
    assert by_day(timing, sigmoid(odds), (7.0,)).mean() == pytest.approx(truth(7.0).mean(), rel=0.06)


@pytest.mark.parametrize("bend", [-1.0, 0.0, 0.5])
@pytest.mark.parametrize("horizon", [30.0, 400.0])
def test_the_slope_of_the_likelihood_is_its_slope(bend, horizon):
    odds, days, converted, _, _ = leads(2_000, 6)
    edges = stretches(days, converted, horizon)
    cells = count_cells(odds, days, converted, np.zeros(2_000, dtype=np.int64), edges=edges, horizon=horizon)
    start = Timing(horizon, (0.0, horizon), (0.0, 1.0), bend=bend, centre=-1.5)
    x = np.append(np.random.default_rng(0).normal(-3, 0.3, len(edges) - 1), 0.2)
    slope = _told_and_slope(cells, x, start)[1]
    for step in np.eye(len(x))[[*range(0, len(x), 5), -1]] * 1e-5:
        measured = (_told_and_slope(cells, x + step, start)[0] - _told_and_slope(cells, x - step, start)[0]) / 2e-5
        assert slope @ step * 1e5 == pytest.approx(measured, rel=1e-3, abs=1e-3)


def test_counting_by_cohort_loses_nobody():
    odds, days, converted, created, _ = leads(3_000, 8)
    edges = stretches(days, converted, HORIZON)
    groups = (created // 50).astype(np.int64)
    apart = count_cells(odds, days, converted, groups, edges=edges, horizon=HORIZON)
    together = count_cells(odds, days, converted, np.zeros_like(groups), edges=edges, horizon=HORIZON)
    assert apart.converted.sum() + apart.last_seen.sum() == 3_000
    timing = replace(CURVE, days=tuple(edges.tolist()), share=tuple(np.interp(edges, [0, HORIZON, SPAN], [0, 1, 1.5]).tolist()))
    said = log_likelihood(apart, timing, np.zeros(8)).sum()
    assert said == pytest.approx(log_likelihood(together, timing, np.zeros(1)).sum())


def test_cohorts_lean_on_their_neighbours_as_far_as_those_agree():
    rng = np.random.default_rng(0)
    error = np.full(20, 0.2)
    flat = rng.normal(0, error)
    levels, _ = smooth_levels(lambda x: -0.5 * ((x - flat) / error) ** 2, np.arange(20.0))
    assert np.abs(levels).max() < 0.15
    stepped = flat + 1.5 * (np.arange(20) >= 12)
    levels, errors = smooth_levels(lambda x: -0.5 * ((x - stepped) / error) ** 2, np.arange(20.0))
    assert levels[-1] == pytest.approx(1.5, abs=0.3)
    assert levels[0] == pytest.approx(0, abs=0.3)
    assert errors[-1] < 0.2
