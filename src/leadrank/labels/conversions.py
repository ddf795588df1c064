"""The events that are conversions: whose lead, when they happened, and when that was known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.errors import UsageError, nearest
from leadrank.frames import pl
from leadrank.moments import NEVER, clocks_of, happened_and_known
from leadrank.project import EventTable, Project
from leadrank.types import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Conversions:
    """One entry for each conversion of a lead: the lead's row number, when it happened, and when that was known, in microseconds."""

    lead: IntArray
    occurred: IntArray
    known: IntArray

    def known_by(self, until: int) -> Conversions:
        """Return those that were known at a moment."""
        seen = self.known <= until
        return Conversions(self.lead[seen], self.occurred[seen], self.known[seen])


def conversions_of(project: Project, tables: dict[str, pl.DataFrame]) -> Conversions:
    """Find the events of `[target] event`: all of the event table of that name, or else those of that kind in any event table.

    Raises
    ------
    UsageError
        There is neither such a table nor such a kind; the nearest name is offered.
    """
    wanted = str(project.target.event)
    parts = [_of_leads(project, e, tables["lead"], tables[e.name]) for e in project.event if e.name == wanted] or [
        _of_leads(project, e, tables["lead"], tables[e.name].filter(_of_kind(tables[e.name], e.type, wanted)))
        for e in project.event if e.type is not None and _of_kind(tables[e.name], e.type, wanted).any()
    ]
    if not parts:
        raise _unknown(project, tables, wanted)
    lead, occurred, known = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((occurred, lead))
    return Conversions(lead[order], occurred[order], known[order])


def _of_leads(project: Project, event: EventTable, leads: pl.DataFrame, table: pl.DataFrame) -> tuple[IntArray, IntArray, IntArray]:
    ours = project.lead_columns(event)
    occurred, known = happened_and_known(table, *clocks_of(event, table))
    # Names of our own: a key may be called as one of the columns that are made here.
    theirs = table.select(pl.col(name).alias(f"key{k}") for k, name in enumerate(event.key))
    theirs = theirs.with_columns(pl.Series("occurred", occurred), pl.Series("known", known)).filter(pl.col("occurred") != NEVER)
    keys = leads.select(pl.col(name).alias(f"key{k}") for k, name in enumerate(ours)).with_row_index("lead")
    found = theirs.join(keys, on=[f"key{k}" for k in range(len(ours))], how="inner")
    return found["lead"].to_numpy().astype(np.int64), found["occurred"].to_numpy(), found["known"].to_numpy()


def _of_kind(table: pl.DataFrame, column: str, wanted: str) -> pl.Series:
    return table[column].is_in([kind for kind in _kinds(table, column) if _plain(kind) == _plain(wanted)]).fill_null(value=False)


def _kinds(table: pl.DataFrame, column: str) -> list[str]:
    return [str(kind) for kind in table[column].unique().drop_nulls().to_list()]


def _plain(kind: str) -> str:
    return " ".join(kind.casefold().split())


def _unknown(project: Project, tables: dict[str, pl.DataFrame], wanted: str) -> UsageError:
    names = [e.name for e in project.event]
    kinds = sorted({kind for e in project.event if e.type is not None for kind in _kinds(tables[e.name], e.type)})
    said = f"The outcome is the event {wanted!r}, which is neither an event table ({', '.join(names)}) nor a kind of event."
    return UsageError(said, nearest(wanted, [*names, *kinds]) or f"There are the kinds {', '.join(kinds[:20])}." if kinds else nearest(wanted, names))
