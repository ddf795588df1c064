"""Why a lead scores as it does, what would change that, and what to ask it next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadrank.bundle import Scored
from leadrank.operations.champion import Active
from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.score import Explained

CAUTION = "This is how the model would score such a lead; it is no promise that changing it changes the outcome."


@dataclass(frozen=True, slots=True)
class Changed:
    """One field set to another value; `actionable` says whether the project declares that the team can act on it."""

    column: str
    before: object
    after: object
    actionable: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A lead's score as it is, and as it would be with other fields."""

    before: Scored
    after: Scored
    changes: tuple[Changed, ...]
    caution: str = CAUTION


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


@dataclass(frozen=True, slots=True)
class Question:
    """A blank field worth asking for: the change of the probability that its answer makes on average, and the answers that move it most."""

    column: str
    change: float
    description: str
    raises_to: float
    raised_by: str
    lowers_to: float
    lowered_by: str


def explain(desk: Desk, who: Who, key: str, *, reasons: int = 10, now: datetime) -> Explained:
    """Explain the model's score of a stored lead in full: all reasons with evidence, their sum, and what would lift it."""
    raise NotImplementedError


def explain_fields(desk: Desk, who: Who, fields: Mapping[str, object], *, reasons: int = 10, now: datetime) -> Explained:
    """Explain the score of a lead that is not stored."""
    raise NotImplementedError


def what_if(desk: Desk, who: Who, key: str, changes: Mapping[str, object], *, now: datetime) -> WhatIf:
    """Score a stored lead with other fields; nothing is kept. A field that the team cannot act on is allowed, and named as such.

    Raises
    ------
    UsageError
        A field is none that the model reads; the nearest is offered.
    """
    raise NotImplementedError


def what_if_fields(desk: Desk, who: Who, fields: Mapping[str, object], changes: Mapping[str, object], *, now: datetime) -> WhatIf:
    """Do the same with a lead that is not stored."""
    raise NotImplementedError


def levers(active: Active, fields: Mapping[str, object]) -> tuple[Lever, ...]:
    """Return the columns that the team can act on, as declared in the project (`actionable`)."""
    raise NotImplementedError


def ask_next(desk: Desk, who: Who, key: str, *, most: int = 3, now: datetime) -> tuple[Question, ...]:
    """Return the blank fields whose answers would change the score most, the best question first."""
    raise NotImplementedError
