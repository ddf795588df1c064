"""Whether two things that are known of a lead agree: what it asks for, and what is there. No sum of the two can tell that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from leadrank.errors import UsageError, nearest
from leadrank.features import naming
from leadrank.features.plan import Agreement, LeadPlan, ParentPlan
from leadrank.features.tables import Tables, table_of
from leadrank.frames import pl
from leadrank.project import Project

Value = float | str | datetime | None


def planned_agreements(project: Project, tables: Tables, lead: LeadPlan, parents: Sequence[ParentPlan]) -> tuple[Agreement, ...]:
    """Find the columns of the lead and of what it belongs to that are declared to be compared.

    Raises
    ------
    UsageError
        One of them is not there, the two are of different types, or there is a column of the agreement's name.
    """
    kinds = _kinds(tables, lead, parents)
    for name, pair in project.lead.agreements.items():
        for column in pair:
            if column not in kinds:
                raise UsageError(f"[lead.agreements] {name!r} compares {column!r}, which is no column of a lead.", nearest(column, kinds))
        if kinds[pair[0]] != kinds[pair[1]]:
            said = f"[lead.agreements] {name!r} compares {pair[0]!r} with {pair[1]!r}, and one holds numbers or dates, the other does not."
            raise UsageError(said, "Declare one type for both, under `columns`.")
        if name in kinds or name in lead.columns:
            raise UsageError(f"[lead.agreements] makes a column {name!r}, and there is one of that name.", "Give the agreement another name.")
    return tuple(Agreement(name, *pair) for name, pair in project.lead.agreements.items())


def agreements(planned: Iterable[Agreement], columns: Mapping[str, pl.Series]) -> Iterator[pl.Series]:
    """Yield 1 where two columns hold the same, 0 where they do not, and a blank where either is blank; case does not count.

    Examples
    --------
    >>> columns = {"wants": pl.Series(["Flat", "Plot", None]), "home": pl.Series(["flat", "Flat", "Flat"])}
    >>> next(agreements([Agreement("suits", "wants", "home")], columns)).to_list()
    [1.0, 0.0, None]
    """
    for one in planned:
        a, b = (_comparable(columns[name]) for name in (one.one, one.other))
        yield (a == b).cast(pl.Float64).alias(one.name)


def agree(one: Value, other: Value) -> float | None:
    """Compare two cells, as `agreements` compares columns.

    Examples
    --------
    >>> agree("Flat", "flat "), agree(1.0, 2.0), agree(None, "Flat")
    (1.0, 0.0, None)
    """
    if one is None or other is None:
        return None
    return float(_plain(one) == _plain(other))


def _kinds(tables: Tables, lead: LeadPlan, parents: Sequence[ParentPlan]) -> dict[str, str]:
    """Say of each column of a lead and of what it belongs to whether it holds numbers, dates or words; the outcome is none of them."""
    own = table_of(tables, "lead")
    kinds = {naming.of_lead_column(name): _kind(own[name].dtype) for name in lead.features if name in own.columns}
    return kinds | {naming.of_lead(p, a): a.type for p in parents if p.root == "lead" for a in p.attributes}


def _kind(dtype: pl.DataType) -> str:
    return "date" if dtype.is_temporal() else "number" if dtype.is_numeric() else "category"


def _comparable(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_numeric() or cells.dtype.is_temporal():
        return cells
    return cells.cast(pl.String).str.strip_chars().str.to_lowercase()


def _plain(cell: float | str | datetime) -> float | str | datetime:
    return cell.strip().lower() if isinstance(cell, str) else cell
