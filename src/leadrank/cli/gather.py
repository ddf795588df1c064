"""Several tables in at the door: read, put together, told about, and nothing of them lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.terminal import say, say_findings
from leadrank.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import polars as pl

    from leadrank.bundle import Bundle
    from leadrank.cli.gathered import Gathered
    from leadrank.data import RawTable, RejectedRow
    from leadrank.history import History
    from leadrank.project import Project
    from leadrank.snapshots import Snapshots

LOOKED_AT = (
    "Each is looked at as the model learned to: at its creation, or the last age or event declared (looked_at); what it did since is not counted. "
    "probability_left is what remains since it has not converted, and decides. For scores as of today train with [cutoff] every = \"30 days\"."
)
TABLE_FILE = re.compile(r"\.(?:csv|tsv|parquet|jsonl|ndjson|json)(?:\.gz)?$", re.IGNORECASE)
"""How the name of a file with a table ends."""
At = Annotated[
    str | None,
    typer.Option("--at", metavar="MOMENT", help="Where leads come from several tables: as of when, e.g. 2025-06-30; by default their last moment."),
]


def read_history(project: Project, *, bundle: Bundle | None = None) -> tuple[Project, Gathered]:
    """Read the tables that a project names, and put together what can be learned of them; the project comes back as of one table.

    Parameters
    ----------
    project
        Its tables are at their places.
    bundle
        What it learned of the tables is used to judge it; by default it is learned anew.
    """
    from leadrank.history import history_of

    told = project if bundle is None else _observed_as(bundle.project, project)
    raws = _read(project)
    frames = {name: raw.frame for name, raw in raws.items()}
    history = history_of(placeless(told), frames, origin=None if bundle is None else bundle.origin, skipped=_skipped(raws))
    if bundle is None:
        _need_conversions(project, history, frames)
    return history.project, replace(_gathered(raws, history.rejected, history.frame), history=history, frames=frames)


def _need_conversions(project: Project, history: History, frames: Mapping[str, pl.DataFrame]) -> None:
    """Refuse to learn where no lead converted, by the name of the event: the column of outcomes is made of it, and stands in no file."""
    event = project.target.event
    if event is None or history.y is None or (history.y == 1).any():
        return
    rows = f" (a table of {frames[event].height:,} rows)" if event in frames else ""
    raise DataError(
        f"The outcome is the event {event!r}{rows}, and of {len(history.y):,} leads none had it in time after its cutoff: nothing can be learned.",
        "Look whether its table is complete and its keys name leads; a longer `within` or an earlier cutoff may help.",
    )


def read_leads(source: str, bundle: Bundle, at: str | None, *, everyone: bool = True) -> Gathered:
    """Read the tables of a project file or a folder, and describe the leads in them as of a moment; `everyone` also those that are decided."""
    from leadrank.errors import BundleError
    from leadrank.history import is_open
    from leadrank.snapshots import observed_anew, snapshots

    if bundle.origin is None:
        raise BundleError("The bundle knows nothing of several tables.", "Give the one table of leads.")
    placed = _placed(source, bundle.project)
    raws = _read(placed, rows_needed=False)
    told = _observed_as(bundle.project, placed) if source.endswith(".toml") else observed_anew(bundle.project)
    found = snapshots(told, bundle.origin, {name: raw.frame for name, raw in raws.items()}, at=moment_of(at), skipped=_skipped(raws))
    frame = found.frame if everyone else found.frame.filter(is_open(found))
    say(_how_many(found, frame.height))
    if frame.height and bundle.timing is not None and not (told.cutoff.dates or told.cutoff.every is not None):
        say(LOOKED_AT)
    say_findings(found.findings, all_of_them=False)
    return _gathered(raws, found.rejected, frame)


def _how_many(found: Snapshots, kept: int) -> str:
    """Say how many leads there are at the moment of asking, or why there is none."""
    as_of = f" as of {found.at:%Y-%m-%d %H:%M}" if found.at is not None else ""
    left_out = found.frame.height - kept
    if kept:
        return f"{kept:,} leads{as_of}{f'; {left_out:,} whose outcome is known are left out' if left_out else ''}."
    if left_out:
        said = f"No lead was open{as_of}: of all {left_out:,} the outcome is known or the horizon over"
        return f"{said}; --at MOMENT asks as of an earlier one, --all scores them too."
    created, leads = found.project.lead.created_at, found.tables["lead"]
    if not leads.height:
        return "The lead table has a header and no rows: the list is empty."
    first = "" if created is None else f"; the first came {str(leads[created].min())[:10]}"
    return f"No lead was there{as_of}{first}."


def read_judged(source: str, bundle: Bundle) -> Gathered:
    """Read the tables of a project file or a folder, and look at past leads as the bundle would have, with what became of them."""
    return read_history(_placed(source, bundle.project), bundle=bundle)[1]


def is_gathered(source: str, bundle: Bundle) -> bool:
    """Say whether leads are to be put together of several tables: a project file, a folder or a database was given, and the bundle knows how."""
    return bundle.origin is not None and (source.endswith(".toml") or is_database(source) or Path(source).is_dir())


def is_database(source: str) -> bool:
    """Say whether a source is a whole database, and not one table of it.

    Examples
    --------
    >>> is_database("sqlite:///crm.db"), is_database("sqlite:///crm.db#leads"), is_database("leads.csv")
    (True, False, False)
    """
    return "://" in source and "#" not in source


def moment_of(text: str | None) -> datetime | None:
    """Read a moment; one without a zone is UTC.

    Examples
    --------
    >>> moment_of("2025-06-30T12:00+02:00"), moment_of(None)
    (datetime.datetime(2025, 6, 30, 10, 0), None)
    """
    from leadrank.moments import read_moment

    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError:
        raise UsageError(f"--at expects a date or a moment, {text!r} came.", "E.g. --at 2025-06-30 or --at 2025-06-30T18:00.") from None


def placeless(project: Project) -> Project:
    """Forget where tables were read from, so that no path or password enters a bundle; their names stay."""
    def bare(place: str) -> str:
        return place.rpartition("#")[2] if "://" in place else Path(place).name

    return _renamed(project, bare).model_copy(update={"source": None})


def _renamed(project: Project, named: Callable[[str], str]) -> Project:
    """Call every table by another name."""
    lead = project.lead.model_copy(update={"table": None if project.lead.table is None else named(project.lead.table)})
    event = tuple(e.model_copy(update={"table": named(e.table)}) for e in project.event)
    parent = tuple(p.model_copy(update={"table": named(p.table)}) for p in project.parent)
    return project.model_copy(update={"lead": lead, "event": event, "parent": parent})


def _placed(source: str, known: Project) -> Project:
    """Say where the bundle's tables are: where a project file says, or in a folder or a database under the names that they had."""
    from leadrank.project import read_project
    from leadrank.project.read import beside

    if is_database(source):
        bare = _renamed(known, lambda table: TABLE_FILE.sub("", table))
        return beside(Path("leadrank.toml"), bare.model_copy(update={"source": source}))
    return read_project(source) if source.endswith(".toml") else beside(Path(source) / "leadrank.toml", known)


def _observed_as(known: Project, placed: Project) -> Project:
    """Take from where the tables are until when they were observed: that is a matter of these tables, not of the ones that were learned from."""
    return known.model_copy(update={"target": known.target.model_copy(update={"observed_until": placed.target.observed_until})})


def _read(project: Project, *, rows_needed: bool = True) -> Mapping[str, RawTable]:
    from leadrank.data import read_project_tables

    return read_project_tables(project, rows_needed=rows_needed)


def _skipped(raws: Mapping[str, RawTable]) -> dict[str, tuple[int, ...]]:
    return {name: raw.skipped for name, raw in raws.items()}


def _gathered(raws: Mapping[str, RawTable], lost: Sequence[RejectedRow], frame: object) -> Gathered:
    from leadrank.cli.gathered import Gathered
    from leadrank.data import RejectedRow

    unsplit = [
        RejectedRow(name, number, "", bad.text, bad.reason) for name, raw in raws.items()
        for number, bad in zip(raw.skipped, raw.rejected, strict=True)
    ]
    findings = tuple(finding for raw in raws.values() for finding in raw.findings)
    return Gathered(frame, (), findings, raws["lead"].source, lost=(*unsplit, *lost))  # type: ignore[arg-type]
