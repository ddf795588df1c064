from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle
from leadrank.project import Project, parse_project
from leadrank.train import train

ROWS = 240


def _leads(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    """Raw cells as in a CSV, with blanks, dates, a text, money, and an outcome that depends on them."""
    rng = np.random.default_rng(seed)
    fit, source = rng.normal(size=rows), rng.choice(["web", "fair", "reference"], rows, p=[0.5, 0.3, 0.2])
    odds = fit + 1.2 * (source == "reference") - 0.5 + rng.logistic(size=rows)
    blank = rng.random((rows, 2)) < 0.08
    return pl.DataFrame({
        "id": [f"L{i}" for i in range(rows)],
        "fit": [None if b else f"{v:.3f}" for v, b in zip(fit, blank[:, 0], strict=True)],
        "source": ["" if b else s for s, b in zip(source, blank[:, 1], strict=True)],
        "visits": [str(v) for v in rng.poisson(3, rows)],
        "seen": [f"2024-{m:02d}-{d:02d} {h:02d}:15:00" for m, d, h in zip(*(rng.integers(lo, hi, rows) for lo, hi in ((1, 13), (1, 29), (0, 24))),
                                                                           strict=True)],
        "created": [f"2025-01-{1 + i * 28 // rows:02d} {i % 24:02d}:00:00" for i in range(rows)],
        "deal": [f"${v:,.2f}" for v in rng.uniform(20, 2_000, rows)],
        "tier": [("Low", "Medium", "High")[int(o > 0) + int(o > 1.2)] for o in odds],
        "won": ["yes" if o > 0 else "no" for o in odds],
    })


def _project(**declared: Any) -> Project:
    lead = {"key": "id", "exclude": ["tier", "deal", "created"], **declared.pop("lead", {})}
    model = {"trials": 1, "candidates": ["logistic"], "folds": 3, **declared.pop("model", {})}
    return parse_project({"target": {"column": "won"}, "lead": lead, "model": model, **declared})


def _train(project: Project, frame: pl.DataFrame, **options: Any) -> Bundle:
    return train(project, frame, clock=time.monotonic, **options)


ORDERED = {"target": {"column": "tier", "classes": ["Low", "Medium", "High"]}, "lead": {"exclude": ["won", "deal", "created"]}}
KINDS: dict[str, dict[str, Any]] = {
    "logistic": {"lead": {"created_at": "created", "exclude": ["tier", "deal"]}, "validation": {"share": 0.2}},
    "naive bayes": {"model": {"candidates": ["naive_bayes"], "naive_bayes": {"smoothing": 0.5}}},
    "catboost": {"model": {"candidates": ["catboost"], "catboost": {"tune": False, "iterations": 25, "depth": 3, "seeds": 2}}},
    "random forest": {"model": {"distil": False, "candidates": ["random_forest"],
                                "random_forest": {"tune": False, "n_estimators": 12, "min_samples_leaf": 5}}},
    "lightgbm": {"model": {"distil": False, "candidates": ["lightgbm"], "lightgbm": {"tune": False, "n_estimators": 20, "num_leaves": 5}}},
    "xgboost": {"model": {"distil": False, "candidates": ["xgboost"], "xgboost": {"tune": False, "n_estimators": 20, "max_depth": 3}}},
    "ordered": ORDERED,
    "ordered forest": {**ORDERED, "model": {"distil": False, "candidates": ["random_forest"],
                                            "random_forest": {"tune": False, "n_estimators": 10}}},
    "ordered catboost": {**ORDERED, "model": {"candidates": ["catboost"], "resampling": "weights",
                                               "catboost": {"tune": False, "iterations": 25, "depth": 3, "seeds": 1}}},
    "per-lead economics": {"economics": {"value_column": "deal", "contact_cost": 30.0}},
    "weights": {"model": {"resampling": "weights"}},
    "ordered weights": {**ORDERED, "model": {"resampling": "weights"}},
    "dummy": {"model": {"candidates": ["dummy"]}},
    "blend": {"model": {"distil": False, "candidates": ["logistic", "lightgbm", "blend"],
                        "lightgbm": {"tune": False, "n_estimators": 20, "num_leaves": 5}}},
    "distilled blend": {"model": {"candidates": ["logistic", "lightgbm", "blend"], "lightgbm": {"tune": False, "n_estimators": 20, "num_leaves": 5}}},
}


@cache
def _trained(kind: str) -> Bundle:
    declared = {key: dict(value) if isinstance(value, dict) else value for key, value in KINDS[kind].items()}
    if "blend" not in kind:
        return _train(_project(**declared), _leads())
    with pytest.MonkeyPatch.context() as patch:  # a small table seldom chooses a blend by itself
        patch.setattr("leadrank.models.contest.choose", lambda entries: next(e for e in entries if e.candidate.name == "blend"))
        patch.setattr("leadrank.models.contest.LEAST_WEIGHT", -1.0)
        patch.setattr("leadrank.models.distil.CLOSE", 1.0)
        return _train(_project(**declared), _leads())


@pytest.fixture(scope="session")
def leads() -> Callable[..., pl.DataFrame]:
    return _leads


@pytest.fixture(scope="session")
def project() -> Callable[..., Project]:
    return _project


@pytest.fixture(scope="session")
def learn() -> Callable[..., Bundle]:
    return _train


@pytest.fixture(scope="session")
def trained() -> Callable[[str], Bundle]:
    return _trained


@pytest.fixture(scope="session", params=list(KINDS))
def bundle(request: pytest.FixtureRequest) -> Bundle:
    return _trained(request.param)
