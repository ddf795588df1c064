"""A project of several tables on the command line: check, train, score, explain, evaluate, verify; and what a user does wrong."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
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


def test_all_rejected_rows_are_numbered_below_the_header_also_after_records_that_do_not_split(tmp_path: Path, capsys: Capture) -> None:
    people = "\n".join(f"C{i},2024-01-{i % 28 + 1:02d},{'no' if i % 3 else 'yes'}" for i in range(40))
    (tmp_path / "people.csv").write_text(f"id,came,won\n{people}\n")
    good = [f"C{i % 40},2024-01-{i % 28 + 1:02d},{i}" for i in range(60)]
    rows = [*good[:2], "C1,2024-01-02,3,4", '"C\n2",2024-01-03,4', "", "C3", *good[2:], ",2024-01-05,1", "C4,never,1", "C5,2024-01-06,much"]
    (tmp_path / "calls.csv").write_text("id,at,minutes\n" + "\n".join(rows) + "\n")
    (tmp_path / "leadrank.toml").write_text(
        '[lead]\ntable = "people.csv"\nkey = "id"\ncreated_at = "came"\n[[event]]\ntable = "calls.csv"\nkey = "id"\noccurred_at = "at"\n'
        '[event.columns]\nminutes = { type = "number" }\n[target]\ncolumn = "won"\npositive = "yes"\n')
    assert run(["check", str(tmp_path / "leadrank.toml"), "--json", "--rejected", str(tmp_path / "lost.csv")]) == 0
    lost = pl.read_csv(tmp_path / "lost.csv").sort("row")
    assert lost["row"].to_list() == [3, 5, 64, 65]
    assert lost["value"].to_list()[:2] == ["C1,2024-01-02,3,4", "C3"]
    said = {f["code"]: f["message"] for f in json.loads(capsys.readouterr().out)["findings"] if "calls" in (f["column"] or "")}
    assert "the first is row 64" in said["D172"] or "the first is row 65" in said["D172"]
    assert "'much' in row 66" in said["D145"]


def test_numbered_keys_of_other_tables_are_not_exported_and_labels_are_counted(tmp_path: Path, capsys: Capture) -> None:
    quarters = ["Old Town", "Harbour"]
    leads = [f"C{i},2024-{1 + i // 28:02}-{i % 28 + 1:02},Haus {i % 7},{quarters[i % 2]},{'no' if i % 3 else 'yes'}" for i in range(200)]
    (tmp_path / "leads.csv").write_text("id,came,Objekt,Quarter,won\n" + "\n".join(leads) + "\n")
    (tmp_path / "homes.csv").write_text("home,size\n" + "\n".join(f"Haus {k},{50 + k}" for k in range(7)) + "\n")
    (tmp_path / "quarters.csv").write_text("Quarter,rent\nOld Town,12\nHarbour,14\n")
    (tmp_path / "leadrank.toml").write_text(
        '[lead]\ntable = "leads.csv"\nkey = "id"\ncreated_at = "came"\n[[parent]]\ntable = "homes.csv"\nkey = "home"\nby = "Objekt"\n'
        '[[parent]]\ntable = "quarters.csv"\nkey = "Quarter"\n[target]\ncolumn = "won"\npositive = "yes"\n')
    assert run(["export-training", str(tmp_path / "leadrank.toml"), "-o", str(tmp_path / "out.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["left_out"]["Objekt"] == "it names a thing of another table"
    assert "Quarter" in told["rare"]["columns"]
    assert "Haus" not in (tmp_path / "out.csv").read_text()


def test_training_keeps_rejected_rows_beside_the_bundle_and_says_so(bundle: str) -> None:
    assert pl.read_csv(f"{bundle}.rejected.csv").height > 10


def test_score_takes_the_project_file_or_the_folder_and_leaves_decided_leads_out(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate / "leadrank.toml"), "-o", str(estate / "a.csv")]) == 0
    assert "left out" in capsys.readouterr().err
    assert run(["score", bundle, str(estate), "-o", str(estate / "b.csv")]) == 0
    scored = pl.read_csv(estate / "a.csv")
    # The project file knows that the tables end at midnight; of the folder the last moment is some time before, so more is left of each probability.
    same = ["CustomerID", "probability", "reasons", "probability_90_days", "fit", "engagement", "timing"]
    both = scored.join(pl.read_csv(estate / "b.csv"), on="CustomerID", suffix=" of the folder")
    assert both.height == scored.height
    assert both.select(same).equals(both.select("CustomerID", *(pl.col(f"{name} of the folder").alias(name) for name in same[1:])))
    assert {"CustomerID", "probability", "probability_30_days", "probability_ever", "fit", "engagement", "timing"} <= set(scored.columns)
    assert run(["score", bundle, str(estate), "--all", "-o", str(estate / "all.csv")]) == 0
    assert pl.read_csv(estate / "all.csv").height > 5 * scored.height


@pytest.fixture(scope="module")
def database(estate: Path) -> str:
    """Hold the same tables in one database, under the names that they have as files."""
    place = estate / "crm.db"
    with closing(sqlite3.connect(place)) as connection, connection:
        for file in estate.glob("*.parquet"):
            frame = pl.read_parquet(file)
            frame = frame.with_columns(pl.col(n).cast(pl.String) for n, dtype in frame.schema.items() if dtype.is_temporal())
            connection.execute(f'CREATE TABLE "{file.stem}" ({", ".join(frame.columns)})')
            connection.executemany(f'INSERT INTO "{file.stem}" VALUES ({", ".join("?" * frame.width)})', frame.rows())
    return f"sqlite:///{place}"


def test_one_url_stands_for_all_tables_of_a_bundle(estate: Path, bundle: str, database: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "-o", str(estate / "of_files.csv")]) == 0
    assert run(["score", bundle, database, "-o", str(estate / "of_sql.csv")]) == 0
    files, sql = (pl.read_csv(estate / name).sort("CustomerID") for name in ("of_files.csv", "of_sql.csv"))
    assert files["CustomerID"].equals(sql["CustomerID"])
    assert (files["probability"] - sql["probability"]).abs().max() < 1e-9
    key = files["CustomerID"][0]
    capsys.readouterr()
    assert run(["explain", bundle, database, "--lead", key]) == 0
    assert run(["evaluate", bundle, database, "--json"]) == 0
    assert run(["verify", bundle, database]) == 0
    assert "It holds." in capsys.readouterr().out


def test_a_draft_is_made_from_all_tables_of_a_database(database: str, tmp_path: Path, capsys: Capture) -> None:
    wanted = ["--target", "TransactionTable", "--within", "60 days", "-o", str(tmp_path / "drafted.toml")]
    assert run(["init", database, *wanted]) == 0
    told = capsys.readouterr()
    assert "Events: InteractionTable" in told.err
    drafted = (tmp_path / "drafted.toml").read_text()
    assert f'table = "{database}#CustomerTable"' in drafted
    assert 'name = "crm"' in drafted


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
    assert "as of 2024-12-31" in said
    assert "D192" not in said
    assert pl.read_csv(estate / "earlier.csv").height < pl.read_csv(estate / "folder.csv").height


def with_contacts_of(year: int, estate: Path, place: Path) -> Path:
    """Copy the tables, undeclare until when they were observed, and add five contacts that are planned or mistyped."""
    for file in estate.glob("*Table.parquet"):
        shutil.copy(file, place)
    contacts = pl.read_parquet(estate / "ContactTable.parquet")
    planned = contacts.head(5).with_columns(
        ContactID=pl.format("planned {}", "ContactID"), ContactedAt=pl.lit(datetime(year, 1, 1)).cast(contacts["ContactedAt"].dtype))  # noqa: DTZ001
    pl.concat([contacts, planned]).write_parquet(place / "ContactTable.parquet")
    text = (estate / "leadrank.toml").read_text()
    (place / "leadrank.toml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("observed_until")))
    return place


def test_a_few_planned_dates_turn_no_young_lead_into_a_lost_one(estate: Path, tmp_path: Path, capsys: Capture) -> None:
    """As far as the dates go that came, leads whose time is not up are pending; five contacts of 2031 would make all of them lost."""
    said = {}
    for name, project in {"planned": with_contacts_of(2031, estate, tmp_path), "declared": estate}.items():
        assert run(["check", str(project / "leadrank.toml"), "--json"]) == 0
        said[name] = {f["code"]: f for f in json.loads(capsys.readouterr().out)["findings"]}
    pending = {name: re.search(r"([\d,]+) (?:are )?pending", found["T501"]["message"]) for name, found in said.items()}
    assert pending["planned"] is not None
    assert pending["declared"] is not None
    assert pending["planned"][1] == pending["declared"][1] != "0"
    assert said["planned"]["T504"]["rows"] == 5
    assert "on 2024-12-31" in said["planned"]["T504"]["message"]
    assert 'observed_until = "2024-12-31"' in said["planned"]["T504"]["remedy"]
    assert "T504" not in said["declared"]


def test_a_mistyped_date_empties_no_list(estate: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "-o", str(tmp_path / "all.csv")]) == 0
    place = with_contacts_of(2042, estate, tmp_path)
    assert run(["score", bundle, str(place), "-o", str(tmp_path / "list.csv")]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert pl.read_csv(tmp_path / "list.csv")["CustomerID"].equals(pl.read_csv(tmp_path / "all.csv")["CustomerID"])
    assert "T504 warning" in said
    assert "Ask as of another moment (--at)" in said
    assert run(["score", bundle, str(place), "--at", "2042-01-02", "-o", str(tmp_path / "late.csv")]) == 0
    assert "No lead was open as of 2042-01-02 00:00" in (late := " ".join(capsys.readouterr().err.split()))
    assert "--at MOMENT asks as of an earlier one" in late


def test_explain_tells_parts_and_days(estate: Path, bundle: str, capsys: Capture) -> None:
    key = pl.read_parquet(estate / "CustomerTable.parquet")["CustomerID"][0]
    assert run(["explain", bundle, str(estate), "--lead", key]) == 0
    said = capsys.readouterr().out
    assert "Of this, base" in said
    assert "Converted after 7 days" in said
    assert "Gender" not in said


def test_explain_decides_as_the_list_does_on_what_is_left_of_the_probability(estate: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "--ranked", "-o", str(tmp_path / "list.parquet")]) == 0
    lost = pl.col("probability") - pl.col("probability_left")
    lead = pl.read_parquet(tmp_path / "list.parquet").sort(lost).row(-1, named=True)
    assert lead["probability"] > lead["probability_left"] + 0.01
    capsys.readouterr()
    assert run(["explain", bundle, str(estate), "--lead", lead["CustomerID"]]) == 0
    said = capsys.readouterr().out
    assert f"score {lead['score']}, probability {lead['probability']:.1%}" in said
    assert f"tier {lead['tier']}, {'contact' if lead['contact'] else 'do not contact'}." in said
    assert f"Expected profit: {lead['expected_profit']:,.2f}." in said
    assert f"{lead['probability_left']:.1%} is left" in said


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
    assert "TransactionTable within 60 days, final after 75 days" in " ".join(text.split())
    assert "CustomerTable.parquet" not in text or str(estate / "CustomerTable.parquet") not in text


def test_a_missing_table_is_named_with_its_file(estate: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    for file in estate.glob("*.parquet"):
        if file.stem != "FeedbackTable":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert run(["score", bundle, str(tmp_path), "-o", str(tmp_path / "s.csv")]) == 3
    assert "FeedbackTable" in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


def test_a_folder_that_is_not_there_is_said_not_to_be_there(bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, "nowhere/", "-o", "x.csv"]) == 2
    assert "nowhere/ is not there" in capsys.readouterr().err


def test_a_lead_table_without_rows_gives_an_empty_list(estate: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    for file in estate.glob("*.parquet"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pl.read_parquet(tmp_path / "CustomerTable.parquet").clear().write_parquet(tmp_path / "CustomerTable.parquet")
    assert run(["score", bundle, str(tmp_path), "-o", str(tmp_path / "s.csv")]) == 0
    assert pl.read_csv(tmp_path / "s.csv").height == 0
    assert "no rows: the list is empty" in capsys.readouterr().err


def test_a_moment_that_is_none_is_refused(estate: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(estate), "--at", "yesterday", "-o", str(estate / "x.csv")]) == 2
    assert "yesterday" in capsys.readouterr().err


def test_an_event_table_without_its_key_is_refused_with_the_nearest_name(estate: Path, tmp_path: Path, capsys: Capture) -> None:
    text = (estate / "leadrank.toml").read_text().replace('key = "CustomerID"\nid = "InteractionID"', 'key = "CustomrID"\nid = "InteractionID"')
    broken = estate / "broken.toml"
    broken.write_text(text)
    assert run(["train", str(broken), *QUICK, "-o", str(tmp_path / "x.leadrank")]) == 2
    assert "CustomerID" in capsys.readouterr().err


def test_an_outcome_without_rows_is_told_by_the_name_of_its_event(estate: Path, capsys: Capture) -> None:
    """The column of outcomes is made of it, and stands in no file that a user could look into."""
    pl.read_parquet(estate / "TransactionTable.parquet").clear().write_parquet(estate / "Nothing.parquet")
    text = (estate / "leadrank.toml").read_text().replace(
        'table = "TransactionTable.parquet"', 'table = "Nothing.parquet"\nname = "TransactionTable"')
    (estate / "nothing.toml").write_text(text)
    assert run(["check", str(estate / "nothing.toml")]) == 3
    assert "The outcome is the event 'TransactionTable' (a table of 0 rows)" in capsys.readouterr().err


def test_the_demo_makes_several_tables_and_a_report(tmp_path: Path, capsys: Capture) -> None:
    assert run(["demo", "real-estate", "--dir", str(tmp_path), "--rows", "700", *QUICK]) == 0
    page = Path(capsys.readouterr().out.splitlines()[-1])
    assert page.exists()
    assert (tmp_path / "real-estate" / "truth" / "truth.parquet").exists()
    assert pl.read_csv(tmp_path / "real-estate" / "scored.csv")["rank"][0] == 1
