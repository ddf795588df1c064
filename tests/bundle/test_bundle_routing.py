"""Who gets which lead is no part of what scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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


def test_routing_does_not_change_the_name_of_a_model(bundle: Bundle) -> None:
    assert fingerprint(replace(bundle, project=parse_project(DECLARED | ROUTING))) == fingerprint(bundle) == bundle.identity


def test_routing_travels_with_the_bundle(bundle: Bundle, tmp_path: Path) -> None:
    project = parse_project(DECLARED | ROUTING)
    save_bundle(replace(bundle, project=project), tmp_path / "b.leadrank", version="0")
    assert load_bundle(tmp_path / "b.leadrank").project == project
