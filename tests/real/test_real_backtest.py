"""The backtest on public data sets, where they are present."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from leadrank.backtest import Backtest, Line, Past, Rolling, backtest, past_of
from leadrank.data import read_table
from leadrank.models import recalibrate, sigmoid
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not present at ../shared/data")
CONSTANT = 0.213
"""Brier score of the last fifth's own rate: what somebody would reach who knew it beforehand."""
AFTER = [
    "Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
    "Asymmetrique Profile Score", "Last Activity", "Last Notable Activity",
]


def bank(rolling: Rolling) -> Past:
    project = parse_project({
        "name": "bank", "target": {"column": "y", "positive": "yes"}, "lead": {"order": "#row", "exclude": ["duration"]},
        "model": {"trials": 1, "candidates": ["lightgbm"]},
    })
    return past_of(project, read_table(DATA / "bank_marketing" / "bank-additional-full.csv").frame, rolling)


def line(found: Backtest, name: str) -> Line:
    return next(one for one in found.overall if one.name == name)


def test_recalibrating_recovers_the_last_fifth_of_the_bank_campaign_as_outcomes_come_in() -> None:
    found = backtest(bank(Rolling(periods=1, first=0.8, delay=500)), clock=time.monotonic, policies=("recalibrate", "frozen"), draws=50)
    rate = found.periods[0].rate
    assert found.periods[0].rows == 8_238
    assert rate * (1 - rate) == pytest.approx(CONSTANT, abs=0.001)
    ours, frozen = (line(found, name).figures["brier"] for name in ("recalibrate", "frozen"))
    assert ours.high < CONSTANT < frozen.low
    assert ours.value < 0.195
    (one,) = (c for c in found.comparisons if (c.better, c.other) == ("recalibrate", "frozen"))
    assert one.gain.low > 0.1


def test_once_500_outcomes_of_the_last_fifth_are_in_its_rest_is_told_better_than_by_its_own_rate() -> None:
    past = bank(Rolling(periods=1, first=0.8))
    begin = int(past.bounds[0])
    bundle = train(past.project, past.frame[:begin], clock=time.monotonic)
    p = Scorer(bundle).many(past.frame[begin:])["probability"].to_numpy()
    odds, y = np.log(p) - np.log1p(-p), past.hit[begin:]
    told = odds.copy()
    for at in range(500, len(y), 100):
        told[at : at + 100] = recalibrate(odds[:at], y[:at])(odds[at : at + 100])
    rest = slice(500, None)
    ours, frozen = (float(np.mean((sigmoid(one[rest]) - y[rest]) ** 2)) for one in (told, odds))
    rate = y[rest].mean()
    assert ours < CONSTANT < rate * (1 - rate) < frozen
    once = recalibrate(odds[:500], y[:500])(odds[rest])
    assert float(np.mean((sigmoid(once) - y[rest]) ** 2)) > CONSTANT, "the rate rose from 7 % to 50 % only later: no 500 outcomes can tell that"


def test_x_education_by_lead_number() -> None:
    project = parse_project({
        "name": "x", "target": {"column": "Converted"},
        "lead": {"key": "Prospect ID", "order": "Lead Number", "exclude": AFTER, "null_words": ["Select"]},
        "model": {"trials": 1, "candidates": ["lightgbm"]},
    })
    found = backtest(past_of(project, read_table(DATA / "x_education" / "Leads.csv").frame, Rolling(periods=3)), clock=time.monotonic, draws=50)
    assert [period.rows for period in found.periods] == [1_540] * 3
    for period in found.periods:
        area = {one.name: one.figures["auc"].value for one in period.lines}
        assert area["refit"] > 0.84
        assert area["refit"] > max(area["newest first"], area["scorecard"], area["naive Bayes"])
        assert area["scorecard"] > 0.7
    words = {(one.better, one.other): one.gain for one in found.comparisons if one.metric == "log_loss"}
    assert words["refit", "frozen"].low > 0
    assert abs(words["recalibrate", "frozen"].value) < 0.01
