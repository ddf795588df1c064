"""`leadrank export-training`: the table that the model learns from, without what names a lead, and what could still give somebody away."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.declare import Flags, classes_of, declare
from leadrank.cli.export_words import Exported, document, words
from leadrank.cli.intake import keep_rejected, naming, read_declared
from leadrank.cli.options import Accept, Classes, CreatedAt, Exclude, Json, Key, Order, Positive, RejectedFile, Source, Target
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import emit, emit_json, progress, say
from leadrank.cli.whole import check_folder
from leadrank.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from leadrank.data import Anonymised
    from leadrank.prepare import Prepared
    from leadrank.project import Project

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the table goes: .parquet, .csv or .jsonl, text also .gz.")]
HashKey = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="Hash keys with the key in FILE; by default with one that is thrown away.")
]
Smallest = Annotated[int, typer.Option("--k", metavar="K", min=2, help="Leads that must share a combination.")]
Rows = Annotated[int | None, typer.Option("--rows", metavar="N", min=1, help="Only N rows, drawn by their hashes.")]
Columns = Annotated[list[str] | None, typer.Option("--columns", metavar="COL", help="Only these columns. Repeatable.")]
Features = Annotated[int | None, typer.Option("--features", metavar="N", min=1, help="Only the N columns that rank leads best by themselves.")]
Quasi = Annotated[list[str] | None, typer.Option("--quasi", metavar="COL", help="A column that may give somebody away. Repeatable.")]
Suppress = Annotated[bool, typer.Option("--suppress", help="Put numbers that may give somebody away in bands and blank rare cells, to reach k.")]


def export_training(
    source: Source, *, output: Output, target: Target = None, positive: Positive = None, classes: Classes = None, key: Key = None,
    order: Order = None, created_at: CreatedAt = None, exclude: Exclude = None, accept: Accept = None, key_file: HashKey = None, k: Smallest = 5,
    rows: Rows = None, columns: Columns = None, features: Features = None, quasi: Quasi = None, suppress: Suppress = False, json: Json = False,
    rejected: RejectedFile = None,
) -> None:
    """Write the training table without keys, identifiers and free texts, and count the rare combinations that are left.

    Keys become keyed hashes, dates months; columns in quarantine are left out, the outcome stays. That is pseudonymised, seldom anonymous:
    the report says how many leads could be told apart.
    """
    from leadrank.data import find_rare, write_table
    from leadrank.prepare import check
    from leadrank.project import Validation

    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at,
        exclude=tuple(exclude or ()), accept=tuple(accept or ()),
    )
    secret = key_of(key_file)
    check_folder(output)
    project, raw = read_declared(declare(source, flags))
    keep_rejected(raw, rejected)
    project = project.model_copy(update={"validation": Validation()})
    with naming(raw), progress() as told:
        counted: frozenset[str] = frozenset(getattr(raw, "counted", ()))
        prepared = check(project, raw.frame, counted=counted, progress=told)
        made = _made(prepared, project, secret or secrets.token_bytes(32))
        history = getattr(raw, "history", None)
        made = _narrowed(made, prepared, columns, features, rows, {} if history is None else history.things)
        known = _known(project, made, quasi or (), counted, k)
        frame, blanked = _suppressed(made, known, k) if suppress else (made.frame, {})
        rare = find_rare(frame, known, k, who=made.who, outcome=project.target.column)
    write_table(output, frame)
    told_of = Exported(made, rare, blanked, suppressed=suppress, key_kept=secret is not None)
    if json:
        emit_json(document(told_of))
    else:
        say(words(told_of))
        emit(str(output))


def _made(prepared: Prepared, project: Project, secret: bytes) -> Anonymised:
    """Write a binary outcome as 1 and 0, an ordered one by the names of its classes."""
    import polars as pl

    from leadrank.data import anonymise

    binary, name = len(prepared.classes) == 2, project.target.column
    outcome = pl.Series(name, prepared.y if binary else [prepared.classes[code] for code in prepared.y])
    return anonymise(
        prepared.clean, prepared.schema, prepared.columns, outcome, secret=secret, quarantined=prepared.quarantined, foreign=_foreign(project)
    )


def _foreign(project: Project) -> frozenset[str]:
    """Name the columns of the leads that hold keys of other tables; what a parent lends is an attribute, though events are matched by it."""
    lent = tuple(f"{p.name}." for p in project.parent if p.of == "lead")
    named = {c for e in project.event for c in project.lead_columns(e)} | {c for p in project.parent if p.of == "lead" for c in p.by}
    return frozenset(name for name in named - {project.lead.key} if not name.startswith(lent))


def _narrowed(
    made: Anonymised, prepared: Prepared, columns: Sequence[str] | None, features: int | None, rows: int | None, things: Mapping[str, str],
) -> Anonymised:
    """Keep what was asked for."""
    from leadrank.data import only_columns, strongest

    if columns is not None:
        _check_there(made, columns, "--columns")
        made = only_columns(made, columns, "it was not asked for")
    if features is not None:
        chosen = strongest(prepared.clean, made.features, prepared.y, features, things=things)
        made = only_columns(made, chosen, f"it is not among the {len(chosen)} that tell the most")
    return made if rows is None else replace(made, frame=made.frame.head(rows), who=made.who.head(rows))


def _check_there(made: Anonymised, names: Sequence[str], flag: str) -> None:
    for name in names:
        if name in made.left_out:
            raise UsageError(f"{flag} {name}: this column is not in the table: {made.left_out[name]}.", "Leave the flag out.")
        if name not in made.frame.columns:
            raise UsageError(f"{flag} {name}: there is no such column.", nearest(name, made.features) or f"There are: {', '.join(made.features)}.")


def _known(project: Project, made: Anonymised, quasi: Sequence[str], counted: frozenset[str], k: int) -> tuple[str, ...]:
    """Choose the columns by which somebody may be found: named by the user, sensitive, watched, a key, or recognised (not what was counted)."""
    from leadrank.data import quasi_identifiers

    _check_there(made, quasi, "--quasi")
    declared = {name for name, column in project.lead.columns.items() if column.sensitive} | set(project.watch.audit) | _foreign(project)
    found = {*quasi, *declared, *quasi_identifiers(made.frame, [c for c in made.features if c not in counted], k)}
    return tuple(name for name in made.frame.columns if name in found)


def _suppressed(made: Anonymised, known: Sequence[str], k: int) -> tuple[pl.DataFrame, dict[str, int]]:
    from leadrank.data import in_bands, reach_k

    coarse = made.frame.with_columns([in_bands(made.frame[name]) for name in known])
    return reach_k(coarse, known, k, who=made.who)
