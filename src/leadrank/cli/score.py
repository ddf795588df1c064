"""`leadrank score`: every row of a table with its probability, decision and reasons."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from leadrank.cli.intake import STANDARD, keep_rejected, read, say_problems
from leadrank.cli.options import BundleFile, Data, RejectedFile
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")

Out = Annotated[
    str, typer.Option("--output", "-o", metavar="OUT", help="Where the scores go: .csv, .parquet or .jsonl; - for standard output, as CSV.")
]
Reasons = Annotated[int, typer.Option("--reasons", metavar="N", min=0, help="Reasons for each score; 0 is fastest.")]
Ranked = Annotated[bool, typer.Option("--ranked", help="Best first, with rank filled in; otherwise the input's order is kept.")]
Top = Annotated[int | None, typer.Option("--top", metavar="N", min=1, help="Only the best N: the ones to contact.")]
Keep = Annotated[list[str] | None, typer.Option("--keep", metavar="COL", help="A column to carry through. Repeatable.")]


def score(
    bundle: BundleFile, data: Data, *, output: Out = STANDARD, reasons: Reasons = 3, ranked: Ranked = False, top: Top = None, keep: Keep = None,
    rejected: RejectedFile = None,
) -> None:
    """Score leads: probability with its interval, tier, decision, expected profit, reasons.

    Every row is answered. A cell that cannot be read counts as missing and is reported; a record that does not split into the header's
    columns goes to OUT.rejected.csv.
    """
    check_suffix(output)
    from leadrank.score import Scorer

    scorer = Scorer(bundle)
    raw = read(data)
    keep_rejected(raw, rejected or (None if output == STANDARD else Path(f"{output}.rejected.csv")))
    scored, problems = scorer.many_with_problems(raw.frame, reasons=reasons, ranked=ranked, top=top, keep=keep or ())
    say_problems(problems)
    write(output, scored)


def check_suffix(output: str) -> None:
    """Refuse a suffix before the work is done, not after."""
    suffix = Path(output).suffix.lower()
    if output != STANDARD and suffix not in SUFFIXES:
        raise UsageError(f"-o expects a file that ends in {', '.join(SUFFIXES)}, or -; {output!r} came.", "E.g. -o scored.csv.")


def write(output: str, frame: pl.DataFrame) -> None:
    """Write a table to a file, whole or not at all, or to standard output."""
    from leadrank.data import write_table

    if output == STANDARD:
        sys.stdout.flush()
        with _whole_writes(sys.stdout.buffer) as stream:
            write_table(stream, frame)
    else:
        write_table(output, frame)


@contextmanager
def _whole_writes(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream that writes all it is given: with PYTHONUNBUFFERED standard output may stop half-way and not say so."""
    if not isinstance(stream, io.RawIOBase):
        yield stream
        return
    with os.fdopen(os.dup(stream.fileno()), "wb") as whole:
        yield whole
