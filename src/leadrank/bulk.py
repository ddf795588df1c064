"""Millions of leads: read, scored and written piece by piece, all at once, in the memory that a few pieces take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from leadrank import data, decisions
from leadrank.bundle import Unfamiliar
from leadrank.errors import UsageError, nearest
from leadrank.frames import pl
from leadrank.score import Scorer, Tally, check_threads
from leadrank.scored_rows import in_words

THREADS = 2
"""So many score at a time unless said otherwise."""
Told = Callable[[int], None]
_Scored = tuple[Tally, "pl.DataFrame", "pl.DataFrame | bytes"]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a table: its rows and those to contact, what each tier will bring, and what was odd."""

    rows: int
    contact: int
    tiers: tuple[decisions.TierOutlook, ...]
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar


def score_file(
    scorer: Scorer, source: str | Path, target: str | Path, *, reasons: int = 0, keep: Sequence[str] = (), threads: int = THREADS,
    told: Told | None = None,
) -> Summary:
    """Score a file into another, rows in order, as `Scorer.many` would.

    Parameters
    ----------
    source
        Whatever `leadrank score` reads, piece by piece where it can be.
    target
        A path that ends in .csv, .tsv, .parquet, .jsonl or .ndjson, text also in .gz; the file appears whole or not at all.
    reasons
        How many reasons to write; 0 is fastest.
    keep
        Columns to carry through.
    threads
        How many pieces are scored at a time.
    told
        Hears how many rows are done.
    """
    batches = data.open_batches(source, wanted(scorer, keep))
    path = Path(target)
    return score_batches(scorer, batches, path, data.suffix_of(path), reasons=reasons, keep=keep, threads=threads, told=told)


def wanted(scorer: Scorer, keep: Sequence[str]) -> list[str]:
    """Name the columns that scoring a file reads: what the model uses, the key, and what is carried through."""
    return list(dict.fromkeys([*scorer.needed, *([scorer.key] if scorer.key is not None else []), *keep]))


def score_batches(
    scorer: Scorer, batches: data.Batches, target: Path | BinaryIO, suffix: str, *, reasons: int = 0, keep: Sequence[str] = (),
    threads: int = THREADS, told: Told | None = None,
) -> Summary:
    """Score a table that comes in pieces; see `score_file`."""
    check_threads(threads)
    for name in keep:
        if name not in batches.names:
            raise UsageError(f"The column {name!r} to keep is not there.", nearest(name, batches.names))
    finish, so_far, done = data.piece_writer(suffix), list[Tally](), [0, 0]

    def scored(piece: pl.DataFrame, first: int) -> _Scored:
        part = scorer.part(piece, first=first, reasons=reasons, keep=keep)
        return part.tally, part.rows, finish(part.rows, first == 0)

    def pieces() -> Iterator[pl.DataFrame | bytes]:
        with ThreadPoolExecutor(threads) as pool:
            for tally, rows, piece in _in_order(pool, scored, batches.pieces, threads + 1):
                so_far[:] = [so_far[0] + tally] if so_far else [tally]
                done[0] += rows.height
                done[1] += int(rows["contact"].sum())
                if told is not None:
                    told(done[0])
                yield piece

    data.write_pieces(target, pieces(), in_words)
    unfamiliar = replace(so_far[0].unfamiliar, extra=scorer.foreign(batches.names))
    return Summary(done[0], done[1], scorer.outlook(so_far[0]), so_far[0].problems, unfamiliar)


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[pl.DataFrame, int], _Scored], pieces: Iterator[pl.DataFrame], ahead: int
) -> Iterator[_Scored]:
    """Hand out pieces as long as few are on their way, and the results in the order of the pieces."""
    under_way: deque[Future[_Scored]] = deque()
    first = 0
    for piece in pieces:
        under_way.append(pool.submit(work, piece, first))
        first += piece.height
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
