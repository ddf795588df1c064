"""Why a lead scores as it does, what would change that, and what to ask it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from leadrank.operations import explaining
from leadrank.serving.asking import Asker, At, Guarded, Unkept
from leadrank.serving.words import Cell, Cells, Given, Key, Told, plain_cells

router = APIRouter(route_class=Guarded, tags=["explanations"])
unkept = APIRouter(route_class=Unkept, tags=["explanations"])
Changes = Annotated[dict[str, Cell], Field(min_length=1), AfterValidator(plain_cells)]
Reasons = Annotated[int, Query(ge=0, le=50, description="So many reasons at most.")]


class FieldsGiven(Given):
    """A lead that is not stored."""

    fields: Cells


class ChangesGiven(Given):
    """Fields set to other values."""

    changes: Changes


class FieldsChanged(Given):
    """A lead that is not stored, and fields of it set to other values."""

    fields: Cells
    changes: Changes


class ReasonOf(Told):
    """One column's part in a score, in calibrated log-odds, with its evidence."""

    column: str
    contribution: float
    direction: str
    value: str
    sentence: str
    rows: int
    conversions: int
    base_rate: float


class ScoredTold(Told):
    """A score and what to do."""

    key: str | None
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    model: str
    classes: dict[str, float]
    unknown: tuple[str, ...]
    problems: tuple[str, ...]
    by_day: dict[str, float]


class DecisionTold(Told):
    """What the model alone would say, where somebody's tier, what the lead agreed to or an earlier score counts: it is not what is to be done."""

    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    model: str


class ExplainedTold(Told):
    """A score in full: `base`, all contributions, and the `total` that they reach. Of a stored lead `scored` says what the list says."""

    scored: ScoredTold
    reasons: tuple[ReasonOf, ...]
    base: float
    total: float
    scale: str
    about: str
    parts: dict[str, float]
    counterfactual: dict[str, Any] | None
    model_alone: DecisionTold | None = None


class ChangedTold(Told):
    """A field set to another value, and whether the team can act on it."""

    column: str
    before: Any
    after: Any
    actionable: bool


class WhatIfTold(Told):
    """A score as it is, and as it would be; of a stored lead with the decision that the list has, or would have."""

    before: ScoredTold
    after: ScoredTold
    changes: tuple[ChangedTold, ...]
    caution: str
    alone_before: DecisionTold | None = None
    alone_after: DecisionTold | None = None


class QuestionTold(Told):
    """A blank field worth asking for."""

    column: str
    change: float
    description: str
    raises_to: float
    raised_by: str
    lowers_to: float
    lowered_by: str


def explained(found: Any) -> ExplainedTold:
    """Tell an explanation."""
    change = found.counterfactual
    told = None if change is None else {name: getattr(change, name) for name in change.__dataclass_fields__}
    return ExplainedTold(
        scored=ScoredTold.model_validate(found.scored), reasons=tuple(ReasonOf.model_validate(reason) for reason in found.reasons), base=found.base,
        total=found.total, scale=found.scale, about=found.about, parts=found.parts, counterfactual=told,
        model_alone=getattr(found, "model_alone", None),
    )


@unkept.post("/explain")
def explain_fields(given: FieldsGiven, asker: Asker, service: At, reasons: Reasons = 10) -> ExplainedTold:
    """Explain the score of a lead that is not stored."""
    return explained(explaining.explain_fields(service.desk, asker.who, given.fields, reasons=reasons, now=service.now()))


@unkept.post("/what-if")
def what_if_fields(given: FieldsChanged, asker: Asker, service: At) -> WhatIfTold:
    """Score a lead that is not stored as it is, and with other fields."""
    return WhatIfTold.model_validate(explaining.what_if_fields(service.desk, asker.who, given.fields, given.changes, now=service.now()))


@router.get("/leads/{key}/explain")
def explain(key: Key, asker: Asker, service: At, reasons: Reasons = 10) -> ExplainedTold:
    """Explain the score of a stored lead in full."""
    return explained(explaining.explain(service.desk, asker.who, key, reasons=reasons, now=service.now()))


@unkept.post("/leads/{key}/what-if")
def what_if(key: Key, given: ChangesGiven, asker: Asker, service: At) -> WhatIfTold:
    """Score a stored lead with other fields; nothing is kept."""
    return WhatIfTold.model_validate(explaining.what_if(service.desk, asker.who, key, given.changes, now=service.now()))


@router.get("/leads/{key}/questions")
def questions(key: Key, asker: Asker, service: At, most: Annotated[int, Query(ge=1, le=20)] = 3) -> tuple[QuestionTold, ...]:
    """Return the blank fields whose answers would change the score most."""
    return tuple(QuestionTold.model_validate(q) for q in explaining.ask_next(service.desk, asker.who, key, most=most, now=service.now()))


