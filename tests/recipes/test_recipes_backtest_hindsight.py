"""Whatever is written down after a boundary changes nothing of what was learned from there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from leadrank.backtest import Past, Rolling, backtest, past_of_tables, said
from leadrank.backtest.past import Then
from leadrank.errors import UsageError
from leadrank.history import history_of
from leadrank.project import Project, parse_project

START, LEADS, DAYS = datetime.fromisoformat("2025-01-01T09:00"), 240, 240
AFTER = 150
"""Days from the start after which everything is late: the boundary lies before."""
Tables = dict[str, pl.DataFrame]


def said_at(days: float) -> str:
    return f"{START + timedelta(days=days):%Y-%m-%d %H:%M}"


def tables() -> Tables:
    """Raw texts: leads of firms that have several versions, visits that matter, sales that are booked late, keys that nearly match."""
    rng = np.random.default_rng(3)
    keen = rng.poisson(2, LEADS)
    won = rng.random(LEADS) < 1 / (1 + np.exp(1.5 - 0.8 * keen))
    visits = [(f"L{k}", said_at(k - d)) for k in range(LEADS) for d in rng.uniform(0.1, 40, keen[k])]
    sales = [(f"L{k}", said_at(k + d), said_at(k + d + 3)) for k, d in enumerate(rng.uniform(1, 18, LEADS)) if won[k] and k + d + 3 < DAYS]
    return {
        "lead": pl.DataFrame({
            "id": [f"L{k}" for k in range(LEADS)], "came": [said_at(k) for k in range(LEADS)], "firm": [f"F{k % 9}" for k in range(LEADS)],
            "source": rng.choice(["web", "fair", "Web"], LEADS, p=[0.5, 0.3, 0.2]), "budget": [f"{v:.0f}" for v in rng.uniform(10, 99, LEADS)],
            "won": np.where(won, "yes", "no"),
        }),
        "visits": pl.DataFrame({
            "visit": [f"V{k}" for k in range(len(visits))], "id": [v[0] for v in visits],
            "at": [v[1] for v in visits], "known": [v[1] for v in visits],
            "kind": rng.choice(["call", "mail"], len(visits)), "minutes": [f"{v:.1f}" for v in rng.gamma(2, 3, len(visits))],
        }),
        "sales": pl.DataFrame(sales, schema=["id", "sold", "booked"], orient="row"),
        "firms": pl.DataFrame({"firm": [f"F-{k}" for k in range(9)], "size": [str(k) for k in range(9)], "since": [said_at(-400)] * 9}),
    }


def project(**changed: Any) -> Project:
    return parse_project({
        "lead": {"key": "id", "created_at": "came", "exclude": ["won"]},
        "event": [
            {"table": "visits", "key": "id", "id": "visit", "occurred_at": "at", "known_at": "known", "type": "kind"},
            {"table": "sales", "key": "id", "occurred_at": "sold", "known_at": "booked"},
        ],
        "parent": [{"table": "firms", "key": "firm", "known_at": "since"}],
        "target": {"event": "sales", "within": "20 days", "final_after": "25 days"},
        "model": {"trials": 1, "candidates": ["naive_bayes"], "folds": 2}, **changed,
    })


COLUMN = {"lead": {"key": "id", "created_at": "came"}, "target": {"column": "won", "positive": "yes"}}


def past(frames: Tables, told: Project | None = None, **rolling: Any) -> Past:
    told = told or project()
    return past_of_tables(told, frames, history_of(told, frames), Rolling(**{"periods": 2, "first": 0.5} | rolling))


def before(then: Then, boundary: float) -> pl.DataFrame:
    """What could be learned from: rows of before the boundary, with their outcomes."""
    rows = then.frame.with_columns(y=pl.Series(then.y)).filter(pl.col("at").dt.epoch("us") < boundary * 86_400_000_000)
    return rows.sort("id", "at")


def more_leads(n: int, **cells: str) -> pl.DataFrame:
    made = {"id": [f"N{k}" for k in range(n)], "came": [said_at(AFTER + k * 0.1) for k in range(n)]}
    other = {"firm": "F1", "source": "web", "budget": "50", "won": "no", **cells}
    return pl.DataFrame(made | {name: [cell] * n for name, cell in other.items()})


def spellings(_frames: Tables) -> Tables:
    return {"lead": more_leads(200, source="WEB")}


def another_type(_frames: Tables) -> Tables:
    n = 1_500
    return {"lead": more_leads(250, budget="a lot"), "visits": pl.DataFrame({
        "visit": [f"W{k}" for k in range(n)], "id": ["L1"] * n, "at": [said_at(3)] * n, "known": [said_at(AFTER)] * n,
        "kind": ["chat"] * n, "minutes": [f"long {k % 7}" for k in range(n)],
    })}


def contradictions(frames: Tables) -> Tables:
    visits = frames["visits"].head(60).with_columns(minutes=pl.lit("999"), known=pl.lit(said_at(AFTER)))
    return {"visits": visits, "lead": frames["lead"].head(20).with_columns(came=pl.lit(said_at(AFTER)), budget=pl.lit("7"))}


def versions(frames: Tables) -> Tables:
    return {"firms": frames["firms"].with_columns(size=pl.lit("huge"), since=pl.lit(said_at(AFTER)))}


def other_keys(_frames: Tables) -> Tables:
    """The very key that was written nearly so, and one that it could be taken for as well."""
    late = [(name, "77", said_at(AFTER)) for name in ("F1", "F_2")]
    return {"firms": pl.DataFrame(late, schema=["firm", "size", "since"], orient="row"), "lead": more_leads(1, id="l3")}


def late_conversions(_frames: Tables) -> Tables:
    sold = [(f"L{k}", said_at(k + 2), said_at(AFTER)) for k in range(0, 100, 3)]
    return {"sales": pl.DataFrame(sold, schema=["id", "sold", "booked"], orient="row")}


LATE: tuple[Callable[[Tables], Tables], ...] = (spellings, another_type, contradictions, versions, other_keys, late_conversions)
BASE = tables()
FIRST = past(BASE)
BOUNDARY = FIRST.bounds[0]
LEARNED = before(FIRST.then(BOUNDARY), BOUNDARY)


def with_late(*kinds: Callable[[Tables], Tables]) -> Tables:
    frames = dict(BASE)
    for kind in kinds:
        for name, rows in kind(BASE).items():
            frames[name] = pl.concat([frames[name], rows.select(frames[name].columns)])
    return {**frames, "lead": frames["lead"].unique(maintain_order=True)}


@pytest.mark.parametrize("kind", LATE, ids=lambda kind: kind.__name__)
def test_what_is_written_down_later_changes_nothing_of_what_was_learned_from(kind: Callable[[Tables], Tables]) -> None:
    assert (LEARNED["y"] >= 0).sum() > 60
    assert_frame_equal(before(past(with_late(kind)).then(BOUNDARY), BOUNDARY), LEARNED)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.sets(st.sampled_from(LATE), min_size=2), st.randoms(use_true_random=False))
def test_nor_does_all_that_together_in_any_order(kinds: set[Callable[[Tables], Tables]], chance: Any) -> None:
    order = sorted(kinds, key=lambda kind: kind.__name__)
    chance.shuffle(order)
    assert_frame_equal(before(past(with_late(*order)).then(BOUNDARY), BOUNDARY), LEARNED)


def test_a_column_of_outcomes_teaches_how_rows_are_made_only_where_it_was_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """With so many more outcomes, of leads whose outcome takes 60 days, more windows would be counted."""
    told = project(**COLUMN)
    monkeypatch.setattr("leadrank.history.FEWER_WINDOWS", ((90, (30.0,)),))
    found = past(BASE, told, delay=60.0)
    then = found.then(found.bounds[0])
    assert len(then.known) == 120 - 59
    assert "visits all, 90 days" not in then.frame.columns
    assert "visits all, 90 days" in found.then(found.bounds[1]).frame.columns


def test_without_a_time_after_which_outcomes_are_final_nothing_is_rolled() -> None:
    told = project(target={"event": "sales"})
    with pytest.raises(UsageError, match="after how long it is final") as refused:
        past(BASE, told)
    assert "final_after" in str(refused.value.remedy)
    assert past(BASE, project(target={"event": "sales", "final_after": "25 days"})).bounds


def test_a_lead_is_judged_once_in_a_period_at_its_first_cutoff_there() -> None:
    several = past(BASE, project(cutoff={"ages": ["1 day", "3 days", "6 days"]}))
    begin, end = several.bounds[:2]
    assert several.lead is not None
    inside = np.flatnonzero((several.moment >= begin) & (several.moment < end))
    rows = several.between(begin, end)
    assert len(rows) == len(set(several.lead[inside])) < len(inside)
    assert all(several.moment[row] == several.moment[inside[several.lead[inside] == several.lead[row]]].min() for row in rows)
    found = backtest(several, clock=time.monotonic, draws=20, policies=("frozen",))
    first = found.periods[0]
    assert first.rows + first.pending == len(rows)
    assert first.again == len(inside) - len(rows)
    assert f"{sum(p.again for p in found.periods):,} later ones are left out" in said(found)
    once = backtest(FIRST, clock=time.monotonic, draws=20, policies=("frozen",))
    assert "later ones are left out" not in said(once)


def test_rows_are_found_by_their_lead_when_an_earlier_reading_puts_them_elsewhere() -> None:
    """A firm that came later is in the way of a repair; leads stay who they are, in whatever order the table has them."""
    shuffled = {**BASE, "lead": BASE["lead"].sample(fraction=1.0, shuffle=True, seed=1)}
    then = past(shuffled).then(BOUNDARY)
    assert_frame_equal(before(then, BOUNDARY), LEARNED)
    assert then.frame["id"].to_list()[: len(FIRST.y)] == past(shuffled).frame["id"].to_list()


def judged(found: Past) -> int:
    return sum(p.rows for p in backtest(found, clock=time.monotonic, draws=20, policies=("refit",)).periods)


def test_a_kind_of_event_that_came_after_a_boundary_is_no_column_there() -> None:
    """A model of then knows nothing of it, and is trained all the same."""
    late = pl.col("at") > said_at(AFTER)
    visits = BASE["visits"].with_columns(kind=pl.when(late).then(pl.lit("chat")).otherwise(pl.col("kind")))
    found = past({**BASE, "visits": visits})
    assert "visits chat, ever" in found.frame.columns
    assert "visits chat, ever" not in found.then(BOUNDARY).frame.columns
    assert judged(found) == judged(FIRST) > 0


def test_at_an_early_boundary_fewer_windows_are_counted_than_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadrank.history.FEWER_WINDOWS", ((150, (30.0,)),))
    found = past(BASE)
    assert "visits all, 90 days" in found.frame.columns
    assert "visits all, 90 days" not in found.then(BOUNDARY).frame.columns
    assert judged(found) > 0
