"""Several tables, one model: nothing after the cutoff counts, open leads are scored and never learned from, and scoring repeats what training saw."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle, load_bundle, save_bundle
from leadrank.errors import UsageError
from leadrank.evaluate import leads_of
from leadrank.history import History, history_of, is_open
from leadrank.labels import UNLABELLED
from leadrank.prepare import check
from leadrank.project import Project, parse_project
from leadrank.score import Scorer
from leadrank.snapshots import snapshots
from leadrank.train import train

START = datetime.fromisoformat("2024-01-01")
END = datetime.fromisoformat("2024-12-31")
LEADS = 900
Tables = dict[str, pl.DataFrame]


def _project(**more: Any) -> Project:
    declared: dict[str, Any] = {
        "lead": {"key": "lead_id", "created_at": "came"},
        "event": [
            {"table": "visits", "key": "lead_id", "id": "visit_id", "occurred_at": "at", "type": "kind", "numbers": ["minutes"]},
            {"table": "sales", "key": "lead_id", "occurred_at": "sold_at"},
        ],
        "parent": [{"table": "firms", "key": "firm"}],
        "target": {"event": "sales", "within": "30 days", "final_after": "40 days", "observed_until": END.isoformat()},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 3, "logistic": {"tune": False, "C": 0.02, "knots": 3}},
    }
    return parse_project(declared | more)


@cache
def _tables(seed: int = 0) -> Tables:
    rng = np.random.default_rng(seed)
    came = [START + timedelta(days=float(d)) for d in np.sort(rng.uniform(0, 360, LEADS))]
    keen = rng.poisson(2.5, LEADS)
    firm = rng.integers(0, 12, LEADS)
    buys = rng.random(LEADS) < 1 / (1 + np.exp(1.8 - 0.7 * keen - 0.8 * (firm < 4)))
    visits: list[tuple[str, datetime, str, float]] = []
    for i in range(LEADS):
        before = [(came[i] - timedelta(days=float(d))) for d in rng.exponential(9, keen[i])]
        after = [came[i] + timedelta(days=float(d)) for d in rng.uniform(0.1, 60, 6 * buys[i])]
        visits += [(f"L{i:04d}", at, str(rng.choice(["search", "call"])), float(rng.gamma(2, 3))) for at in (*before, *after)]
    sold = [(f"L{i:04d}", came[i] + timedelta(days=float(rng.uniform(1, 45)))) for i in range(LEADS) if buys[i]]
    names = ["lead_id", "at", "kind", "minutes"]
    return {
        "lead": pl.DataFrame({"lead_id": [f"L{i:04d}" for i in range(LEADS)], "came": came, "firm": [f"F{k}" for k in firm]}),
        "visits": pl.DataFrame(visits, schema=names, orient="row").with_columns(visit_id=pl.int_range(len(visits)).cast(pl.String)),
        "sales": pl.DataFrame([s for s in sold if s[1] < END], schema=["lead_id", "sold_at"], orient="row"),
        "firms": pl.DataFrame({"firm": [f"F{k}" for k in range(12)], "size": [float(k) for k in range(12)], "sector": ["a", "b", "c"] * 4}),
    }


@cache
def _trained() -> Bundle:
    return train(_project(), _tables(), clock=time.monotonic)


def test_one_row_for_each_lead_with_the_outcome_blank_where_it_is_not_final() -> None:
    history = history_of(_project(), _tables())
    assert history.frame.height == LEADS
    assert history.ahead is not None
    young = history.frame["came"] > END - timedelta(days=40)
    assert history.frame.filter(young)["converted"].null_count() == int(young.sum()) > 10
    assert history.frame.filter(~young)["converted"].null_count() == 0


def test_leads_that_converted_early_but_are_young_are_not_learned_from() -> None:
    history = history_of(_project(), _tables())
    assert history.ahead is not None
    early = (history.ahead.y == 1) & history.frame["converted"].is_null().to_numpy()
    assert early.any()
    prepared = check(history.project, history.frame)
    assert not set(np.flatnonzero(early)) & set(prepared.rows.tolist())


def test_events_after_the_cutoff_change_no_row_and_no_score() -> None:
    tables = _tables()
    cut = dict(tables)
    came = dict(zip(tables["lead"]["lead_id"], tables["lead"]["came"], strict=True))
    before = [at <= came[lead] for lead, at in tables["visits"].select("lead_id", "at").iter_rows()]
    cut["visits"] = tables["visits"].filter(pl.Series(before))
    assert cut["visits"].height < tables["visits"].height
    bundle = _trained()
    assert bundle.origin is not None
    whole = history_of(_project(), tables, origin=bundle.origin)
    known = history_of(_project(), cut, origin=bundle.origin)
    assert whole.frame.drop("converted").equals(known.frame.drop("converted"))
    assert Scorer(bundle).many(whole.frame).equals(Scorer(bundle).many(known.frame))


def test_what_a_model_learns_does_not_depend_on_what_came_after_the_last_cutoff_that_is_final() -> None:
    tables = dict(_tables())
    later = tables["visits"].tail(1).with_columns(at=pl.lit(END - timedelta(hours=1)), visit_id=pl.lit("late"), minutes=pl.lit(1e6))
    noisy = {**tables, "visits": pl.concat([tables["visits"], later.select(tables["visits"].columns)])}
    assert train(_project(), noisy, clock=time.monotonic).identity == _trained().identity


def test_tables_are_scored_as_training_saw_their_leads() -> None:
    bundle = _trained()
    assert bundle.origin is not None
    scorer = Scorer(bundle)
    found = snapshots(bundle.project, bundle.origin, _tables(), at=END)
    history = history_of(_project(), _tables(), origin=bundle.origin)
    assert found.frame.drop("asked_at").equals(history.frame.drop("converted"))
    asked, seen = scorer.many(_tables(), at=END), scorer.many(history.frame.drop("converted"))
    same = [name for name in seen.columns if name.startswith("probability") or name == "lead_id"]
    assert asked.select(same).equals(seen.select(same))
    row = found.frame.row(7, named=True)
    assert scorer.one(row).probability == pytest.approx(scorer.many(found.frame)["probability"][7], abs=1e-12)


def test_leads_whose_outcome_is_known_are_not_open() -> None:
    bundle = _trained()
    assert bundle.origin is not None
    found = snapshots(bundle.project, bundle.origin, _tables(), at=END)
    still = found.frame.filter(pl.Series(is_open(found)))
    assert 0 < still.height < 130
    sold = set(_tables()["sales"]["lead_id"])
    assert not sold & set(still["lead_id"])
    assert (still["came"] > END - timedelta(days=30)).all()


def test_a_bundle_of_several_tables_travels_through_a_file(tmp_path: Path) -> None:
    bundle = _trained()
    save_bundle(bundle, tmp_path / "b.leadrank", version="1")
    again = load_bundle(tmp_path / "b.leadrank")
    assert again.origin == bundle.origin
    assert again.timing == bundle.timing is not None
    assert Scorer(again).many(_tables(), at=END).equals(Scorer(bundle).many(_tables(), at=END))


def test_the_parts_of_a_score_add_up_to_its_log_odds() -> None:
    scored = Scorer(_trained()).many(_tables(), at=END, reasons=3)
    odds = np.log(scored["probability"].to_numpy() / (1 - scored["probability"].to_numpy()))
    parts = scored.select("base", "fit", "engagement", "timing").to_numpy()
    assert np.abs(parts.sum(axis=1) - odds).max() < 1e-9
    assert (np.abs(parts[:, 1:]).max(axis=0) > 0).sum() >= 2


def test_probabilities_by_day_never_fall_and_agree_with_the_horizon() -> None:
    scored = Scorer(_trained()).many(_tables(), at=END)
    by_day = scored.select("probability_7_days", "probability_30_days", "probability_90_days", "probability_ever").to_numpy()
    assert (np.diff(by_day, axis=1) >= -1e-12).all()
    assert np.abs(by_day[:, 1] - scored["probability"].to_numpy()).max() < 1e-9
    one = Scorer(_trained()).one(snapshots(_trained().project, _trained().origin, _tables(), at=END).frame.row(0, named=True))  # type: ignore[arg-type]
    assert list(one.by_day.values()) == pytest.approx(by_day[0].tolist(), abs=1e-12)


def test_several_cutoffs_of_a_lead_stay_in_one_fold() -> None:
    project = _project(cutoff={"ages": ["1 day", "10 days", "20 days"]})
    history = history_of(project, _tables())
    assert history.frame.height > 2 * LEADS
    prepared = check(history.project, history.frame)
    assert len(prepared.y) > LEADS
    keys = prepared.clean["lead_id"]
    assert pl.DataFrame({"key": keys, "group": prepared.groups}).group_by("key").agg(pl.col("group").n_unique())["group"].max() == 1
    bundle = train(project, _tables(), clock=time.monotonic)
    assert bundle.report.rows > 0


def test_a_lead_that_bought_before_a_later_cutoff_is_not_looked_at_there() -> None:
    project = _project(cutoff={"ages": ["1 day", "50 days"]})
    history = history_of(project, _tables())
    first = dict(_tables()["sales"].group_by("lead_id").agg(pl.col("sold_at").min()).iter_rows())
    gone = [lead for lead, at in history.frame.select("lead_id", "at").iter_rows() if lead in first and first[lead] <= at]
    assert gone == []


def test_open_deals_of_an_outcome_column_are_scored_and_never_learned_from() -> None:
    rng = np.random.default_rng(1)
    stage = np.where(rng.random(300) < 0.3, "Engaging", np.where(rng.random(300) < 0.5, "Won", "Lost"))
    deals = pl.DataFrame({
        "deal": [f"D{i}" for i in range(300)], "began": [START + timedelta(days=int(i)) for i in rng.integers(0, 300, 300)],
        "product": rng.choice(["GTXPro", "GTK", "MG"], 300), "stage": stage,
    })
    products = pl.DataFrame({"product": ["GTX Pro", "GTK", "MG"], "price": [4821.0, 20.0, 55.0]})
    project = parse_project({
        "lead": {"key": "deal", "created_at": "began"}, "parent": [{"table": "products", "key": "product"}],
        "target": {"column": "stage", "positive": "Won"}, "model": {"trials": 1, "candidates": ["logistic"], "folds": 3},
    })
    bundle = train(project, {"lead": deals, "products": products}, clock=time.monotonic)
    assert bundle.facts.rows == int((stage != "Engaging").sum())
    assert bundle.origin is not None
    assert any("GTX Pro" in f.message for f in bundle.findings)
    found = snapshots(bundle.project, bundle.origin, {"lead": deals, "products": products})
    assert set(found.frame.filter(pl.Series(is_open(found)))["deal"]) == set(deals.filter(pl.col("stage") == "Engaging")["deal"])
    assert found.frame["products.price"].null_count() == 0


def test_a_bundle_of_one_table_refuses_several() -> None:
    leads = pl.DataFrame({"x": [str(i) for i in range(60)], "won": ["yes", "no"] * 30})
    flat = train(parse_project({"target": {"column": "won"}, "model": {"trials": 1, "candidates": ["dummy"]}}), leads, clock=time.monotonic)
    with pytest.raises(UsageError, match="one table"):
        Scorer(flat).many({"lead": leads})


def test_a_history_can_be_learned_from_as_it_is() -> None:
    history = history_of(_project(), _tables())
    assert isinstance(history, History)
    assert train(_project(), history, clock=time.monotonic).identity == _trained().identity
    assert (history.ahead.y != UNLABELLED).any()  # type: ignore[union-attr]


@pytest.mark.parametrize(("declared", "columns"), [({}, {"30 days", "90 days"}), ({"windows": ["7 days"]}, {"7 days"})])
def test_few_leads_are_counted_in_few_windows_unless_windows_are_declared(declared: dict[str, Any], columns: set[str]) -> None:
    history = history_of(_project(counting=declared), _tables())
    assert {name.partition(", ")[2] for name in history.frame.columns if name.startswith("visits all, ") and name.endswith("days")} == columns


def test_of_leads_that_wait_it_is_said_what_is_left_of_their_probability() -> None:
    scored = Scorer(_trained()).many(_tables(), at=END)
    age = (pl.Series([END] * scored.height) - scored["looked_at"]).dt.total_seconds() / 86_400
    left, whole = scored["probability_left"].to_numpy(), scored["probability"].to_numpy()
    assert (left <= whole + 1e-12).all()
    assert (left[age.to_numpy() >= 30] == 0).all()
    assert abs(left[age.arg_min()] - whole[age.arg_min()]) < 0.1


def test_many_cutoffs_are_judged_by_models_that_learned_from_all_leads_whose_outcome_was_final() -> None:
    """A lead that never converts has cutoffs in every block: to leave it out of the past would teach that nearly all convert."""
    bundle = train(_project(cutoff={"every": "20 days"}), _tables(), clock=time.monotonic)
    assert bundle.report.ours["auc"].value > 0.55
    assert bundle.report.ours["ece"].value < 0.1


def test_a_lead_without_a_creation_is_scored_and_does_not_disturb_the_times_to_conversion() -> None:
    tables = dict(_tables())
    nobody = tables["lead"].head(1).with_columns(lead_id=pl.lit("L9999"), came=pl.lit(None, pl.Datetime("us")))
    tables["lead"] = pl.concat([tables["lead"], nobody])
    timing = train(_project(), tables, clock=time.monotonic).timing
    assert timing is not None
    assert np.isfinite([timing.level, timing.level_error]).all()
    assert timing.level == pytest.approx(_trained().timing.level, abs=0.2)  # type: ignore[union-attr]


def test_a_model_of_events_is_asked_as_of_the_last_event_of_each_lead() -> None:
    project = _project(cutoff={"event": "visits"})
    history = history_of(project, _tables())
    assert history.origin is not None
    found = snapshots(history.project, history.origin, _tables(), at=END)
    visits = _tables()["visits"].join(_tables()["lead"].select("lead_id", "came"), on="lead_id")
    visits = visits.filter((pl.col("at") >= pl.col("came")) & (pl.col("at") <= END))
    last = dict(visits.group_by("lead_id").agg(pl.col("at").max()).iter_rows())
    assert dict(found.frame.select("lead_id", "at").iter_rows()) == last


def test_an_outcome_that_was_written_down_late_is_known_from_then() -> None:
    tables = dict(_tables())
    tables["sales"] = tables["sales"].with_columns(written=pl.col("sold_at") + timedelta(days=60))
    project = _project(event=[
        {"table": "visits", "key": "lead_id", "occurred_at": "at", "type": "kind"},
        {"table": "sales", "key": "lead_id", "occurred_at": "sold_at", "known_at": "written"},
    ])
    history = history_of(project, tables)
    assert history.known is not None
    assert history.ahead is not None
    late = (history.known - history.frame["at"]).dt.total_days().filter(pl.Series(history.ahead.y == 1))
    assert len(late) > 20
    assert late.min() > 40  # type: ignore[operator]


def test_leads_are_decided_on_by_what_is_left_of_their_probability() -> None:
    bundle = train(_project(economics={"value": 100.0, "contact_cost": 10.0}), _tables(), clock=time.monotonic)
    scored = Scorer(bundle).many(_tables(), at=END, ranked=True)
    assert scored["expected_profit"].to_list() == pytest.approx((scored["probability_left"] * 100 - 10).to_list(), abs=1e-9)
    assert scored["probability_left"].is_sorted(descending=True)
    assert not scored.filter(pl.col("probability_left") < 0.05)["contact"].any()
    assert scored["score"].to_list() == [round(100 * left) for left in scored["probability_left"]]


def test_the_intervals_of_leads_with_several_cutoffs_are_those_of_leads() -> None:
    """With rows resampled, the report of four cutoffs for each lead would be surer than its leads allow."""
    history = history_of(_project(cutoff={"ages": [1, 5, 10, 15]}), _tables())
    groups = leads_of(history.project, history.frame)
    assert groups is not None
    assert len(np.unique(groups)) == history.frame["lead_id"].n_unique() < history.frame.height
    assert leads_of(history_of(_project(), _tables()).project, history.frame) is None
    bundle = train(history.project, history, clock=time.monotonic)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[train.__module__], "leads_of", lambda *_: None)
        rows = train(history.project, history, clock=time.monotonic)
    ours, loose = (next(row.figures["auc"] for row in one.report.table if row.name.startswith("Leadrank")) for one in (bundle, rows))
    assert ours.value == loose.value
    assert ours.high - ours.low > 1.3 * (loose.high - loose.low)
