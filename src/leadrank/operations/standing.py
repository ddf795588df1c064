"""How a lead stands: the model's score, what a person put in its place, what the lead agreed to, and by when something is to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from leadrank.bundle import Scored
from leadrank.decisions.consent import consented
from leadrank.decisions.deadline import due_at
from leadrank.decisions.overruled import Overruled, overrule
from leadrank.operations.champion import Active
from leadrank.operations.consent import flags_of
from leadrank.operations.routing import Move, place, write_moves
from leadrank.operations.scoring import REASONS, amount_of, chance_of, cost_of, counted, inputs_of, scores_of, top_reason
from leadrank.store import overrides, scores, snoozes
from leadrank.store.connect import once_kept
from leadrank.store.leads import put_leads
from leadrank.store.records import LeadRow, OverrideRow, ScoreRow, SnoozeRow

Cause = Literal["created", "new data", "time passing", "new model", "override", "override ended", "reopened", "came back"]


@dataclass(frozen=True, slots=True)
class Restless:
    """A lead to score anew: as it was before (None: it is new), with its new fields, and why.

    Of what is `routine` the history tells only when somebody would notice.
    """

    before: LeadRow | None
    row: LeadRow
    cause: Cause
    because: str
    routine: bool = False


def newcomer(key: str, fields: dict[str, object], *, source: str, created_at: datetime, now: datetime) -> LeadRow:
    """Return a lead that is not scored yet."""
    return LeadRow(
        key=key, fields=fields, created_at=created_at, updated_at=now, source=source, model="", scored_at=now, probability=0.0, probability_low=0.0,
        probability_high=0.0, score=0, tier="", contact=False, worth=0.0, action="", due_within="",
    )


def settle(c: Connection, active: Active, leads: Sequence[Restless], *, by: str, now: datetime) -> dict[str, tuple[LeadRow, Scored]]:
    """Score leads anew, decide, route and keep them, each with a row in its history if anything of its score changed.

    A snoozed lead that new data put into a better tier wakes: whoever put it off did not know them.
    """
    rows = [lead.row for lead in leads]
    scored, inputs = scores_of(c, active, rows, now=now), inputs_of(c, active, rows)
    forced = {row.key: overrides.current(c, row.key, now) for row in rows if row.overridden_until is not None}
    stood = [_stands(active, lead, one, forced.get(lead.row.key), now) for lead, one in zip(leads, scored, strict=True)]
    moves = place(c, active, [Move(lead.before, row) for lead, row in zip(leads, stood, strict=True)])
    placed = [move.row for move in moves]
    put_leads(c, placed)
    once_kept(c, partial(active.tally.count, [(row.tier, row.score) for row in placed]))
    write_moves(c, moves, by=by, now=now)
    for lead, row in zip(leads, placed, strict=True):
        if _woke(lead, row):
            snoozes.add_snooze(c, SnoozeRow(lead=row.key, at=now, by=by, until=now, because=f"New data put it into {row.tier}"))
    news = [_score(lead, row, one, inputs[row.key], now) for lead, row, one in zip(leads, placed, scored, strict=True) if _tells(lead, row)]
    scores.add_scores(c, news)
    return {row.key: (row, one) for row, one in zip(placed, scored, strict=True)}


def _stands(active: Active, lead: Restless, scored: Scored, forced: OverrideRow | None, now: datetime) -> LeadRow:
    said = counting(active, scored, forced, lead.row)
    row = _roused(active, lead, said)
    no_call, no_email = flags_of(active, row)
    contact = said.contact
    due = _deadline(active, lead.before, row, said.due_within, now, contact=contact)
    return replace(
        row, updated_at=now, do_not_call=no_call, do_not_email=no_email, model=scored.model, scored_at=now, probability=scored.probability,
        probability_low=scored.probability_low, probability_high=scored.probability_high, score=scored.score, tier=said.tier, contact=contact,
        expected_profit=said.expected_profit, chance=chance_of(active, scored), cost=cost_of(active, row.fields),
        worth=said.worth, action=said.action, due_within=said.due_within,
        reason=top_reason(scored, contact=contact), overridden_until=None if forced is None else forced.expires_at,
        due_at=due, first_due_at=_first_deadline(row, said.due_within, due, now),
    )


def _roused(active: Active, lead: Restless, said: Overruled) -> LeadRow:
    """Wake a snoozed lead that is better now by what is known of it; as time passes, or by another model alone, none wakes."""
    tiers = [rule.name for rule in active.bundle.policy.tiers]
    before, row = lead.before, lead.row
    if before is None or row.status != "snoozed" or lead.cause != "new data" or not said.contact or before.tier not in tiers:
        return row
    return replace(row, status="open", snoozed_until=None) if tiers.index(said.tier) < tiers.index(before.tier) else row


def _woke(lead: Restless, row: LeadRow) -> bool:
    return lead.row.status == "snoozed" and row.status == "open"


def counting(active: Active, scored: Scored, forced: OverrideRow | None, row: LeadRow) -> Overruled:
    """Return the decision that counts for a stored lead: the model's or somebody's, as far as the lead agreed to it."""
    said = decided(active, scored, None if forced is None else forced.tier, row.fields)
    no_call, no_email = flags_of(active, row)
    agreed = consented(said.action, said.contact, do_not_call=no_call, do_not_email=no_email)
    return replace(said, action=agreed.action, contact=agreed.contact)


def decided(active: Active, scored: Scored, tier: str | None, fields: Mapping[str, object]) -> Overruled:
    """Return the decision that counts: the model's, or with somebody's tier in the place of the model's.

    Where tiers are learned and no value is declared, all leads but those of the last tier are worked, as long as their tier says how.
    """
    judged = scored._replace(probability=counted(scored))
    said = _overruled(active, judged, tier, fields)
    policy = active.bundle.policy
    if policy.tiers_on != "class" or scored.expected_profit is not None:
        return said
    # The cut is one on the best class alone; what the other tiers say is to be done would never be.
    return replace(said, contact=said.tier != policy.tiers[-1].name and bool(said.action.strip()))


def _overruled(active: Active, scored: Scored, tier: str | None, fields: Mapping[str, object]) -> Overruled:
    if tier is None or tier not in {rule.name for rule in active.bundle.policy.tiers}:
        worth = scored.probability if scored.expected_profit is None else scored.expected_profit
        return Overruled(scored.tier, scored.action, scored.due_within, scored.contact, scored.expected_profit, worth)
    terms = active.bundle.terms
    value, cost = (None if name is None else amount_of(active, name, fields) for name in (terms.value_column, terms.contact_cost_column))
    return overrule(active.bundle.policy, scored, tier, value=value, cost=cost)


def _deadline(active: Active, before: LeadRow | None, row: LeadRow, within: str, now: datetime, *, contact: bool) -> datetime | None:
    """Return by when to act: the time begins when the lead comes, or comes into a tier with another deadline; the first contact ends it.

    While a lead sleeps no time begins: it does when the lead wakes.
    """
    if row.contacted_at is not None or row.status not in {"open", "snoozed"}:
        return row.due_at
    if not contact:
        return None
    if row.status == "snoozed":
        return row.due_at
    if before is not None and before.status != "snoozed" and row.due_at is not None and before.due_within == within:
        return row.due_at
    return due_at(within, now, active.zone)


def _first_deadline(row: LeadRow, within: str, due: datetime | None, now: datetime) -> datetime | None:
    """Return the deadline by which a lead is judged: another tier's takes its place only before it has passed, and nothing else does."""
    first = row.first_due_at
    if row.status == "snoozed" and due is not None:
        return first
    if first is not None and (row.contacted_at is not None or first <= now or (due is not None and row.due_within == within)):
        return first
    return due


def _tells(lead: Restless, row: LeadRow) -> bool:
    """Whether the history gets a row."""
    old = lead.before
    return not lead.routine or old is None or (old.score, old.tier, old.contact) != (row.score, row.tier, row.contact)


def _score(lead: Restless, row: LeadRow, scored: Scored, inputs: str, now: datetime) -> ScoreRow:
    woke = f"; that put it into {row.tier} and woke it" if _woke(lead, row) else ""
    return ScoreRow(
        lead=row.key, at=now, model=row.model, inputs=inputs, probability=row.probability, probability_low=row.probability_low,
        probability_high=row.probability_high, score=row.score, tier=row.tier, contact=row.contact, expected_profit=row.expected_profit,
        reasons=[reason._asdict() for reason in scored.reasons[:REASONS]], cause=lead.cause, because=lead.because + woke,
    )
