"""Every table of a project, each read once."""

from __future__ import annotations

from dataclasses import replace

from leadrank.data.reading import RawTable, read_table
from leadrank.errors import LeadrankError, UsageError
from leadrank.project import Project


def read_project_tables(project: Project, *, rows_needed: bool = True) -> dict[str, RawTable]:
    """Read the lead table and every event and parent table, from files or databases.

    Parameters
    ----------
    project
        Its places are paths or URLs, as `read_project` gives them.
    rows_needed
        Whether the lead table must have rows, as for learning; an empty list gives an empty list.

    Returns
    -------
    dict
        By name, the lead table as `lead`. Two tables in one place are read once.

    Raises
    ------
    UsageError
        The project names no lead table.
    LeadrankError
        As `read_table` has it; the message names the table.
    """
    if project.lead.table is None:
        raise UsageError("the project names no lead table; `table` in [lead] was expected.", 'Add e.g. table = "leads.csv".')
    places = {"lead": project.lead.table} | {e.name: e.table for e in project.event} | {p.name: p.table for p in project.parent}
    read: dict[str, RawTable] = {}
    for name, place in places.items():
        if place not in read:
            read[place] = _named(name, place, rows_needed=rows_needed and name == "lead")
    return {name: read[place] for name, place in places.items()}


def _named(name: str, place: str, *, rows_needed: bool) -> RawTable:
    try:
        raw = read_table(place, rows_needed=rows_needed)
    except LeadrankError as problem:
        raise type(problem)(f"table {name!r}: {problem.message}", problem.remedy) from problem
    return replace(raw, findings=tuple(replace(f, message=f"{name}: {f.message}") for f in raw.findings))
