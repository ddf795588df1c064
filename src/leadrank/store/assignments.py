"""Assignments: whose lead it was, when, and why."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from leadrank.store.records import AssignmentRow
from leadrank.store.rows import add, chunks, many, values_of
from leadrank.store.schema import assignments


def assign(c: Connection, row: AssignmentRow) -> int:
    """Write whose lead it is now, which ends the former assignment; return its number."""
    former = (assignments.c.lead == row.lead, assignments.c.ended_at.is_(None))
    c.execute(update(assignments).where(*former).values(ended_at=row.at))
    return add(c, assignments, row)


def assignments_of(c: Connection, lead: str) -> list[AssignmentRow]:
    """Read the assignments of a lead, newest first."""
    return many(c, select(assignments).where(assignments.c.lead == lead).order_by(assignments.c.id.desc()), AssignmentRow)


def assign_each(c: Connection, rows: Sequence[AssignmentRow]) -> None:
    """Write whose several leads are now, which ends their former assignments."""
    if not rows:
        return
    for piece in chunks(row.lead for row in rows):
        c.execute(update(assignments).where(assignments.c.lead.in_(piece), assignments.c.ended_at.is_(None)).values(ended_at=rows[0].at))
    c.execute(insert(assignments), [values_of(row) for row in rows])
