"""`leadrank init`: a project file to begin with, drafted from the table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadrank.cli.declare import STANDARD, Flags, classes_of, declare
from leadrank.cli.intake import naming, read_declared
from leadrank.cli.options import Classes, CreatedAt, Data, Exclude, Key, Order, Positive
from leadrank.cli.terminal import emit, progress, say, say_findings
from leadrank.cli.whole import check_folder, write_text
from leadrank.errors import UsageError

Outcome = Annotated[str, typer.Option("--target", metavar="COL", help="The outcome column.")]
Draft = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the draft goes; by default leadrank.toml beside the data.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


REPEATS = 0.05
"""Share of rows that may repeat a key which a draft proposes: somebody reads the draft; `train` by itself takes no key that repeats."""


def init(
    data: Data, *, target: Outcome, positive: Positive = None, classes: Classes = None, key: Key = None, order: Order = None,
    created_at: CreatedAt = None, exclude: Exclude = None, output: Draft = None, force: Force = False,
) -> None:
    """Draft a project file: what was inferred about each column, and why, as comments to agree with or to change."""
    from leadrank.cli.draft import draft
    from leadrank.data import choose_key
    from leadrank.prepare import check

    if data.endswith(".toml"):
        raise UsageError(f"a table was expected, {data} is a project file already.", "Give the table it is about, e.g. leads.csv.")
    output = output or (Path() if data == STANDARD or "://" in data else Path(data).parent) / "leadrank.toml"
    check_folder(output)
    if output.exists() and not force:
        raise UsageError(f"{output} is there already.", "Replace it with --force, or write another with -o FILE.")
    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at, exclude=tuple(exclude or ()),
    )
    project, raw = read_declared(declare(data, flags))
    with naming(raw), progress() as told:
        name, adopted = choose_key(raw.frame, project.lead, target=target, repeats=REPEATS)
        project = project.model_copy(update={"lead": project.lead.model_copy(update={"key": name})})
        prepared = check(project, raw.frame, progress=told)
    say_findings([*raw.findings, *adopted, *prepared.findings])
    write_text(output, draft(project, prepared, place_of(data, output)))
    say(f"Read it, change what is wrong, then: leadrank train {output}")
    emit(str(output))


def place_of(data: str, output: Path) -> str:
    """Say where the table is as seen from the project file; a database keeps its URL, but not its password."""
    if data == STANDARD or "://" in data:
        from leadrank.data.reading.sql import hide_password

        return hide_password(data) if "://" in data else "leads.csv"
    here, there = output.parent.resolve(), Path(data).resolve()
    return str(there.relative_to(here)) if there.is_relative_to(here) else str(there)
