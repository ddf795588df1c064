"""Tables in at the door: read, told about, and nothing of them lost."""

from __future__ import annotations

import sys
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadrank.cli.terminal import say
from leadrank.errors import DataError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from leadrank.bundle import Unfamiliar
    from leadrank.data import Batches, CellProblem, RawTable, Rejected, RejectedRow
    from leadrank.project import Project

STANDARD = "-"


def read(source: str, *, rows_needed: bool = True) -> RawTable:
    """Read a table from a path, a database URL or standard input."""
    from leadrank.data import read_table

    return read_table(source, stream=sys.stdin.buffer if source == STANDARD else None, rows_needed=rows_needed)


def read_declared(project: Project) -> tuple[Project, RawTable]:
    """Read the project's tables; the project comes back without the places they were read from, so that no path or password enters a bundle.

    Several tables come as one: `Gathered`, and the project speaks of that.
    """
    if project.relational:
        from leadrank.cli.gather import read_history

        return read_history(project)
    raw = read(project.lead.table or STANDARD)
    place = raw.source if "://" in raw.source else Path(raw.source).name
    return project.model_copy(update={"lead": project.lead.model_copy(update={"table": place})}), raw


@contextmanager
def naming(raw: RawTable | Batches) -> Iterator[None]:
    """Let what goes wrong with the cells of a table name the file that they came from."""
    try:
        yield
    except DataError as problem:
        if raw.source in problem.message:
            raise
        said = problem.message
        raise DataError(f"{raw.source}: {said[:1].lower()}{said[1:]}", problem.remedy) from problem


def keep_rejected(raw: RawTable, place: Path | None) -> None:
    """Keep the records that did not split, with their reasons; nothing is written when there are none."""
    lost: Sequence[RejectedRow] = getattr(raw, "lost", ())
    if lost:
        _keep_lost(lost, place)
    kept = KeptRejected(raw.source, place)
    kept.take(raw.rejected)
    kept.say()


def _keep_lost(lost: Sequence[RejectedRow], place: Path | None) -> None:
    """Keep the rows of several tables that could not be used, each with its table, row, column and reason."""
    from leadrank.data import write_rejected_rows

    first = lost[0]
    where = f"row {first.row} of {first.table}{f', {first.column}' if first.column else ''}"
    if place is not None:
        write_rejected_rows(place, lost)
    kept = f"They are kept in {place}." if place is not None else "Keep them with --rejected FILE."
    say(f"{len(lost):,} rows cannot be used; the first, {where}: {first.reason}. {kept}")


class KeptRejected:
    """Keeps records that do not split as they come: what was found stays found, whatever happens next.

    Parameters
    ----------
    source
        Where they are from.
    place
        The file for them; without one they are only counted.

    Attributes
    ----------
    skipped
        Their numbers below the header, as far as the table was read.
    """

    def __init__(self, source: str, place: Path | None) -> None:
        self._source, self._place = source, place
        self._first: Rejected | None = None
        self.skipped: list[int] = []

    def of(self, batches: Batches) -> Batches:
        """Return the same table; whoever reads its pieces has its rejected records kept."""
        return replace(batches, pieces=self._watched(batches))

    def _watched(self, batches: Batches) -> Iterator[pl.DataFrame]:
        try:
            for piece in batches.pieces:
                self.take(batches.rejected)
                batches.rejected.clear()
                yield piece
        finally:
            self.take(batches.rejected)
            batches.rejected.clear()

    def take(self, rejected: Sequence[Rejected]) -> None:
        """Write down some more."""
        if not rejected:
            return
        from leadrank.data import numbers_of

        if self._place is not None:
            from leadrank.data import write_rejected

            write_rejected(self._place, rejected, before=len(self.skipped))
        self._first = self._first or rejected[0]
        self.skipped += numbers_of(rejected, len(self.skipped))

    def say(self) -> None:
        """Tell how many there are, and where."""
        if self._first is None:
            return
        first = f"the first, line {self._first.row}: {self._first.reason}"
        said = f"{len(self.skipped)} records of {self._source} do not split into its columns; {first}."
        say(f"{said} They are kept in {self._place}." if self._place is not None else f"{said} Keep them with --rejected FILE.")


def say_problems(problems: Sequence[CellProblem], counts: Mapping[str, int] | None = None, skipped: Sequence[int] = ()) -> None:
    """Sum up cells that could not be read, one line for each column; `counts` knows of more, `skipped` are rows that did not split."""
    from leadrank.scored_table import problem_lines

    for line in problem_lines(problems, counts, skipped):
        say(line)


def say_unfamiliar(found: Unfamiliar, skipped: Sequence[int] = ()) -> None:
    """Tell what training did not know, one line each: new levels, new blanks, rows that say nothing, columns that nobody knows."""
    from leadrank.scored_table import unfamiliar_lines

    for line in unfamiliar_lines(found, skipped):
        say(line)


def row_of(frame: pl.DataFrame, key: str | None, wanted: str, skipped: Sequence[int] = ()) -> int:
    """Find the lead by its key, or by its 1-based row number where there is no key; `skipped` rows did not split.

    Raises
    ------
    UsageError
        The lead is not in the table; the nearest key is offered.
    """
    import polars as pl

    if key is None or key not in frame.columns:
        last = frame.height + len(skipped)
        if wanted.isdigit() and 1 <= int(wanted) <= last and int(wanted) not in skipped:
            return int(wanted) - 1 - bisect_left(skipped, int(wanted))
        raise UsageError(
            f"the model knows no key column, so --lead expects a row number from 1 to {last}; {wanted!r} came.",
            "Count rows below the header.",
        )
    names = frame[key].cast(pl.String).str.strip_chars()
    found = (names == wanted.strip()).arg_max() if (names == wanted.strip()).any() else None
    if found is None:
        hint = nearest(wanted, names.drop_nulls().head(5000).to_list())
        raise UsageError(f"no lead has {key} {wanted!r}.", hint or f"The first is {names[0]!r}.")
    return int(found)
