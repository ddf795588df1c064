"""`leadrank export-training`: what is in the file, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from leadrank.cli.main import run
from leadrank.data import read_table

KEY = "0123456789abcdef0123456789abcdef"
TOWNS = [f"town {i}" for i in range(40)]


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 600 customers with a key, contacts, dates, places and an outcome, some of them rare."""
    folder = tmp_path_factory.mktemp("export")
    rng, rows = np.random.default_rng(5), range(600)
    won = rng.random(600) < 0.2
    pl.DataFrame({
        "CustomerID": [f"CUST-{7 * i:05}" for i in rows],
        "Email": [f"person{i}@mail.example" for i in rows],
        "ReferredBy": [f"CUST-{7 * (i - 1):05}" if i % 4 == 1 else "" for i in rows],
        "FirstSeen": [f"2024-{1 + i // 50:02}-{1 + i % 28:02}" for i in rows],
        "Age": rng.integers(20, 70, 600),
        "Gender": rng.choice(["f", "m"], 600),
        "Location": rng.choice(TOWNS, 600),
        "Greeting": rng.choice(["=1+1", "hello", "dear"], 600),
        "Visits": rng.integers(0, 11, 600) + 4 * won,
        "ClosingNote": np.where(won, "signed", "lost"),
        "Converted": np.where(won, "yes", "no"),
    }).write_csv(folder / "customers.csv")
    (folder / "hash.key").write_text(KEY)
    return folder


def exported(leads: Path, name: str, *flags: str) -> Path:
    assert run(["export-training", str(leads / "customers.csv"), "--target", "Converted", "--id", "CustomerID", "-o", str(leads / name), *flags]) == 0
    return leads / name


def document(leads: Path, capsys: pytest.CaptureFixture[str], *flags: str) -> dict:
    capsys.readouterr()
    exported(leads, "said.parquet", "--json", *flags)
    return json.loads(capsys.readouterr().out)


def test_the_file_holds_hash_features_and_outcome(leads: Path) -> None:
    frame = pl.read_parquet(exported(leads, "a.parquet"))
    assert frame.columns == ["lead", "FirstSeen", "Age", "Gender", "Location", "Greeting", "Visits", "Converted"]
    assert frame["lead"].str.contains("^[0-9a-f]{32}$").all()
    assert frame["Converted"].sum() == (pl.read_csv(leads / "customers.csv")["Converted"] == "yes").sum()
    assert set(frame["FirstSeen"].dt.day()) == {1}


@pytest.mark.parametrize("name", ["b.csv", "b.jsonl", "b.parquet"])
def test_no_key_and_no_address_is_anywhere_in_the_bytes(leads: Path, name: str) -> None:
    path = exported(leads, name)
    if path.suffix == ".parquet":
        pl.read_parquet(path).write_parquet(path, compression="uncompressed", use_pyarrow=False)
    written = path.read_bytes()
    table = pl.read_csv(leads / "customers.csv")
    assert b"town 1" in written
    assert not [cell for cell in [*table["CustomerID"], *table["Email"]] if cell.encode() in written]


def test_the_same_key_file_gives_the_same_hashes_and_none_gives_others(leads: Path) -> None:
    hashes = [set(pl.read_parquet(exported(leads, f"c{i}.parquet", *flags))["lead"])
              for i, flags in enumerate([["--key-file", str(leads / "hash.key")], ["--key-file", str(leads / "hash.key")], [], []])]
    assert hashes[0] == hashes[1]
    assert not hashes[0] & hashes[2]
    assert not hashes[2] & hashes[3]


def test_rows_are_drawn_by_their_hashes(leads: Path) -> None:
    key = ["--key-file", str(leads / "hash.key")]
    whole, part = (pl.read_parquet(exported(leads, f"d{n}.parquet", *key, *flags)) for n, flags in enumerate([[], ["--rows", "50"]]))
    assert part.equals(whole.head(50))


def test_a_csv_cell_that_begins_a_formula_is_defused(leads: Path) -> None:
    raw = read_table(str(exported(leads, "e.csv"))).frame
    assert {"'=1+1", "hello", "dear"} == set(raw["Greeting"])


def test_the_report_counts_who_could_be_found(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = document(leads, capsys)
    assert told["left_out"]["CustomerID"].startswith("it names the lead")
    assert told["left_out"]["ClosingNote"] == "it seems to know the outcome"
    assert told["rare"]["columns"] == ["Age", "Gender", "Location"]
    assert told["rare"]["below"] > 300
    assert told["status"] == "pseudonymised"
    assert told["rare"]["worst"][0]["without"] <= told["rare"]["worst"][1]["without"]


@pytest.mark.parametrize("k", [3, 8])
def test_suppression_makes_the_file_reach_k(leads: Path, capsys: pytest.CaptureFixture[str], k: int) -> None:
    told = document(leads, capsys, "--suppress", "--k", str(k), "--quasi", "Visits")
    frame = pl.read_parquet(leads / "said.parquet")
    assert frame.group_by("Age", "Gender", "Location", "Visits").len()["len"].min() >= k
    assert frame["Age"].n_unique() <= 11
    assert told["rare"]["reached"]
    assert told["status"].startswith("k-anonymous")
    assert sum(told["blanked"].values()) == frame.null_count().sum_horizontal().item()


def test_with_a_key_that_is_kept_a_table_is_pseudonymised_whatever_k(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(leads, capsys, "--suppress", "--key-file", str(leads / "hash.key"))["status"] == "pseudonymised"


def test_people_are_told_that_dropping_identifiers_is_not_enough(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    path = exported(leads, "f.parquet")
    told = capsys.readouterr()
    assert told.out == f"{path}\n"
    assert "thrown away" in told.err
    assert "pseudonymised, not anonymous" in told.err
    assert "Dropping identifiers does not anonymise" in told.err


def test_only_the_columns_asked_for(leads: Path) -> None:
    frame = pl.read_parquet(exported(leads, "g.parquet", "--columns", "Visits", "--columns", "Gender"))
    assert frame.columns == ["lead", "Gender", "Visits", "Converted"]


def test_the_strongest_features(leads: Path) -> None:
    frame = pl.read_parquet(exported(leads, "h.parquet", "--features", "1"))
    assert frame.columns == ["lead", "Visits", "Converted"]


@pytest.mark.parametrize(("flags", "said"), [
    (["--columns", "Vists"], "Did you mean 'Visits'?"),
    (["--quasi", "Email"], "this column is not in the table: it names rows"),
    (["-o", "-"], "a file was expected as output"),
    (["-o", "training.xlsx"], ".xlsx"),
    (["--suppress", "--rows", "3"], "3 leads cannot hide each other in groups of 5"),
])
def test_what_cannot_be_done_is_refused(leads: Path, capsys: pytest.CaptureFixture[str], flags: list[str], said: str) -> None:
    output = [] if "-o" in flags else ["-o", str(leads / "no.parquet")]
    assert run(["export-training", str(leads / "customers.csv"), "--target", "Converted", "--id", "CustomerID", *output, *flags]) in {2, 3}
    assert said in capsys.readouterr().err
    assert not (leads / "no.parquet").exists()
