"""A bundle of one table and a bundle of several: each says what it takes, and why there is nobody to score."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from leadrank.cli.main import run

Capture = pytest.CaptureFixture[str]
QUICK = ["--trials", "1", "--threads", "1"]
PROJECT = """
[lead]
table = "leads.csv"
key = "id"
created_at = "came"
[[event]]
table = "sales.csv"
key = "id"
occurred_at = "on"
[target]
event = "sales"
within = "30 days"
[model]
candidates = ["logistic"]
folds = 3
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold leads with their sales, a bundle of both tables, and one of the leads alone."""
    folder, draw = tmp_path_factory.mktemp("leads"), np.random.default_rng(1)
    came = [date(2024, 1, 1) + timedelta(days=int(d)) for d in np.sort(draw.uniform(0, 300, 300))]
    size = draw.normal(0, 1, 300)
    won = draw.random(300) < 1 / (1 + np.exp(1 - 2 * size))
    leads = pl.DataFrame({"id": [f"L{i}" for i in range(300)], "came": came, "size": size.round(3), "won": np.where(won, "yes", "no")})
    leads.drop("won").write_csv(folder / "leads.csv")
    leads.write_csv(folder / "flat.csv")
    sales = leads.filter(pl.Series(won)).select("id", on=pl.col("came") + pl.duration(days=9))
    sales.write_csv(folder / "sales.csv")
    (folder / "leadrank.toml").write_text(PROJECT)
    assert run(["train", str(folder / "leadrank.toml"), *QUICK, "-o", str(folder / "several.leadrank")]) == 0
    assert run(["train", str(folder / "flat.csv"), "--target", "won", "--id", "id", *QUICK, "-o", str(folder / "flat.leadrank")]) == 0
    return folder


@pytest.mark.parametrize("command", [["score", "-o", "x.csv"], ["explain", "--lead", "L1"], ["evaluate"], ["verify"]])
def test_a_bundle_of_several_tables_asks_for_them(place: Path, command: list[str], capsys: Capture) -> None:
    name, *more = command
    more = [str(place / word) if word.endswith(".csv") else word for word in more]
    assert run([name, str(place / "several.leadrank"), str(place / "leads.csv"), *more]) == 2
    assert "This bundle learned from several tables: give the project file" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["score", "-o", "x.csv"], ["explain", "--lead", "L1"], ["evaluate"], ["verify"]])
@pytest.mark.parametrize(("source", "what"), [("leadrank.toml", "a project file"), (".", "a folder")])
def test_a_bundle_of_one_table_asks_for_it(place: Path, command: list[str], source: str, what: str, capsys: Capture) -> None:
    name, *more = command
    more = [str(place / word) if word.endswith(".csv") else word for word in more]
    assert run([name, str(place / "flat.leadrank"), str(place / source), *more]) == 2
    said = capsys.readouterr().err
    assert "This bundle takes one table of leads" in said
    assert what in said


@pytest.mark.parametrize("flag", [["--at", "2024-05-01"], ["--all"]])
def test_flags_of_several_tables_are_refused_for_one(place: Path, flag: list[str], capsys: Capture) -> None:
    assert run(["score", str(place / "flat.leadrank"), str(place / "flat.csv"), *flag, "-o", str(place / "x.csv")]) == 2
    assert f"{flag[0]} belongs to a bundle that learned from several tables" in capsys.readouterr().err
    assert run(["score", str(place / "flat.leadrank"), str(place / "flat.csv"), "-o", str(place / "x.csv")]) == 0


def test_before_the_first_lead_nobody_is_there_and_that_is_said(place: Path, capsys: Capture) -> None:
    assert run(["score", str(place / "several.leadrank"), str(place), "--at", "1999-01-01", "-o", str(place / "none.csv")]) == 0
    said = capsys.readouterr().err
    assert "No lead was there as of 1999-01-01 00:00; the first came 2024-01-0" in said
    assert "header" not in said
    assert pl.read_csv(place / "none.csv").height == 0


def test_when_all_are_decided_that_is_said(place: Path, capsys: Capture) -> None:
    assert run(["score", str(place / "several.leadrank"), str(place), "--at", "2030-01-01", "-o", str(place / "none.csv")]) == 0
    said = capsys.readouterr().err
    assert "No lead was open as of 2030-01-01 00:00: of all 300" in said
    assert "header" not in said


def test_the_outcome_of_an_event_is_told_in_words(place: Path, capsys: Capture) -> None:
    assert run(["inspect", str(place / "several.leadrank")]) == 0
    assert re.search(r"within \d+ days.*: not converted < converted", capsys.readouterr().out)
    assert run(["check", str(place / "leadrank.toml")]) == 0
    assert " not converted, " in (said := capsys.readouterr()).out + said.err
