"""A table from wherever it is: delimited text, JSON lines, Parquet, or SQL; text cells untouched."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from leadrank.data.reading.decode import decode
from leadrank.data.reading.delimited import Rejected, split_text
from leadrank.data.reading.jsonlines import split_json_lines
from leadrank.data.reading.records import late_header, sniff_delimiter
from leadrank.data.reading.sql import hide_password, read_sql
from leadrank.data.words import tidy
from leadrank.errors import DataError, UsageError, nearest
from leadrank.frames import pl
from leadrank.types import Finding

_PARQUET = b"PAR1"
_KNOWN_BINARY = {
    b"PK\x03\x04": "a zip archive or an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database", b"\x28\xb5\x2f\xfd": "a zstd archive", b"\xfd7zXZ": "an xz archive",
}


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it came: its cells, the records that did not split, what was noticed, and where it is from (no secrets)."""

    frame: pl.DataFrame
    rejected: tuple[Rejected, ...]
    findings: tuple[Finding, ...]
    source: str


def read_table(source: str | Path, *, columns: Sequence[str] | None = None, stream: BinaryIO | None = None) -> RawTable:
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
        frame = read_sql(name, columns)
        return _checked(frame, (), (), hide_password(name))
    label = "standard input" if name == "-" else name
    data = _unzipped(_bytes(source, stream), label)
    if data[:4] == _PARQUET:
        return _checked(_parquet(data, label, columns), (), (), label, columns)
    return _text_table(data, label, columns)


def _bytes(source: str | Path, stream: BinaryIO | None) -> bytes:
    if str(source) == "-":
        if stream is None:
            raise UsageError("'-' stands for standard input, and none was given.", "Give a file, or pass `stream`.")
        return stream.read()
    path = Path(source)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} is not there.", _neighbour(path)) from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; a file was expected.", "Name the file inside it.") from None
    except (OSError, ValueError) as problem:
        raise DataError(f"{path} cannot be read: {problem}.", "Check the path and its permissions.") from problem


def _neighbour(path: Path) -> str:
    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return f"The folder {path.parent} is not there either."
    return nearest(path.name, names) or "Check the path."


def _unzipped(data: bytes, label: str) -> bytes:
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as problem:
            raise DataError(f"{label} is a damaged gzip file: {problem}.", "Fetch or export it again.") from problem
    if not data.strip():
        raise DataError(f"{label} is empty.", "Export it again; a header and at least one row are expected.")
    for magic, kind in _KNOWN_BINARY.items():
        if data.startswith(magic):
            raise DataError(f"{label} is {kind}; a CSV, Parquet or JSON lines file was expected.", "Export the table as CSV or Parquet.")
    return data


def _parquet(data: bytes, label: str, columns: Sequence[str] | None) -> pl.DataFrame:
    try:
        wanted = list(dict.fromkeys(columns)) if columns is not None else None
        return pl.read_parquet(data, columns=wanted if wanted and set(wanted) <= set(pl.read_parquet_schema(io.BytesIO(data))) else None)
    except (pl.exceptions.PolarsError, OSError, ValueError) as problem:
        raise DataError(f"{label} is a damaged Parquet file: {str(problem).splitlines()[0]}.", "Export it again.") from problem


def _text_table(data: bytes, label: str, columns: Sequence[str] | None) -> RawTable:
    decoded = decode(data, label)
    if decoded.data.lstrip()[:1] in {b"{", b"["}:
        frame, rejected = split_json_lines(decoded.data, label)
        return _checked(frame, rejected, decoded.findings, label, columns)
    body = decoded.data
    hint = "\t" if ".tsv" in label.lower() or ".tab" in label.lower() else None
    if body[:4].lower() == b"sep=" and body[5:6] in {b"\r", b"\n"}:
        hint, body = chr(body[4]), body[body.index(b"\n") + 1:] if b"\n" in body else b""
    if not body.strip():
        raise DataError(f"{label} is empty.", "Export it again; a header and at least one row are expected.")
    sample = body[:200_000].decode(errors="ignore")
    sample = sample[: sample.rfind("\n") + 1] or sample
    if (line := late_header(sample)) is not None:
        said = f"{label}: line 1 is no header; the header seems to be line {line}."
        raise DataError(said, "Delete the lines above the header (a title, blank lines).")
    split = split_text(body, sniff_delimiter(sample, hint))
    frame, findings = named_columns(split.frame, split.names)
    return _checked(frame, split.rejected, (*decoded.findings, *findings), label, columns)


def named_columns(frame: pl.DataFrame, names: tuple[str, ...]) -> tuple[pl.DataFrame, list[Finding]]:
    """Give the columns their tidy names; drop nameless empty columns; number a name that stands again."""
    findings, kept, tidied = [], [], [tidy(name) for name in names]
    for at, name in enumerate(tidied):
        cells = frame.to_series(at)
        if name:
            kept.append(cells.alias(name))
        elif (cells.str.strip_chars() == "").all():
            said = f"Column {at + 1} has no name and no cells; it was left out."
            findings.append(Finding("D103", "info", None, frame.height, said, "Nothing to do."))
        else:
            kept.append(cells.alias(f"column_{at + 1}"))
            findings.append(Finding("D103", "warning", f"column_{at + 1}", frame.height,
                f"Column {at + 1} has cells and no name; it is called column_{at + 1}.", "Name it in the header."))
    numbered, repeated = _numbered(kept)
    return pl.DataFrame(numbered), [*findings, *repeated]


def _numbered(kept: list[pl.Series]) -> tuple[list[pl.Series], list[Finding]]:
    """Call the second column of a name `name (2)`, so that each is looked at for itself."""
    taken, seen, findings = {series.name for series in kept}, set(), []
    out: list[pl.Series] = []
    for series in kept:
        name = called = series.name
        if name in seen:
            called = next(f"{name} ({n})" for n in count(2) if f"{name} ({n})" not in taken)
            said = f"The header names {name!r} more than once; column {len(out) + 1} is called {called!r}."
            findings.append(Finding("D104", "warning", called, len(series), said, "Rename or drop one of them, here and in the tables to score."))
            taken.add(called)
        seen.add(name)
        out.append(series.alias(called))
    return out, findings


def _rejected(rejected: tuple[Rejected, ...], kept: int) -> Finding:
    first = rejected[0]
    said = f"{len(rejected)} of {len(rejected) + kept} records do not fit the header; the first, line {first.row}: {first.reason}."
    remedy = "Mend them in the file of rejected records and read them again."
    return Finding("D101", "warning", None, len(rejected), said, remedy, {"rejected": float(len(rejected)), "kept": float(kept)})


def _checked(frame: pl.DataFrame, rejected: tuple[Rejected, ...], findings: tuple[Finding, ...], label: str,
             columns: Sequence[str] | None = None) -> RawTable:
    """Refuse a table without columns or rows; count what was rejected; keep the columns wanted."""
    if not frame.width:
        raise DataError(f"{label} has no columns.", "Export it again; a header and at least one row are expected.")
    if not frame.height:
        why = "it has no rows"
        if rejected:
            why = f"none of its {len(rejected)} records splits into the header's {frame.width} columns: {rejected[0].reason}"
        raise DataError(f"{label} cannot be used: {why}.", "Export it again; a header and at least one row are expected.")
    if rejected:
        findings = (*findings, _rejected(rejected, frame.height))
    if columns is not None and set(columns) <= set(frame.columns):
        frame = frame.select(list(dict.fromkeys(columns)))
    return RawTable(frame, rejected, findings, label)
