"""Why a lead scores as it does, what would change that, and what to ask it next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as parts_of
from datetime import datetime

from sqlalchemy import Connection

from leadrank.bundle import Scored
from leadrank.data import ColumnSchema, clean_cell
from leadrank.data.cell import text_of
from leadrank.decisions.overruled import Overruled
from leadrank.errors import UsageError, nearest
from leadrank.explain.evidence import Seen
from leadrank.frames import pl
from leadrank.operations.cells import checked_fields
from leadrank.operations.champion import Active
from leadrank.operations.composing import tables_of
from leadrank.operations.consent import agreed, flags_in
from leadrank.operations.desk import Desk, own_lead, reading
from leadrank.operations.questions import Question, questions
from leadrank.operations.scoring import REASONS
from leadrank.operations.standing import counting, newcomer
from leadrank.operations.who import Who
from leadrank.project import Column
from leadrank.score import Explained
from leadrank.store import overrides
from leadrank.store.records import LeadRow

MOST_REASONS = 50
DECIDED = ("tier", "contact", "action", "due_within", "expected_profit")

CAUTION = "This is how the model would score such a lead; it is no promise that changing it changes the outcome."


@dataclass(frozen=True, slots=True)
class Changed:
    """One field set to another value; `actionable` says whether the project declares that the team can act on it."""

    column: str
    before: object
    after: object
    actionable: bool


@dataclass(frozen=True, slots=True)
class ExplainedLead(Explained):
    """A stored lead explained: `scored` holds the decision that counts, as the list has it, and `model_alone` the model's where that differs."""

    model_alone: Scored | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A lead's score as it is, and as it would be with other fields.

    Of a stored lead both hold the decision that counts, as the list has it or would have it; `alone_before` and `alone_after` what the model alone
    says, where that differs.
    """

    before: Scored
    after: Scored
    changes: tuple[Changed, ...]
    caution: str = CAUTION
    alone_before: Scored | None = None
    alone_after: Scored | None = None


@dataclass(frozen=True, slots=True)
class Lever:
    """A column that the team can act on: whether any value may be set, or only higher or lower ones, and what training saw of it.

    `levels` are the labels of a category; `lowest` and `highest` the ends of a number; `value` what the lead has now.
    """

    column: str
    allowed: str
    kind: str
    levels: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    value: object = None


def explain(desk: Desk, who: Who, key: str, *, reasons: int = 10, now: datetime) -> ExplainedLead:
    """Explain the model's score of a stored lead in full: all reasons with evidence, their sum, and what would lift it."""
    with reading(desk, who, "explain", key, now=now) as c:
        return explained_lead(c, desk.champion.of(c), own_lead(c, who, "explain", key, lock=False), reasons, now)


def explained_lead(c: Connection, active: Active, row: LeadRow, reasons: int, now: datetime) -> ExplainedLead:
    """Explain a stored lead that the caller may see."""
    told = _explained(active, tables_of(c, active, [row]), row.key, reasons, now)
    scored = _with(told.scored, row)
    parts = {part.name: getattr(told, part.name) for part in parts_of(told)} | {"scored": scored}
    return ExplainedLead(**parts, model_alone=_alone(told.scored, scored))


def explain_fields(desk: Desk, who: Who, fields: Mapping[str, object], *, reasons: int = 10, now: datetime) -> Explained:
    """Explain the score of a lead that is not stored."""
    with reading(desk, who, "explain_fields", now=now) as c:
        active = desk.champion.of(c)
        told = _explained(active, tables_of(c, active, [_unstored(active, fields, now)]), None, reasons, now)
        return replace(told, scored=agreed(told.scored, flags_in(active, fields)))


def what_if(desk: Desk, who: Who, key: str, changes: Mapping[str, object], *, now: datetime) -> WhatIf:
    """Score a stored lead with other fields; nothing is kept. A field that the team cannot act on is allowed, and named as such.

    Raises
    ------
    UsageError
        A field is none that the model reads; the nearest is offered.
    """
    with reading(desk, who, "what_if", key, now=now) as c:
        row, active = own_lead(c, who, "what_if", key, lock=False), desk.champion.of(c)
        found = _what_if(active, row_of(active, tables_of(c, active, [row]), now), changes)
        forced = None if row.overridden_until is None else overrides.current(c, key, now)
        then = counting(active, found.after, forced, replace(row, fields={**row.fields, **changes}))
        before, after = _with(found.before, row), _with(found.after, then)
        return replace(
            found, before=before, after=after, alone_before=_alone(found.before, before), alone_after=_alone(found.after, after),
        )


def what_if_fields(desk: Desk, who: Who, fields: Mapping[str, object], changes: Mapping[str, object], *, now: datetime) -> WhatIf:
    """Do the same with a lead that is not stored."""
    with reading(desk, who, "what_if_fields", now=now) as c:
        active = desk.champion.of(c)
        found = _what_if(active, row_of(active, tables_of(c, active, [_unstored(active, fields, now)]), now), changes)
        before, after = flags_in(active, fields), flags_in(active, {**fields, **changes})
        return replace(found, before=agreed(found.before, before), after=agreed(found.after, after))


def levers(active: Active, fields: Mapping[str, object]) -> tuple[Lever, ...]:
    """Return the columns that the team can act on, as declared in the project (`actionable`)."""
    found = {seen.feature.column: seen for seen in active.bundle.evidence.features if seen.feature.name == seen.feature.column}
    declared = {name: column.actionable for name, column in active.project.lead.columns.items() if column.actionable is not None}
    return tuple(_lever(name, allowed, found[name], fields.get(name)) for name, allowed in declared.items() if name in found)


def ask_next(desk: Desk, who: Who, key: str, *, most: int = 3, now: datetime) -> tuple[Question, ...]:
    """Return the blank fields whose answers would change the score most, the best question first."""
    with reading(desk, who, "ask_next", key, now=now) as c:
        return questions_of(c, desk.champion.of(c), own_lead(c, who, "ask_next", key, lock=False), most, now)


def questions_of(c: Connection, active: Active, row: LeadRow, most: int, now: datetime) -> tuple[Question, ...]:
    """Return what to ask a stored lead that the caller may see."""
    return questions(active, row_of(active, tables_of(c, active, [row]), now), most)


def row_of(active: Active, tables: pl.DataFrame | dict[str, pl.DataFrame], now: datetime) -> pl.DataFrame:
    """Return the one row that the model reads of a lead.

    Raises
    ------
    UsageError
        The model can make nothing of the lead.
    """
    found = active.scorer.leads(tables, at=None if active.bundle.origin is None else now)
    if found.height != 1:
        raise UsageError("The model can make nothing of this lead.", "Check its key, and the moment at which it began.")
    return found


def _with(scored: Scored, decision: LeadRow | Overruled) -> Scored:
    """Return a score with the decision that counts in place of the model's."""
    return scored._replace(**{name: getattr(decision, name) for name in DECIDED})


def _alone(model: Scored, counts: Scored) -> Scored | None:
    """Return what the model alone says, where that is not what counts."""
    return model if any(getattr(model, name) != getattr(counts, name) for name in DECIDED) else None


def _unstored(active: Active, fields: Mapping[str, object], now: datetime) -> LeadRow:
    name = active.project.lead.key
    key = str(fields.get(name) or "lead") if name is not None else "lead"
    return newcomer(key, checked_fields(fields, key), source="", created_at=now, now=now)


def _explained(active: Active, tables: pl.DataFrame | dict[str, pl.DataFrame], key: str | None, reasons: int, now: datetime) -> Explained:
    if not 0 <= reasons <= MOST_REASONS:
        raise UsageError(f"0 to {MOST_REASONS} reasons can be given; {reasons} were asked for.", "Ask for fewer.")
    found = active.scorer.explain(row_of(active, tables, now), 0, reasons=reasons)
    return replace(found, scored=found.scored._replace(key=key))


def _what_if(active: Active, row: pl.DataFrame, changes: Mapping[str, object]) -> WhatIf:
    read = active.scorer.needed
    unknown = [name for name in changes if name not in read]
    if unknown or not changes:
        said = f"The model reads no field {unknown[0]!r}." if unknown else "No field is to be changed."
        raise UsageError(said, (nearest(unknown[0], read) if unknown else "") or f"It reads {', '.join(read[:10])}.")
    given = checked_fields(changes, "what if")
    other = row.with_columns(pl.lit(None if value is None else text_of(value), pl.String).alias(name) for name, value in given.items())
    before, after = active.scorer.each(row, reasons=REASONS)[0], active.scorer.each(other, reasons=REASONS)[0]
    declared, now = active.project.lead.columns, row.row(0, named=True)
    told = [Changed(name, now.get(name), value, _may(declared.get(name), now.get(name), value)) for name, value in given.items()]
    return WhatIf(before, after, tuple(told))


def _may(column: Column | None, before: object, after: object) -> bool:
    """Whether the team can act on a column in this direction."""
    if column is None or column.actionable is None or column.actionable == "any":
        return column is not None and column.actionable is not None
    old, new = (clean_cell(ColumnSchema("", "number"), value) for value in (before, after))
    if not (isinstance(old, float) and isinstance(new, float)):
        return False
    return new >= old if column.actionable == "up" else new <= old


def _lever(name: str, allowed: str, seen: Seen, value: object) -> Lever:
    low, high = (seen.lows[0], seen.highs[-1]) if seen.lows else (None, None)
    return Lever(name, allowed, seen.feature.kind, seen.feature.levels, low, high, value)
