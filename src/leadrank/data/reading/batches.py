"""Tables piece by piece, so that memory does not grow with the file; the cells are those that `read_table` gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from leadrank.data.reading.delimited import Rejected
from leadrank.data.reading.jsonlines import json_lines
from leadrank.data.reading.read import PARQUET, RawTable, no_records, read_stored, read_table
from leadrank.data.reading.sql import hide_password, open_sql
from leadrank.data.reading.stored import stored
from leadrank.data.reading.text import Text, text_of
from leadrank.data.reading.titles import titles
from leadrank.errors import DataError
from leadrank.frames import pl

PIECE_ROWS = 1 << 17
STRETCH_ROWS = 1 << 18
"""Rows of a Parquet file that are read at a time: a row group often holds a million, which would all lie in memory."""


@dataclass(frozen=True, slots=True)
class Batches:
    """A table in pieces: the names of all its columns, how many rows (None: not known yet), and where it is from.

    Pieces may hold only the columns asked for. `rejected` fills while the pieces are read; whoever writes it down may empty it.
    """

    names: tuple[str, ...]
    rows: int | None
    pieces: Iterator[pl.DataFrame]
    source: str
    rejected: list[Rejected] = field(default_factory=list)


def open_batches(source: str | Path, columns: Collection[str], *, stream: BinaryIO | None = None) -> Batches:
    """Open a table to be read piece by piece; what cannot be (nested cells, zipped Parquet) is read at once and cut.

    Parameters
    ----------
    source, stream
        As in `read_table`.
    columns
        The columns wanted. When one of them is absent, all are read, so that a message can name the nearest spelling.
    """
    if "://" in str(source):
        return _sql(str(source), columns) or in_pieces(read_table(source, rows_needed=False))
    place = stored(source, stream)
    if place.head().startswith(PARQUET):
        found = _parquet(place.place, columns) if place.place is not None else None
    elif not (text := text_of(place)).begins_with(b"{["):
        found = _delimited(text, columns)
    else:
        found = _json(text, columns)
    return found or in_pieces(read_stored(place, rows_needed=False))


def in_pieces(raw: RawTable) -> Batches:
    """Cut a table that was read at once into pieces."""
    pieces = (raw.frame[at : at + PIECE_ROWS] for at in range(0, max(raw.frame.height, 1), PIECE_ROWS))
    return Batches(tuple(raw.frame.columns), raw.frame.height, pieces, raw.source, list(raw.rejected))


def _sql(url: str, columns: Collection[str]) -> Batches | None:
    found = open_sql(url, lambda names: _wanted(names, columns), PIECE_ROWS)
    return None if found is None else Batches(tuple(found[0]), None, found[1], hide_password(url))


def _parquet(path: Path, columns: Collection[str]) -> Batches | None:
    try:
        scan = pl.scan_parquet(path, glob=False)
        names, rows = scan.collect_schema().names(), scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        return None  # read at once, which says what is wrong
    if not names:
        return None
    scan = scan.select(_wanted(names, columns))
    return Batches(tuple(names), rows, _parquet_pieces(scan, rows, path) if rows else iter([scan.collect()]), str(path))


def _parquet_pieces(scan: pl.LazyFrame, rows: int, path: Path) -> Iterator[pl.DataFrame]:
    """Read one stretch while the one before is worked on; the first is short, since nobody can work before it is there."""
    ends = list(pairwise([0, *range(min(PIECE_ROWS, rows), rows, STRETCH_ROWS), rows]))

    def stretch(first: int, end: int) -> pl.DataFrame:
        return scan.slice(first, end - first).collect(engine="streaming")

    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(stretch, *ends[0])
        for following in [*ends[1:], None]:
            try:
                frame = coming.result()
            except (pl.exceptions.PolarsError, OSError) as problem:
                raise DataError(f"{path} is a damaged Parquet file: {str(problem).splitlines()[0]}.", "Export it again.") from problem
            if following is not None:
                coming = reader.submit(stretch, *following)
            yield from (frame[first : first + PIECE_ROWS] for first in range(0, frame.height, PIECE_ROWS))


def _wanted(names: Collection[str], columns: Collection[str]) -> list[str]:
    there = [name for name in names if name in columns]
    return there if len(there) == len(set(columns)) and there else list(names)


def _delimited(text: Text, columns: Collection[str]) -> Batches:
    table = text.delimited()
    named, _ = titles(table.names, _blank(text, table.names), 0)
    wanted, rejected = _wanted(named, columns), list[Rejected]()

    def frames() -> Iterator[pl.DataFrame]:
        for split in table.splits():
            rejected.extend(split.rejected)
            yield split.frame.select(pl.nth(named[name]).alias(name) for name in wanted)

    label = text.stored.label
    nothing = pl.DataFrame(schema=dict.fromkeys(wanted, pl.String()))
    return Batches(tuple(named), None, _with_rows(frames(), nothing, rejected, label, len(named)), label, rejected)


def _blank(text: Text, names: Collection[str]) -> set[int]:
    """Find the nameless columns that hold nothing; all of the text must be read for that."""
    blank = {at for at, name in enumerate(names) if not name.strip()}
    for split in text.splits() if blank else ():
        blank = {at for at in blank if (split.frame.to_series(at).str.strip_chars() == "").all()}
        if not blank:
            break
    return blank


def _json(text: Text, columns: Collection[str]) -> Batches | None:
    lines, rejected = json_lines(text), list[Rejected]()
    wanted = _wanted(lines.names, columns)
    if not wanted or (lines.sound and lines.nested & set(wanted)):
        return None  # types of nested cells depend on all of them
    label = text.stored.label
    nothing = pl.DataFrame(schema=dict.fromkeys(wanted, pl.String()))
    pieces = _with_rows(lines.pieces(wanted, rejected), nothing, rejected, label, len(lines.names))
    return Batches(lines.names, None, pieces, label, rejected)


def _with_rows(
    frames: Iterator[pl.DataFrame], nothing: pl.DataFrame, rejected: list[Rejected], label: str, width: int
) -> Iterator[pl.DataFrame]:
    """Leave out stretches without rows and cut the others: short records make many rows of few bytes. A header alone is one piece."""
    some = False
    for frame in frames:
        some = some or frame.height > 0
        yield from (frame[first : first + PIECE_ROWS] for first in range(0, frame.height, PIECE_ROWS))
    if not some:
        if rejected:
            raise no_records(label, rejected, width)
        yield nothing
