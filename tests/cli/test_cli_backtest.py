from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadrank.cli.main import run
from leadrank.data.simulations import simulate

PROJECT = """
name = "spring"
[lead]
table = "leads.csv"
key = "lead_id"
order = "#row"
[target]
column = "converted"
positive = "yes"
[economics]
value = 400
contact_cost = 75
[model]
candidates = ["naive_bayes"]
folds = 2
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rolled")
    simulate("leads", rows=600, seed=1).table.write_csv(folder / "leads.csv")
    (folder / "leadrank.toml").write_text(PROJECT)
    return folder


def test_results_go_to_standard_output_and_progress_does_not(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = place / "backtest.html"
    asked = ["backtest", str(place / "leadrank.toml"), "--periods", "2", "--trials", "1", "--threads", "1", "-o", str(page)]
    assert run(asked) == 0
    said = capsys.readouterr()
    assert said.out.startswith("spring: 2 periods, 300 leads judged")
    assert "outcomes are known when their period ends" in said.out
    assert "frozen" in said.out
    assert "period" not in said.err.splitlines()[-1]
    assert str(page) in said.err
    text = page.read_text(encoding="utf-8")
    assert "Period by period" in text
    assert "<script" not in text


def test_a_budget_beside_a_number_of_trials_is_said_to_be_void(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--periods", "1", "--policy", "frozen", "--threads", "1", "--trials", "1"]
    assert run(["backtest", str(place / "leadrank.toml"), *asked, "--budget", "5"]) == 0
    assert "--budget plays no part: --trials says how long to tune (1 for each learner)." in capsys.readouterr().err
    assert run(["train", str(place / "leadrank.toml"), "--threads", "1", "--trials", "1", "--budget", "5", "-o", str(place / "b.leadrank")]) == 0
    assert "--budget plays no part" in capsys.readouterr().err


def test_a_table_alone_and_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        "backtest", str(place / "leads.csv"), "--target", "converted", "--positive", "yes", "--order", "#row", "--id", "lead_id", "--periods", "1",
        "--first", "0.7", "--delay", "30", "--policy", "frozen", "--capacity", "25", "--trials", "1", "--threads", "1", "--json",
    ]
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["policies"] == ["frozen"]
    assert told["delay"] == "outcomes take 30 leads"
    (period,) = told["periods"]
    assert (period["known"], period["rows"], period["capacity"]) == (391, 180, 25)
    assert {line["name"] for line in period["lines"]} >= {"frozen", "newest first", "naive Bayes", "logistic regression"}


@pytest.mark.parametrize(("flags", "code", "words"), [
    (["--policy", "refitt"], 2, "refit"), (["--every", "1 month"], 2, "no dates"), (["--delay", "soon"], 2, "no length of time"),
    (["--delay", "0"], 2, "above 0"), (["--periods", "500"], 3, "fewer periods"), (["-o", "/nowhere/page.html"], 2, "nowhere"),
])
def test_what_cannot_be_done_is_said_before_anything_is_learned(
    place: Path, capsys: pytest.CaptureFixture[str], flags: list[str], code: int, words: str
) -> None:
    assert run(["backtest", str(place / "leadrank.toml"), "--trials", "1", *flags]) == code
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_report_shows_a_backtest_that_was_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = simulate("leads", rows=500, seed=1).table
    table.write_csv(tmp_path / "leads.csv")
    flags = ["--target", "converted", "--created-at", "created_at", "--trials", "1", "--threads", "1", "--exclude", "close_reason"]
    assert run(["backtest", str(tmp_path / "leads.csv"), *flags, "--periods", "2", "--policy", "frozen", "--json"]) == 0
    (tmp_path / "b.json").write_text(capsys.readouterr().out)
    assert run(["train", str(tmp_path / "leads.csv"), *flags, "-o", str(tmp_path / "l.leadrank")]) == 0
    assert run(["report", str(tmp_path / "l.leadrank"), "-o", str(tmp_path / "r.html"), "--backtest", str(tmp_path / "b.json")]) == 0
    assert "How it would have gone" in (tmp_path / "r.html").read_text()
    assert run(["report", str(tmp_path / "l.leadrank"), "-o", str(tmp_path / "r.html"), "--backtest", str(tmp_path / "leads.csv")]) == 2
    assert "leadrank backtest --json" in capsys.readouterr().err
