"""`--top N` re-cuts a list: the best are called, but never at a loss, and the action agrees."""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train


def scorer(**economics: float) -> tuple[Scorer, pl.DataFrame]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    frame = pl.DataFrame({"x": x, "won": (rng.random(300) < 1 / (1 + np.exp(-x))).astype(int)})
    raw = {"target": {"column": "won"}, "economics": economics, "model": {"candidates": ["logistic"], "trials": 1}}
    return Scorer(train(parse_project(raw), frame, clock=time.monotonic)), frame


def test_leads_that_cost_more_than_they_bring_are_not_contacted_even_among_the_best() -> None:
    ours, frame = scorer(value=50.0, contact_cost=30.0)
    best = ours.many(frame, top=200)
    assert (best["contact"] == (best["expected_profit"] > 0)).all()
    assert not best["contact"].all()


def test_without_money_all_of_the_best_are_contacted_and_no_action_says_otherwise() -> None:
    ours, frame = scorer()
    best = ours.many(frame, top=200)
    assert best["contact"].all()
    assert not best["action"].str.contains("Do not call").any()


def test_the_newest_rate_moves_held_out_figures_as_it_moves_scores() -> None:
    rng = np.random.default_rng(1)
    x, rising = rng.normal(size=900), np.linspace(-1.5, 1.5, 900)
    frame = pl.DataFrame({"x": x, "won": (rng.random(900) < 1 / (1 + np.exp(-x - rising))).astype(int)})
    promised = []
    for wanted in (False, True):
        raw = {"lead": {"order": "#row"}, "target": {"column": "won"}, "model": {"candidates": ["logistic"], "trials": 1, "recent_prior": wanted}}
        report = train(parse_project(raw), frame, clock=time.monotonic).report
        promised.append(sum(b.promised * b.rows for b in report.curves.reliability) / report.rows)
    assert promised[0] + 0.03 < promised[1] <= report.base_rate + 0.05
