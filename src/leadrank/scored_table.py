"""What scoring gives beside the rows: what each tier brings, what was odd, and one lead in full."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank import data, decisions, explain
from leadrank.bundle import Scored, Unfamiliar, join_unfamiliar
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray


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
