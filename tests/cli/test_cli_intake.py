"""Tables at the door."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from leadrank.cli.intake import keep_rejected, read, read_declared, row_of, say_problems
from leadrank.data import CellProblem, Rejected
from leadrank.errors import UsageError
from leadrank.prepare import check
from leadrank.project import parse_project

FRAME = pl.DataFrame({"id": ["L-1", " L-2 ", "L-3"], "x": ["1", "2", "3"]})


def test_a_lead_is_found_by_its_key() -> None:
    assert row_of(FRAME, "id", "L-2") == 1


def test_a_lead_without_a_key_is_found_by_its_row_number() -> None:
    assert row_of(FRAME, None, "3") == 2


def test_row_numbers_count_the_records_that_did_not_split() -> None:
    assert [row_of(FRAME, None, wanted, skipped=(2, 4)) for wanted in ("1", "3", "5")] == [0, 1, 2]
    with pytest.raises(UsageError, match="a row number from 1 to 5; '4' came"):
        row_of(FRAME, None, "4", skipped=(2, 4))


@pytest.mark.parametrize("wanted", ["0", "4", "first"])
def test_a_row_that_is_not_there_is_wrong_usage(wanted: str) -> None:
    with pytest.raises(UsageError, match="a row number from 1 to 3"):
        row_of(FRAME, None, wanted)


def test_an_unknown_key_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="no lead has id 'L-33'") as caught:
        row_of(FRAME, "id", "L-33")
    assert "Did you mean 'L-3'?" in caught.value.remedy


def test_numeric_keys_are_found_as_text() -> None:
    assert row_of(pl.DataFrame({"id": [7, 8]}), "id", "8") == 1


def test_cell_problems_are_summed_up_by_column(capsys: pytest.CaptureFixture[str]) -> None:
    say_problems([CellProblem(4, "age", "old", "a number"), CellProblem(6, "age", "young", "a number"), CellProblem(0, "day", "?", "a date")])
    assert capsys.readouterr().err.splitlines() == [
        "2 cells of age cannot be read, e.g. 'old' in row 5, where a number was expected; scored as missing.",
        "1 cell of day cannot be read, e.g. '?' in row 1, where a date was expected; scored as missing.",
    ]


def test_rejected_records_are_kept_with_their_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "leads.csv"
    table.write_text("id,x\n1,2\n3,4,5\n6,7\n")
    keep_rejected(read(str(table)), tmp_path / "bad.csv")
    assert pl.read_csv(tmp_path / "bad.csv").select("row", "line").rows() == [(2, 3)]
    assert "They are kept in" in capsys.readouterr().err


def test_rejected_records_without_a_place_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    keep_rejected(SimpleNamespace(rejected=(Rejected(3, "3,4,5", "3 cells"),), source="standard input"), None)  # type: ignore[arg-type]
    assert "Keep them with --rejected FILE." in capsys.readouterr().err


def test_nothing_is_written_when_nothing_was_rejected(tmp_path: Path) -> None:
    table = tmp_path / "leads.csv"
    table.write_text("id,x\n1,2\n")
    keep_rejected(read(str(table)), tmp_path / "bad.csv")
    assert not (tmp_path / "bad.csv").exists()


def test_standard_input_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"id,x\n1,2\n")))
    assert read("-").frame.to_dicts() == [{"id": "1", "x": "2"}]


def test_the_place_of_a_table_does_not_enter_the_project(tmp_path: Path) -> None:
    table = tmp_path / "leads.csv"
    table.write_text("id,x\n1,2\n")
    project, _ = read_declared(parse_project({"lead": {"table": str(table)}, "target": {"column": "x"}}))
    assert project.lead.table == "leads.csv"


def test_findings_name_the_row_as_the_file_counts_it() -> None:
    """Row 4 of the table is record 6 of a file whose records 2 and 5 did not split."""
    frame = pl.DataFrame({"x": ["1", "2", "3", "old", *map(str, range(40))], "won": ["yes", "no"] * 22})
    project = parse_project({"target": {"column": "won"}, "lead": {"columns": {"x": {"type": "number"}}}})
    said = [f.message for f in check(project, frame, skipped=[2, 5]).findings if f.code == "D145"]
    assert len(said) == 1
    assert "'old' in row 6;" in said[0]
