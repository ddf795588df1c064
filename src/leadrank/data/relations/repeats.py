"""The same thing in several rows of a table: one of them is kept, and it is said which."""

from __future__ import annotations

from leadrank.data.relations.declared import Table
from leadrank.frames import pl
from leadrank.types import Finding


def drop_repeats(table: Table, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Keep one row of each that a table names by its id or key.

    Rows that say the same are one, whichever is kept. Of rows that contradict one another the latest is kept, or the first where the table
    has no moment, as in a flat table. Rows without an id are all different.

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
    moment = table.moment if table.moment in frame.columns else None
    if moment is not None:
        repeated = repeated.sort(moment, "__row", descending=True, nulls_last=True)
    kept = repeated.unique(once, keep="first", maintain_order=True)
    dropped = repeated.join(kept.select("__row"), on="__row", how="anti")
    differing = int(repeated.drop("__row").unique().height - kept.height)
    rest = numbered.join(dropped.select("__row"), on="__row", how="anti", maintain_order="left").drop("__row")
    return rest, _said(table, once, dropped.height, differing, latest=moment is not None)


def _all_differ(frame: pl.DataFrame, once: list[str]) -> bool:
    if len(once) == 1:
        blank = frame[once[0]].null_count()
        return frame[once[0]].n_unique() - (blank > 0) == frame.height - blank
    return frame.select(once).n_unique() == frame.height


def _said(table: Table, once: list[str], dropped: int, differing: int, *, latest: bool) -> tuple[Finding, ...]:
    column = once[0] if table.name == "lead" else f"{table.name}.{once[0]}"
    named = " and ".join(once)
    found = []
    if copies := dropped - differing:
        said = f"{table.name}: {copies:,} rows say again what another with the same {named} says; they count once."
        found.append(Finding("D170", "info", column, copies, said, "Nothing to do.", {"copies": float(copies)}))
    if differing:
        which = "latest" if latest else "first"
        said = f"{table.name}: {differing:,} rows contradict another with the same {named}; the {which} of each was kept."
        remedy = f"If they are different things, {named} does not name them; declare another column, or none."
        found.append(Finding("D171", "warning", column, differing, said, remedy, {"differing": float(differing)}))
    return tuple(found)
