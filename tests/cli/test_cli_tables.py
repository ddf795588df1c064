"""A project of several tables on the command line: check, train, score, explain, evaluate, verify; and what a user does wrong."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadrank.cli.main import run
from leadrank.data.simulations import simulate_estate, write_estate

Capture = pytest.CaptureFixture[str]
QUICK = ["--trials", "1", "--threads", "1"]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold the tables of an estate agency, and a project file for a quick training with a few rows set aside."""
    place = tmp_path_factory.mktemp("estate")
    write_estate(simulate_estate(1_500, seed=3, malformed=0.01), place)
    project = place / "leadrank.toml"
    project.write_text(project.read_text() + '\n[model]\ncandidates = ["logistic"]\nfolds = 3\n[validation]\nshare = 0.1\n')
    return place


@pytest.fixture(scope="module")
def bundle(estate: Path) -> str:
    """Train once."""
    assert run(["train", str(estate / "leadrank.toml"), *QUICK, "-o", str(estate / "estate.leadrank")]) == 0
    return str(estate / "estate.leadrank")


def test_check_tells_of_rows_and_keys_of_every_table(estate: Path, capsys: Capture) -> None:
    assert run(["check", str(estate / "leadrank.toml"), "--json", "--rejected", str(estate / "lost.csv")]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    codes = {f["code"] for f in findings}
    assert {"D170", "T501"} <= codes
    lost = pl.read_csv(estate / "lost.csv")
    assert lost.columns == ["table", "row", "column", "value", "reason"]
    assert set(lost["table"]) == {"InteractionTable"}
    assert lost.height > 10


def test_training_keeps_rejected_rows_beside_the_bundle_and_says_so(bundle: str) -> None:
    assert pl.read_csv(f"{bundle}.rejected.csv").height > 10


def test_score_takes_the_project_file_or_the_folder_and_leaves_decided_leads_out(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate / "leadrank.toml"), "-o", str(estate / "a.csv")]) == 0
    assert "left out" in capsys.readouterr().err
    assert run(["score", bundle, str(estate), "-o", str(estate / "b.csv")]) == 0
    scored = pl.read_csv(estate / "a.csv")
    # The project file knows that the tables end at midnight; of the folder the last moment is some minutes before.
    assert scored.drop("probability_left").equals(pl.read_csv(estate / "b.csv").drop("probability_left"))
    assert {"CustomerID", "probability", "probability_30_days", "probability_ever", "fit", "engagement", "timing"} <= set(scored.columns)
    assert run(["score", bundle, str(estate), "--all", "-o", str(estate / "all.csv")]) == 0
    assert pl.read_csv(estate / "all.csv").height > 5 * scored.height


def test_leads_are_ranked_as_of_an_earlier_moment(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "--at", "2023-06-30", "--ranked", "--top", "5", "-o", str(estate / "june.csv")]) == 0
    assert "as of 2023-06-30" in capsys.readouterr().err
    assert pl.read_csv(estate / "june.csv")["rank"].to_list() == [1, 2, 3, 4, 5]


def test_the_project_file_says_until_when_its_tables_were_observed(estate: Path, bundle: str, capsys: Capture) -> None:
    """Not the one that was trained with: newer tables are observed until later."""
    project = (estate / "leadrank.toml").read_text()
    assert 'observed_until = "2024-12-31T23:59:59"' in project
    earlier = estate / "earlier.toml"
    earlier.write_text(project.replace("2024-12-31T23:59:59", "2024-06-30"))
    assert run(["score", bundle, str(earlier), "--all", "-o", str(estate / "earlier.csv")]) == 0
    said = capsys.readouterr().err
    assert "as of 2024-07-01 00:00" in said
    assert "D192 warning" in said
    assert run(["score", bundle, str(estate), "--all", "-o", str(estate / "folder.csv")]) == 0
    said = capsys.readouterr().err
    assert "as of 2024-12-31 23:59" in said
    assert "D192" not in said
    assert pl.read_csv(estate / "earlier.csv").height < pl.read_csv(estate / "folder.csv").height


def test_explain_tells_parts_and_days(estate: Path, bundle: str, capsys: Capture) -> None:
    key = pl.read_parquet(estate / "CustomerTable.parquet")["CustomerID"][0]
    assert run(["explain", bundle, str(estate), "--lead", key]) == 0
    said = capsys.readouterr().out
    assert "Of this, base" in said
    assert "Converted after 7 days" in said
    assert "Gender" not in said


def test_evaluate_and_verify_look_at_past_leads_as_the_bundle_would_have(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["evaluate", bundle, str(estate / "leadrank.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"]["auc"]["value"] > 0.5
    assert run(["verify", bundle, str(estate / "leadrank.toml")]) == 0
    assert "It holds." in capsys.readouterr().out


@pytest.mark.parametrize("command", ["report", "card", "inspect"])
def test_a_model_of_several_tables_is_described_as_any_other(estate: Path, bundle: str, command: str, capsys: Capture) -> None:
    out = [] if command == "inspect" else ["-o", str(estate / f"out.{command}")]
    assert run([command, bundle, *out]) == 0
    text = capsys.readouterr().out if command == "inspect" else (estate / f"out.{command}").read_text()
    assert "InteractionTable" in text
    assert "CustomerTable.parquet" not in text or str(estate / "CustomerTable.parquet") not in text


def test_a_missing_table_is_named_with_its_file(estate: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    for file in estate.glob("*.parquet"):
        if file.stem != "FeedbackTable":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert run(["score", bundle, str(tmp_path), "-o", str(tmp_path / "s.csv")]) == 3
    assert "FeedbackTable" in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


def test_a_moment_that_is_none_is_refused(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "--at", "yesterday", "-o", str(estate / "x.csv")]) == 2
    assert "yesterday" in capsys.readouterr().err


def test_an_event_table_without_its_key_is_refused_with_the_nearest_name(estate: Path, tmp_path: Path, capsys: Capture) -> None:
    text = (estate / "leadrank.toml").read_text().replace('key = "CustomerID"\nid = "InteractionID"', 'key = "CustomrID"\nid = "InteractionID"')
    broken = estate / "broken.toml"
    broken.write_text(text)
    assert run(["train", str(broken), *QUICK, "-o", str(tmp_path / "x.leadrank")]) == 2
    assert "CustomerID" in capsys.readouterr().err


def test_the_demo_makes_several_tables_and_a_report(tmp_path: Path, capsys: Capture) -> None:
    assert run(["demo", "real-estate", "--dir", str(tmp_path), "--rows", "700", *QUICK]) == 0
    page = Path(capsys.readouterr().out.splitlines()[-1])
    assert page.exists()
    assert (tmp_path / "real-estate" / "truth" / "truth.parquet").exists()
    assert pl.read_csv(tmp_path / "real-estate" / "scored.csv")["rank"][0] == 1
