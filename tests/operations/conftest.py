"""Desks with small models that score, and people who work at them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle, save_bundle
from leadrank.operations import accounts, registry
from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.project import Project, parse_project
from leadrank.store.connect import Store, open_store
from leadrank.train import train

NOW = datetime.fromisoformat("2026-03-02T12:00")
PASSWORD, SALT = "correct horse battery", bytes(range(16))
TIERS = [
    {"name": "High", "at_least": 0.6, "action": "Call first.", "within": "24 hours"},
    {"name": "Medium", "at_least": 0.2, "action": "Call in turn.", "within": "3-5 days"},
    {"name": "Low", "at_least": 0.0, "action": "Write.", "within": "1 month"},
]


def _table(rows: int = 600, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    visits, source = rng.poisson(4, rows), rng.choice(["web", "fair", "reference"], rows, p=[0.5, 0.3, 0.2])
    age = rng.integers(20, 70, rows)
    odds = 0.7 * (visits - 4) + 1.0 * (source == "reference") + 0.02 * (age - 45) + rng.logistic(size=rows)
    blank = rng.random((rows, 2)) < 0.06
    return pl.DataFrame({
        "id": [f"T{k}" for k in range(rows)],
        "visits": [None if b else str(v) for v, b in zip(visits, blank[:, 0], strict=True)],
        "source": [None if b else s for s, b in zip(source, blank[:, 1], strict=True)],
        "age": [str(a) for a in age], "dnc": ["no"] * rows,
        "won": ["yes" if o > 0 else "no" for o in odds],
    })


def _graded() -> pl.DataFrame:
    """Return leads of three grades, of which the middle one is the most frequent."""
    visits = pl.col("visits").cast(pl.Int64).fill_null(4) + pl.Series(np.random.default_rng(2).normal(0, 1.5, 900))
    return _table(900).with_columns(grade=pl.when(visits >= 7).then(pl.lit("High")).when(visits >= 3).then(pl.lit("Medium")).otherwise(pl.lit("Low")))


def _priced() -> pl.DataFrame:
    """Return leads each with its own value and its own cost of a contact; some are blank."""
    number = pl.int_range(pl.len())
    return _table().with_columns(
        deal=pl.when(number % 9 > 0).then(50 + 10 * (number % 30)).cast(pl.String), fee=pl.when(number % 7 > 0).then(5 + number % 20).cast(pl.String)
    )


def _rated(**more: Any) -> Project:
    rates = {"High": [0.35, 0.4], "Medium": [0.1, 0.2], "Low": [0.0, 0.05]}
    tiers = [{**tier, "expected_conversion": rates[str(tier["name"])]} for tier in TIERS]
    for tier in tiers:
        del tier["at_least"]
    return _project(
        name="rated", target={"column": "grade", "classes": ["Low", "Medium", "High"]}, tier=tiers,
        lead={"key": "id", "exclude": ["dnc", "won"]}, **more,
    )


def _project(**more: Any) -> Project:
    columns = {"visits": {"actionable": "up", "description": "page views"}, "source": {"actionable": "any"}, "age": {"sensitive": True}}
    declared: dict[str, Any] = {
        "name": "small", "lead": {"key": "id", "exclude": ["dnc"], "columns": columns}, "target": {"column": "won"}, "tier": TIERS,
        "economics": {"value": 100, "contact_cost": 20}, "serving": {"do_not_call": "dnc"},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 3},
    }
    return parse_project(declared | more)


@cache
def _bytes_of(kind: str) -> bytes:
    return _saved(_trained(kind))


def _saved(bundle: Bundle) -> bytes:
    with TemporaryDirectory() as folder:
        place = Path(folder, "model.leadrank")
        save_bundle(bundle, place, version="0")
        return place.read_bytes()


@cache
def _trained(kind: str) -> Bundle:
    made: dict[str, Callable[[], tuple[Project, Any]]] = {
        "small": lambda: (_project(), _table()),
        "other": lambda: (_project(), _table(seed=1)),
        "forest": lambda: (_project(model={"trials": 1, "candidates": ["catboost"], "folds": 3, "catboost": FOREST}), _table(2_000)),
        "routed": lambda: (_project(name="routed", routing={
            "strategy": "round-robin", "senior": "senior", "rule": [{"team": "fairs", "when": {"column": "source", "is": ["fair"]}}]}), _table()),
        "strict": lambda: (_project(name="strict", serving={"strict": True, "unknown_events": "refuse", "do_not_call": "dnc"}), _table()),
        "ordered": lambda: (_project(
            name="ordered", economics={}, target={"column": "grade", "classes": ["Low", "Medium", "High"]}, tier=[
                {name: told for name, told in tier.items() if name != "at_least"} for tier in TIERS
            ], lead={"key": "id", "exclude": ["dnc", "won"]}), _graded()),
        "kolkata": lambda: (_project(
            name="kolkata", serving={"do_not_call": "dnc", "timezone": "Asia/Kolkata"},
            tier=[{**TIERS[0], "within": "today"}, *TIERS[1:]]), _table()),
        "priced": lambda: (_project(name="priced", economics={"value_column": "deal", "contact_cost": 20}), _priced()),
        "costed": lambda: (_project(name="costed", economics={"value_column": "deal", "contact_cost_column": "fee"}), _priced()),
        "rated": lambda: (_rated(economics={"value": 100, "contact_cost": 20}), _graded()),
        "unvalued": lambda: (_rated(economics={}), _graded()),
        "tables": _several,
    }
    project, tables = made[kind]()
    return train(project, tables, clock=time.monotonic)


def _several() -> tuple[Project, dict[str, pl.DataFrame]]:
    start, end, leads, rng = datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2025-12-31"), 500, np.random.default_rng(0)
    came = [start + timedelta(days=float(d)) for d in np.sort(rng.uniform(0, 330, leads))]
    keen, firm = rng.poisson(2.5, leads), rng.integers(0, 8, leads)
    buys = rng.random(leads) < 1 / (1 + np.exp(1.8 - 0.7 * keen - 0.8 * (firm < 3)))
    visits = [(f"L{i}", came[i] - timedelta(days=float(d)), float(rng.gamma(2, 3))) for i in range(leads) for d in rng.exponential(9, keen[i])]
    visits += [(f"L{i}", came[i] + timedelta(days=float(d)), 5.0) for i in range(leads) for d in rng.uniform(0.1, 60, 3 * buys[i])]
    sold = [(f"L{i}", came[i] + timedelta(days=float(rng.uniform(1, 45)))) for i in range(leads) if buys[i]]
    tables = {
        "lead": pl.DataFrame({"lead_id": [f"L{i}" for i in range(leads)], "came": came, "firm": [f"F{k}" for k in firm]}),
        "visits": pl.DataFrame(visits, schema=["lead_id", "at", "minutes"], orient="row").with_columns(
            visit=pl.int_range(len(visits)).cast(pl.String)),
        "sales": pl.DataFrame([s for s in sold if s[1] < end], schema=["lead_id", "sold_at"], orient="row"),
        "firms": pl.DataFrame({"firm": [f"F{k}" for k in range(8)], "size": [float(10 * k) for k in range(8)]}),
    }
    project = parse_project({
        "name": "tables", "lead": {"key": "lead_id", "created_at": "came"},
        "event": [{"table": "visits", "key": "lead_id", "id": "visit", "occurred_at": "at", "numbers": ["minutes"]},
                  {"table": "sales", "key": "lead_id", "occurred_at": "sold_at"}],
        "parent": [{"table": "firms", "key": "firm"}], "cutoff": {"every": "30 days"},
        "target": {"event": "sales", "within": "30 days", "final_after": "40 days", "observed_until": end.isoformat()},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 3, "logistic": {"tune": False, "C": 0.02, "knots": 3}},
    })
    return project, tables


FOREST = {"tune": False, "iterations": 40, "depth": 4, "seeds": 1}
PEOPLE = {
    "ann": Who("ann", "rep", "north"), "bob": Who("bob", "rep", "north"), "meg": Who("meg", "manager"), "al": Who("al", "analyst"),
    "root": Who("root", "admin"),
}
HASHED = "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$none"


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def people() -> dict[str, Who]:
    return PEOPLE


@pytest.fixture(scope="session")
def bundle() -> Callable[[str], bytes]:
    """Give the bytes of a bundle: `small`, `other`, `forest`, `routed`, `strict`, `ordered`, `kolkata`, or `tables`, which learned from several."""
    return _bytes_of


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    return _table


@pytest.fixture
def desk_of(fresh_file: Callable[[], str]) -> Iterator[Callable[..., Desk]]:
    """Make desks with a model on SQLite, or at an open store."""
    opened: list[Store] = []

    def made(kind: str = "small", store: Store | None = None) -> Desk:
        if store is None:
            store = open_store(fresh_file())
            opened.append(store)
        desk = Desk(store)
        registry.register(desk, _bytes_of(kind), now=NOW)
        return desk

    yield made
    for store in opened:
        store.close()


@pytest.fixture
def desk(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of()


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give accounts to people; hashing takes too long to do it for every test."""

    def made(desk: Desk, capacity: int | None = None, *names: str, team: str | None = "north") -> None:
        with monkeypatch.context() as patch:
            patch.setattr(accounts, "hashed", lambda *_: HASHED)
            for name in names or PEOPLE:
                who = PEOPLE.get(name, Who(name, "rep"))
                rep = who.role == "rep"
                accounts.add_account(
                    desk, PEOPLE["root"], name, password=PASSWORD, role=who.role, team=team if rep else None, capacity=capacity if rep else None,
                    salt=SALT, now=NOW,
                )

    return made
