"""Conversions that cease before the other tables do."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from leadrank.labels import look_ahead
from leadrank.moments import moment_of
from leadrank.observed import observed_until
from leadrank.project import parse_project

START = datetime(2024, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC
DAYS = 240


def project(**target):
    return parse_project({
        "lead": {"key": "id", "created_at": "created"},
        "event": [{"table": "sales", "key": "who", "occurred_at": "on"}, {"table": "visits", "key": "who", "occurred_at": "on"}],
        "target": {"event": "sales", "within": 30, **target},
    })


def tables(*, rate=0.4, sold=DAYS, came=DAYS, visited=DAYS, every=1.0, pause=(1e9, 1e9), seed=1):
    """Two leads a day until `came`, sales until `sold`, visits until `visited`; sales are booked `every` so many days, none in the pause."""
    draw = np.random.default_rng(seed)
    created = np.repeat(np.arange(came), 2) + draw.uniform(0, 0.9, 2 * came)
    sale = np.ceil((created + draw.exponential(10, 2 * came)) / every) * every
    seen = (draw.random(2 * came) < rate) & (sale < sold) & ~((sale > pause[0]) & (sale < pause[1]))
    visit = draw.uniform(0, visited, 3000)
    at = lambda days: pl.Series([START + timedelta(days=float(d)) for d in days], dtype=pl.Datetime("us"))  # noqa: E731
    return {
        "lead": pl.DataFrame({"id": np.arange(2 * came).astype(str), "created": at(created)}),
        "sales": pl.DataFrame({"who": np.flatnonzero(seen).astype(str), "on": at(sale[seen])}),
        "visits": pl.DataFrame({"who": draw.integers(0, 2 * came, 3000).astype(str), "on": at(visit)}),
    }


def look(data, **target):
    rows = pl.DataFrame({"lead": np.arange(data["lead"].height), "at": data["lead"]["created"]})
    return look_ahead(project(**target), data, rows)


def told(ahead, code):
    return [f for f in ahead.findings if f.code == code]


def test_leads_after_the_last_sale_are_pending_not_lost():
    data = tables(sold=120)
    found = look(data)
    (said,) = told(found, "T508")
    day = (data["lead"]["created"] - START).dt.total_days().to_numpy()
    assert (found.y[day >= 92] != 0).all()
    assert (found.y[day < 88] >= 0).all()
    assert abs(found.until - (START + timedelta(days=120))) < timedelta(days=2)
    assert (said.severity, "2024-04-29" in said.message, 'observed_until = "2024-04-29"' in said.remedy) == ("warning", True, True)
    assert 60 < said.evidence["expected"] < 130


def test_a_slow_start_years_ago_hides_no_silence():
    data, early = tables(sold=120), [START - timedelta(days=d) for d in (1_200, 1_000, 900)]
    old = {"id": [f"old{i}" for i in range(3)], "created": early}
    data["lead"] = pl.concat([data["lead"], pl.DataFrame(old, schema=data["lead"].schema)])
    data["sales"] = pl.concat([data["sales"], pl.DataFrame({"who": old["id"], "on": early}, schema=data["sales"].schema)])
    assert len(told(look(data), "T508")) == 1


def test_the_moment_of_asking_stays_the_newest():
    data = tables(sold=120)
    assert moment_of(observed_until(project(), data)) > START + timedelta(days=DAYS - 1)


def test_what_is_declared_is_believed():
    found = look(tables(sold=120), observed_until="2024-08-26")
    assert told(found, "T508") == []
    assert (found.y[-300:-100] == 0).any()


@pytest.mark.parametrize(
    "data",
    [
        tables(),
        tables(rate=0.03, sold=200),  # a few sales less are chance
        tables(came=120, visited=240),  # no leads come any more
        tables(every=30.0, sold=229),  # booked once a month
        tables(pause=(60, 100), sold=190),  # a pause as long as one before
    ],
    ids=["complete", "rare", "no new leads", "booked monthly", "pauses"],
)
def test_silence_that_has_another_cause_moves_nothing(data):
    found = look(data)
    assert told(found, "T508") == []
    assert found.until == moment_of(observed_until(project(), data))


def test_complete_tables_are_believed_whatever_the_chance():
    assert sum(bool(told(look(tables(rate=0.1, seed=seed)), "T508")) for seed in range(40)) == 0


def test_a_table_that_holds_no_newer_sale_is_the_same_as_one_asked_earlier():
    data = tables(sold=120)
    rows = pl.DataFrame({"lead": np.arange(data["lead"].height), "at": data["lead"]["created"]})
    early = look_ahead(project(), data, rows, until=START + timedelta(days=180))
    assert early.until == look(data).until


@pytest.mark.parametrize(("end", "warned"), [("2026-01-01", True), ("2024-08-29", False), ("2024-06-01", False)])
def test_a_declared_end_far_behind_the_newest_date_is_told(end, warned):
    found = told(look(tables(), observed_until=end), "T504")
    assert bool(found) == warned
    if warned:
        assert 'observed_until = "2024-08-2' in found[0].remedy
