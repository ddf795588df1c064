"""Tables out: whole or not at all, and no cell that a spreadsheet would run."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from leadrank.data.reading.delimited import Rejected, numbers_of
from leadrank.data.whole import whole_file
from leadrank.errors import UsageError
from leadrank.frames import pl

_FORMULA = r"^'*[=+\-@＝＋－＠\t\r\n]"
"""How what a spreadsheet takes for a formula begins, also in letters of full width. Apostrophes before it get one more, so that taking one away gives
every text back."""
_ZIPPED, _QUICK = ".gz", 4
_SIGNED_NUMBER = r"^[+-]?[0-9][0-9.,' ]*([eE][+-]?[0-9]+)?%?$"


def write_table(target: str | Path | BinaryIO, frame: pl.DataFrame, suffix: str | None = None) -> None:
    """Write a table as CSV, Parquet or JSON lines.

    Parameters
    ----------
    target
        A path, or a binary stream. A file appears whole or not at all.
    frame
        In a CSV, text cells that begin with `=`, `+`, `-`, `@` (also of full width), a tab or a line break get a leading apostrophe, unless they
        are plain numbers (OWASP, CSV injection).
    suffix
        `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`, text also with `.gz`; by default the path's own, and `.csv` for a stream.

    Raises
    ------
    UsageError
        If the suffix is unknown or the place cannot be written.
    """
    if isinstance(target, str | Path):
        path = Path(target)
        written = encoded(frame, (suffix or suffix_of(path) or ".csv").lower())
        with whole_file(path) as draft:
            draft.write_bytes(written)
    else:
        target.write(encoded(frame, (suffix or ".csv").lower()))
        target.flush()


def suffix_of(path: Path) -> str:
    """Return what a path's end says about the file.

    Examples
    --------
    >>> suffix_of(Path("a.b/Leads.CSV.gz")), suffix_of(Path("leads.v2.parquet"))
    ('.csv.gz', '.parquet')
    """
    last = path.suffix.lower()
    return Path(path.stem).suffix.lower() + last if last == _ZIPPED else last


def write_rejected(path: str | Path, rejected: Iterable[Rejected], *, before: int = 0) -> None:
    """Write records that did not split as a CSV of row, line, reason and text (defused like any other text).

    Parameters
    ----------
    rejected
        In the order of the file. A row is the number of the record below the header, a line where it begins in the file: the two differ where cells
        hold line breaks.
    before
        How many stand in the CSV already; these join them.
    """
    rows = list(rejected)
    frame = pl.DataFrame(
        {"row": numbers_of(rows, before), "line": [r.row for r in rows], "reason": [r.reason for r in rows], "text": [r.text for r in rows]},
        schema={"row": pl.Int64, "line": pl.Int64, "reason": pl.String, "text": pl.String})
    if not before:
        write_table(path, frame, ".csv")
        return
    try:
        with Path(path).open("ab") as file:
            file.write(encoded(frame, ".csv", header=False))
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror or problem}.", "Check that the folder has room.") from problem


def defused(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text cells (and names) that a spreadsheet would take for a formula.

    Examples
    --------
    >>> defused(pl.DataFrame({"a": ["=1+1", "-5", "x"]}))["a"].to_list()
    ["'=1+1", '-5', 'x']
    """
    texts = [
        pl.when(pl.col(name).str.contains(_FORMULA) & ~pl.col(name).str.contains(_SIGNED_NUMBER))
        .then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name, dtype in frame.schema.items() if dtype == pl.String
    ]
    return frame.with_columns(texts).rename({n: f"'{n}" for n in frame.columns if re.match(_FORMULA, n)})


def encoded(frame: pl.DataFrame, suffix: str, *, header: bool = True) -> bytes:
    """Return a table as the bytes of a file, a text also without its header."""
    if suffix in {".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz"}:
        # Zipped pieces behind one another are one zipped file.
        return gzip.compress(encoded(frame, suffix.removesuffix(_ZIPPED), header=header), _QUICK, mtime=0)
    buffer = io.BytesIO()
    if suffix == ".parquet":
        frame.write_parquet(buffer)
    elif suffix in {".jsonl", ".ndjson"}:
        frame.write_ndjson(buffer)
    elif suffix in {".csv", ".tsv", ".txt"}:
        defused(_flat(frame)).write_csv(buffer, include_header=header, separator="\t" if suffix == ".tsv" else ",")
    else:
        raise UsageError(f"{suffix!r} is no kind of file that can be written.", "Use one of .csv, .tsv, .parquet, .jsonl, .csv.gz, .jsonl.gz.")
    return buffer.getvalue()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Write labels of any kind as text, and nested cells as JSON, since a CSV knows neither."""
    def text(series: pl.Series) -> pl.Series:
        cells = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in series.to_list()]
        return pl.Series(series.name, cells, dtype=pl.String)

    labels = [pl.col(n).cast(pl.String) for n, t in frame.schema.items() if isinstance(t, pl.Categorical | pl.Enum)]
    frame = frame.with_columns(labels)
    return frame.with_columns([text(frame[n]) for n, t in frame.schema.items() if t.is_nested()])
