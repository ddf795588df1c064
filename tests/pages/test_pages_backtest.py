from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from leadrank.backtest import Backtest, Comparison, Line, Period
from leadrank.models import Recalibration
from leadrank.pages import backtest_page
from leadrank.pages.backtest import MARKERS, _quieter, charts_of, section_of
from leadrank.types import Figure

POLICIES = ("refit", "recalibrate", "frozen")


def figure(value: float) -> Figure:
    return Figure(value, 0.9 * value, 1.1 * value)


def lines(k: int) -> tuple[Line, ...]:
    ranking = {"auc": figure(0.7), "lift_10": figure(2.0), "caught": figure(12), "profit": figure(1_500)}
    promise = {"log_loss": figure(0.4 + 0.01 * k), "brier": figure(0.15), "ece": figure(0.03), "expected": Figure(0.2, 0.2, 0.2)}
    made = [Line(name, True, ranking | promise) for name in POLICIES]
    return (*made, Line("newest first", False, ranking), Line("scorecard", False, ranking), Line("naive Bayes", False, ranking | promise))


def made(periods: int) -> Backtest:
    parts = tuple(
        Period(f"2025-0{k + 1}-01 – 2025-0{k + 2}-01", 100 * k, 100, 3, 20, 10, lines(k), "logistic", (), Recalibration(0.1, 1.0, 5, 4.0))
        for k in range(periods)
    )
    words = Comparison("refit", "frozen", "log_loss", figure(0.1), "refit beats frozen by 0.1000 log loss (0.0900 to 0.1100)")
    card = ("+1 if a<b is at least 3",)
    return Backtest("spring & <sons>", "won: yes", POLICIES, parts, lines(0), (words,), card, currency="EUR", trainings=periods)


class Tags(HTMLParser):
    """Collect what a page would load, and what it opens and closes."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in {"src", "href"} and not (value or "").startswith("#")]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_whole() -> None:
    page = backtest_page(made(3), version="1")
    tags = Tags()
    tags.feed(page)
    assert tags.loads == []
    assert tags.open == []
    assert "<script" not in page
    assert "spring &amp; &lt;sons&gt;" in page
    assert "a&lt;b" in page
    assert "Refit beats frozen by 0.1000 log loss" in page
    assert page.count("1,500 EUR") == 6 * 4
    assert page == backtest_page(made(3), version="1")


@pytest.mark.parametrize("periods", [2, 8])
def test_charts_show_every_policy(periods: int) -> None:
    charts = charts_of(made(periods))
    assert [chart.name for chart in charts] == ["backtest-log-loss", "backtest-promised", "backtest-auc"]
    for chart in charts:
        ET.fromstring(chart.svg)  # noqa: S314 - ours
    assert all(name in charts[0].svg for name in POLICIES)


def test_one_period_is_no_curve() -> None:
    assert charts_of(made(1)) == ()
    assert "Period by period" in backtest_page(made(1), version="1")


def test_a_figure_that_is_not_defined_is_left_open() -> None:
    bare = made(2)
    alone = (Line("frozen", True, {"log_loss": figure(0.3)}),)
    short = replace(bare, periods=tuple(replace(period, lines=alone) for period in bare.periods), policies=("frozen",))
    section = section_of(short)
    assert section["periods"][0]["lines"][0].cells[0].value == "–"
    assert backtest_page(short, version="1")


def test_rivals_are_told_apart_by_dash_and_marker() -> None:
    ways = [(_quieter(k), MARKERS[k]) for k in range(5)]
    assert len({str(style) for style, _ in ways}) == 5
    assert len({marker for _, marker in ways}) == 5


def test_warnings_stand_before_the_figures() -> None:
    page = backtest_page(replace(made(3), warnings=("The budget of 8 seconds did not do.",)), version="1")
    assert page.index("The budget of 8 seconds did not do.") < page.index("All periods together")
