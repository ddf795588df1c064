from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import leadrank
from leadrank.backtest import Backtest, Past, Rolling, backtest, past_of, said
from leadrank.backtest.past import NEVER
from leadrank.errors import DataError, UsageError
from leadrank.project import Project, parse_project
from leadrank.records import read_record, write_record

ROWS = 900
THREE, LATE = Rolling(periods=3), Rolling(periods=3, first=0.4)


def leads(rows: int = ROWS, *, seed: int = 0, drift: float = 0.0, dawning: bool = False) -> pl.DataFrame:
    """Leads in order, whose base rate may drift, and whose visits may begin to matter in the second half only."""
    rng = np.random.default_rng(seed)
    late = np.linspace(0.0, 1.0, rows)
    visits = rng.poisson(3, rows)
    source = rng.choice(["web", "fair", "reference"], rows, p=[0.5, 0.3, 0.2])
    matters = np.where(dawning & (late < 0.5), 0.0, 1.0)
    odds = -2.0 + matters * 0.6 * (visits - 1.5) + 1.5 * (source == "reference") + drift * late
    won = rng.random(rows) < 1 / (1 + np.exp(-odds))
    days = pl.Series([f"2025-{1 + k * 12 // rows:02d}-{1 + (k * 336 // rows) % 28:02d}" for k in range(rows)])
    noise = [f"{v:.3f}" for v in rng.normal(size=rows)]
    return pl.DataFrame({
        "id": [f"L{k}" for k in range(rows)], "visits": [str(v) for v in visits], "source": source, "noise": noise, "created": days,
        "won": np.where(won, "yes", "no"),
    })


def project(**declared: Any) -> Project:
    lead = {"key": "id", "order": "#row", "exclude": ["created"], **declared.pop("lead", {})}
    model = {"trials": 1, "candidates": ["naive_bayes"], "folds": 2, **declared.pop("model", {})}
    return parse_project({"name": "spring", "target": {"column": "won", "positive": "yes"}, "lead": lead, "model": model, **declared})


def rolled(frame: pl.DataFrame, rolling: Rolling = THREE, *, told: Project | None = None, **options: Any) -> Backtest:
    return backtest(past_of(told or project(), frame, rolling), clock=time.monotonic, draws=40, **options)


@pytest.fixture(scope="module")
def result() -> Backtest:
    return rolled(leads(), told=project(economics={"value": 100, "contact_cost": 20, "currency": "EUR"}))


def test_every_period_is_judged_beside_what_could_be_done_without_us(result: Backtest) -> None:
    assert [period.rows for period in result.periods] == [150, 150, 150]
    assert [period.known for period in result.periods] == [450, 600, 750]
    assert result.trainings == 3
    for period in result.periods:
        figures = {line.name: set(line.figures) for line in period.lines}
        assert set(figures) == {"refit", "recalibrate", "frozen", "newest first", "scorecard", "naive Bayes", "logistic regression"}
        assert figures["refit"] == {"auc", "lift_10", "caught", "profit", "log_loss", "brier", "ece", "expected"}
        assert figures["newest first"] == figures["scorecard"] == {"auc", "lift_10", "caught", "profit"}
        assert period.capacity == 15
        for line in period.lines:
            assert all(figure.low <= figure.value <= figure.high or name == "ece" for name, figure in line.figures.items())
    assert sum(period.conversions for period in result.periods) == (leads()["won"][450:] == "yes").sum()


def test_the_policies_agree_until_outcomes_come_in(result: Backtest) -> None:
    first = {line.name: line.figures for line in result.periods[0].lines}
    assert first["refit"] == first["recalibrate"] == first["frozen"]
    assert [period.recalibration.outcomes for period in result.periods if period.recalibration] == [0, 150, 300]
    last = {line.name: line.figures["log_loss"].value for line in result.periods[2].lines if line.policy}
    assert len(set(last.values())) == 3


def test_it_is_a_record_and_a_text(result: Backtest) -> None:
    assert read_record(Backtest, write_record(result)) == result
    text = said(result)
    assert text.startswith("spring: 3 periods, 450 leads judged")
    assert "leads 451–600" in text
    assert "Scorecard (drafted from the first window): +1 if visits is at least" in text
    assert "beats newest first by" in text
    assert max(map(len, text.splitlines()[:18])) < 160


def test_where_nothing_moves_the_policies_cannot_be_told_apart(result: Backtest) -> None:
    policies = [one for one in result.comparisons if {one.better, one.other} <= set(result.policies)]
    assert len(policies) == 3
    assert all(abs(one.gain.value) < 0.02 for one in policies)


def test_a_base_rate_that_rises_is_followed_by_recalibrating() -> None:
    found = rolled(leads(1_600, drift=3.0), Rolling(periods=3, delay=50), policies=("recalibrate", "frozen"))
    (one,) = (c for c in found.comparisons if (c.better, c.other) == ("recalibrate", "frozen"))
    assert one.gain.low > 0
    assert one.words.startswith("recalibrate beats frozen by")
    last = {line.name: line.figures["expected"].value for line in found.periods[-1].lines if line.policy}
    assert abs(last["recalibrate"] - found.periods[-1].rate) < abs(last["frozen"] - found.periods[-1].rate)
    assert found.trainings == 1


def test_a_signal_that_dawns_needs_refitting() -> None:
    """No recalibration changes a ranking: a column that begins to matter is found by a new model only."""
    last = rolled(leads(1_600, dawning=True), LATE, told=project(model={"candidates": ["logistic"]})).periods[-1]
    area = {line.name: line.figures["auc"] for line in last.lines}
    assert area["recalibrate"].value == pytest.approx(area["frozen"].value, abs=0.01)
    assert area["refit"].value > area["recalibrate"].value + 0.05


def test_what_happens_later_changes_nothing_before() -> None:
    """Outcomes and leads after a period, and outcomes not yet known, leave its scores as they were."""
    frame, rolling = leads(600), Rolling(periods=2, delay=40)
    turned = frame.with_columns(won=pl.when(pl.int_range(600) >= 450).then(pl.lit("no")).otherwise("won"))
    before, after = rolled(frame, rolling), rolled(turned, rolling)
    assert before.periods[0] == after.periods[0]
    assert before.periods[1].known == after.periods[1].known == 411
    scores = [_line(one, "frozen", "expected") for one in (before, after)]
    assert scores[0] == scores[1]
    assert _line(before, "refit", "expected") == _line(after, "refit", "expected")


def test_a_column_that_knows_the_answer_is_set_aside_from_what_was_known_then() -> None:
    frame = leads().with_columns(reason=pl.col("won").replace({"yes": "signed", "no": "lost touch"}))
    late = frame.with_columns(reason=pl.when(pl.int_range(ROWS) < 640).then(pl.lit("open")).otherwise("reason"))
    assert [period.quarantined for period in rolled(frame).periods] == [("reason",)] * 3
    quarantined = [period.quarantined for period in rolled(late, Rolling(periods=3, first=0.5)).periods]
    assert quarantined[0] == ()
    assert quarantined[2] == ("reason",)


def test_open_leads_are_neither_learned_from_nor_judged() -> None:
    frame = leads().with_columns(won=pl.when(pl.int_range(ROWS) % 5 == 0).then(pl.lit("open")).otherwise("won"))
    past = past_of(project(), frame, Rolling(periods=2))
    assert (past.known[past.y < 0] == NEVER).all()
    found = backtest(past, clock=time.monotonic, draws=20, policies=("frozen",))
    assert sum(period.rows for period in found.periods) == 360
    assert all(period.pending > 0 for period in found.periods[:1])


def test_the_newest_at_the_top_of_the_file_are_the_newest(result: Backtest) -> None:
    frame = leads().with_columns(number=pl.int_range(ROWS).cast(pl.String)).reverse()
    found = rolled(frame, told=project(lead={"order": "number"}, economics={"value": 100, "contact_cost": 20, "currency": "EUR"}))
    assert [p.conversions for p in found.periods] == [p.conversions for p in result.periods]
    assert _line(found, "frozen", "log_loss") == pytest.approx(_line(result, "frozen", "log_loss"), abs=1e-6)


def test_periods_of_a_month() -> None:
    told = project(lead={"order": None, "created_at": "created", "exclude": []})
    past = past_of(told, leads(), Rolling(every=30, delay=20))
    assert past.dated
    assert np.diff(past.bounds).tolist() == [30.0] * (len(past.bounds) - 1)
    found = backtest(past, clock=time.monotonic, draws=20, policies=("frozen",))
    assert found.periods[0].name.startswith("2025-0")
    assert found.periods[0].known < 450 - 40
    assert sum(period.rows for period in found.periods) == 450 + int((past.moment[:450] >= past.bounds[0]).sum())


def test_a_declared_scorecard_is_used_as_it_is_written() -> None:
    rules = [{"column": "source", "equals": "reference", "points": 20}, {"column": "visits", "at_least": 4, "points": 5}]
    found = rolled(leads(), Rolling(periods=1), told=project(scorecard=rules), policies=("frozen",))
    assert found.scorecard == ("+20 if source is reference", "+5 if visits is at least 4")
    assert found.declared
    assert "Scorecard (as declared)" in said(found)
    assert _line(found, "scorecard", "auc") > 0.65


def test_the_best_of_three_classes_is_what_is_judged() -> None:
    rng = np.random.default_rng(0)
    frame = leads().with_columns(tier=pl.Series(np.where(leads()["won"] == "yes", rng.choice(["Medium", "High"], ROWS), "Low")))
    told = parse_project({
        "target": {"column": "tier", "classes": ["Low", "Medium", "High"]}, "lead": {"key": "id", "order": "#row", "exclude": ["created", "won"]},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 2},
    })
    found = rolled(frame, Rolling(periods=1), told=told)
    assert found.periods[0].conversions == (frame["tier"][450:] == "High").sum()
    assert _line(found, "refit", "auc") > 0.6


def test_rows_are_remade_at_every_boundary_where_something_was_learned_to_make_them() -> None:
    past = past_of(project(), leads(), Rolling(periods=2))
    asked = []

    def rewind(boundary: float) -> Any:
        asked.append(boundary)
        return past.then(boundary)

    again = backtest(replace(past, rewind=rewind), clock=time.monotonic, draws=20)
    assert sorted(set(asked)) == list(past.bounds[:2])
    assert again.periods == backtest(past, clock=time.monotonic, draws=20).periods


@pytest.mark.parametrize(("wrong", "error", "words"), [
    (lambda: past_of(project(lead={"order": None}), leads(), Rolling()), UsageError, "in which order"),
    (lambda: past_of(project(), leads(), Rolling(every=30)), UsageError, "holds no dates"),
    (lambda: past_of(project(), leads(), Rolling(first=1.0)), UsageError, "between 0 and 1"),
    (lambda: past_of(project(), leads(20), Rolling(periods=15)), DataError, "do not split"),
    (lambda: rolled(leads(), policies=("refitt",)), UsageError, "refitt"),
    (lambda: rolled(leads(), Rolling(delay=5_000)), DataError, "0 outcomes were known"),
    (lambda: rolled(leads(), told=project(scorecard=[{"column": "visit", "at_least": 3, "points": 1}])), UsageError, "'visit'"),
    (lambda: rolled(leads(), told=project(scorecard=[{"column": "source", "at_least": 3, "points": 1}])), UsageError, "no numbers"),
])
def test_what_cannot_be_rolled_is_refused_in_words(wrong: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        wrong()


def test_a_period_without_outcomes_costs_no_training() -> None:
    past = past_of(project(), leads(), THREE)
    silent = replace(past, y=np.where((past.moment >= past.bounds[1]) & (past.moment < past.bounds[2]), -1, past.y))
    found = backtest(silent, clock=time.monotonic, draws=20)
    assert len(found.periods) == 2
    assert found.trainings == 2
    assert "trained 2 times" in said(found)


def jumping_clock() -> Callable[[], float]:
    """A clock by which every look takes ten seconds: no budget lasts."""
    at = iter(range(0, 10**9, 10))
    return lambda: float(next(at))


def test_a_constant_for_want_of_time_is_named_and_compared_with_nothing() -> None:
    frame = leads(1_200).with_columns(visits=pl.lit("1"), source=pl.lit("web"))
    past = past_of(project(model={"trials": None, "budget": 8, "candidates": ["naive_bayes"]}), frame, THREE)
    found = backtest(past, clock=jumping_clock(), draws=20)
    (warning,) = found.warnings
    assert warning == (
        "The budget of 8 seconds did not reach a learner that beats a constant in 3 of 3 trainings: give more with --budget. "
        "The lines that rest on them are not to be compared with the others: refit, recalibrate, frozen."
    )
    assert found.comparisons == ()
    assert found.warnings[0] in said(found)
    assert read_record(Backtest, write_record(found)).warnings == found.warnings


def test_a_constant_that_won_is_said_differently(result: Backtest) -> None:
    assert result.warnings == ()
    frame = leads(1_200).with_columns(visits=pl.lit("1"), source=pl.lit("web"))
    found = rolled(frame, policies=("refit", "frozen"))
    assert [line[:34] for line in found.warnings] == ["A constant won in 3 of 3 trainings"]
    assert found.comparisons


def test_equal_moments_stay_in_one_period() -> None:
    frame = leads().with_columns(created=pl.Series([f"2025-01-{1 + k // 60:02d}" for k in range(ROWS)]))
    past: Past = past_of(project(lead={"order": None, "created_at": "created", "exclude": []}), frame, Rolling(periods=3))
    counts = [len(past.between(a, b)) for a, b in zip(past.bounds, past.bounds[1:], strict=False)]
    assert sum(counts) == int((past.moment >= past.bounds[0]).sum())
    assert all(count % 60 == 0 for count in counts)


def _line(found: Backtest, name: str, figure: str) -> float:
    return next(line for line in found.overall if line.name == name).figures[figure].value


def test_the_face_rolls_a_table_as_it_is() -> None:
    found = leadrank.backtest(project(), leads(300).to_pandas(), rolling=Rolling(periods=1), policies=("frozen",), draws=20)
    assert found.rows == 150
    assert found.policies == ("frozen",)
