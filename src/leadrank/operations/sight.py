"""All that is told of one lead at once: how it stands, why, what happened to it, and what to ask it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.allowed import ALLOWED
from leadrank.operations.desk import Desk, own_lead, reading
from leadrank.operations.explaining import ExplainedLead, explained_lead, questions_of
from leadrank.operations.questions import Question
from leadrank.operations.queue import History, Known, history_of, known_of
from leadrank.operations.who import Who
from leadrank.store.accounts import active_reps


@dataclass(frozen=True, slots=True)
class Sight:
    """One lead in full, as of one moment; `reps` names those whom the caller may give it to."""

    known: Known
    past: History
    told: ExplainedLead
    questions: tuple[Question, ...]
    reps: tuple[str, ...]


def sight(desk: Desk, who: Who, key: str, *, reasons: int = 10, most: int = 3, now: datetime) -> Sight:
    """Return one lead in full: read in one transaction, and written down once that it was seen.

    Parameters
    ----------
    reasons, most
        How many reasons, and how many questions.
    """
    with reading(desk, who, "sight", key, now=now) as c:
        row, active = own_lead(c, who, "sight", key, lock=False), desk.champion.of(c)
        reps = tuple(rep.name for rep in active_reps(c)) if who.role in ALLOWED["reassign"].roles else ()
        told, asked = explained_lead(c, active, row, reasons, now), questions_of(c, active, row, most, now)
        return Sight(known_of(c, row, now), history_of(c, row), told, asked, reps)
