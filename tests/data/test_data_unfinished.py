"""Leads whose outcome is missing because of when they came: simulated cases in which it is so, and in which it is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from leadrank.data import unfinished
from leadrank.data.unfinished import closing_column

RATE = 0.4


@dataclass(frozen=True)
class Case:
    """What happened to leads that came over 500 days, and what of it is on record."""

    won: float = 30.0
    lost: float = 30.0
    begins: float = -1.0
    ends: float = 700.0
    forgotten: float = 0.0
    rows: int = 4_000

    def simulate(self, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
        rng = np.random.default_rng(seed)
        created = np.sort(rng.uniform(0, 500, self.rows))
        y = (rng.random(self.rows) < RATE).astype(np.int64)
        closed = created + rng.gamma(2.0, np.where(y == 1, self.won, self.lost) / 2.0)
        closed[(y == 0) & (rng.random(self.rows) < self.forgotten)] = np.inf
        known = (closed <= self.ends) & (created <= self.ends)
        there = (closed >= self.begins) & (created <= self.ends)
        frame = pl.DataFrame({"came": moments(created), "closing": moments(np.where(known, closed, np.nan)), "city": ["Ulm"] * self.rows})
        return frame.filter(pl.Series(there)), np.where(known, y, -1)[there]


def moments(days: np.ndarray) -> pl.Series:
    seconds = pl.Series(days * 86_400.0).fill_nan(None).cast(pl.Int64)
    return pl.from_epoch(seconds + 1_700_000_000, time_unit="s").cast(pl.Datetime("us"))


def found(case: Case, seed: int = 0) -> dict:
    frame, y = case.simulate(seed)
    return {f.code: f for f in unfinished(frame, y, "came")}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("case", [Case(), Case(won=60, lost=15), Case(won=15, lost=60, rows=1_000)], ids=["alike", "won late", "lost late"])
def test_nothing_is_found_where_everything_is_on_record(case: Case, seed: int):
    assert found(case, seed) == {}


def test_leads_from_before_records_began_are_the_slow_ones():
    finding = found(Case(won=60, lost=20, begins=150.0))["D181"]
    assert finding.severity == "warning"
    assert finding.evidence["early_rate"] > 0.55
    assert abs(finding.evidence["later_rate"] - RATE) < 0.03
    assert "only those are here that took long" in finding.message


def test_a_late_start_that_favours_nobody_is_a_note():
    finding = found(Case(won=60, lost=60, begins=150.0))["D181"]
    assert finding.severity == "info"


@pytest.mark.parametrize(("won", "lost", "sign"), [(60.0, 20.0, -1), (20.0, 60.0, 1)])
def test_newest_leads_with_an_outcome_are_the_quick_ones(won: float, lost: float, sign: int):
    case = Case(won=won, lost=lost, ends=500.0)
    finding = found(case)["D182"]
    assert np.sign(finding.evidence["bias"]) == sign
    frame, y = case.simulate()
    cells = frame["came"].dt.epoch("us").to_numpy() / 86_400e6
    young = (y >= 0) & (cells > cells.max() - finding.evidence["days"])
    assert abs(float(y[young].mean()) - finding.evidence["quick_rate"]) < 0.04
    assert abs(finding.evidence["quick_rate"] - RATE) > 0.02


@pytest.mark.parametrize("seed", range(8))
def test_newest_leads_that_are_quick_for_no_reason_are_not_worth_a_word(seed: int):
    assert "D182" not in found(Case(ends=500.0), seed)


def test_lost_leads_that_nobody_wrote_down_are_counted():
    finding = found(Case(forgotten=0.3))["D183"]
    assert abs(finding.evidence["rate_if_lost"] - RATE) < 0.02
    assert finding.evidence["rate"] > RATE + 0.05


@pytest.mark.parametrize("seed", range(8))
def test_open_leads_that_are_young_are_not_forgotten(seed: int):
    assert "D183" not in found(Case(ends=500.0), seed)


def test_without_the_date_of_the_outcome_a_crowd_of_open_leads_at_the_end_is_seen():
    frame, y = Case(ends=500.0).simulate()
    assert [f.code for f in unfinished(frame.drop("closing"), y, "came")] == ["D184"]
    frame, y = Case().simulate()
    assert unfinished(frame.drop("closing"), y, "came") == ()


@pytest.mark.parametrize("created_at", [None, "absent", "city"])
def test_without_the_moment_of_creation_there_is_nothing_to_see(created_at: str | None):
    frame, y = Case(forgotten=0.3).simulate()
    assert unfinished(frame, y, created_at) == ()


def test_few_leads_prove_nothing():
    assert found(Case(rows=80, forgotten=0.3, begins=150.0)) == {}


def test_the_date_of_the_outcome_is_known_by_its_blanks_or_by_its_name():
    frame, y = Case(ends=500.0).simulate()
    assert closing_column(frame, y, "came") == "closing"
    blind = frame.rename({"closing": "stamp"})
    assert closing_column(blind, y, "came") == "stamp"
    done = y >= 0
    assert closing_column(blind.filter(pl.Series(done)), y[done], "came") is None
    assert closing_column(frame.with_columns(closing=pl.col("came").dt.offset_by("-1d")), y, "came") is None


def test_blank_dates_and_single_classes_do_no_harm():
    frame, y = Case(ends=500.0, forgotten=0.3).simulate()
    holes = frame.with_columns(came=pl.when(pl.int_range(pl.len()) % 3 > 0).then("came"))
    assert "D183" in {f.code for f in unfinished(holes, y, "came")}
    assert {f.code for f in unfinished(frame, np.where(y == 1, 0, y), "came")} <= {"D181", "D183"}
