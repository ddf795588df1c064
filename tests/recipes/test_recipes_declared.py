"""What is declared of several tables and would do nothing, or cannot be meant, is refused in the user's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.errors import DataError, UsageError
from leadrank.evaluate import outcomes_of
from leadrank.history import history_of
from leadrank.project import Project, parse_project
from leadrank.train import train

START = datetime.fromisoformat("2024-01-01")
LEADS = 400


def _project(**more: Any) -> Project:
    declared: dict[str, Any] = {
        "lead": {"key": "id", "created_at": "came"},
        "event": [
            {"table": "visits", "key": "id", "occurred_at": "at", "type": "kind"},
            {"table": "sales", "key": "id", "occurred_at": "on"},
        ],
        "target": {"event": "sales", "within": 30},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 3},
    }
    return parse_project(declared | more)


def _tables() -> dict[str, pl.DataFrame]:
    draw = np.random.default_rng(4)
    came = [START + timedelta(days=float(d)) for d in np.sort(draw.uniform(0, 300, LEADS))]
    names = [f"L{i}" for i in range(LEADS)]
    bought = draw.random(LEADS) < 0.3
    sold = [(name, day + timedelta(days=float(wait))) for name, day, wait in zip(names, came, draw.exponential(8, LEADS), strict=True)]
    who = draw.integers(0, LEADS, 1_500)
    return {
        "lead": pl.DataFrame({"id": names, "came": came, "source": [["web", "fair"][i % 2] for i in range(LEADS)]}),
        "sales": pl.DataFrame([row for row, yes in zip(sold, bought, strict=True) if yes], schema=["id", "on"], orient="row"),
        "visits": pl.DataFrame({
            "id": [names[i] for i in who], "at": [came[i] + timedelta(days=float(d)) for i, d in zip(who, draw.uniform(-30, 20, 1_500), strict=True)],
            "kind": [["call", "mail", "tour"][i % 3] for i in range(1_500)], "minutes": draw.integers(1, 60, 1_500).astype(str),
        }),
    }


def _visits(**more: Any) -> list[dict[str, Any]]:
    return [{"table": "visits", "key": "id", "occurred_at": "at", "type": "kind"} | more, {"table": "sales", "key": "id", "occurred_at": "on"}]


@pytest.mark.parametrize(
    ("declared", "said", "remedy"),
    [
        ({"target": {"event": "sales", "within": 30, "column": "source"}}, "event 'sales' and the column 'source'", "Leave one"),
        ({"counting": {"half_lives": {"cal": 5}}}, "half_lives names 'cal'", "Did you mean 'call'"),
        ({"event": _visits(numbers=["kind"])}, "'kind', which holds no numbers", "['minutes']"),
        ({"event": _visits(type="minutes", numbers=["kind"])}, "takes 'kind' for numbers, and it holds none, e.g. 'call'", "column of numbers"),
        ({"lead": {"key": "id", "created_at": "came", "bands": {"x": {"of": "source", "at": [1]}}}}, "'x' takes 'source' for numbers", "numbers"),
    ],
)
def test_a_declaration_that_would_do_nothing_is_refused(declared: dict[str, Any], said: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        history_of(_project(**declared), _tables())
    assert said in refused.value.message
    assert remedy in refused.value.remedy


def test_what_is_there_and_named_is_taken() -> None:
    project = _project(
        counting={"half_lives": {"call": 5, "sales": 9, "other": 3}}, event=_visits(numbers=["minutes"]),
        target={"event": "sales", "within": 30, "column": "bought"},
    )
    frame = history_of(project, _tables()).frame
    assert {"bought", "visits minutes mean, ever"} <= set(frame.columns)


@pytest.mark.parametrize("declared", [{"cutoff": {"dates": ["2031-01-01"]}}, {"target": {"event": "sales", "observed_until": "1999-01-01"}}])
def test_cutoffs_outside_of_the_tables_are_told_with_both_ends(declared: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"No cutoff lies between the first lead \(2024-01-0\d\) and the end of observation \((1999|2024)-"):
        history_of(_project(**declared), _tables())


def test_the_outcome_of_an_event_is_in_words_and_judged_alike() -> None:
    history = history_of(_project(), _tables())
    assert history.ahead is not None
    bundle = train(history.project, history, clock=lambda: 0.0, at=START)
    assert bundle.facts.classes == ("not converted", "converted")
    y, rows = outcomes_of(bundle, history.frame)
    assert y.tolist() == history.frame["converted"].replace_strict({"not converted": 0, "converted": 1}, default=-1).to_list()
    assert 0 < y[rows].sum() < len(rows) <= LEADS
