"""What the API tells of leads, models and accounts: the records of the operations, field by field."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import ValidationInfo, model_validator

from leadrank.operations.titles import title_of
from leadrank.operations.who import Role, Scope
from leadrank.serving.words import Noticed, Stamp, Told


class LeadTold(Told):
    """A lead as it stands, with the score that counts now; `title` is what people call it, where the project names the fields."""

    key: str
    title: str | None = None
    fields: dict[str, Any]
    source: str
    status: str
    created_at: Stamp
    updated_at: Stamp
    owner: str | None
    team: str | None
    due_at: Stamp | None
    contacted_at: Stamp | None
    snoozed_until: Stamp | None
    overridden_until: Stamp | None
    do_not_call: bool
    do_not_email: bool
    model: str
    scored_at: Stamp
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None
    worth: float
    action: str
    due_within: str
    reason: str

    @model_validator(mode="after")
    def _titled(self, info: ValidationInfo) -> Self:
        if info.context is not None:  # the framework looks at what is told once more
            self.title = title_of(info.context, self.fields) or None
        return self


class TakenTold(Told):
    """What became of a lead that came in; `problems` tell what is odd about the fields that came, and which are missing."""

    key: str
    created: bool
    changed: bool
    lead: LeadTold
    problems: tuple[Noticed, ...]


class PageTold(Told):
    """A page of the queue; `after` asks for the next one. While the database is out of reach it may be `stale`: as it was before."""

    leads: tuple[LeadTold, ...]
    after: str | None
    total: int
    tiers: dict[str, int]
    stale: bool = False


class ScoreTold(Told):
    """One score of a lead, and why it was made."""

    at: Stamp
    model: str
    inputs: str
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None
    reasons: list[Any]
    cause: str
    because: str


class OverrideTold(Told):
    """A tier that a person set."""

    at: Stamp
    by: str
    tier: str
    because: str
    expires_at: Stamp
    ended_at: Stamp | None


class KnownTold(Told):
    """A lead, its last score with its reasons, and the override that counts."""

    lead: LeadTold
    score: ScoreTold | None
    override: OverrideTold | None
    stale: bool = False


class EventTold(Told):
    """Something that happened to a lead."""

    event: str
    kind: str
    occurred_at: Stamp
    known_at: Stamp
    fields: dict[str, Any]


class ContactTold(Told):
    """A contact; one that `takes_back` another, by its id, is none itself."""

    id: int
    at: Stamp
    by: str
    channel: str
    note: str
    cost: float | None
    due_at: Stamp | None
    tier: str
    takes_back: int | None


class OutcomeTold(Told):
    """How a lead ended; null took that back, or it `came_back` by itself."""

    at: Stamp
    by: str
    converted: bool | None
    value: float | None
    note: str
    came_back: bool


class FeedbackTold(Told):
    """What somebody thinks of a score."""

    at: Stamp
    by: str
    verdict: str
    because: str
    score: int
    model: str


class FeedbackListed(FeedbackTold):
    """What somebody thinks of the score of one of all leads."""

    id: int
    lead: str


class SnoozeTold(Told):
    """A lead put off."""

    at: Stamp
    by: str
    until: Stamp
    because: str


class AssignmentTold(Told):
    """Whose lead it became, and why."""

    at: Stamp
    by: str
    owner: str | None
    team: str | None
    because: str
    ended_at: Stamp | None


class HistoryTold(Told):
    """All that happened to one lead, the newest first."""

    lead: LeadTold
    scores: tuple[ScoreTold, ...]
    events: tuple[EventTold, ...]
    contacts: tuple[ContactTold, ...]
    outcomes: tuple[OutcomeTold, ...]
    feedback: tuple[FeedbackTold, ...]
    snoozes: tuple[SnoozeTold, ...]
    assignments: tuple[AssignmentTold, ...]
    overrides: tuple[OverrideTold, ...]


class HappenedTold(Told):
    """What became of an event; `problems` tell what is odd about the fields that it brought, and which its lead still lacks."""

    event: str
    new: bool
    created: bool
    lead: LeadTold
    problems: tuple[Noticed, ...] = ()


class ModelTold(Told):
    """A model of the registry."""

    id: str
    name: str
    sha256: str
    figures: dict[str, Any]
    trained_at: Stamp | None
    added_at: Stamp
    by: str


class ActivationTold(Told):
    """A model was put in use."""

    model: str
    at: Stamp
    by: str
    because: str


class ModelsTold(Told):
    """All models; which is in use, and which was before."""

    models: tuple[ModelTold, ...]
    champion: str | None
    former: str | None
    activations: tuple[ActivationTold, ...]


class AccountTold(Told):
    """An account, without its password."""

    name: str
    role: Role
    team: str | None
    capacity: int | None
    active: bool
    created_at: Stamp
    locked_until: Stamp | None


class PasswordTold(Told):
    """What the new password of an account ended besides its sessions: so many keys."""

    keys_revoked: int


class KeyTold(Told):
    """A key, without its secret."""

    id: str
    name: str
    account: str
    scopes: tuple[Scope, ...]
    created_at: Stamp
    expires_at: Stamp
    revoked_at: Stamp | None
    used_at: Stamp | None


class NewKeyTold(KeyTold):
    """A new key with its secret, which is told this once."""

    key: str


class AccessTold(Told):
    """Who did what, when, with which result."""

    id: int
    at: Stamp
    by: str
    role: str
    did: str
    what: str
    times: int
    result: str
    request: str


class SessionTold(Told):
    """Who is logged in, and what unsafe requests must bring in the header x-csrf-token."""

    name: str
    role: Role
    team: str | None
    how: Literal["local", "key", "session"]
    csrf: str
    local: bool
