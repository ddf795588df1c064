"""Keys that were repaired, keys that name nothing, and leads of which nothing is told, in words."""

from __future__ import annotations

from collections.abc import Sequence

from leadrank.data.relations.declared import LEAD, Link, Table
from leadrank.data.relations.matching import Matched
from leadrank.frames import pl
from leadrank.types import Finding, Severity

FEW = 0.01
"""Share of a table's rows up to which keys that name nothing are a note."""
SHOWN = 3


def matched_findings(table: Table, link: Link, matched: Matched, rows: int) -> list[Finding]:
    """Say how the keys of one relation match: D174 (repaired), D175 (more than one could be meant), D176 (name nothing)."""
    where = f"{table.name}.{' and '.join(link.columns)}"
    column = link.columns[0] if table.name == LEAD else f"{table.name}.{link.columns[0]}"
    return [*_repaired(where, column, link, matched), *_ambiguous(where, column, link, matched), *_orphans(where, column, link, matched, rows)]


def without_events(lead: pl.DataFrame, seen: Sequence[pl.DataFrame], tables: Sequence[Table]) -> list[Finding]:
    """Say of how many leads no event table tells anything (D177).

    Parameters
    ----------
    lead
        The clean lead table.
    seen
        For each event table the different keys of leads, under the names that they have in the lead table.
    tables
        The event tables.
    """
    if not seen:
        return []
    silent = lead
    for keys in seen:
        silent = silent.join(keys, on=keys.columns, how="anti")
    if not silent.height:
        return []
    names = ", ".join(t.name for t in tables)
    said = f"{silent.height:,} of {lead.height:,} leads have no event at all in {names}; they are judged by their own columns."
    return [Finding("D177", "info", None, silent.height, said, "Nothing to do if nothing happened.", {"share": silent.height / lead.height})]


def without_rows(table: Table, frame: pl.DataFrame) -> list[Finding]:
    """Say that an event or parent table has a header and nothing else (D178): nothing of it is known of any lead."""
    if frame.height or table.kind == "lead":
        return []
    said = f"{table.name} has no rows: all that is counted or told of it is 0 or missing for every lead."
    return [Finding("D178", "warning", None, 0, said, "Look whether its export broke; leave the table out of the project if it holds nothing.")]


def undated_events(table: Table, frame: pl.DataFrame) -> list[Finding]:
    """Say how many events happened at no moment that their parent tells (D173)."""
    found = []
    for one in table.borrowed if table.kind == "event" else ():
        blank = frame[one.name].null_count() if one.use == "date" else 0
        if blank:
            said = f"{table.name}: {blank:,} of {frame.height:,} rows have no {one.name}, so they are counted at no cutoff."
            found.append(Finding("D173", "warning", f"{table.name}.{one.name}", blank, said, f"Look whether {one.parent} is complete."))
    return found


def _repaired(where: str, column: str, link: Link, matched: Matched) -> list[Finding]:
    repaired = matched.repaired
    if not repaired.height:
        return []
    size, cells = len(link.columns), int(repaired["cells"].sum())
    listed = "; ".join(
        f"{_key(row[:size])} is {_key(row[size:2 * size])} ({row[-1]:,} rows)"
        for row in repaired.select(*_places("k", size), *_places("m", size), "cells").head(SHOWN).rows())
    said = f"{where}: {repaired.height:,} keys are written otherwise in {link.of} and were repaired: {listed}{_more(repaired.height)}."
    remedy = "Write them alike in both tables; if they mean different things, rename one."
    return [Finding("D174", "warning", column, cells, said, remedy, {"keys": float(repaired.height), "rows": float(cells)})]


def _ambiguous(where: str, column: str, link: Link, matched: Matched) -> list[Finding]:
    ambiguous = matched.ambiguous
    if not ambiguous.height:
        return []
    cells = int(ambiguous["cells"].sum())
    said = (
        f"{where}: {ambiguous.height:,} keys resemble more than one key of {link.of} and were not repaired, "
        f"e.g. {_examples(ambiguous, len(link.columns))}.")
    evidence = {"keys": float(ambiguous.height), "rows": float(cells)}
    return [Finding("D175", "warning", column, cells, said, "Write them as they stand there.", evidence)]


def _orphans(where: str, column: str, link: Link, matched: Matched, rows: int) -> list[Finding]:
    orphans = matched.orphans
    if not orphans.height:
        return []
    cells, what = int(orphans["cells"].sum()), "no lead" if link.of == LEAD else f"no row of {link.of}"
    said = (
        f"{where}: {cells:,} of {rows:,} rows name {orphans.height:,} keys that are {what}, e.g. {_examples(orphans, len(link.columns))}; "
        + ("they are not counted for any lead." if link.of == LEAD else "what is told there counts as missing for them."))
    severity: Severity = "warning" if cells > FEW * rows else "info"
    evidence = {"keys": float(orphans.height), "rows": float(cells), "share": cells / max(rows, 1)}
    return [Finding("D176", severity, column, cells, said, f"Look whether {link.of} is complete.", evidence)]


def _places(letter: str, size: int) -> list[str]:
    return [f"{letter}{i}" for i in range(size)]


def _examples(keys: pl.DataFrame, size: int) -> str:
    return ", ".join(_key(row) for row in keys.select(_places("k", size)).head(SHOWN).rows())


def _more(keys: int) -> str:
    return f" and {keys - SHOWN:,} more" if keys > SHOWN else ""


def _key(parts: tuple[str, ...]) -> str:
    return " / ".join(map(repr, parts))
