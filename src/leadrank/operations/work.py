"""What a sales person does with a lead: take it, contact it, say how it ended, put it off, disagree with its score, give it to another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from leadrank.errors import ConflictError, NotFoundError, UsageError, nearest
from leadrank.local_days import clock_time
from leadrank.operations.champion import Active
from leadrank.operations.consent import changes_in_consent, flags_of, with_flags
from leadrank.operations.desk import Desk, own_lead, writing
from leadrank.operations.ended import known_already
from leadrank.operations.intake import ALIVE
from leadrank.operations.money import amount_given
from leadrank.operations.routing import without_owner
from leadrank.operations.standing import Restless, settle
from leadrank.operations.waking import due_again, woken
from leadrank.operations.who import Who
from leadrank.store import accounts, assignments, contacts, outcomes, overrides, snoozes
from leadrank.store import feedback as feedbacks
from leadrank.store.leads import change_lead, loads
from leadrank.store.records import AccountRow, AssignmentRow, ContactRow, FeedbackRow, LeadRow, OutcomeRow, OverrideRow, SnoozeRow

Verdict = Literal["right", "too high", "too low"]
LONGEST = timedelta(days=366)
"""How far ahead a lead may be put off, and an override hold."""
LONGEST_CHANNEL, LONGEST_NOTE = 50, 4_000


def contact(
    desk: Desk, who: Who, key: str, *, channel: str, note: str = "", cost: float | None = None, at: datetime | None = None, now: datetime
) -> LeadRow:
    """Write down that a lead was contacted; the first time ends its deadline, also where it is written down after a later one.

    It is a fact, so that it is written down also where the lead did not want it.
    """
    if not channel.strip() or len(channel) > LONGEST_CHANNEL:
        raise UsageError(f"A channel has 1 to {LONGEST_CHANNEL} letters; {channel[:LONGEST_CHANNEL]!r} came.", "E.g. call, email, meeting.")
    with writing(desk, who, "contact", key, now=now) as c:
        row = own_lead(c, who, "contact", key)
        moment = _past(at, row, now)
        told = ContactRow(lead=key, at=moment, by=who.name, channel=channel.strip(), note=_note(note), due_at=row.due_at, tier=row.tier)
        contacts.add_contact(c, replace(told, cost=amount_given(cost, "cost")))
        return _changed(c, row, now, contacted_at=min(row.contacted_at or moment, moment))


def take_back_contact(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Take the caller's own last contact back; its history keeps both. Who made none leaves the lead as it is.

    If it was the only one, the deadline from before holds again, or begins anew where it has passed.
    """
    with writing(desk, who, "take_back_contact", key, now=now) as c:
        row = own_lead(c, who, "take_back_contact", key)
        back = outcomes.came_back_at(c, key)
        made = [one for one in contacts.standing(c, key) if back is None or one.at >= back]
        last = next((one for one in reversed(made) if one.by == who.name), None)
        if last is None:
            return row
        contacts.take_back(c, last, now)
        first = min((one.at for one in made if one.id != last.id), default=None)
        passed = first is None and (row.due_at is None or row.due_at <= now)
        due = due_again(desk.champion.of(c), replace(row, contacted_at=None), now) if passed else row.due_at
        return _changed(c, row, now, contacted_at=first, due_at=due)


def outcome(
    desk: Desk, who: Who, key: str, *, converted: bool, value: float | None = None, note: str = "", at: datetime | None = None,
    seen: int | None = None, now: datetime,
) -> LeadRow:
    """Write down how a lead ended; it leaves the queue. The same again changes nothing; another one corrects the former.

    Whoever has `seen` another one (0: it was open) is refused, so that what somebody wrote meanwhile is not overwritten; None: it is.
    """
    amount, said = amount_given(value, "value"), _note(note)
    with writing(desk, who, "outcome", key, now=now) as c:
        row = own_lead(c, who, "outcome", key)
        told = OutcomeRow(lead=key, at=_past(at, row, now), by=who.name, converted=converted, value=amount, note=said)
        if known_already(outcomes.outcomes_of(c, key), told, seen):
            return row
        outcomes.add_outcome(c, told)
        return _changed(c, row, now, status="converted" if converted else "lost", snoozed_until=None, overridden_until=None)


def reopen(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Take back how a lead ended: it is open again, scored anew, and its history keeps both. An open lead stays as it is.

    An override that has not expired meanwhile holds again, a deadline that has passed begins anew; an owner who has no room for it any more loses
    it to another.
    """
    with writing(desk, who, "reopen", key, now=now) as c:
        row, active = own_lead(c, who, "reopen", key), desk.champion.of(c)
        if row.status in ALIVE:
            return row
        outcomes.add_outcome(c, OutcomeRow(lead=key, at=now, by=who.name, converted=None))
        held = overrides.current(c, key, now)
        again = "" if held is None else f"; the override to {held.tier} by {held.by} holds again"
        # A deadline that passed while the lead was closed was missed by nobody.
        due = row.due_at if row.due_at is None or row.due_at > now else due_again(active, row, now)
        open_again = replace(row, status="open", due_at=due, overridden_until=None if held is None else held.expires_at)
        back = Restless(row, open_again, "reopened", f"{who.name} took back that it was {row.status}{again}")
        return _settled(c, active, back, who, now)


def consent(desk: Desk, who: Who, key: str, *, do_not_call: bool, do_not_email: bool, now: datetime) -> LeadRow:
    """Write down what a lead agrees to; what to do with it is decided anew at once."""
    with writing(desk, who, "consent", key, now=now) as c:
        row, active = own_lead(c, who, "consent", key), desk.champion.of(c)
        before, flags = flags_of(active, row), (do_not_call, do_not_email)
        if before == flags:
            return row
        changed = with_flags(active, row, flags)
        if row.status not in ALIVE:
            return _changed(c, row, now, fields=changed.fields, do_not_call=do_not_call, do_not_email=do_not_email)
        return _settled(c, active, Restless(row, changed, "new data", f"{who.name}: it {changes_in_consent(before, flags)}"), who, now)


def feedback(desk: Desk, who: Who, key: str, *, verdict: Verdict, because: str = "", now: datetime) -> LeadRow:
    """Write down what somebody who knows the lead thinks of its score.

    Raises
    ------
    UsageError
        The verdict is none, or one that disagrees does not say why.
    """
    if verdict not in get_args(Verdict):
        raise UsageError(f"{verdict!r} is no verdict.", "Say right, too high or too low.")
    if verdict != "right" and not because.strip():
        raise UsageError(f"Why is the score {verdict}?", "Say what the model does not know: it is read before the next training.")
    with writing(desk, who, "feedback", key, now=now) as c:
        row = own_lead(c, who, "feedback", key)
        said = FeedbackRow(lead=key, at=now, by=who.name, verdict=verdict, because=_note(because), score=row.score, model=row.model)
        feedbacks.add_feedback(c, said)
        return row


def snooze(desk: Desk, who: Who, key: str, *, until: datetime, because: str = "", now: datetime) -> LeadRow:
    """Take an open lead out of the queue until a moment, at most a year ahead; its deadline begins anew when it wakes."""
    _ahead(until, now)
    with writing(desk, who, "snooze", key, now=now) as c:
        row = _alive(own_lead(c, who, "snooze", key))
        snoozes.add_snooze(c, SnoozeRow(lead=key, at=now, by=who.name, until=until, because=_note(because)))
        return _changed(c, row, now, status="snoozed", snoozed_until=until)


def wake(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Put a snoozed lead back into the queue."""
    with writing(desk, who, "wake", key, now=now) as c:
        row = _alive(own_lead(c, who, "wake", key))
        return row if row.status == "open" else woken(c, desk.champion.of(c), [row], by=who.name, now=now)[0]


def override(desk: Desk, who: Who, key: str, *, tier: str, because: str, expires_at: datetime, now: datetime) -> LeadRow:
    """Let a person's tier count instead of the model's, until it expires; probability and score stay the model's.

    Raises
    ------
    UsageError
        There is no such tier, no reason, or the end is not after now, or more than a year away.
    ConflictError
        The lead is closed.
    """
    _ahead(expires_at, now)
    if not because.strip():
        raise UsageError("An override needs a reason.", "Say what the model does not know.")
    with writing(desk, who, "override", key, now=now) as c:
        row, active = _alive(own_lead(c, who, "override", key)), desk.champion.of(c)
        tiers = [rule.name for rule in active.bundle.policy.tiers]
        if tier not in tiers:
            raise UsageError(f"The tier {tier!r} is none of {', '.join(tiers)}.", nearest(tier, tiers))
        overrides.start(c, OverrideRow(lead=key, at=now, by=who.name, tier=tier, because=_note(because), expires_at=expires_at))
        said = f"{who.name} put it into {tier} until {clock_time(expires_at, active.zone)}: {because.strip()}"
        return _settled(c, active, Restless(row, replace(row, overridden_until=expires_at), "override", said), who, now)


def end_override(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Let the model's own tier count again."""
    with writing(desk, who, "end_override", key, now=now) as c:
        row = own_lead(c, who, "end_override", key)
        held = overrides.current(c, key, now)
        if held is None:
            return row
        overrides.end(c, key, now)
        if row.status not in ALIVE:
            return row
        said = f"{who.name} ended the override to {held.tier} by {held.by}"
        return _settled(c, desk.champion.of(c), Restless(row, replace(row, overridden_until=None), "override ended", said), who, now)


def reassign(desk: Desk, who: Who, key: str, *, owner: str | None, because: str = "", now: datetime) -> LeadRow:
    """Give a lead to a rep, or to nobody; the deadline stays.

    Raises
    ------
    NotFoundError
        There is no such active rep.
    ConflictError
        The rep has as many open leads as the capacity allows, or the lead is closed.
    """
    with writing(desk, who, "reassign", key, now=now) as c:
        row = _alive(own_lead(c, who, "reassign", key))
        told = f"{who.name}: {because.strip()}" if because.strip() else f"Given by {who.name}"
        return _given(c, desk.champion.of(c), row, owner, told, who, now)


def take(desk: Desk, who: Who, key: str, *, now: datetime) -> LeadRow:
    """Let a rep have a lead of the team that nobody has; one that the rep has already stays as it is.

    Raises
    ------
    ConflictError
        The rep has as many open leads as the capacity allows, or the lead is closed.
    """
    with writing(desk, who, "take", key, now=now) as c:
        row = _alive(own_lead(c, who, "take", key))
        return row if row.owner == who.own else _given(c, desk.champion.of(c), row, who.own, f"Taken by {who.name}", who, now)


def _given(c: Connection, active: Active, row: LeadRow, owner: str | None, because: str, who: Who, now: datetime) -> LeadRow:
    reps = {rep.name: rep for rep in accounts.lock_reps(c)}
    if owner is not None:
        if owner not in reps:
            raise NotFoundError(f"There is no active rep {owner!r}.", nearest(owner, reps))
        _room(reps[owner], loads(c).get(owner, 0), row)
    team = without_owner(active, row)[0].team if owner is None else reps[owner].team
    assignments.assign(c, AssignmentRow(lead=row.key, at=now, by=who.name, owner=owner, team=team, because=_note(because)))
    if owner is not None:
        accounts.take_turn(c, owner)
    return _changed(c, row, now, owner=owner, team=team)


def _settled(c: Connection, active: Active, lead: Restless, who: Who, now: datetime) -> LeadRow:
    return settle(c, active, [lead], by=who.name, now=now)[lead.row.key][0]


def _changed(c: Connection, row: LeadRow, now: datetime, **columns: Any) -> LeadRow:
    change_lead(c, row.key, updated_at=now, **columns)
    return replace(row, updated_at=now, **columns)


def _room(rep: AccountRow, load: int, row: LeadRow) -> None:
    counts = row.status == "open" and row.contact and row.owner != rep.name
    if counts and rep.capacity is not None and load >= rep.capacity:
        raise ConflictError(f"{rep.name} has {load} open leads, as many as the capacity allows.", "Let a manager raise it, or choose somebody else.")


def _alive(row: LeadRow) -> LeadRow:
    if row.status not in ALIVE:
        back = "Send it with its new fields if it came back" + (", under a key of its own." if row.status == "converted" else ".")
        raise ConflictError(f"Lead {row.key!r} is closed: {row.status}.", back)
    return row


def _past(at: datetime | None, row: LeadRow, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now:
        raise UsageError(f"{at} has not come yet.", "Write down what happened.")
    # Programs write moments in whole seconds.
    if at < row.created_at.replace(microsecond=0):
        began = f"{row.created_at:%Y-%m-%d %H:%M:%S} UTC"
        raise UsageError(f"A moment since the lead began ({began}) was expected; {at} came.", "Write down when it happened, or leave `at` out.")
    return max(at, row.created_at)


def _ahead(until: datetime, now: datetime) -> None:
    if not now < until <= now + LONGEST:
        raise UsageError(f"An end within the next year was expected; {until} UTC came.", "Choose a moment after now.")


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise UsageError(f"A text of up to {LONGEST_NOTE:,} letters was expected; {len(text):,} came.", "Shorten it.")
    # Forms send the ends of lines as no program does; the same words are the same note.
    return text.replace("\r\n", "\n").strip()
