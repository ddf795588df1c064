"""What is odd about the fields that came for a lead, and when that is a reason to refuse them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from leadrank.data.cell import read_cell
from leadrank.errors import UsageError
from leadrank.operations.champion import Active
from leadrank.operations.notices import Names, Notice, illegible
from leadrank.store.records import LeadRow

ABSENT = frozenset({"missing", "empty", "blank"})
"""What did not come."""


class OddError(UsageError):
    """Fields are odd, and the service is strict.

    Parameters
    ----------
    notices
        All that is odd.
    first
        The key of the lead that the first of them is about, where several leads came.
    """

    def __init__(self, notices: Sequence[Notice], first: str = "") -> None:
        of = f" The first is of lead {first!r}." if first else ""
        super().__init__(f"The model does not know all fields as they came.{of}", "Mend each of the problems, or ask without `strict`.")
        self.notices = notices


def odd_in_lead(active: Active, given: Mapping[str, object], row: LeadRow) -> tuple[Notice, ...]:
    """Tell what is odd about the fields that came, and which the lead still lacks with them; its key and its beginning are known anyway."""
    before = {*row.fields, active.project.lead.key or "", active.created_at or ""}
    # Of a lead of several tables its events tell more than its own fields.
    empty = active.bundle.origin is None and active.notices.empty(row.fields)
    return tuple(active.notices.of(given, empty=empty, before=before))


def odd_in_event(active: Active, changed: Iterable[str], row: LeadRow, kind: str, fields: Mapping[str, object]) -> tuple[Notice, ...]:
    """Tell the same of the fields that an event changed, as its lead has them afterwards, and of its own `fields` where they are a row of a table."""
    return (*odd_in_lead(active, {name: row.fields.get(name) for name in changed}, row), *_odd_in_row(active, kind, fields))


def _odd_in_row(active: Active, kind: str, fields: Mapping[str, object]) -> list[Notice]:
    table = next((table for table in active.project.event if table.name == kind), None)
    if active.bundle.origin is None or table is None:
        return []
    schema, ours = active.bundle.origin.tidier.schemas[kind], {*table.key, table.id, table.occurred_at, table.known_at}
    named = Names([name for name in schema.names if name not in ours], schema.names).of(fields)
    cells = [(schema.column(name), raw) for name, raw in fields.items() if name in schema.names]
    return [*named, *(illegible(column, raw) for column, raw in cells if not read_cell(column, raw)[1])]


def refuse(told: Sequence[tuple[str, Sequence[Notice]]], *, in_part: bool = False) -> None:
    """Refuse leads or events of which anything is odd.

    Parameters
    ----------
    told
        The key of each lead, and what is odd about it.
    in_part
        Whether more may come later, so that what is not there is no reason.

    Raises
    ------
    OddError
        With every notice, each with the number of its lead where there are several.
    """
    many = len(told) > 1
    found = [
        (key, replace(notice, lead=place) if many else notice)
        for place, (key, notices) in enumerate(told) for notice in notices if not (in_part and notice.problem in ABSENT)
    ]
    if found:
        raise OddError([notice for _, notice in found], found[0][0] if many else "")


def strictness(active: Active, asked: bool | None) -> bool:
    """Return whether odd fields are refused: as was asked, else as the project says."""
    return active.project.serving.strict if asked is None else asked
