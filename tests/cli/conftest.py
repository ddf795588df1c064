"""A simulated table and a bundle trained on it once, through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.cli.main import run
from leadrank.data.simulations import simulate

PROJECT = """
name = "spring"
[lead]
table = "leads.csv"
key = "lead_id"
[lead.columns]
"phone_given" = { actionable = "any" }
"emails_opened" = { actionable = "up" }
[target]
column = "converted"
positive = "yes"
[economics]
value = 400
contact_cost = 75
[validation]
share = 0.1
[model]
candidates = ["logistic"]
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold 500 past leads, 100 new ones, and a project file."""
    place = tmp_path_factory.mktemp("journey")
    table = simulate("leads", rows=600, seed=1).table
    table.head(500).write_csv(place / "leads.csv")
    table.tail(100).write_csv(place / "march.csv")
    table.tail(100).drop("converted").write_csv(place / "new.csv")
    (place / "leadrank.toml").write_text(PROJECT)
    return place


@pytest.fixture(scope="session")
def bundle(folder: Path) -> str:
    """Train once."""
    path = folder / "spring.leadrank"
    assert run(["train", str(folder / "leadrank.toml"), "--trials", "1", "--threads", "1"]) == 0
    assert path.exists()
    return str(path)
