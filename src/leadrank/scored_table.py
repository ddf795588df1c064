"""What scoring gives beside the rows: what each tier brings, what was odd, and one lead in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadrank import data, decisions, explain
from leadrank.bundle import Scored, Unfamiliar, join_unfamiliar
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray

NAMED = 10
"""Columns that a line names; the others are counted."""


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """A table's scores, what each tier among its rows will bring, the best first, the cells that could not be read, and all that is unfamiliar."""

    rows: pl.DataFrame
    tiers: tuple[decisions.TierOutlook, ...]
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar


@dataclass(frozen=True, slots=True)
class Tally:
    """What is told of rows: sums by tier, unreadable cells (as many as `clean_frame` lists), and all the rest that is odd."""

    sums: FloatArray
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar

    def __add__(self, later: Tally) -> Tally:
        """Tell of more rows of the same table."""
        problems = data.kept_problems((*self.problems, *later.problems))
        return Tally(self.sums + later.sums, problems, join_unfamiliar(self.unfamiliar, later.unfamiliar))


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a longer table: their scores (words numbered, see `scored_rows`), which say nothing, and what is told, by row of the whole."""

    rows: pl.DataFrame
    empty: BoolArray
    tally: Tally


@dataclass(frozen=True, slots=True)
class Explained:
    """One lead in full: its score, its reasons, their base, the `total` that they reach with all other columns, and what would change it.

    `parts` tells how much of the way from the base who the lead is, what it did, and when have: empty where columns do not tell of more than one.
    """

    scored: Scored
    reasons: tuple[explain.Reason, ...]
    base: float
    total: float
    scale: str
    about: str
    parts: dict[str, float]
    counterfactual: explain.Counterfactual | None


def problem_lines(
    problems: Sequence[data.CellProblem], counts: Mapping[str, int] | None = None, skipped: Sequence[int] = ()
) -> list[str]:
    """Sum up cells that could not be read, one line for each column; `counts` knows of more, `skipped` are rows that did not split."""
    by_column: dict[str, list[data.CellProblem]] = {}
    for problem in problems:
        by_column.setdefault(problem.column, []).append(problem)
    said = []
    for column, own in by_column.items():
        first = own[0]
        where = f"e.g. {first.value!r} in row {data.number_of(first.row, skipped)}, where {first.expected} was expected"
        said.append(f"{_cells((counts or {}).get(column, len(own)))} of {column} cannot be read, {where}; scored as missing.")
    return said


def unfamiliar_lines(found: Unfamiliar, skipped: Sequence[int] = ()) -> list[str]:
    """Tell what training did not know, one line each: new levels, new blanks, rows that say nothing, columns that nobody knows."""
    said = [
        f"{_cells(s.cells)} of {s.column} hold{'s' * (s.cells == 1)} what training seldom or never saw, "
        f"e.g. {s.value!r} in row {data.number_of(s.row, skipped)}."
        for s in found.unseen
    ]
    said += [
        f"{_cells(s.cells)} of {s.column} {'is' if s.cells == 1 else 'are'} blank, "
        f"e.g. in row {data.number_of(s.row, skipped)}, which none was in training."
        for s in found.blank
    ]
    if found.first_empty is not None:
        rows = "1 row holds" if found.empty == 1 else f"{found.empty:,} rows hold"
        row = data.number_of(found.first_empty, skipped)
        said.append(f"{rows} nothing that the model uses, e.g. row {row}: not to be called, whatever the score.")
    if found.extra:
        more = f" and {len(found.extra) - NAMED} more" if len(found.extra) > NAMED else ""
        said.append(f"Not used, since training did not know {'it' if len(found.extra) == 1 else 'them'}: {', '.join(found.extra[:NAMED])}{more}.")
    return said


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
