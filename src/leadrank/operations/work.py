"""What a sales person does with a lead: contact it, say how it ended, put it off, disagree with its score, give it to another."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.records import LeadRow

Verdict = Literal["right", "too high", "too low"]


def contact(
    desk: Desk, who: Who, key: str, *, channel: str, note: str = "", cost: float | None = None, at: datetime | None = None, now: datetime
) -> LeadRow:
    """Write down that a lead was contacted; the first time ends its deadline.

    Raises
    ------
    ForbiddenError
        It must not be called, or written to, by this channel ("call", "phone", "sms"; "email").
    """
    raise NotImplementedError


def outcome(
    desk: Desk, who: Who, key: str, *, converted: bool, value: float | None = None, note: str = "", at: datetime | None = None, now: datetime
) -> LeadRow:
    """Write down how a lead ended; it leaves the queue. The same again changes nothing; another one corrects the former."""
    raise NotImplementedError


def feedback(desk: Desk, who: Who, key: str, *, verdict: Verdict, because: str = "", now: datetime) -> LeadRow:
    """Write down what somebody who knows the lead thinks of its score."""
    raise NotImplementedError


def snooze(desk: Desk, who: Who, key: str, *, until: datetime, because: str = "", now: datetime) -> LeadRow:
    """Take an open lead out of the queue until a moment."""
    raise NotImplementedError


def wake(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Put a snoozed lead back into the queue."""
    raise NotImplementedError


def override(desk: Desk, who: Who, key: str, *, tier: str, because: str, expires_at: datetime, now: datetime) -> LeadRow:
    """Let a person's tier count instead of the model's, until it expires; probability and score stay the model's.

    Raises
    ------
    UsageError
        There is no such tier, no reason, or the end is not after now, or more than a year away.
    ConflictError
        The lead is closed.
    """
    raise NotImplementedError


def end_override(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Let the model's own tier count again."""
    raise NotImplementedError


def reassign(desk: Desk, who: Who, key: str, *, owner: str | None, because: str = "", now: datetime) -> LeadRow:
    """Give a lead to a rep, or to nobody; the deadline stays.

    Raises
    ------
    NotFoundError
        There is no such active rep.
    ConflictError
        The rep has as many open leads as the capacity allows.
    """
    raise NotImplementedError
