"""The last moment that tables tell of: the same for past cutoffs, for outcomes and for scoring."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from leadrank.features import cutoff_rows
from leadrank.history import History, history_of
from leadrank.moments import DAY
from leadrank.observed import where_most_end
from leadrank.project import Project, parse_project
from leadrank.snapshots import Snapshots, snapshots

START = datetime.fromisoformat("2024-01-01")
Tables = dict[str, pl.DataFrame]


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


def project(cutoff: dict[str, object] | None = None, **target: object) -> Project:
    return parse_project({
        "lead": {"key": "id", "created_at": "came"}, "cutoff": cutoff or {},
        "event": [
            {"table": "visits", "key": "id", "occurred_at": "at", "known_at": "entered", "type": "how"},
            {"table": "sales", "key": "id", "occurred_at": "on"},
        ],
        "parent": [{"table": "firms", "key": "firm", "known_at": "since"}], "target": {"event": "sales", "within": 5, **target},
    })


def tables(**moved: float) -> Tables:
    """Leads, visits and versions of a firm come at times of day, sales on days; `moved` sets the newest moment of one column."""
    came, at, entered, on, since = ([*days, moved.get(name, days[-1])] for name, days in {
        "came": [0.5, 3.5, 9.5], "at": [1.5, 9.25], "entered": [1.5, 9.25], "on": [2, 8], "since": [0.25, 7.25],
    }.items())
    dated = lambda days: [moment(day) for day in days]  # noqa: E731
    return {
        "lead": pl.DataFrame({"id": ["a", "b", "c", "d"], "came": dated(came), "firm": ["f", "f", "f", "f"]}),
        "visits": pl.DataFrame({"id": ["a", "b", "c"], "at": dated(at), "entered": dated(entered), "how": ["call", "call", "mail"]}),
        "sales": pl.DataFrame({"id": ["a", "b", "b"], "on": dated(on)}),
        "firms": pl.DataFrame({"firm": ["f", "f", "f"], "since": dated(since), "size": [1.0, 2.0, 3.0]}),
    }


def looked_at(declared: Project, frames: Tables, *, at: datetime | None = None) -> tuple[History, Snapshots]:
    history = history_of(declared, frames)
    assert history.origin is not None
    return history, snapshots(history.project, history.origin, frames, at=at)


@pytest.mark.parametrize(("column", "day", "end"), [
    ("came", 12.5, 12.5), ("at", 12.5, 12.5), ("entered", 12.5, 12.5), ("since", 12.5, 12.5), ("on", 12, 13), ("on", 9, 10),
])
def test_training_and_scoring_end_with_the_newest_moment_of_any_table_and_a_day_with_its_end(column: str, day: float, end: float) -> None:
    history, found = looked_at(project(), tables(**{column: day}))
    assert history.ahead is not None
    assert history.ahead.until == found.at == moment(end)


def test_cutoffs_reach_to_the_end_that_outcomes_have() -> None:
    """The day of the newest sale is over at its midnight; a cutoff within that day has been lived through."""
    declared = project({"ages": ["3 hours"]})
    rows = cutoff_rows(declared, tables(came=12.25, on=12))
    assert rows["at"].max() == moment(12.375)
    assert cutoff_rows(declared, tables(came=12.95, on=12))["at"].max() == moment(9.625)


def test_a_model_of_calendar_dates_is_asked_at_the_end_when_the_newest_day_is_over() -> None:
    history, found = looked_at(project({"every": 1}), tables(on=12))
    assert set(found.frame["at"]) == {moment(13)}
    assert history.frame["at"].max() <= moment(13)


@pytest.mark.parametrize(("declared", "end"), [("2024-01-09", 9), ("2024-01-09T18:00", 8.75), ("2024-01-09T18:00+03:00", 8.625)])
def test_a_declared_end_wins_in_training_and_scoring_and_later_leads_are_told_of(declared: str, end: float) -> None:
    history, found = looked_at(project(observed_until=declared), tables())
    assert history.ahead is not None
    assert history.ahead.until == found.at == moment(end)
    assert found.frame["id"].to_list() == ["a", "b"]
    assert [(f.column, f.rows) for f in found.findings if f.code == "D192"] == [("came", 2)]


def test_who_asks_as_of_a_moment_is_told_nothing_of_the_declared_end() -> None:
    _, found = looked_at(project(observed_until="2024-01-09"), tables(), at=moment(20))
    assert found.frame.height == 4
    assert "D192" not in {f.code for f in found.findings}


def test_leads_without_a_moment_of_creation_need_no_end() -> None:
    declared = parse_project({"lead": {"key": "id"}, "parent": [{"table": "firms", "key": "firm"}], "target": {"column": "won", "positive": "yes"}})
    leads = pl.DataFrame({"id": ["a", "b"], "firm": ["f", "g"], "won": ["yes", "no"]})
    frames = {"lead": leads, "firms": pl.DataFrame({"firm": ["f", "g"], "size": [1.0, 2.0]})}
    _, found = looked_at(declared, frames)
    assert found.at is None
    assert found.frame["firms.size"].to_list() == [1.0, 2.0]


def test_an_event_that_does_not_tell_when_it_was_entered_is_a_feature_and_an_outcome_alike() -> None:
    """One rule for both: known when it happened, and D173 says so."""
    visits = pl.DataFrame({"id": ["b", "a"], "at": [moment(4.25), moment(9.25)], "entered": [None, moment(9.25)], "how": ["mail", "call"]})
    frames = {**tables(), "visits": visits}
    counted = history_of(project({"ages": [1]}), frames)
    assert "D173" in {f.code for f in counted.findings}
    assert counted.frame.filter(pl.col("id") == "b")["visits all, ever"].to_list() == [1]
    # As an outcome it had come before the cutoff, so nothing is left to foretell.
    assert history_of(project({"ages": [1]}, event="mail"), frames).frame["id"].to_list() == ["a"]


def test_half_lives_are_told_where_they_are_learned_and_not_where_they_were() -> None:
    history = history_of(project(), tables())
    assert [f.column for f in history.findings if f.code == "D191"] == ["visits", "sales"]
    again = history_of(history.project, tables(), origin=history.origin)
    assert not {"D190", "D191"} & {f.code for f in again.findings}


@pytest.mark.parametrize("rows", [40, 400, 20_000])
def test_dates_at_an_even_pace_end_with_the_newest_and_few_far_beyond_end_nothing(rows: int) -> None:
    """Also where tables are small, or the horizon is longer than all that they tell of."""
    for seed in range(50):
        rng = np.random.default_rng(seed)
        days = np.sort(rng.uniform(0, 700, rows) * DAY).astype(np.int64)
        far = (rng.uniform(2_500, 8_000, max(rows // 300, 1)) * DAY).astype(np.int64)
        for stretch in (10 * DAY, 60 * DAY, 900 * DAY):
            assert where_most_end(rng.permutation(days), stretch) == days[-1]
            assert where_most_end(rng.permutation(np.append(days, far)), stretch) == days[-1]


def test_planned_dates_thin_out_and_holidays_move_nothing() -> None:
    """Appointments of the next year, ever fewer, end within a week of the last day that was lived; a week without any date is no end."""
    rng = np.random.default_rng(0)
    days = (rng.uniform(0, 700, 20_000) * DAY).astype(np.int64)
    planned = ((700 + rng.exponential(40, 100)) * DAY).astype(np.int64)
    assert abs(where_most_end(np.append(days, planned), 60 * DAY) - 700 * DAY) < 7 * DAY
    holidays = days[(days < 688 * DAY) | (days > 695 * DAY)]
    assert where_most_end(holidays, 60 * DAY) == holidays.max()
