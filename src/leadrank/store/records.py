"""The rows of the store, one frozen record per table, with the columns' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead as it stands: what is known of it, whose it is, and the score that counts now."""

    key: str
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    source: str = ""
    do_not_call: bool = False
    do_not_email: bool = False
    status: str = "open"
    snoozed_until: datetime | None = None
    owner: str | None = None
    team: str | None = None
    due_at: datetime | None = None
    first_due_at: datetime | None = None
    contacted_at: datetime | None = None
    model: str
    scored_at: datetime
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None = None
    chance: float | None = None
    cost: float | None = None
    worth: float
    action: str
    due_within: str
    reason: str = ""
    overridden_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Something that happened to a lead; `event` is the sender's own name of it."""

    lead: str
    event: str
    kind: str
    occurred_at: datetime
    known_at: datetime
    fields: dict[str, Any]
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One score of a lead, with what it was made from and why it was made."""

    lead: str
    at: datetime
    model: str
    inputs: str
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None = None
    reasons: Sequence[Any]
    cause: str
    because: str
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """Somebody spoke or wrote to a lead; deadline and tier are those of that moment. One that `takes_back` another is none itself."""

    lead: str
    at: datetime
    by: str
    channel: str
    note: str = ""
    cost: float | None = None
    due_at: datetime | None = None
    tier: str
    takes_back: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """How it ended; the last one of a lead counts. Where `converted` is None the lead is open again: those before were taken back.

    Where it `came_back` by itself, what was before stays how it ended then.
    """

    lead: str
    at: datetime
    by: str
    converted: bool | None
    value: float | None = None
    note: str = ""
    came_back: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """What somebody thinks of a score: right, too high, too low."""

    lead: str
    at: datetime
    by: str
    verdict: str
    because: str
    score: int
    model: str
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """A tier that somebody set, until it expires or is ended."""

    lead: str
    at: datetime
    by: str
    tier: str
    because: str
    expires_at: datetime
    ended_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """Whose lead it became, and why."""

    lead: str
    at: datetime
    by: str
    owner: str | None = None
    team: str | None = None
    because: str
    ended_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeRow:
    """A lead that was put aside until a moment; one that ends as it begins put it back."""

    lead: str
    at: datetime
    by: str
    until: datetime
    because: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A bundle in the registry; its bytes are read by `bundle_of` alone."""

    id: str
    name: str
    sha256: str
    bundle: bytes = field(default=b"", repr=False)
    figures: dict[str, Any]
    trained_at: datetime | None = None
    added_at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRow:
    """A model became the champion."""

    model: str
    at: datetime
    by: str
    because: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """Somebody who may log in."""

    name: str
    role: str
    team: str | None = None
    capacity: int | None = None
    password: str = field(repr=False)
    active: bool = True
    created_at: datetime
    failures: int = 0
    locked_until: datetime | None = None
    last_assigned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """Somebody who is logged in; `token` is the SHA-256 of the cookie."""

    token: str = field(repr=False)
    account: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A program's key; `secret` is the SHA-256 of its secret part."""

    id: str
    name: str
    secret: str = field(repr=False)
    account: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """Who did what, when, with which result; never a field's value."""

    at: datetime
    by: str
    role: str
    did: str
    what: str = ""
    times: int = 1
    result: str
    request: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered under an idempotency key."""

    key: str
    by: str
    request: str
    status: int | None = None
    body: bytes | None = field(default=None, repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A table that came back scored, kept until it expires."""

    id: str
    by: str
    name: str
    kind: str
    content: bytes = field(repr=False)
    at: datetime
    expires_at: datetime
