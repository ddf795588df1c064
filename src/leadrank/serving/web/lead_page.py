"""One lead: how likely, why, what would change it, what happened, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from leadrank.bundle import Bundle
from leadrank.operations import explaining, queue
from leadrank.operations.ended import ended
from leadrank.operations.sight import sight
from leadrank.pages.words import percent
from leadrank.score import Explained
from leadrank.serving.falling_back import told_again
from leadrank.serving.web.acts import pages as acts
from leadrank.serving.web.amounts import as_typed
from leadrank.serving.web.entry import Fields, PageRoute, Visiting
from leadrank.serving.web.pictures import curves, reasons
from leadrank.serving.web.pictures.gauge import gauge
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit
from leadrank.serving.words import Key
from leadrank.store.records import LeadRow, ScoreRow

REASONS = 8
BY_HAND = frozenset({"override", "override ended"})
CHANNELS = (("call", "call"), ("email", "e-mail"), ("sms", "text message"), ("meeting", "meeting"), ("letter", "letter"), ("other", "other"))
pages = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Because:
    """One reason with its two pictures."""

    words: str
    claim: str
    raises: bool
    push: str
    evidence: str


@pages.get("/leads/{key:path}/what-if")
def what_if(visit: Visiting, key: Key, fields: Fields) -> Response:
    """Score the lead with other fields; nothing is kept."""
    known = queue.lead(visit.desk, visit.who, key, now=visit.now)
    levers = explaining.levers(visit.desk.champion.current(), known.lead.fields)
    asked = {lever.column: fields[name] for k, lever in enumerate(levers) if (name := f"f{k}") in fields and fields[name] != _cell(lever.value)}
    answer = explaining.what_if(visit.desk, visit.who, key, asked, now=visit.now) if asked else None
    if visit.partial:
        return page(visit, "lead/what_if_answer.html", answer=answer)
    return _lead(visit, key, answer=answer, given=fields)


@pages.get("/leads/{key:path}/stamp")
def stamp(visit: Visiting, key: Key) -> PlainTextResponse:
    """Say which state of a lead is the newest."""
    return PlainTextResponse(_stamp(queue.lead(visit.desk, visit.who, key, now=visit.now).lead), headers={"cache-control": "no-store"})


@pages.get("/leads/{key:path}")
@told_again
def show(visit: Visiting, key: Key, said: str = "") -> Response:
    """Show the lead."""
    return _lead(visit, key, said=said)


def _lead(visit: Visit, key: str, *, said: str = "", answer: explaining.WhatIf | None = None, given: dict[str, str] | None = None) -> Response:
    seen = sight(visit.desk, visit.who, key, reasons=REASONS, now=visit.now)
    lead, told, past = seen.known.lead, seen.told, seen.past
    active = visit.desk.champion.current()
    undone = {one.takes_back for one in past.contacts}
    back = max((one.at for one in past.outcomes if one.came_back), default=lead.created_at)
    mine = any(one.at >= back and one.takes_back is None and one.by == visit.who.name and one.id not in undone for one in past.contacts)
    return page(
        visit, "lead.html", here="/app/queue", stamp=_stamp(lead), lead=lead, known=seen.known, past=past, said=said_of(said), told=told,
        gauge=_gauge(lead, active.bundle), reasons=reasons_of(told), base=percent(_base(told)), parts=told.parts,
        history=_history(past.scores, visit), levers=explaining.levers(active, lead.fields), given=given or {}, answer=answer,
        questions=seen.questions, channels=_channels(lead), undone=undone, mine=mine, ended=ended(past.outcomes), as_typed=as_typed,
        sensitive=active.bundle.terms.sensitive, owners=seen.reps, week=timedelta(days=7), year=timedelta(days=365), cell=_cell,
    )


def _stamp(lead: LeadRow) -> str:
    return f"{lead.updated_at.timestamp()}/{lead.scored_at.timestamp()}/{lead.status}/{lead.owner}/{lead.tier}"


def reasons_of(told: Explained) -> list[Because]:
    """Put reasons beside their pictures, the hardest push first."""
    largest = max((abs(one.contribution) for one in told.reasons), default=0.0)
    return [
        Because(
            # "source is Referral: 36 of 100 such leads converted (308 seen); base 22 of 100": the claim stands beside its picture.
            *parted(one.sentence), one.contribution > 0, reasons.push(one.contribution, largest),
            reasons.evidence(one.rows, one.conversions, one.base_rate) if one.rows else "",
        )
        for one in told.reasons
    ]


def parted(sentence: str) -> tuple[str, str]:
    """Part a reason's sentence into what is known of the lead, and what such leads did.

    Examples
    --------
    >>> parted("a: b is 3: 4 of 100 such leads converted")
    ('a: b is 3', '4 of 100 such leads converted')
    """
    words, _, claim = sentence.rpartition(": ")
    return (words, claim) if words else (claim, "")


def _base(told: Explained) -> float:
    return next((one.base_rate for one in told.reasons), 0.0)


def _gauge(lead: LeadRow, bundle: Bundle) -> str:
    threshold = bundle.policy.threshold
    cut = threshold.cut if threshold.on == "probability" else None
    return gauge(lead.probability, lead.probability_low, lead.probability_high, score=lead.score, cut=cut)


def _history(scores: tuple[ScoreRow, ...], visit: Visit) -> str:
    moments = [
        curves.Moment(one.at, one.probability, one.probability_low, one.probability_high, f"{one.score}: {one.because}", one.cause in BY_HAND)
        for one in reversed(scores)
    ]
    return curves.history(moments, visit.now, visit.zone) if moments else ""


def _channels(lead: LeadRow) -> tuple[tuple[str, str], ...]:
    """Offer last what this lead does not want; it may still have happened."""
    barred = ({"call", "sms"} if lead.do_not_call else set()) | ({"email"} if lead.do_not_email else set())
    return tuple(sorted(CHANNELS, key=lambda one: one[0] in barred))


def _cell(value: Any) -> str:
    """Write a field's value as a form has it.

    Examples
    --------
    >>> _cell(None), _cell(3.0), _cell("web")
    ('', '3', 'web')
    """
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


pages.include_router(acts)
