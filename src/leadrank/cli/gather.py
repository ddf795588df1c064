"""Several tables in at the door: read, put together, told about, and nothing of them lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.terminal import say, say_findings
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from leadrank.bundle import Bundle
    from leadrank.cli.gathered import Gathered
    from leadrank.data import RawTable, RejectedRow
    from leadrank.project import Project

LOOKED_AT = (
    "Each is looked at as the model learned to: at its creation, or the last age declared (looked_at); what it did since is not counted, and "
    "probability_left is what remains since it has not converted. For scores as of today train with [cutoff] every = \"30 days\"."
)
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
    history = history_of(placeless(told), frames, origin=None if bundle is None else bundle.origin)
    return history.project, replace(_gathered(raws, history.rejected, history.frame), history=history, frames=frames)


def read_leads(source: str, bundle: Bundle, at: str | None, *, everyone: bool = True) -> Gathered:
    """Read the tables of a project file or a folder, and describe the leads in them as of a moment; `everyone` also those that are decided."""
    from leadrank.errors import BundleError
    from leadrank.history import is_open
    from leadrank.snapshots import observed_anew, snapshots

    if bundle.origin is None:
        raise BundleError("The bundle knows nothing of several tables.", "Give the one table of leads.")
    placed = _placed(source, bundle.project)
    raws = _read(placed)
    told = _observed_as(bundle.project, placed) if source.endswith(".toml") else observed_anew(bundle.project)
    found = snapshots(told, bundle.origin, {name: raw.frame for name, raw in raws.items()}, at=moment_of(at))
    frame = found.frame if everyone else found.frame.filter(is_open(found))
    left_out = f"; {found.frame.height - frame.height:,} whose outcome is known are left out" if frame.height < found.frame.height else ""
    as_of = f" as of {found.at:%Y-%m-%d %H:%M}" if found.at is not None else ""
    say(f"{frame.height:,} leads{as_of}{left_out}.")
    if bundle.timing is not None and not (told.cutoff.dates or told.cutoff.every is not None or told.cutoff.event is not None):
        say(LOOKED_AT)
    say_findings(found.findings, all_of_them=False)
    return _gathered(raws, found.rejected, frame)


def read_judged(source: str, bundle: Bundle) -> Gathered:
    """Read the tables of a project file or a folder, and look at past leads as the bundle would have, with what became of them."""
    return read_history(_placed(source, bundle.project), bundle=bundle)[1]


def is_gathered(source: str, bundle: Bundle) -> bool:
    """Say whether leads are to be put together of several tables: a project file or a folder was given, and the bundle knows how."""
    return bundle.origin is not None and (source.endswith(".toml") or Path(source).is_dir())


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

    lead = project.lead.model_copy(update={"table": None if project.lead.table is None else bare(project.lead.table)})
    event = tuple(e.model_copy(update={"table": bare(e.table)}) for e in project.event)
    parent = tuple(p.model_copy(update={"table": bare(p.table)}) for p in project.parent)
    return project.model_copy(update={"lead": lead, "event": event, "parent": parent, "source": None})


def _placed(source: str, known: Project) -> Project:
    """Say where the bundle's tables are: where a project file says, or in a folder under the names that they had."""
    from leadrank.project import read_project
    from leadrank.project.read import beside

    return read_project(source) if source.endswith(".toml") else beside(Path(source) / "leadrank.toml", known)


def _observed_as(known: Project, placed: Project) -> Project:
    """Take from where the tables are until when they were observed: that is a matter of these tables, not of the ones that were learned from."""
    return known.model_copy(update={"target": known.target.model_copy(update={"observed_until": placed.target.observed_until})})


def _read(project: Project) -> Mapping[str, RawTable]:
    from leadrank.data import read_project_tables

    return read_project_tables(project)


def _gathered(raws: Mapping[str, RawTable], lost: Sequence[RejectedRow], frame: object) -> Gathered:
    from leadrank.cli.gathered import Gathered
    from leadrank.data import RejectedRow

    unsplit = [RejectedRow(name, bad.row, "", bad.text, bad.reason) for name, raw in raws.items() for bad in raw.rejected]
    findings = tuple(finding for raw in raws.values() for finding in raw.findings)
    return Gathered(frame, (), findings, raws["lead"].source, lost=(*unsplit, *lost))  # type: ignore[arg-type]
