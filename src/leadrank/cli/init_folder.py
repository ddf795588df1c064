"""`leadrank init` on a folder or a database: how its tables seem to belong together, as a project file to agree with or to change."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadrank.cli.declare import Flags
from leadrank.cli.draft_tables import Outcome, draft_tables
from leadrank.cli.gather import TABLE_FILE
from leadrank.cli.terminal import say, say_findings
from leadrank.cli.whole import write_text
from leadrank.errors import LeadrankError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from leadrank.data import RawTable
    from leadrank.data.relations import Draft

OUTCOME_NAME = re.compile(r"convert|outcome|(?:^|_)(?:won|target|stage|status|result|label|response|y)(?:_|$)", re.IGNORECASE)
OUTCOME_EVENT = re.compile(
    r"transaction|sale|purchase|order|redemption|conversion|contract|booking|won|kauf|käufe|auftr|bestell|vertr[aä]g|vente|achat|commande|contrat|"
    r"venta|compra|pedido|vendit|acquist|contratt|verkoop|zakup|umow|venda",
    re.IGNORECASE,
)
"""In the languages whose words for yes are known (English, German, French, Spanish, Italian, Dutch, Polish, Portuguese)."""


def init_folder(source: Path | str, output: Path, flags: Flags, *, lead: str | None, within: str | None) -> None:
    """Draft a project file for the tables of a folder, or of a database given by its URL, say how sure each relation is, and try the draft.

    Raises
    ------
    UsageError
        There are no tables, or nothing that could be the leads or the outcome.
    """
    from leadrank.data import draft_relations, tidy_tables
    from leadrank.project import read_project

    tables, places = _read(_in_folder(source, output) if isinstance(source, Path) else _in_database(source))
    if not tables:
        raise UsageError(f"tables were expected in {source}, none was found.", "Put them there as CSV, Parquet or JSON lines.")
    frames = {name: raw.frame for name, raw in tables.items()}
    guessed = draft_relations(frames, lead=lead, target=flags.target)
    guessed = replace(guessed, key=flags.key or guessed.key, created_at=flags.created_at or guessed.created_at)
    outcome = outcome_of(guessed, frames[guessed.lead], flags, within)
    rows = {name: frame.height for name, frame in frames.items()}
    write_text(output, draft_tables(_name_of(source), guessed, outcome, places, rows, order=flags.order, exclude=flags.exclude))
    say_draft(guessed, outcome)
    raws = {"lead": tables[guessed.lead], **tables, **{p.name: tables[p.table] for p in guessed.parents if p.name is not None}}
    skipped = {name: raw.skipped for name, raw in raws.items()}
    tidied = tidy_tables(read_project(output), {name: raw.frame for name, raw in raws.items()}, skipped=skipped)
    read = [replace(f, message=f"{name}: {f.message}") for name, raw in tables.items() for f in raw.findings]
    say_findings([*read, *tidied.findings], all_of_them=False)


def outcome_of(draft: Draft, lead: pl.DataFrame, flags: Flags, within: str | None) -> Outcome:
    """Say what counts as converted: as the user said, or else a column or event whose name speaks of it."""
    events = [e.table for e in draft.events] if draft.created_at is not None else []
    target = flags.target
    if target is not None and target not in lead.columns:
        if target not in events:
            why = "no column tells when a lead came" if draft.created_at is None else "it does not name leads, or has no date"
            raise UsageError(f"{target!r} cannot be the outcome of leads in {draft.lead!r}: {why}.", "Say it with --created-at COL or --lead TABLE.")
        return Outcome(event=target, within=within, because="as you said")
    if within is not None and target is not None:
        raise UsageError(f"--within belongs to an outcome that is an event; {target!r} is a column.", "Leave it out.")
    if target is not None:
        return _column(lead, target, flags, "as you said")
    for column in (c for c in lead.columns if OUTCOME_NAME.search(c) and c != draft.key):
        try:
            return _column(lead, column, flags, "a guess by its name and values: is this the outcome?")
        except LeadrankError:
            continue
    told = next((e for e in events if OUTCOME_EVENT.search(e)), None)
    if told is None:
        raise UsageError("no column or event speaks of the outcome.", _candidates(draft, lead))
    return Outcome(event=told, within=within, because="a guess by its name: does a lead convert by it?")


def _candidates(draft: Draft, lead: pl.DataFrame) -> str:
    """List what could be the outcome: tables of events, and columns of the leads that hold two different values."""
    events = [*draft.once, *(e.table for e in draft.events)] if draft.created_at is not None else []
    columns = [name for name in lead.columns if name != draft.key and lead[name].drop_nulls().n_unique() == 2]
    named = [f"--target {name} (events)" for name in events] + [f"--target {name} (a column of {draft.lead})" for name in columns]
    return f"It could be: {', '.join(named[:10])}." if named else "Name it with --target COL, or --target TABLE for an event."


def say_draft(draft: Draft, outcome: Outcome) -> None:
    """Tell how the tables seem to belong together, and how sure that is."""
    say(f"Leads: {draft.lead}, named by {draft.key or 'nothing'}, which came at {draft.created_at or 'an unknown time'}.")
    for event in draft.events:
        say(f"Events: {event.table} at {event.occurred_at}, by {' and '.join(event.key)}: {event.because}.")
    for parent in draft.parents:
        say(f"Parent: {parent.table}, named by {parent.of}.{parent.by}: {parent.because}.")
    for table, why in draft.unused.items():
        say(f"Not used: {table}: {why}.")
    for doubt in draft.doubts:
        say(f"Look at this: {doubt}.")
    said = f"the event {outcome.event}" if outcome.event is not None else f"the column {outcome.column}"
    say(f"Outcome: {said}, {outcome.because}.")


def _column(lead: pl.DataFrame, column: str, flags: Flags, because: str) -> Outcome:
    from leadrank.labels import read_outcomes
    from leadrank.project import Target

    read = read_outcomes(lead[column], Target(column=column, positive=flags.positive, classes=flags.classes))
    if len(read.classes) > 2:
        return Outcome(column, classes=read.classes, because=because)
    return Outcome(column, positive=read.classes[-1], because=because)


def _in_folder(folder: Path, output: Path) -> list[tuple[str, str, str]]:
    """List the tables of a folder: what each is called, where it is read from, and where it is as seen from the project file."""
    paths = sorted(p for p in folder.iterdir() if p.is_file() and TABLE_FILE.search(p.name))
    return [(path.name, str(path), seen_from(path, output)) for path in paths]


def _in_database(url: str) -> list[tuple[str, str, str]]:
    """List the tables of a database likewise; no password enters the project file."""
    from leadrank.data.reading.sql import hide_password, table_names

    return [(name, f"{url}#{name}", hide_password(f"{url}#{name}")) for name in table_names(url)]


def _read(listed: Sequence[tuple[str, str, str]]) -> tuple[dict[str, RawTable], dict[str, str]]:
    from leadrank.data import read_table
    from leadrank.project import name_of_table

    tables: dict[str, RawTable] = {}
    places: dict[str, str] = {}
    called: dict[str, str] = {}
    for label, source, place in listed:
        name = name_of_table(source)
        if name in tables:
            say(f"{label} is not used: {called[name]} has the same name.")
            continue
        try:
            tables[name], places[name], called[name] = read_table(source), place, label
        except LeadrankError as problem:
            say(f"{label} is not used: {problem.message}")
    return tables, places


def _name_of(source: Path | str) -> str:
    """Name a project after a folder or a database."""
    if isinstance(source, Path):
        return source.resolve().name
    return Path(source.partition("?")[0]).stem or "leads"


def seen_from(path: Path, output: Path) -> str:
    """Say where a table is as seen from the project file."""
    here, there = output.parent.resolve(), path.resolve()
    return str(there.relative_to(here)) if there.is_relative_to(here) else str(there)
