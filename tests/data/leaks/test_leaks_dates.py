from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from leadrank.data.leaks.dates import extract_edges, lateness

START = datetime.fromisoformat("2024-01-01")


def _dates(days: np.ndarray) -> pl.Series:
    return pl.Series([START + timedelta(days=float(day)) for day in days], dtype=pl.Datetime("us"))


def test_a_date_after_the_moment_of_scoring_is_late_and_the_days_between_are_kept() -> None:
    at = _dates(np.arange(10.0))
    late = lateness(pl.DataFrame({"closed": _dates(np.arange(10.0) + 3)}), "closed", at)
    assert late is not None
    assert late.rows == 10
    assert late.lag.to_list() == [3.0] * 10


def test_without_a_moment_the_date_on_which_the_lead_began_is_used() -> None:
    frame = pl.DataFrame({"engage_date": _dates(np.arange(10.0)), "other": _dates(np.arange(10.0) + 1)})
    late = lateness(frame, "other", None)
    assert late is not None
    assert late.moment == "'engage_date'"
    assert lateness(frame, "engage_date", None) is None


def test_earlier_dates_are_not_late() -> None:
    assert lateness(pl.DataFrame({"first_visit": _dates(np.arange(10.0) - 3)}), "first_visit", _dates(np.arange(10.0))) is None


def test_ends_that_stick_out_are_an_artefact_of_the_extract() -> None:
    rng = np.random.default_rng(0)
    days = rng.uniform(0, 400, 6000)
    rate = np.where((days < 40) | (days > 380), 0.85, 0.6)
    found = extract_edges(days, rng.random(6000) < rate)
    assert found is not None
    assert found.first > found.middle
    assert found.last > found.middle


def test_leads_too_young_to_have_converted_are_noticed() -> None:
    rng = np.random.default_rng(1)
    days = rng.uniform(0, 400, 4000)
    found = extract_edges(days, rng.random(4000) < np.where(days > 360, 0.02, 0.3))
    assert found is not None
    assert found.last < found.middle


def test_a_steady_trend_is_no_artefact() -> None:
    rng = np.random.default_rng(2)
    days = rng.uniform(0, 400, 6000)
    assert extract_edges(days, rng.random(6000) < 0.2 + 0.4 * days / 400) is None


def test_no_effect_and_too_little_data_are_no_artefact() -> None:
    rng = np.random.default_rng(3)
    assert extract_edges(rng.uniform(0, 400, 6000), rng.random(6000) < 0.4) is None
    assert extract_edges(np.full(500, 7.0), rng.random(500) < 0.4) is None
    assert extract_edges(np.full(500, np.nan), rng.random(500) < 0.4) is None
