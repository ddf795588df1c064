"""The same thing in several rows of a table: one of them is kept, and it is said which."""

from __future__ import annotations

import numpy as np

from leadrank.data.relations.declared import Table
from leadrank.frames import pl
from leadrank.moments import clock_of, happened_and_known
from leadrank.types import Finding


def drop_repeats(table: Table, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Keep one row of each that a table names by its id or key.

    Rows that say the same are one, whichever is kept. Of events that contradict one another the one known first is kept: a correction would be
    told at cutoffs at which nobody knew of it, or take away what was known there. Of leads, of which nothing tells when a row was written, the
    latest is kept; of parents, or where there is no moment, the first in the table. Rows without an id are all different.

    Returns
    -------
    tuple
        The table, in its order, and findings D170 (copies) and D171 (contradictions).
    """
    once = [name for name in table.once if name in frame.columns]
    if not once or _all_differ(frame, once):
        return frame, ()
    numbered = frame.with_row_index("__row")
    named = numbered.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in once[:1]))
    repeated = named.filter(pl.len().over(once) > 1)
    if not repeated.height:
        return frame, ()
    kept = _preferred_first(table, frame, repeated).unique(once, keep="first", maintain_order=True)
    dropped = repeated.join(kept.select("__row"), on="__row", how="anti")
    differing = int(repeated.drop("__row").unique().height - kept.height)
    rest = numbered.join(dropped.select("__row"), on="__row", how="anti", maintain_order="left").drop("__row")
    return rest, _said(table, once, dropped.height, differing)


def _all_differ(frame: pl.DataFrame, once: list[str]) -> bool:
    if len(once) == 1:
        blank = frame[once[0]].null_count()
        return frame[once[0]].n_unique() - (blank > 0) == frame.height - blank
    return frame.select(once).n_unique() == frame.height


def _preferred_first(table: Table, frame: pl.DataFrame, repeated: pl.DataFrame) -> pl.DataFrame:
    if not table.moments:
        return repeated
    if table.kind == "lead":
        return repeated.sort(*table.moments, "__row", descending=True, nulls_last=True)
    happened, *written = (clock_of(frame, name) for name in table.moments)
    known = happened_and_known(repeated, happened, written[0] if written else None)[1]
    return repeated[np.argsort(known, kind="stable")]


def _said(table: Table, once: list[str], dropped: int, differing: int) -> tuple[Finding, ...]:
    column = once[0] if table.name == "lead" else f"{table.name}.{once[0]}"
    named = " and ".join(once)
    found = []
    if copies := dropped - differing:
        said = f"{table.name}: {copies:,} rows say again what another with the same {named} says; they count once."
        found.append(Finding("D170", "info", column, copies, said, "Nothing to do.", {"copies": float(copies)}))
    if differing:
        which = "first" if not table.moments else "latest" if table.kind == "lead" else "one known first"
        said = f"{table.name}: {differing:,} rows contradict another with the same {named}; the {which} of each was kept."
        remedy = f"If they are different things, {named} does not name them; declare another column, or none."
        found.append(Finding("D171", "warning", column, differing, said, remedy, {"differing": float(differing)}))
    return tuple(found)
