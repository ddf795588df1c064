"""Who gets which lead is no part of what scores, and yet makes another model for a service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle, fingerprint, load_bundle, save_bundle
from leadrank.project import parse_project
from leadrank.train import train

DECLARED = {"target": {"column": "won", "positive": "yes"}, "model": {"trials": 1, "candidates": ["logistic"], "folds": 2}}
ROUTING = {"routing": {"senior": "senior", "rule": [{"team": "north", "when": {"column": "Region", "is": ["North"]}}]}, "serving": {"strict": True}}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    rng = np.random.default_rng(0)
    n = rng.integers(0, 50, 120)
    frame = pl.DataFrame({"n": n.astype(str), "won": np.where(n + rng.normal(0, 9, 120) > 28, "yes", "no")})
    return train(parse_project(DECLARED), frame, clock=lambda: 0.0)


@pytest.mark.parametrize("declared", [
    {"routing": {"shared": True}}, {"serving": {"timezone": "Asia/Kolkata"}}, {"economics": {"marketing_cost": 3000.0}},
    {"lead": {"columns": {"n": {"actionable": "up"}}}}, ROUTING,
], ids=str)  # fmt: skip
def test_what_a_service_does_with_scores_changes_the_name_of_a_model_so_that_it_is_taken_in_use(bundle: Bundle, declared: dict[str, Any]) -> None:
    assert fingerprint(replace(bundle, project=parse_project(DECLARED | declared))) != bundle.identity


def test_which_column_can_be_acted_on_changes_it_too(bundle: Bundle) -> None:
    names = {fingerprint(replace(bundle, project=parse_project(DECLARED | {"lead": {"columns": {n: {"actionable": "up"}}}}))) for n in ("n", "m")}
    assert len(names) == 2


def test_where_the_tables_are_and_how_long_to_train_do_not(bundle: Bundle) -> None:
    moved = DECLARED | {"lead": {"table": "elsewhere.csv"}, "model": {"trials": 2, "candidates": ["logistic"], "folds": 2}, "purpose": "calls"}
    assert fingerprint(replace(bundle, project=parse_project(moved))) == fingerprint(bundle) == bundle.identity


def test_routing_travels_with_the_bundle(bundle: Bundle, tmp_path: Path) -> None:
    project = parse_project(DECLARED | ROUTING)
    save_bundle(replace(bundle, project=project), tmp_path / "b.leadrank", version="0")
    assert load_bundle(tmp_path / "b.leadrank").project == project
