"""From a raw table to rows that can be learned from: cleaned, labelled, searched for leaks. Shared by `check` and `train`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from leadrank import data, features, labels, models
from leadrank.data.leaks.late_money import settle_money
from leadrank.errors import DataError, UsageError
from leadrank.frames import pl
from leadrank.project import Column, Economics, LeadTable, Project, protect, watched_columns
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

Progress = Callable[[str, float], None]


def quiet(words: str, done: float) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready to be learned from, and everything that was noticed on the way.

    `rows` are their numbers in the raw table; `clean`, `y`, `order` and `groups` are aligned with them. `columns` may enter the model,
    `quarantined` may not. `lead` names the key, declared or adopted. `economics` name no money that is known only afterwards.
    `set_aside` are the rows that nobody looks at until `verify`.
    """

    lead: LeadTable
    schema: data.Schema
    rows: IntArray
    clean: pl.DataFrame
    y: IntArray
    classes: tuple[str, ...]
    order: FloatArray | None
    groups: IntArray
    columns: tuple[str, ...]
    quarantined: tuple[str, ...]
    accepted: tuple[str, ...]
    set_aside: IntArray
    economics: Economics
    findings: tuple[Finding, ...]


def check(
    project: Project, frame: pl.DataFrame, *, at: datetime | None = None, salt: str = "", counted: Collection[str] = (),  # noqa: ARG001
    progress: Progress = quiet, skipped: Sequence[int] = (),
) -> Prepared:
    """Clean the table, read its outcomes and look for leaks.

    Parameters
    ----------
    project
        What the user declared.
    frame
        Raw cells, as `read_table` gives them.
    at
        The moment of asking, where the caller knows it.
    salt
        Key of the hash that sets rows aside.
    counted
        Columns that were counted from what was known at each row's cutoff.
    progress
        Told what is going on and the share done.
    skipped
        Numbers below the header of the records of a file that did not split, so that rows are named as the file counts them.

    Returns
    -------
    Prepared
        With all findings at once, the gravest first.

    Raises
    ------
    UsageError
        A named column or value is not there.
    DataError
        Nothing can be learned from this table.
    """
    progress("reading columns", 0.0)
    target = project.target.column
    project, adopted = _keyed(project, frame)
    project, guarded = protect(project, frame.columns)
    aside = _aside(project, frame, salt)
    seen = np.flatnonzero(~aside)
    frame = frame[seen]
    schema, findings = data.infer_schema(frame, _read_as(project, frame.columns), target=target)
    outcomes = labels.read_outcomes(frame[target], project.target)
    cleaned = data.clean_frame(schema, frame)
    found: list[Finding] = [*adopted, *guarded, *findings, *outcomes.findings, *_cells(cleaned.problems, seen, skipped)]
    if project.target.event is None:
        found += data.unfinished(cleaned.frame, outcomes.codes, _creation(project.lead.created_at, cleaned.frame))
    order = data.time_order(cleaned.frame, project.lead.order or project.lead.created_at)
    rows, noticed = _usable(cleaned.frame, outcomes, project, order)
    found += noticed
    clean, y = cleaned.frame[rows], outcomes.codes[rows]
    _need_both(y, target, outcomes.classes)
    order = None if order is None else order[rows]
    shut = {*project.lead.exclude, *(f.column for f in guarded if f.severity == "quarantine")}
    candidates = tuple(c.name for c in schema.features if c.type != "id" and c.name not in shut)
    groups, more = _alike(clean, schema, candidates, project)
    twins = data.near_duplicates(columns_of(clean, candidates), groups)
    groups = data.merge_groups(groups, twins)
    looked_at = schema.only(_unclocked(schema, candidates, counted))
    found += [*more, *data.validate(clean, looked_at, y, order=order, order_name=project.lead.order or "the order", counted=counted)]
    constant = data.constant_columns(clean, candidates)
    candidates = tuple(c for c in candidates if c not in constant)
    leaky = _leaks(clean, schema, candidates, y, order, groups, twins, project, counted, progress)
    quarantined = tuple(dict.fromkeys(f.column for f in leaky if f.severity == "quarantine" and f.column is not None))
    economics, said = settle_money(project, clean, y, probed=candidates, quarantined=quarantined, groups=groups)
    known = {name: column.known_at_scoring for name, column in project.lead.columns.items()}
    return Prepared(
        lead=project.lead, schema=schema, rows=seen[rows], clean=clean, y=y, classes=outcomes.classes, order=order, groups=groups,
        columns=tuple(c for c in candidates if c not in quarantined), quarantined=quarantined,
        accepted=tuple(name for name, yes in known.items() if yes), set_aside=np.flatnonzero(aside), economics=economics,
        findings=_gravest_first([*leaky, *said, *found]),
    )


def _keyed(project: Project, frame: pl.DataFrame) -> tuple[Project, tuple[Finding, ...]]:
    """Adopt a key where none is declared: without one nobody finds a lead of the call list again."""
    key, found = data.choose_key(frame, _read_as(project, frame.columns), target=project.target.column)
    return project.model_copy(update={"lead": project.lead.model_copy(update={"key": key})}), found


def _aside(project: Project, frame: pl.DataFrame, salt: str) -> BoolArray:
    """Choose the rows that not even the schema may see."""
    if frame.columns == [project.target.column]:
        raise DataError(f"The table has no column but the outcome {frame.columns[0]!r}.", "Give a table that says something about the leads.")
    if not project.validation.share or not frame.height:
        return np.zeros(frame.height, dtype=bool)
    return data.set_aside(data.row_names(frame, project.lead.key, project.target.column), project.validation.share, salt)


def _read_as(project: Project, names: Sequence[str]) -> LeadTable:
    """Read money as numbers, and read what is needed for more than a feature even where it is excluded as one."""
    lead, economics = project.lead, project.economics
    money = [name for name in (economics.value_column, economics.contact_cost_column) if name is not None]
    for name in money:
        if name in {lead.key, project.target.column}:
            raise UsageError(f"The column {name!r} cannot hold money: it is the key or the outcome.", "Name another column in [economics].")
    needed = {*money, *watched_columns(project.watch, names), lead.key, lead.order, lead.created_at, project.target.column}
    columns = {name: lead.columns.get(name, Column()).model_copy(update={"type": "number"}) for name in money}
    return lead.model_copy(update={
        "columns": {**lead.columns, **columns}, "exclude": tuple(name for name in lead.exclude if name not in needed),
    })


def _alike(
    clean: pl.DataFrame, schema: data.Schema, candidates: tuple[str, ...], project: Project
) -> tuple[IntArray, tuple[Finding, ...]]:
    """Group the cutoffs of one lead, or exact duplicates; rows that a key tells apart are different leads, however alike they look."""
    if project.lead.key is not None and project.cutoff.many:
        return data.duplicate_groups(clean, [project.lead.key])[0], ()
    if any(c.role in {"key", "id"} and clean[c.name].n_unique() == clean.height for c in schema.columns):
        return np.arange(clean.height), ()
    return data.duplicate_groups(clean, [*candidates, project.target.column])


def columns_of(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Take columns by their exact names; `select` would read `^a.*$` as a pattern."""
    return pl.DataFrame([frame.get_column(name) for name in names])


def booster_ranker(frame: pl.DataFrame, y: BoolArray, train: IntArray, test: IntArray) -> FloatArray:
    """Rank test rows with a small booster: the measure of what a set of columns knows."""
    if not frame.width:
        return np.zeros(len(test))
    encoder = features.fit_encoder(frame[train], frame.columns)
    X = features.encode(encoder, frame)
    return models.quick_ranks(X.take(train), y[train].astype(np.int64), X.take(test))


def _usable(
    clean: pl.DataFrame, outcomes: labels.Outcomes, project: Project, order: FloatArray | None
) -> tuple[IntArray, list[Finding]]:
    labelled = outcomes.codes != labels.UNLABELLED
    found = []
    blank = int((outcomes.codes == labels.UNLABELLED).sum()) - sum(f.rows for f in outcomes.findings if f.code == "D161")
    if blank:
        found.append(Finding(
            "D144", "info", project.target.column, blank, f"{blank} rows have no outcome and were set aside: they can be scored, not learned from.",
            "Nothing to do, unless the outcomes are known elsewhere.",
        ))
    rows = np.flatnonzero(labelled)
    if project.lead.key is None or project.cutoff.many:
        return rows, found
    kept, more = data.drop_repeated_keys(clean[rows], project.lead.key, order=None if order is None else order[rows])
    return rows[kept], [*found, *more]


def _creation(created_at: str | None, clean: pl.DataFrame) -> str | None:
    """Return the user's own name of the creation, where the column in use is a copy of it: a cutoff at creation."""
    if created_at is None or created_at not in clean.columns:
        return created_at
    same = (c.name for c in clean.get_columns() if c.name != created_at and c.dtype == clean.schema[created_at] and c.equals(clean[created_at]))
    return next(same, created_at)


def _unclocked(schema: data.Schema, candidates: Sequence[str], counted: Collection[str]) -> list[str]:
    """Leave out dates that go with the cutoff: that they move with time is what they are."""
    return [name for name in candidates if name not in counted or schema.column(name).type != "date"]


def _need_both(y: IntArray, target: str, classes: tuple[str, ...]) -> None:
    absent = [name for k, name in enumerate(classes) if not (y == k).any()]
    if absent:
        raise DataError(
            f"The outcome column {target!r} has no row with {absent[0]!r} left to learn from.",
            "Give a table with converted and not converted leads.",
        )


def _cells(problems: tuple[data.CellProblem, ...], seen: IntArray, skipped: Sequence[int]) -> list[Finding]:
    by_column: dict[str, list[data.CellProblem]] = {}
    for problem in problems:
        by_column.setdefault(problem.column, []).append(problem)
    found = []
    for column, own in by_column.items():
        first = own[0]
        where = f"e.g. {first.value!r} in row {data.number_of(int(seen[first.row]), skipped)}"
        said = f"{len(own)} cells of {column} are not {first.expected}, {where}; they count as missing."
        found.append(Finding("D145", "warning", column, len(own), said, "Mend them in the source, or declare the column's type."))
    return found


def _leaks(
    clean: pl.DataFrame, schema: data.Schema, candidates: tuple[str, ...], y: IntArray, order: FloatArray | None, groups: IntArray,
    twins: IntArray, project: Project, counted: Collection[str], progress: Progress,
) -> tuple[Finding, ...]:
    shut = {name for name, column in project.lead.columns.items() if column.known_at_scoring is False}
    readable = [c for c in candidates if schema.column(c).type != "text" or c in shut]
    known = {n: c.known_at_scoring for n, c in project.lead.columns.items() if c.known_at_scoring is not None and n in readable}
    created = project.lead.created_at
    moment = None if created is None else clean[created]
    return data.find_leaks(
        columns_of(clean, readable), y, ranker=booster_ranker, order=order, groups=groups, twins=twins, at=moment, known=known,
        counted=counted, seed=project.model.seed, progress=lambda words: progress(words, 0.1),
    )


def _gravest_first(findings: list[Finding]) -> tuple[Finding, ...]:
    rank = {"error": 0, "quarantine": 1, "warning": 2, "info": 3}
    return tuple(sorted(findings, key=lambda f: rank[f.severity]))
