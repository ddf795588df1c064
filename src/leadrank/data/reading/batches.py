"""Large tables piece by piece, so that memory does not grow with the file; the cells are those that `read_table` gives."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from leadrank.data.reading.delimited import Rejected, split_text
from leadrank.data.reading.read import RawTable, named_columns
from leadrank.data.reading.records import late_header, sniff_delimiter
from leadrank.errors import DataError
from leadrank.frames import pl

PIECE_ROWS = 1 << 17
PIECE_BYTES = 1 << 25
LARGE = 1 << 27
"""Delimited text below this is read at once."""
_ODD = 1 << 20


@dataclass(frozen=True, slots=True)
class Batches:
    """A table in pieces: the names of all its columns, how many rows (None: not known yet), and where it is from.

    Pieces may hold only the columns asked for. `rejected` fills while the pieces are read.
    """

    names: tuple[str, ...]
    rows: int | None
    pieces: Iterator[pl.DataFrame]
    source: str
    rejected: list[Rejected] = field(default_factory=list)


def open_batches(source: str, columns: Collection[str]) -> Batches | None:
    """Open a file that can be read piece by piece: Parquet, or much delimited text in plain UTF-8; None for anything else.

    Parameters
    ----------
    source
        As in `read_table`.
    columns
        The columns wanted. When one of them is absent, all are read, so that a message can name the nearest spelling.
    """
    path = Path(source)
    if "://" in source or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        return _parquet(path, columns)
    if path.stat().st_size < LARGE or not _plain_text(path):
        return None
    return _delimited(path, columns)


def in_pieces(raw: RawTable) -> Batches:
    """Cut a table that was read at once into pieces."""
    pieces = (raw.frame[at : at + PIECE_ROWS] for at in range(0, raw.frame.height, PIECE_ROWS))
    return Batches(tuple(raw.frame.columns), raw.frame.height, pieces, raw.source, list(raw.rejected))


def _parquet(path: Path, columns: Collection[str]) -> Batches | None:
    try:
        scan = pl.scan_parquet(path, glob=False)
        names, rows = scan.collect_schema().names(), scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        return None  # read at once, which says what is wrong
    if not names or not rows:
        return None
    return Batches(tuple(names), rows, _parquet_pieces(scan.select(_wanted(names, columns)), path), str(path))


def _parquet_pieces(scan: pl.LazyFrame, path: Path) -> Iterator[pl.DataFrame]:
    try:
        yield from scan.collect_batches(chunk_size=PIECE_ROWS, maintain_order=True, engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise DataError(f"{path} is a damaged Parquet file: {str(problem).splitlines()[0]}.", "Export it again.") from problem


def _wanted(names: Collection[str], columns: Collection[str]) -> list[str]:
    there = [name for name in names if name in columns]
    return there if len(there) == len(set(columns)) and there else list(names)


def _plain_text(path: Path) -> bool:
    """Whether all of a file is UTF-8 text in lines, without a mark and without zeros, and no JSON."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), False
    with path.open("rb") as file:
        if file.read(4096).lstrip()[:1] in {b"", b"{", b"["}:
            return False
        file.seek(0)
        while block := file.read(PIECE_BYTES):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return False
            if b"\x00" in block:
                return False
            lines = lines or b"\n" in block
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    with path.open("rb") as file:
        return lines and not file.read(3).startswith((codecs.BOM_UTF8, b"\x1f\x8b", b"PK\x03"))


def _delimited(path: Path, columns: Collection[str]) -> Batches | None:
    with path.open("rb") as file:
        sample = file.read(200_000).decode(errors="ignore")
    sample = sample[: sample.rfind("\n") + 1]
    if not sample or sample[:4].lower() == "sep=" or late_header(sample) is not None:
        return None
    hint = "\t" if {".tsv", ".tab"} & set(path.suffixes) else None
    delimiter = sniff_delimiter(sample, hint)
    head = named_columns(*_first(sample, delimiter))[0]
    rejected: list[Rejected] = []
    wanted = _wanted(head.columns, columns)
    return Batches(tuple(head.columns), None, _text_pieces(path, delimiter, wanted, rejected), str(path), rejected)


def _first(sample: str, delimiter: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    split = split_text(sample.encode(), delimiter)
    return split.frame, split.names


def _text_pieces(path: Path, delimiter: str, wanted: list[str], rejected: list[Rejected]) -> Iterator[pl.DataFrame]:
    """Split block after block, each under the file's own header."""
    with path.open("rb") as file:
        header, line = b"", 0
        for block in _blocks(file):
            split = split_text(header + block, delimiter)
            rejected += [Rejected(r.row + line - (1 if header else 0), r.text, r.reason) for r in split.rejected]
            if not header:
                header = block[: block.index(b"\n") + 1]
            line += block.count(b"\n")
            frame = named_columns(split.frame, split.names)[0]
            if frame.height:
                yield frame.select(wanted)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Cut a text where a line ends and every quote before has its partner; where quotes are odd, at some line's end."""
    kept = b""
    while block := file.read(PIECE_BYTES):
        kept += block
        end = _cut(kept)
        if end:
            yield kept[:end]
            kept = kept[end:]
    if kept:
        yield kept


def _cut(data: bytes) -> int:
    end = data.rfind(b"\n") + 1
    lowest = max(end - _ODD, 1)
    even, at = data.count(b'"', 0, end) % 2 == 0, end
    while not even and at > lowest:
        before = data.rfind(b"\n", 0, at - 1) + 1
        even ^= data.count(b'"', before, at) % 2 == 1
        at = before
    return at if even else end
