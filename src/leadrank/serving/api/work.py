"""What a sales person does with a lead."""

from __future__ import annotations

from fastapi import APIRouter

from leadrank.operations import work
from leadrank.operations.work import Verdict
from leadrank.serving.asking import Asker, At, Guarded
from leadrank.serving.payloads import LeadTold
from leadrank.serving.telling import tell
from leadrank.serving.words import Amount, Cost, Given, Key, Moment, Name, ShortName, Text

router = APIRouter(prefix="/leads/{key}", route_class=Guarded, tags=["work"])


class ContactGiven(Given):
    """A contact that was made."""

    channel: ShortName
    note: Text = ""
    cost: Cost | None = None
    at: Moment | None = None


class OutcomeGiven(Given):
    """How a lead ended."""

    converted: bool
    value: Amount | None = None
    note: Text = ""
    at: Moment | None = None


class ConsentGiven(Given):
    """What a lead does not want."""

    do_not_call: bool
    do_not_email: bool


class FeedbackGiven(Given):
    """What somebody who knows the lead thinks of its score."""

    verdict: Verdict
    because: Text = ""


class OverrideGiven(Given):
    """A tier that counts instead of the model's, until it expires."""

    tier: ShortName
    because: Text
    expires_at: Moment


class SnoozeGiven(Given):
    """Until when a lead is put off."""

    until: Moment
    because: Text = ""


class AssignmentGiven(Given):
    """Whose lead it becomes; null for nobody's."""

    owner: Name | None
    because: Text = ""


@router.post("/take")
def take(key: Key, asker: Asker, service: At) -> LeadTold:
    """Let a rep have a lead of the team that nobody has."""
    return tell(service, LeadTold, work.take(service.desk, asker.who, key, now=service.now()))


@router.post("/contact")
def contact(key: Key, given: ContactGiven, asker: Asker, service: At) -> LeadTold:
    """Write down that a lead was contacted."""
    return tell(service, LeadTold, work.contact(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.delete("/contact")
def take_back_contact(key: Key, asker: Asker, service: At) -> LeadTold:
    """Take back the caller's own last contact: without another one, the lead waits for its first again."""
    return tell(service, LeadTold, work.take_back_contact(service.desk, asker.who, key, now=service.now()))


@router.post("/outcome")
def outcome(key: Key, given: OutcomeGiven, asker: Asker, service: At) -> LeadTold:
    """Write down how a lead ended; it leaves the queue."""
    return tell(service, LeadTold, work.outcome(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.delete("/outcome")
def reopen(key: Key, asker: Asker, service: At) -> LeadTold:
    """Take back how a lead ended: it is open again."""
    return tell(service, LeadTold, work.reopen(service.desk, asker.who, key, now=service.now()))


@router.put("/consent")
def consent(key: Key, given: ConsentGiven, asker: Asker, service: At) -> LeadTold:
    """Write down what a lead agrees to; what to do with it is decided anew at once."""
    return tell(service, LeadTold, work.consent(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.post("/feedback")
def feedback(key: Key, given: FeedbackGiven, asker: Asker, service: At) -> LeadTold:
    """Say whether the score is right."""
    return tell(service, LeadTold, work.feedback(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.post("/override")
def override(key: Key, given: OverrideGiven, asker: Asker, service: At) -> LeadTold:
    """Let a person's tier count instead of the model's, until it expires."""
    return tell(service, LeadTold, work.override(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.delete("/override")
def end_override(key: Key, asker: Asker, service: At) -> LeadTold:
    """Let the model's own tier count again."""
    return tell(service, LeadTold, work.end_override(service.desk, asker.who, key, now=service.now()))


@router.post("/snooze")
def snooze(key: Key, given: SnoozeGiven, asker: Asker, service: At) -> LeadTold:
    """Put a lead off until a moment."""
    return tell(service, LeadTold, work.snooze(service.desk, asker.who, key, **given.model_dump(), now=service.now()))


@router.delete("/snooze")
def wake(key: Key, asker: Asker, service: At) -> LeadTold:
    """Take a lead back into the queue."""
    return tell(service, LeadTold, work.wake(service.desk, asker.who, key, now=service.now()))


@router.post("/assignment")
def assign(key: Key, given: AssignmentGiven, asker: Asker, service: At) -> LeadTold:
    """Give a lead to somebody, or to nobody."""
    return tell(service, LeadTold, work.reassign(service.desk, asker.who, key, **given.model_dump(), now=service.now()))
