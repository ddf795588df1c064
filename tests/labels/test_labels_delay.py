"""How long conversions take, where many leads were not watched to the end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.labels import conversion_delay, judge_horizon, suggest_horizon
from leadrank.records import read_record, write_record


def watched(seed, rows=4_000, share=0.3, mean=20.0, span=300.0):
    """Exponential delays of a share that converts at all; leads came evenly over the span."""
    rng = np.random.default_rng(seed)
    delay = np.where(rng.random(rows) < share, rng.exponential(mean, rows), np.inf)
    age = rng.uniform(0, span, rows)
    return np.minimum(delay, age), delay <= age


def test_young_leads_pull_nothing_down():
    days, converted = watched(0)
    delay = conversion_delay(days, converted)
    assert converted.mean() < 0.285
    assert delay.ever.value == pytest.approx(0.3, abs=0.02)
    assert delay.by[30] == pytest.approx(0.3 * (1 - np.exp(-1.5)), abs=0.02)


def test_without_censoring_it_is_the_share_that_converted():
    days = np.array([0.5, 1.5, 1.5, 3.0, *[9.0] * 36])
    found = conversion_delay(days, days < 9)
    assert found.by == pytest.approx((0.0, 1 / 40, 3 / 40, 4 / 40))


@pytest.mark.parametrize("seed", range(3))
def test_intervals_hold_the_truth_about_as_often_as_they_say(seed):
    truth = {0.5: np.log(2) * 20, 0.9: np.log(10) * 20}
    held = dict.fromkeys(truth, 0)
    for k in range(100):
        delay = conversion_delay(*watched(1_000 * seed + k, rows=1_500))
        for share, days in truth.items():
            found = delay.quantile(share)
            held[share] += found.low - 1 <= days <= found.high + 1
    # At 95 % fewer than 87 of 100 happen once in a thousand; whole days make the intervals a little wider.
    assert min(held.values()) >= 87


def test_quantiles_are_of_those_who_convert_at_all():
    few, many = conversion_delay(*watched(1, 20_000, share=0.1)), conversion_delay(*watched(1, 20_000, share=0.8))
    assert few.quantile(0.9).value == pytest.approx(46, abs=5)
    assert many.quantile(0.9).value == pytest.approx(46, abs=3)
    assert many.within(46).value == pytest.approx(0.9, abs=0.01)


def test_it_is_known_whether_leads_were_watched_long_enough():
    assert conversion_delay(*watched(2, span=300)).enough
    short = conversion_delay(*watched(2, span=25))
    assert not short.enough
    assert any("not ceased" in reason for reason in suggest_horizon(short).because)


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
@pytest.mark.parametrize("come", [False, True])
def test_hardly_any_leads_give_a_curve_all_the_same(rows, come):
    delay = conversion_delay(np.arange(rows) + 0.5, np.full(rows, come))
    assert 0 <= delay.ever.value <= 1
    assert np.isfinite([delay.quantile(0.9).high, delay.within(7).value]).all()
    assert any("guess" in reason for reason in suggest_horizon(delay).because)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=60))
def test_the_curve_is_one(leads):
    delay = conversion_delay(np.array([d for d, _ in leads]), np.array([c for _, c in leads], dtype=bool))
    assert delay.by[0] >= 0
    assert all(0 <= a <= b <= 1 for a, b in zip(delay.by, delay.by[1:], strict=False))
    assert delay.quantile(0.5).value <= delay.quantile(0.9).value
    assert read_record(type(delay), write_record(delay)) == delay


def test_the_horizon_is_round_and_has_its_reasons():
    found = suggest_horizon(conversion_delay(*watched(0, 40_000)), lag=3.0)
    assert (found.days, found.maturity) == (60.0, 63.0)
    assert found.because[0] == "90% of those who ever convert do so within 47 days (45–47)."
    assert "5.0% of conversions come too late" in found.because[1]
    assert "63 days" in found.because[1]


@pytest.mark.parametrize(("within", "severity", "words"), [(14, "warning", "leaves the later ones out"), (180, "info", "longer than needed")])
def test_a_declared_horizon_is_compared_with_how_long_conversions_take(within, severity, words):
    [found] = judge_horizon(float(within), conversion_delay(*watched(0)))
    assert (found.code, found.severity) == ("T507", severity)
    assert words in found.remedy


def test_a_fitting_horizon_is_confirmed():
    delay = conversion_delay(*watched(0))
    [found] = judge_horizon(suggest_horizon(delay).days, delay)
    assert (found.severity, found.remedy) == ("info", "It is the horizon that the data suggest.")
