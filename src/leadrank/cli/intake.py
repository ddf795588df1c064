"""Tables in at the door: read, told about, and nothing of them lost."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leadrank.cli.terminal import say
from leadrank.errors import DataError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from leadrank.data import CellProblem, RawTable
    from leadrank.project import Project

STANDARD = "-"


def read(source: str) -> RawTable:
    """Read a table from a path, a database URL or standard input."""
    from leadrank.data import read_table

    return read_table(source, stream=sys.stdin.buffer if source == STANDARD else None)


def read_declared(project: Project) -> tuple[Project, RawTable]:
    """Read the project's table; the project comes back without the place it was read from, so that no path or password enters a bundle."""
    raw = read(project.lead.table or STANDARD)
    place = raw.source if "://" in raw.source else Path(raw.source).name
    return project.model_copy(update={"lead": project.lead.model_copy(update={"table": place})}), raw


@contextmanager
def naming(raw: RawTable) -> Iterator[None]:
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
    if not raw.rejected:
        return
    first = raw.rejected[0]
    said = f"{len(raw.rejected)} records of {raw.source} do not split into its columns; the first, line {first.row}: {first.reason}."
    if place is None:
        say(f"{said} Keep them with --rejected FILE.")
        return
    from leadrank.data import write_rejected

    write_rejected(place, raw.rejected)
    say(f"{said} They are kept in {place}.")


def say_problems(problems: Sequence[CellProblem]) -> None:
    """Sum up cells that could not be read, one line for each column."""
    by_column: dict[str, list[CellProblem]] = {}
    for problem in problems:
        by_column.setdefault(problem.column, []).append(problem)
    for column, own in by_column.items():
        first = own[0]
        cells = "1 cell" if len(own) == 1 else f"{len(own)} cells"
        where = f"e.g. {first.value!r} in row {first.row + 1}, where {first.expected} was expected"
        say(f"{cells} of {column} cannot be read, {where}; scored as missing.")


def row_of(frame: pl.DataFrame, key: str | None, wanted: str) -> int:
    """Find the lead by its key, or by its 1-based row number where there is no key.

    Raises
    ------
    UsageError
        The lead is not in the table; the nearest key is offered.
    """
    import polars as pl

    if key is None or key not in frame.columns:
        if wanted.isdigit() and 1 <= int(wanted) <= frame.height:
            return int(wanted) - 1
        raise UsageError(
            f"the model knows no key column, so --lead expects a row number from 1 to {frame.height}; {wanted!r} came.",
            "Count rows below the header.",
        )
    names = frame[key].cast(pl.String).str.strip_chars()
    found = (names == wanted.strip()).arg_max() if (names == wanted.strip()).any() else None
    if found is None:
        hint = nearest(wanted, names.drop_nulls().head(5000).to_list())
        raise UsageError(f"no lead has {key} {wanted!r}.", hint or f"The first is {names[0]!r}.")
    return int(found)
