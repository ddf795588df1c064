"""`leadrank init`: a project file to begin with, drafted from a table, or from the tables of a folder or database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadrank.cli.declare import STANDARD, Flags, classes_of, declare
from leadrank.cli.gather import is_database
from leadrank.cli.intake import naming, read_declared
from leadrank.cli.options import Classes, CreatedAt, Exclude, Key, Order, Positive
from leadrank.cli.terminal import emit, progress, say, say_findings
from leadrank.cli.whole import check_folder, write_text
from leadrank.errors import UsageError

Data = Annotated[str, typer.Argument(
    metavar="DATA",
    help="CSV, Parquet or JSON lines (also .gz), a folder of such tables, a database (URL) or one table of it (URL#table), or - (standard input).")]
Outcome = Annotated[str | None, typer.Option("--target", metavar="COL", help="The outcome column; in a folder also a table of events.")]
LeadName = Annotated[str | None, typer.Option("--lead", metavar="TABLE", help="In a folder: the table that holds the leads.")]
Within = Annotated[str | None, typer.Option("--within", metavar="TIME", help="The horizon, where the outcome is an event, e.g. '60 days'.")]
Draft = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the draft goes; by default leadrank.toml beside the data.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


REPEATS = 0.05
"""Share of rows that may repeat a key which a draft proposes: somebody reads the draft; `train` by itself takes no key that repeats."""


def init(
    data: Data, *, target: Outcome = None, within: Within = None, lead: LeadName = None, positive: Positive = None, classes: Classes = None,
    key: Key = None, order: Order = None, created_at: CreatedAt = None, exclude: Exclude = None, output: Draft = None,
    force: Force = False,
) -> None:
    """Draft a project file: what was inferred about each column, and why, as comments to agree with or to change."""
    if data.endswith(".toml"):
        raise UsageError(f"a table was expected, {data} is a project file already.", "Give the table it is about, e.g. leads.csv.")
    folder = Path(data) if data != STANDARD and "://" not in data and Path(data).is_dir() else None
    output = output or (folder or (Path() if data == STANDARD or "://" in data else Path(data).parent)) / "leadrank.toml"
    check_folder(output)
    if output.exists() and not force:
        raise UsageError(f"{output} is there already.", "Replace it with --force, or write another with -o FILE.")
    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at, exclude=tuple(exclude or ()),
    )
    several = folder or (data if is_database(data) else None)
    if several is None:
        _one_table(data, output, flags, within or lead)
    else:
        from leadrank.cli.init_folder import init_folder

        init_folder(several, output, flags, lead=lead, within=within)
    say(f"Read it, change what is wrong, then: leadrank train {output}")
    emit(str(output))


def _one_table(data: str, output: Path, flags: Flags, several: str | None) -> None:
    from leadrank.cli.draft import draft
    from leadrank.data import choose_key
    from leadrank.prepare import check

    if several is not None:
        raise UsageError("--lead and --within belong to several tables; one came.", "Give the folder or the database that they are in.")
    project, raw = read_declared(declare(data, flags))
    with naming(raw), progress() as told:
        name, adopted = choose_key(raw.frame, project.lead, target=flags.target, repeats=REPEATS)
        project = project.model_copy(update={"lead": project.lead.model_copy(update={"key": name})})
        prepared = check(project, raw.frame, progress=told)
    say_findings([*raw.findings, *adopted, *prepared.findings])
    write_text(output, draft(project, prepared, place_of(data, output)))


def place_of(data: str, output: Path) -> str:
    """Say where the table is as seen from the project file; a database keeps its URL, but not its password."""
    if data == STANDARD or "://" in data:
        from leadrank.data.reading.sql import hide_password

        return hide_password(data) if "://" in data else "leads.csv"
    from leadrank.cli.init_folder import seen_from

    return seen_from(Path(data), output)
