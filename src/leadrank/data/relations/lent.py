"""Columns that a table takes from its parents, where they are called `PARENT.column`: a moment, a part of a key, a kind, a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from leadrank.errors import UsageError
from leadrank.project import Project
from leadrank.project.tables import EventTable

Use = Literal["label", "number", "date"]


@dataclass(frozen=True, slots=True)
class Lent:
    """A column of a parent that is taken into the table whose rows belong to it, and what it is read as."""

    parent: str
    column: str
    use: Use

    @property
    def name(self) -> str:
        """What it is called there."""
        return f"{self.parent}.{self.column}"


def lent_columns(project: Project) -> dict[str, tuple[Lent, ...]]:
    """Find what is declared as `PARENT.column`, by the table that takes it.

    Raises
    ------
    UsageError
        The parent has several rows for one thing, so that none of them is the one.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> project = parse_project({
    ...     "lead": {"key": "id", "created_at": "at"}, "target": {"event": "visits"},
    ...     "event": [{"table": "visits", "key": "lead_id", "occurred_at": "tours.day", "type": "how"}],
    ...     "parent": [{"table": "tours", "key": "tour", "of": "visits"}]})
    >>> lent_columns(project)
    {'visits': (Lent(parent='tours', column='day', use='date'),)}
    """
    wanted: dict[str, dict[str, Use]] = {"lead": {name: "label" for event in project.event for name in project.lead_columns(event)}}
    if project.lead.created_at is not None:
        wanted["lead"][project.lead.created_at] = "date"
    wanted |= {event.name: _of_event(event) for event in project.event}
    found = {table: tuple(_found(project, table, columns.items())) for table, columns in wanted.items()}
    return {table: lent for table, lent in found.items() if lent}


def _of_event(event: EventTable) -> dict[str, Use]:
    labels = (*event.key, *(event.distinct or ()), *(() if event.type is None else (event.type,)))
    uses: dict[str, Use] = dict.fromkeys(labels, "label")
    uses |= dict.fromkeys(event.numbers or (), "number")
    return uses | {event.occurred_at: "date"}


def _found(project: Project, table: str, columns: Iterable[tuple[str, Use]]) -> Iterable[Lent]:
    for name, use in columns:
        for parent in project.parent:
            if parent.of != table or not name.startswith(f"{parent.name}."):
                continue
            if parent.known_at is not None:
                said = f"{name!r} is taken from {parent.name!r}, which may have several rows for one thing, each from its own `known_at` on."
                raise UsageError(said, "Take a column of a parent that has one row for each.")
            yield Lent(parent.name, name.removeprefix(f"{parent.name}."), use)
