from __future__ import annotations

import contextlib
import gzip
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import RawTable, read_table
from leadrank.data.reading import windows
from leadrank.data.reading.delimited import split_slowly
from leadrank.data.reading.records import DELIMITERS, split_fields
from leadrank.errors import DataError, LeadrankError, UsageError


def read(data: bytes) -> RawTable:
    return read_table("-", stream=io.BytesIO(data))


def quoted(cell: str, delimiter: str) -> str:
    odd = any(c in cell for c in (delimiter, '"', "\n", "\r")) or not cell.strip()
    return '"' + cell.replace('"', '""') + '"' if odd else cell


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = [["name", "age", "city"], ["Ann", "31", "a b"], ["Bob", "", f'x{delimiter}"y"']] * 1
    table = read("\n".join(delimiter.join(quoted(c, delimiter) for c in line) for line in lines).encode())
    assert table.frame.columns == ["name", "age", "city"]
    assert table.frame.row(1) == ("Bob", "", f'x{delimiter}"y"')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = "name;city\n" + "José;Zürich\n" * 20
    assert read(text.encode(encoding)).frame.row(0) == ("José", "Zürich")


def test_a_guessed_encoding_is_said() -> None:
    assert [f.code for f in read("a,b\né,1\n".encode("cp1252")).findings] == ["D102"]


def test_a_few_bad_bytes_do_not_change_the_encoding() -> None:
    table = read(b"a,b\n" + "ü,1\n".encode() * 50 + b"\xff,2\n")
    assert table.frame["a"][0] == "ü"
    assert table.frame["a"][50] == "\ufffd"
    assert [(f.code, f.severity) for f in table.findings] == [("D102", "warning")]


def test_cells_are_untouched() -> None:
    table = read(b'a,b,c\r\n" x ",NA,"l1\r\nl2"\r\n,"", 007\r\n')
    assert table.frame.rows() == [(" x ", "NA", "l1\r\nl2"), ("", "", " 007")]
    assert set(table.frame.dtypes) == {pl.String}


def test_rows_that_do_not_split_are_kept_apart_with_line_text_and_reason() -> None:
    table = read(b'a,b\n1,"x\ny"\n3\n\n4,5,6\n7,8\n')
    assert table.frame.rows() == [("1", "x\ny"), ("7", "8")]
    assert [(r.row, r.text, r.reason) for r in table.rejected] == [
        (4, "3", "1 fields where the header has 2"), (6, "4,5,6", "3 fields where the header has 2")]
    assert [(f.code, f.rows) for f in table.findings] == [("D101", 2)]


def test_a_stray_quote_does_not_swallow_the_file() -> None:
    body = b"a,b\n" + b"1,2\n" * 100 + b'3,"open\n' + b"4,5\n" * 100
    table = read(body)
    assert table.frame.height + len(table.rejected) == 201
    assert table.frame["a"].to_list().count("4") == 100


def test_lines_between_two_stray_quotes_are_kept() -> None:
    table = read(b'a,b\n1,2\n"3,x\n4,5\n6,"\n9,10\n')
    assert table.frame.rows() == [("1", "2"), ('"3', "x"), ("4", "5"), ("6", '"'), ("9", "10")]


def test_quotes_in_odd_places_are_characters() -> None:
    assert read(b'a,b\n5" pipe,1\n"x"y,2\n').frame["a"].to_list() == ['5" pipe', '"x"y']


def test_a_delimiter_at_the_end_of_each_row_makes_no_column() -> None:
    table = read(b"a,b\n1,2,\n3,4,\n")
    assert table.frame.columns == ["a", "b"]
    assert table.rejected == ()


def test_a_nameless_column_with_cells_gets_a_name() -> None:
    table = read(b",a\n1,2\n")
    assert table.frame.columns == ["column_1", "a"]
    assert [(f.code, f.severity) for f in table.findings] == [("D103", "warning")]


def test_old_line_ends_and_the_excel_hint_are_understood() -> None:
    assert read(b"a,b\r1,2\r3,4").frame.rows() == [("1", "2"), ("3", "4")]
    assert read(b"sep=|\na|b,c\n1|2\n").frame.columns == ["a", "b,c"]


def test_a_single_column_and_a_single_row_are_a_table() -> None:
    assert read(b"name\nAnn").frame.rows() == [("Ann",)]


def test_a_megabyte_cell_and_a_thousand_columns_are_read() -> None:
    cell = "x,\n" * 350_000
    assert read(f'a,b\n"{cell}",2\n'.encode()).frame.row(0) == (cell, "2")
    wide = read((",".join(f"c{i}" for i in range(1000)) + "\n" + ",".join(["1"] * 1000)).encode())
    assert wide.frame.shape == (1, 1000)


@pytest.mark.parametrize(("data", "said"), [
    (b"", "is empty"), (b" \n\n", "is empty"), (b"a,b\n", "no rows"), (b"\x00\x01\x02", "binary"), (b"PK\x03\x04rest", "Excel"),
    (b"Leads of May\n\nid;source;won\n1;fair;yes\n2;web;no\n3;web;no\n", "header seems to be line 3"),
    (b"PAR1garbage", "damaged Parquet"), (b"\x1f\x8bgarbage", "damaged gzip"),
    (b"a,b\n1\n2\n", "none of its 2 records"),
    (b"[1, 2", "JSON array"), (b"{broken\n", "none of its 1 records"),
])
def test_what_is_no_table_is_refused_by_name(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(data)
    with pytest.raises(DataError, match=said) as caught:
        read_table(path)
    assert "leads.csv" in caught.value.message
    assert caught.value.remedy


def test_a_title_padded_with_delimiters_is_no_header() -> None:
    with pytest.raises(DataError, match=r"header seems to be line 3"):
        read(b"Leads of May;;\n;;\nid;source;won\n1;fair;yes\n2;web;no\n3;web;no\n")


@pytest.mark.parametrize("data", [
    b"colours,won\n" + b"red;green;blue,yes\nblue;red;grey,no\n" * 20, b"id,,\n" + b"1,x,y\n" * 9, b",id,won\n" + b"1,x,y\n" * 9,
    b"name\nAnn\nBob\nEve\n",
])
def test_a_header_that_may_be_one_is_kept(data: bytes) -> None:
    assert read(data).frame.columns[0] in {"colours", "id", "column_1", "name"}


def test_a_name_that_stands_again_is_numbered_and_said() -> None:
    table = read(b"a,b,a,a (2),a\n1,2,3,4,5\n")
    assert table.frame.columns == ["a", "b", "a (3)", "a (2)", "a (4)"]
    assert [(f.code, f.column, f.severity) for f in table.findings] == [("D104", "a (3)", "warning"), ("D104", "a (4)", "warning")]


def test_a_missing_file_is_named_with_its_nearest_neighbour(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"Did you mean 'leads\.csv'"):
        read_table(tmp_path / "lead.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(DataError, match="not there"):
        read_table(tmp_path / "no" / "x.csv")


def test_standard_input_needs_a_stream() -> None:
    with pytest.raises(UsageError):
        read_table("-")


def test_every_suffix_and_gzip_give_the_same_table(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1", "x"], "b": ["é", ""]})
    frame.write_csv(tmp_path / "t.csv")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv").read_bytes()))
    frame.write_csv(tmp_path / "t.tsv", separator="\t")
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ndjson(tmp_path / "t.jsonl")
    (tmp_path / "t.json").write_text(json.dumps(frame.to_dicts()))
    for name in ("t.csv", "t.csv.gz", "t.tsv", "t.parquet", "t.jsonl", "t.json"):
        assert read_table(tmp_path / name).frame.equals(frame), name


def test_json_lines_become_text_and_bad_lines_are_rejected() -> None:
    table = read(b'{"a":1,"b":null,"c":true}\n{"a":2.5,"b":"x","d":[1]}\nnope\n[1]\n{"a":NaN}\n\n{"a":"t"}')
    assert table.frame["a"].to_list() == ["1", "2.5", "t"]
    assert table.frame["c"].to_list() == ["true", None, None]
    assert [r.row for r in table.rejected] == [3, 4, 5]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1, None], "b": [True, False], "l": [[1], []]})
    frame.write_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").frame.schema == frame.schema


def test_only_the_columns_wanted_are_read_and_all_when_one_is_absent() -> None:
    data = b"a,b,c\n1,2,3\n"
    assert read_table("-", columns=["c", "a"], stream=io.BytesIO(data)).frame.columns == ["c", "a"]
    assert read_table("-", columns=["c", "z"], stream=io.BytesIO(data)).frame.columns == ["a", "b", "c"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufffe\uffff\ufeff"), max_size=8)


@given(st.integers(2, 5).flatmap(lambda w: st.lists(st.lists(cells, min_size=w, max_size=w), min_size=1, max_size=8)), st.sampled_from(",;\t|"))
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    head = [f"c{i}" for i in range(len(rows[0]))]
    text = "\n".join(delimiter.join(quoted(c, delimiter) for c in row) for row in [head, *rows]) + "\n"
    splits = list(windows.Delimited(iter([text.encode()]), delimiter).splits())
    assert not any(split.rejected for split in splits)
    assert [list(r) for split in splits for r in split.frame.rows()] == rows


@given(st.lists(st.text(alphabet='ab,";\n\r', max_size=12), max_size=10))
@settings(max_examples=300, deadline=None)
def test_no_line_of_a_ragged_file_is_lost_twice_or_invented(lines: list[str]) -> None:
    text = "x,y\n" + "\n".join(lines)
    try:
        table = read(text.encode())
    except DataError:
        return
    assert table.frame.height + len(table.rejected) <= text.count("\n") + 1


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    with contextlib.suppress(LeadrankError):
        read(data)


@given(st.lists(st.text(alphabet='ab"', max_size=5), min_size=1, max_size=4))
def test_splitting_gives_one_field_more_than_delimiters_outside_quotes(fields: list[str]) -> None:
    record = ",".join(quoted(f, ",") for f in fields)
    assert split_fields(record, ",") == fields


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_piecewise_splitting_of_odd_files_equals_splitting_record_by_record(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.text(alphabet='ab,"é ', max_size=10), min_size=1, max_size=40))
    body = "\n".join(lines).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_ODD_STRETCH", data.draw(st.integers(1, 60)))
        patch.setattr(windows, "STRETCH", data.draw(st.integers(1, 200)))
        table = windows.Delimited(iter([b"x,y\n", body]), ",")
        splits = list(table.splits())
    plain, _ = split_slowly(body + b"\n", ",", len(table.names), 2, len(body) + 2)
    assert [r for split in splits for r in split.frame.rows()] == plain.frame.rows()
    assert [r for split in splits for r in split.rejected] == list(plain.rejected)
