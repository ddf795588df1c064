"""`leadrank score`: every row of a table with its probability, decision and reasons."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from leadrank.cli.declare import cores
from leadrank.cli.fitting import check_source
from leadrank.cli.gather import At, is_gathered, read_leads
from leadrank.cli.intake import STANDARD, KeptRejected, keep_rejected, naming, read, say_problems, say_unfamiliar
from leadrank.cli.options import BundleFile, CheckKey, Data, RejectedFile
from leadrank.cli.second_list import check_place, need_money, not_worth_list
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import rows_done, say, say_evaluator
from leadrank.cli.whole import check_folder
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from leadrank.bundle import Bundle
    from leadrank.decisions import TierOutlook
    from leadrank.score import Scorer

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz")
WHERE = "Where the scores go: .csv, .parquet or .jsonl, text also .gz; - for standard output, as CSV."
PIECES = "Pieces scored at a time; by default the project's [model] threads, but no more than there are cores."
NOBODY = "{} has a header and no rows: the list is empty."

Out = Annotated[
    str, typer.Option("--output", "-o", metavar="OUT", help=WHERE)
]
Reasons = Annotated[int, typer.Option("--reasons", metavar="N", min=0, help="Reasons for each score; 0 is fastest.")]
Ranked = Annotated[bool, typer.Option("--ranked", help="Best first, with rank filled in; otherwise the input's order is kept.")]
Top = Annotated[int | None, typer.Option("--top", metavar="N", min=1, help="Only the best N: the ones to contact.")]
Keep = Annotated[list[str] | None, typer.Option("--keep", metavar="COL", help="A column to carry through. Repeatable: --keep A --keep B.")]
NotWorthFile = Annotated[
    Path | None,
    typer.Option("--not-worth", metavar="FILE", help="Write the leads that bring no more than their contact costs, each with its reason."),
]
Everyone = Annotated[
    bool, typer.Option("--all", help="Where leads come from several tables: also those whose outcome is known by then.")
]
ScoringThreads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", min=1, help=PIECES),
]


def score(
    bundle: BundleFile, data: Data, *, output: Out = STANDARD, reasons: Reasons = 3, ranked: Ranked = False, top: Top = None, keep: Keep = None,
    not_worth: NotWorthFile = None, at: At = None, everyone: Everyone = False, key_file: CheckKey = None, rejected: RejectedFile = None,
    threads: ScoringThreads = None,
) -> None:
    """Score leads: probability with its interval, tier, decision, expected profit, reasons.

    Tables of any length are read, scored and written piece by piece; --ranked, --top and --not-worth need all rows at once.

    Every row is answered. A cell that cannot be read counts as missing and is reported; a record that does not split into the header's
    columns goes to OUT.rejected.csv.

    A bundle that learned from several tables takes the project file, or the folder of the tables: every lead whose outcome is open is scored by
    what was known of it --at a moment.
    """
    check_suffix(output)
    if not_worth is not None:
        check_suffix(str(not_worth), "--not-worth")
        check_place(not_worth, output)
    from leadrank.score import Scorer

    scorer = Scorer(bundle, key=key_of(key_file))
    say_evaluator()
    _say_doubt(scorer.bundle)
    if not_worth is not None:
        need_money(scorer.bundle)
    refused = rejected or (None if output == STANDARD or is_device(output) else Path(f"{output}.rejected.csv"))
    check_source(data, scorer.bundle, at=at, everyone=everyone)
    gathered = is_gathered(data, scorer.bundle)
    if not (ranked or top is not None or not_worth is not None or gathered):
        score_in_pieces(scorer, data, output, refused, reasons=reasons, keep=keep or (), threads=threads)
        return
    raw = read_leads(data, scorer.bundle, at, everyone=everyone) if gathered else read(data, rows_needed=False)
    keep_rejected(raw, refused)
    with naming(raw):
        found = scorer.table(raw.frame, reasons=reasons, ranked=ranked, top=top, keep=keep or (), threads=threads or own_threads(scorer))
    say_problems(found.problems, found.unfamiliar.unreadable, raw.skipped)
    say_unfamiliar(found.unfamiliar, raw.skipped)
    write(output, found.rows)
    if not_worth is not None:
        scored = scorer.many(raw.frame) if ranked or top is not None else found.rows
        left = not_worth_list(scorer.bundle, raw.frame, scored)
        write(str(not_worth), left)
        say(f"{left.height:,} of {scored.height:,} leads are not worth working: {not_worth}.")
    if not raw.frame.height:
        if not gathered:  # of several tables it was said when they were put together
            say(NOBODY.format(raw.source))
    elif output != STANDARD:
        say_outlook(found.tiers)
        if scorer.bundle.policy.threshold.rule.name == "capacity" and top is None:
            say(capacity_words(scorer.bundle, int(found.rows["contact"].sum()), found.rows.height))


def _say_doubt(bundle: Bundle) -> None:
    """Repeat beside every list that its model was found to tell nothing: whoever calls by it may not have seen the training."""
    verdict = bundle.report.verdict
    if verdict.word == "not enough evidence":
        say(f"Do not rely on this list. The verdict at training was: {verdict}")


def score_in_pieces(
    scorer: Scorer, source: str, output: str, refused: Path | None, *, reasons: int, keep: Sequence[str], threads: int | None
) -> None:
    """Score rows in their order, in the memory of a few pieces."""
    from leadrank.bulk import score_batches, wanted
    from leadrank.data import open_batches, suffix_of

    opened = open_batches(source, wanted(scorer, keep), stream=sys.stdin.buffer if source == STANDARD else None)
    kept = KeptRejected(opened.source, refused)
    batches = kept.of(opened)
    threads = threads or own_threads(scorer)
    with naming(batches), rows_done(batches.rows) as done, _place(output) as target:
        suffix = suffix_of(target) if isinstance(target, Path) else ".csv"
        found = score_batches(scorer, batches, target, suffix, reasons=reasons, keep=keep, threads=threads, told=done)
    kept.say()
    if not found.rows:
        say(NOBODY.format(opened.source))
        return
    say_problems(found.problems, found.unfamiliar.unreadable, kept.skipped)
    say_unfamiliar(found.unfamiliar, kept.skipped)
    if output != STANDARD:
        say_outlook(found.tiers)
        if scorer.bundle.policy.threshold.rule.name == "capacity":
            say(capacity_words(scorer.bundle, found.contact, found.rows))


def own_threads(scorer: Scorer) -> int:
    """Return how many threads the project asks for, as far as there are cores."""
    return min(scorer.bundle.project.model.threads, cores())


@contextmanager
def _place(output: str) -> Iterator[Path | BinaryIO]:
    """Open where the scores go: standard output, a device, or a path that is written beside and moved into place."""
    if output != STANDARD and not is_device(output):
        yield Path(output)
        return
    sys.stdout.flush()
    try:
        with _whole_writes(sys.stdout.buffer) if output == STANDARD else Path(output).open("wb") as stream:
            yield stream
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        name = "standard output" if output == STANDARD else output
        raise UsageError(f"{name} cannot be written: {problem.strerror or problem}.", "Check that it has room.") from problem


def say_outlook(tiers: Sequence[TierOutlook]) -> None:
    """Tell what each tier of the list will bring, names one below the other."""
    width = max(len(tier.name) for tier in tiers)
    for tier in tiers:
        say(tier.name.ljust(width) + str(tier)[len(tier.name) :])


def capacity_words(bundle: Bundle, contact: int, rows: int) -> str:
    """Say what a capacity means for a file that is not as long as the rows that the cut was made on."""
    threshold = bundle.policy.threshold
    capacity = int(threshold.rule.wanted or 0)
    return (
        f"The capacity of {capacity:,} was turned into a fixed cut at training ({threshold.because}); "
        f"{contact:,} of these {rows:,} leads are above it. `--top {capacity}` takes the best {capacity:,} of any file."
    )


def check_suffix(output: str, flag: str = "-o") -> None:
    """Refuse a suffix before the work is done, not after; only the scores may go to standard output."""
    piped = flag == "-o"
    if piped and output == STANDARD:
        return
    if not Path(output).name.lower().endswith(SUFFIXES) and not is_device(output):
        ends = f"{', '.join(SUFFIXES)}{', or -' if piped else ''}"
        raise UsageError(f"{flag} expects a file that ends in {ends}; {output!r} came.", f"E.g. {flag} {'scored' if piped else 'not_worth'}.csv.")
    if not is_device(output):
        check_folder(Path(output))


def is_device(output: str) -> bool:
    """Say whether a place takes a stream, as /dev/null or a named pipe do: nothing may be moved into its place."""
    place = Path(output)
    return place.exists() and not place.is_file() and not place.is_dir()


def write(output: str, frame: pl.DataFrame) -> None:
    """Write a table to a file, whole or not at all, or as CSV to standard output or a device."""
    from leadrank.data import write_table

    with _place(output) as target:
        write_table(target, frame)


@contextmanager
def _whole_writes(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream that writes all it is given: with PYTHONUNBUFFERED standard output may stop half-way and not say so."""
    if not isinstance(stream, io.RawIOBase):
        yield stream
        return
    with os.fdopen(os.dup(stream.fileno()), "wb") as whole:
        yield whole
