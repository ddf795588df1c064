"""Small samples of benchmarks/serve_campaign.py, which `make campaigns` runs in full."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import _trained

ROOT = Path(__file__).parents[2]

with_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")


@pytest.fixture(scope="module")
def models(leads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models of the same leads."""
    folder = tmp_path_factory.mktemp("campaign")
    shutil.copy(leads, folder / "leads.leadrank")
    _trained("leads", folder / "newer.leadrank", rows=1200)
    return folder


def ran(models: Path, part: str, scale: float) -> dict[str, Any]:
    """Run one part in a small size."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.serve_campaign", "--only", part, "--scale", str(scale), "--folder", models], cwd=ROOT, text=True,
        capture_output=True, check=False, timeout=300,
    )
    print(done.stdout)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)[part]
    return found


def test_whoever_is_killed_while_promoting_leaves_whole_models_and_one_of_two_champions(models: Path) -> None:
    found = ran(models, "promotions", 0.015)
    assert (found["kills"], found["missed"]) == (4, [])


def test_a_database_that_is_killed_under_load_loses_nothing_that_was_acknowledged(models: Path) -> None:
    found = ran(models, "database", 0.05)
    assert (found["lost"], found["wrong"]) == (0, {})
    assert found["leads acknowledged"] > 0


@with_wrk
def test_slow_clients_are_let_go_and_the_end_does_not_wait_for_them(models: Path) -> None:
    """How quick the others are meanwhile tells of the machine here; the campaign asks that."""
    found = ran(models, "slow", 0.04)
    assert set(found["missed"]) <= {"p99"}


def test_leads_that_come_in_stand_in_the_open_lists_of_their_reps(models: Path) -> None:
    """How soon tells of the machine here; the campaign asks that."""
    found = ran(models, "lists", 0.05)
    assert [found[kind]["never seen"] for kind in ("SQLite", "PostgreSQL, two processes")] == [0, 0]


def test_everything_that_an_office_asks_for_is_answered(models: Path) -> None:
    """Memory is a question of minutes: the campaign asks it."""
    found = ran(models, "soak", 0.005)
    assert found["wrong"] == {}
    assert found["requests"] > 20
