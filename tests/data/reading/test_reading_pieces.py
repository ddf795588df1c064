"""A table read piece by piece is the table read at once, wherever its text is cut."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrank.data import RawTable, open_batches, read_table
from leadrank.data.reading import decode, jsonlines, stored, windows
from leadrank.errors import DataError

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1"]

cells = st.one_of(
    st.sampled_from(["", " ", "1", "1,5", "é", "ß", 'a "b"', '"', "l1\nl2", "l1\r\nl2", "\n", "\t", "x" * 40, "ÿ", "null"]),
    st.text("ab,;\"\n é", max_size=6)
)
odd_lines = st.sampled_from(["", " ", "one", "a,b,c,d,e", '"open', 'x,"open,y', ",,,,", '5" pipe,"x"y,z', "\t"])


def _record(row: list[str], delimiter: str) -> str:
    return delimiter.join(f'"{c.replace(chr(34), chr(34) * 2)}"' if set(c) & set(delimiter + '"\r\n') or not c.strip() else c for c in row)


@st.composite
def delimited(draw: st.DrawFn) -> bytes:
    delimiter = draw(st.sampled_from(",;\t|"))
    head = draw(st.sampled_from([["a", "b", "c"], ["a", "", "a"], ["a", "b", ""]]))
    rows = draw(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=25))
    lines = [_record(row, delimiter) for row in [head, *rows]]
    for line in draw(st.lists(odd_lines, max_size=3)):
        lines.insert(draw(st.integers(1, len(lines))), line)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    data = text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")
    spoiled = draw(st.sampled_from([b"", b"\xff\xfe\xff", b"\x81"]))
    return data + spoiled


json_values = st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6), st.text("ab\"\\\n,é", max_size=6))
json_lines = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from("abcd"), json_values, max_size=4).map(json.dumps),
        st.dictionaries(st.sampled_from("abcd"), json_values, min_size=1, max_size=4).map(lambda d: json.dumps(d, ensure_ascii=False)),
        st.sampled_from(["", " ", "nope", "[1]", '{"a": NaN}', '{"b": [1]}', '{"c": {"d": 1}}', "{}"]),
    ), min_size=1, max_size=20,
)


def _at_once(data: bytes) -> RawTable | str:
    try:
        return read_table("-", stream=io.BytesIO(data), rows_needed=False)
    except DataError as problem:
        return str(problem)


def _in_pieces(data: bytes, stretch: int, block: int, wanted: list[str]) -> tuple[pl.DataFrame, list[tuple[int, str, str]]] | str:
    with pytest.MonkeyPatch.context() as patch:
        for place, name in ((windows, "STRETCH"), (jsonlines, "STRETCH"), (windows, "_ODD_STRETCH")):
            patch.setattr(place, name, stretch)
        patch.setattr(stored, "BLOCK", block)
        try:
            opened = open_batches("-", wanted, stream=io.BytesIO(data))
            frame = pl.concat(list(opened.pieces))
        except DataError as problem:
            return str(problem)
    return frame, [(r.row, r.text, r.reason) for r in opened.rejected]


def _alike(data: bytes, stretch: int, block: int) -> None:
    whole = _at_once(data)
    found = _in_pieces(data, stretch, block, [])
    if isinstance(whole, str) or isinstance(found, str):
        assert found == whole
        return
    frame, rejected = found
    assert set(frame.schema.items()) == set(whole.frame.schema.items())  # Polars has its own order where JSON objects differ in theirs
    assert frame.rows() == whole.frame.select(frame.columns).rows()
    assert rejected == [(r.row, r.text, r.reason) for r in whole.rejected]
    name = frame.columns[-1]
    last = _in_pieces(data, stretch, block, [name])
    assert not isinstance(last, str)
    assert last[0][name].equals(whole.frame[name])
    assert last[1] == rejected


@given(delimited(), st.integers(1, 120), st.integers(4096, 5000), st.booleans())
@example(b"\xff\xfea\x00;\x00b\x00;\x00c\x00\n\x00o\x00n\x00e\x00\n\x00o\x00n\x00e\x00\n\x00\xff\xfe\xff", 1, 4096, False)
@settings(max_examples=400, deadline=None)
def test_delimited_text_of_any_encoding_is_the_same_in_pieces(data: bytes, stretch: int, block: int, zipped: bool) -> None:
    _alike(gzip.compress(data) if zipped else data, stretch, block)


@given(json_lines, st.integers(1, 120), st.integers(4096, 5000), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=400, deadline=None)
def test_json_lines_are_the_same_in_pieces(lines: list[str], stretch: int, block: int, end: str, zipped: bool) -> None:
    data = end.join(lines).encode()
    _alike(gzip.compress(data) if zipped else data, stretch, block)


@given(st.lists(st.binary(max_size=40), max_size=8), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]))
@settings(max_examples=400, deadline=None)
def test_an_encoding_is_found_and_undone_wherever_blocks_end(blocks: list[bytes], mark: bytes) -> None:
    # The first block is what marks and zeros are looked for in.
    first, *rest = [mark + b"ab\n" * 20 + b"".join(blocks[:1]), *blocks[1:]]
    data = b"".join([first, *rest])
    try:
        whole = decode.look_through([data], "x")
    except DataError as problem:
        with pytest.raises(DataError, match=problem.message):
            decode.look_through([first, *rest], "x")
        return
    if decode._guess(data) == decode._guess(first):
        assert decode.look_through([first, *rest], "x") == whole
        assert b"".join(decode.as_utf8([first, *rest], whole)) == b"".join(decode.as_utf8([data], whole))


def test_a_header_without_rows_is_one_empty_piece(tmp_path: Path) -> None:
    for name, data in (("a.csv", b"a,b\n"), ("b.csv", b"a,b"), ("c.csv.gz", gzip.compress(b"a;b\r\n"))):
        (tmp_path / name).write_bytes(data)
        (piece,) = open_batches(tmp_path / name, ["a"]).pieces
        assert piece.schema == {"a": pl.String}
        assert piece.height == 0
    pl.DataFrame(schema={"a": pl.Int64, "b": pl.String}).write_parquet(tmp_path / "d.parquet")
    (piece,) = open_batches(tmp_path / "d.parquet", ["a"]).pieces
    assert piece.schema == {"a": pl.Int64}


def test_what_can_be_read_only_once_waits_on_disk_when_it_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_IN_MEMORY", 10)
    opened = open_batches("-", ["a"], stream=io.BytesIO(b"a,b\n" + b"1,2\n" * 1000))
    assert sum(piece.height for piece in opened.pieces) == 1000
