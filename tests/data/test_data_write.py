from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from leadrank.data import Rejected, read_table, write_rejected, write_table
from leadrank.errors import UsageError

HOSTILE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(\"x\")", "-", "+", "＝1+1", "＠x", "'=1", "''+1"]


def test_formula_cells_are_defused_and_numbers_are_not() -> None:
    frame = pl.DataFrame({"t": [*HOSTILE, "-5", "+49 170", "-1.5e3", "ok", None], "n": [-1.5] * 19, "=h": ["x"] * 19})
    stream = io.BytesIO()
    write_table(stream, frame)
    back = pl.read_csv(stream.getvalue(), infer_schema=False)
    assert back["t"].to_list()[:14] == ["'" + cell for cell in HOSTILE]
    assert back["t"].to_list()[14:18] == ["-5", "+49 170", "-1.5e3", "ok"]
    assert back["n"].to_list() == ["-1.5"] * 19
    assert back.columns == ["t", "n", "'=h"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_every_kind_is_written_and_read_back(suffix: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["x", "é"], "b": ["1", "2"]})
    write_table(tmp_path / f"out{suffix}", frame)
    assert read_table(tmp_path / f"out{suffix}").frame.equals(frame)


def test_nested_cells_become_json_in_a_csv() -> None:
    stream = io.BytesIO()
    write_table(stream, pl.DataFrame({"a": [[1, 2]], "s": [{"k": "v"}], "c": pl.Series(["x"], dtype=pl.Categorical)}))
    assert stream.getvalue().decode() == 'a,s,c\n"[1, 2]","{""k"": ""v""}",x\n'


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(UsageError):
        write_table(path, pl.DataFrame({"a": [1]}), ".xyz")
    assert path.read_text() == "old"
    with pytest.raises(UsageError, match="cannot be written"):
        write_table(tmp_path / "no" / "out.csv", pl.DataFrame({"a": [1]}))
    write_table(path, pl.DataFrame({"a": [1]}))
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_rejected_records_are_kept_with_row_line_and_reason(tmp_path: Path) -> None:
    write_rejected(tmp_path / "r.csv", [Rejected(3, "=a,b\nc", "1 field", after=1)])
    write_rejected(tmp_path / "r.csv", [Rejected(9, "d", "1 field", after=4)], before=1)
    assert read_table(tmp_path / "r.csv").frame.rows() == [("2", "3", "1 field", "'=a,b\nc"), ("6", "9", "1 field", "d")]
    write_rejected(tmp_path / "none.csv", [])
    assert (tmp_path / "none.csv").read_text() == "row,line,reason,text\n"
