"""What is to be done: the ranked list, page by page, and one lead with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.queue import QueueFilter
from leadrank.store.records import AssignmentRow, ContactRow, EventRow, FeedbackRow, LeadRow, OutcomeRow, OverrideRow, ScoreRow, SnoozeRow

MOST = 500
"""Leads on one page at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads of a queue, the most worth first; `after` asks for the next page, None at the end. `tiers` counts all of the queue by tier."""

    leads: tuple[LeadRow, ...]
    after: str | None
    total: int
    tiers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """One lead: as it stands, its last score with its reasons, and the override that counts now."""

    lead: LeadRow
    score: ScoreRow | None
    override: OverrideRow | None


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to one lead, the newest first."""

    lead: LeadRow
    scores: tuple[ScoreRow, ...]
    events: tuple[EventRow, ...]
    contacts: tuple[ContactRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    feedback: tuple[FeedbackRow, ...]
    snoozes: tuple[SnoozeRow, ...]
    assignments: tuple[AssignmentRow, ...]


def queue(desk: Desk, who: Who, wanted: QueueFilter = QueueFilter(), *, limit: int = 50, after: str | None = None, now: datetime) -> Page:  # noqa: B008
    """Return a page of the queue; a rep's holds own leads only.

    Parameters
    ----------
    limit
        1 to 500.
    after
        What the page before said.

    Raises
    ------
    UsageError
        The limit or `after` is none.
    ForbiddenError
        A rep asks for the leads of somebody else, or of nobody.
    """
    raise NotImplementedError


def export_queue(desk: Desk, who: Who, wanted: QueueFilter = QueueFilter(), *, kind: str = "csv", now: datetime) -> bytes:  # noqa: B008
    """Return the queue (its first 100,000 leads) as a CSV or XLSX file in which no cell starts a formula."""
    raise NotImplementedError


def lead(desk: Desk, who: Who, key: str, *, now: datetime) -> Known:
    """Return one lead."""
    raise NotImplementedError


def history(desk: Desk, who: Who, key: str, *, now: datetime) -> History:
    """Return all that happened to one lead, and why its score changed each time."""
    raise NotImplementedError
