"""Small random histories: leads, their visits and sales, the homes they visit, the firms they work for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.features import Featurizer, cutoff_rows, fit_featurizer
from leadrank.project import Project, parse_project

HALF_DAY = 43_200_000_000
START = 1_704_067_200_000_000
KINDS = ("call", "mail", "tour", "chat", "fax")


@dataclass(frozen=True, slots=True)
class History:
    """A project, its clean tables, rows with outcomes, and what was learned of them."""

    project: Project
    tables: dict[str, pl.DataFrame]
    rows: pl.DataFrame
    featurizer: Featurizer


def _moments(halves: np.ndarray, by_day: bool) -> pl.Series:
    """Moments on a grid of half days, so that many fall together and on the borders of windows."""
    return pl.Series(START + (halves // 2 * 2 if by_day else halves) * HALF_DAY).cast(pl.Datetime("us"))


def _some(rng: np.random.Generator, values: list[Any], count: int, blank: float) -> list[Any]:
    return [None if rng.random() < blank else values[k] for k in rng.integers(0, len(values), count)]


def _blanks(rng: np.random.Generator, moments: pl.Series, share: float) -> pl.Series:
    """Leave some moments out."""
    return pl.select(pl.when(pl.Series(rng.random(len(moments)) >= share)).then(moments)).to_series()


def _project(late: bool, cutoff: dict[str, Any]) -> Project:
    return parse_project({
        "lead": {"key": "id", "created_at": "born", "agreements": {"near": ["wants", "regions.mood"], "as many": ["income", "firms.staff"]}},
        "event": [
            {"table": "visits", "id": "visit", "key": "lead_id", "occurred_at": "when", "type": "how", **({"known_at": "loaded"} if late else {})},
            {"table": "sales", "id": "sale", "key": "lead_id", "occurred_at": "on"},
        ],
        "parent": [
            {"table": "homes", "key": "home", "of": "visits", "by": "home", "known_at": "since"},
            {"table": "firms", "key": "firm"},
            {"table": "regions", "key": "region", "of": "firms", "known_at": "since"},
        ],
        "cutoff": cutoff, "target": {"event": "sales", "within": "30 days"},
        "counting": {
            "kinds": 3, "half_lives": {"call": 3, "mail": 10, "tour": 40, "chat": 5, "fax": 2, "other": 20, "sales": 15},
            "scores": {"time": "minutes", "item": "home", "availability": "status"},
        },
    })


def draw_history(
    seed: int, *, leads: int = 6, visits: int = 60, late: bool = True, by_day: bool = False, cutoff: dict[str, Any] | None = None,
) -> History:
    """Draw one; half-lives are given, so that little needs to be learned."""
    rng = np.random.default_rng(seed)
    when = rng.integers(0, 240, visits)
    born, on = rng.integers(0, 120, leads), rng.integers(0, 240, max(visits // 8, 1))
    homes, number = [f"h{k}" for k in range(5)], len(on)
    tables = {
        "lead": pl.DataFrame({
            "id": [f"l{k}" for k in range(leads)], "born": _moments(born, by_day=False), "income": rng.normal(50, 9, leads),
            "firm": _some(rng, ["f0", "f1", "nowhere"], leads, 0.2), "wants": _some(rng, ["Good", "bad", "any"], leads, 0.2),
        }),
        "visits": pl.DataFrame({
            "visit": [f"v{k}" for k in range(visits)], "lead_id": _some(rng, [f"l{k}" for k in range(leads + 1)], visits, 0.05),
            "when": _moments(when, by_day), "loaded": _blanks(rng, _moments(when + rng.choice([-1, 0, 0, 3, 40], visits), by_day=False), 0.1),
            "how": _some(rng, list(KINDS), visits, 0.1), "minutes": _some(rng, list(rng.exponential(9.0, 50)), visits, 0.2),
            "home": _some(rng, [*homes, "gone"], visits, 0.2),
        }, schema_overrides={"minutes": pl.Float64}),
        "sales": pl.DataFrame({
            "sale": [f"s{k}" for k in range(number)], "lead_id": _some(rng, [f"l{k}" for k in range(leads)], number, 0),
            "on": _moments(on, by_day=True), "amount": rng.normal(300, 9, number),
        }),
        "homes": pl.DataFrame({
            "home": homes * 3, "since": pl.concat([
                # Never all at midnight: such a column tells days only.
                _blanks(rng, _moments(np.zeros(5, dtype=int), by_day=False), 0.5), _moments(1 + 2 * rng.permutation(100)[:10], by_day=False),
            ]),
            "size": _some(rng, list(rng.normal(90, 9, 15)), 15, 0.2), "status": _some(rng, ["Available", "Sold", "unknown"], 15, 0.2),
        }, schema_overrides={"size": pl.Float64}),
        "firms": pl.DataFrame({"firm": ["f0", "f1"], "staff": [10.0, 20.0], "region": ["north", "south"]}),
        "regions": pl.DataFrame({
            "region": ["north", "north", "south"], "since": _moments(np.array([11, 151, 91]), by_day=False), "mood": ["good", "bad", "good"],
        }),
    }
    project = _project(late, cutoff or {"ages": [0.5, 20, 60]})
    rows = cutoff_rows(project, tables)
    return History(project, tables, rows, fit_featurizer(project, tables, rows, np.zeros(rows.height, dtype=np.int64)))


@pytest.fixture(scope="session")
def draw() -> Callable[..., History]:
    return draw_history


def _same(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Every column equal: blanks in the same rows, texts and dates alike, numbers to 1e-9."""
    assert ours.columns == theirs.columns
    for name in ours.columns:
        a, b = ours[name], theirs[name]
        assert (a.is_null() == b.is_null()).all(), name
        if a.dtype == pl.Float64:
            np.testing.assert_allclose(a.to_numpy(), b.to_numpy(), rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            assert a.equals(b, null_equal=True), name


@pytest.fixture(scope="session")
def same() -> Callable[[pl.DataFrame, pl.DataFrame], None]:
    return _same
