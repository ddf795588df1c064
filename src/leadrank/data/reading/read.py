"""A table from wherever it is: delimited text, JSON lines, Parquet, or SQL; text cells untouched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from leadrank.data.reading.delimited import Rejected, no_rows, numbers_of
from leadrank.data.reading.jsonlines import json_lines
from leadrank.data.reading.sql import hide_password, read_sql
from leadrank.data.reading.stored import Stored, stored
from leadrank.data.reading.text import Text, text_of
from leadrank.data.reading.titles import titles
from leadrank.errors import DataError
from leadrank.frames import pl
from leadrank.types import Finding

PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it came: its cells, the records that did not split, what was noticed, and where it is from (no secrets)."""

    frame: pl.DataFrame
    rejected: tuple[Rejected, ...]
    findings: tuple[Finding, ...]
    source: str

    @property
    def skipped(self) -> tuple[int, ...]:
        """Numbers below the header of the records that did not split: the rows that came after each have a higher number than the table says."""
        return tuple(numbers_of(self.rejected))


def read_table(
    source: str | Path, *, columns: Sequence[str] | None = None, stream: BinaryIO | None = None, rows_needed: bool = True
) -> RawTable:
    """Read a lead table.

    Parameters
    ----------
    source
        A path (CSV with any delimiter and encoding, Parquet, JSON lines; each also gzipped; the content decides, not the suffix),
        `sqlite:///file.db#table`, `postgresql://user:password@host/db#table`, or `-` for `stream`.
    columns
        The columns wanted. When one of them is absent, all columns are returned, so that a message can name the nearest spelling.
    stream
        Where `-` reads bytes from.
    rows_needed
        Whether to refuse a table that has a header and nothing else.

    Returns
    -------
    RawTable
        Text formats give text cells, untouched; Parquet and SQL keep their types.

    Raises
    ------
    DataError
        If the file is missing, empty, has no rows, is binary, or a title stands above its header.
    ServiceError
        If a database cannot be reached.
    UsageError
        If a database URL names no table, or `-` comes without a stream.
    """
    name = str(source)
    if "://" in name:
        return _checked(RawTable(read_sql(name, columns), (), (), hide_password(name)), None, rows_needed=rows_needed)
    return read_stored(stored(source, stream), columns, rows_needed=rows_needed)


def read_stored(place: Stored, columns: Sequence[str] | None = None, *, rows_needed: bool = True) -> RawTable:
    """Read a table from its bytes; see `read_table`."""
    if place.head().startswith(PARQUET):
        raw = RawTable(_parquet(b"".join(place.blocks()), place.label, columns), (), (), place.label)
    elif (text := text_of(place)).begins_with(b"{["):
        frame, rejected = json_lines(text).whole()
        raw = RawTable(frame, rejected, text.how.findings, place.label)
    else:
        raw = _delimited(text)
    return _checked(raw, columns, rows_needed=rows_needed)


def _checked(raw: RawTable, columns: Sequence[str] | None, *, rows_needed: bool) -> RawTable:
    """Refuse a table without columns or rows; count what was rejected; keep the columns wanted."""
    frame, rejected, findings = raw.frame, raw.rejected, raw.findings
    if not frame.width:
        raise DataError(f"{raw.source} has no columns.", "Export it again; a header and at least one row are expected.")
    if not frame.height and (rows_needed or rejected):
        raise no_records(raw.source, rejected, frame.width)
    if rejected:
        findings = (*findings, _rejected(rejected, frame.height))
    if columns is not None and set(columns) <= set(frame.columns):
        frame = frame.select(list(dict.fromkeys(columns)))
    return RawTable(frame, rejected, findings, raw.source)


def no_records(label: str, rejected: Sequence[Rejected], width: int) -> DataError:
    """Say that a table has no rows, and why."""
    why = "it has no rows"
    if rejected:
        why = f"none of its {len(rejected)} records splits into the header's {width} columns: {rejected[0].reason}"
    return DataError(f"{label} cannot be used: {why}.", "Export it again; a header and at least one row are expected.")


def _delimited(text: Text) -> RawTable:
    table = text.delimited()
    frames, rejected = [no_rows(len(table.names))], list[Rejected]()
    for split in table.splits():
        frames.append(split.frame)
        rejected += split.rejected
    frame = pl.concat(frames)
    nameless = [at for at, name in enumerate(table.names) if not name.strip()]
    blank = {at for at in nameless if (frame.to_series(at).str.strip_chars() == "").all()}
    named, findings = titles(table.names, blank, frame.height)
    frame = frame.select(pl.nth(at).alias(name) for name, at in named.items())
    return RawTable(frame, tuple(rejected), (*text.how.findings, *findings), text.stored.label)


def _parquet(data: bytes, label: str, columns: Sequence[str] | None) -> pl.DataFrame:
    try:
        wanted = list(dict.fromkeys(columns)) if columns is not None else None
        return pl.read_parquet(data, columns=wanted if wanted and set(wanted) <= set(pl.read_parquet_schema(io.BytesIO(data))) else None)
    except (pl.exceptions.PolarsError, OSError, ValueError) as problem:
        raise DataError(f"{label} is a damaged Parquet file: {str(problem).splitlines()[0]}.", "Export it again.") from problem


def _rejected(rejected: tuple[Rejected, ...], kept: int) -> Finding:
    first = rejected[0]
    said = f"{len(rejected)} of {len(rejected) + kept} records do not fit the header; the first, line {first.row}: {first.reason}."
    remedy = "Mend them in the file of rejected records and read them again."
    return Finding("D101", "warning", None, len(rejected), said, remedy, {"rejected": float(len(rejected)), "kept": float(kept)})
