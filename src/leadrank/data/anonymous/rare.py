"""Rare combinations: how many rows of a table share what is widely known about a person with too few others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadrank.frames import pl

NEARLY_UNIQUE = 0.5
"""Share of the rows that hold a value of their own from which a column by itself finds a row."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one column adds to the danger.

    Attributes
    ----------
    column, values
        The column, and how many different values it has.
    alone
        Rows with a value that fewer than k leads have: this column alone gives them away.
    without
        Rows that would still be in groups smaller than k if the column were not there.
    """

    column: str
    values: int
    alone: int
    without: int


@dataclass(frozen=True, slots=True)
class Rare:
    """How far a table is from k-anonymity (Samarati and Sweeney 1998) over some columns.

    Attributes
    ----------
    columns, k, rows, groups
        What was counted. A blank is a value like any other.
    below, unique
        Rows whose combination fewer than k leads have, and rows whose combination nobody else has.
    smallest
        Leads of the smallest group.
    one_outcome
        Rows in groups of k or more in which everybody has the same outcome: there the group gives the outcome away although nobody can be
        told apart (l-diversity with l = 2, Machanavajjhala et al. 2007).
    worst
        The columns, the one first without which the fewest rows would be left in small groups.
    nearly_unique
        Other columns in which most rows hold a value of their own: whoever knows that value exactly finds the row.
    """

    columns: tuple[str, ...]
    k: int
    rows: int
    groups: int
    below: int
    unique: int
    smallest: int
    one_outcome: int
    worst: tuple[Telling, ...]
    nearly_unique: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether every combination is shared by k leads."""
        return self.below == 0


def find_rare(frame: pl.DataFrame, columns: Sequence[str], k: int, *, who: pl.Series, outcome: str) -> Rare:
    """Count rare combinations.

    Parameters
    ----------
    frame
        A table.
    columns
        What somebody may know about a person (quasi-identifiers); with none, all rows are one group.
    k
        Leads that must share a combination.
    who
        What names the lead of each row: several rows of one lead hide nobody.
    outcome
        The outcome's column.

    Examples
    --------
    >>> frame = pl.DataFrame({"city": ["Ulm", "Ulm", "Bonn"], "won": [1, 0, 1]})
    >>> found = find_rare(frame, ["city"], 2, who=pl.Series(["a", "b", "c"]), outcome="won")
    >>> found.below, found.unique, found.worst[0].without
    (1, 1, 0)
    """
    cells = plain_cells(frame, columns, who)
    names = cells.columns[:-1]
    sizes = group_sizes(cells, names)
    worst = [
        Telling(column, cells[name].n_unique(), _below(group_sizes(cells, [name]), k), _below(group_sizes(cells, [n for n in names if n != name]), k))
        for column, name in zip(columns, names, strict=True)
    ]
    outcomes = cells.with_columns(frame.get_column(outcome).alias("outcome")).select(_over(pl.col("outcome").n_unique(), names)).to_series()
    others = [c for c in frame.columns if c not in {*columns, outcome}]
    return Rare(
        columns=tuple(columns), k=k, rows=frame.height, groups=cells.select(names).n_unique() if names else int(frame.height > 0),
        below=_below(sizes, k), unique=_below(sizes, 2), smallest=int(sizes.min() or 0),  # type: ignore[arg-type]
        one_outcome=int(((outcomes == 1) & (sizes >= k)).sum()), worst=tuple(sorted(worst, key=lambda t: t.without)),
        nearly_unique=tuple(c for c in others if _mostly_single(frame.get_column(c), who)),
    )


def plain_cells(frame: pl.DataFrame, columns: Sequence[str], who: pl.Series) -> pl.DataFrame:
    """Take columns under names that no expression reads as a pattern, and who each row is about as the last."""
    return pl.DataFrame([*(frame.get_column(name).alias(f"c{j}") for j, name in enumerate(columns)), who.alias("who")])


def group_sizes(cells: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Count, for each row, the leads that share its cells of the columns named."""
    return cells.select(_over(pl.col("who").n_unique(), names).cast(pl.Int64)).to_series()


def _over(counted: pl.Expr, names: Sequence[str]) -> pl.Expr:
    return counted.over(names) if names else counted.over(pl.lit(0))


def _below(sizes: pl.Series, k: int) -> int:
    return int((sizes < k).sum())


def _mostly_single(column: pl.Series, who: pl.Series) -> bool:
    filled = pl.DataFrame([column.alias("cell"), who.alias("who")]).drop_nulls()
    leads = filled.group_by("cell").agg(pl.col("who").n_unique())["who"]
    return int((leads == 1).sum()) > NEARLY_UNIQUE * max(len(column), 1)
