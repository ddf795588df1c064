"""What the figures of a sales team are made from, read in SQL; every period is from `since` on and before `until`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Subquery, and_, exists, func, or_, select, true

from leadrank.store.contacts import counting
from leadrank.store.schema import contacts, leads, outcomes
from leadrank.types import FloatArray

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Contacted:
    """Contacts of a period: how many, with how many leads, of how many the cost is known, and what these cost."""

    contacts: int
    leads: int
    priced: int
    cost: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The last outcome of a lead, or the last one before it came back by itself."""

    lead: str
    at: datetime
    owner: str | None
    tier: str
    converted: bool
    value: float | None


@dataclass(frozen=True, slots=True)
class Response:
    """How long a lead waited until somebody worked it, None while it waits; `due_at` is the deadline that it began with.

    `closed` says that it was closed before any contact: `answered_at` is then when.
    """

    lead: str
    tier: str
    created_at: datetime
    answered_at: datetime | None
    hours: float | None
    due_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Chances:
    """What a plan counts with, column by column: chance of a conversion, expected profit and what a contact costs; what is unknown is nan."""

    chance: FloatArray
    expected_profit: FloatArray
    cost: FloatArray


def began(c: Connection) -> datetime | None:
    """Read when the first lead came; None where there is none."""
    found: datetime | None = c.execute(select(func.min(leads.c.created_at))).scalar_one()
    return found


def contacted(c: Connection, since: datetime, until: datetime, *, own: bool = False) -> Contacted:
    """Count contacts and add up what they cost; with `own`, one without a cost of its own has that of its lead, as it was last scored."""
    cost = func.coalesce(contacts.c.cost, leads.c.cost) if own else contacts.c.cost
    sums = select(func.count(), func.count(contacts.c.lead.distinct()), func.count(cost), func.coalesce(func.sum(cost), 0.0))
    found = sums.select_from(contacts.join(leads, leads.c.key == contacts.c.lead)).where(*_within(contacts.c.at, since, until), *counting())
    number, different, priced, spent = c.execute(found).one()
    return Contacted(int(number), int(different), int(priced), float(spent))


def closed(c: Connection, since: datetime, until: datetime) -> list[Closed]:
    """Read the last outcome of each lead, where it fell into the period; one that came back by itself had one before, too."""
    columns = (outcomes.c.lead, outcomes.c.at, leads.c.owner, leads.c.tier, outcomes.c.converted, outcomes.c.value)
    ended = (*_within(outcomes.c.at, since, until), _last(), outcomes.c.converted.is_not(None))
    query = select(*columns).join(leads, leads.c.key == outcomes.c.lead).where(*ended)
    return [Closed(*row) for row in c.execute(query.order_by(outcomes.c.id))]


def first_responses(c: Connection, since: datetime, until: datetime) -> list[Response]:
    """Read how long the leads created in a period waited, with the deadline that no snooze and no new owner moves.

    The first contact ends the wait, by the day that it tells of, and so does closing the lead. A lead that nobody was to contact before it missed a
    deadline, and nobody did, is none of them.
    """
    first, ended = _first_contacts(), _closings()
    # The deadline of a lead that is not to be contacted any more stays only where it was missed.
    wanted = or_(leads.c.contact == True, leads.c.first_due_at.is_not(None), first.c.at.is_not(None))  # noqa: E712
    columns = leads.c.key, func.coalesce(first.c.tier, leads.c.tier), leads.c.created_at, first.c.at, ended.c.at, leads.c.first_due_at
    joined = leads.outerjoin(first, first.c.lead == leads.c.key).outerjoin(ended, ended.c.lead == leads.c.key)
    query = select(*columns).select_from(joined).where(*_within(leads.c.created_at, since, until), wanted)
    return [_response(*row) for row in c.execute(query.order_by(leads.c.created_at, leads.c.key))]


def open_by_owner(c: Connection) -> list[tuple[str | None, str, int]]:
    """Count the open leads worth contacting, by owner and tier."""
    working = (leads.c.status == "open", leads.c.contact == True)  # noqa: E712
    query = select(leads.c.owner, leads.c.tier, func.count()).where(*working).group_by(leads.c.owner, leads.c.tier)
    return [(owner, tier, int(number)) for owner, tier, number in c.execute(query)]


def open_chances(c: Connection) -> Chances:
    """Read what a plan counts with, of the open leads that nobody contacted yet and that somebody may: a page asks at every move of a slider."""
    # Until a lead of before is scored anew, what it is shown with stands for what it counts with.
    counted = func.coalesce(leads.c.chance, leads.c.probability), leads.c.expected_profit, leads.c.cost
    barred = and_(leads.c.do_not_call, leads.c.do_not_email)
    query = select(*counted).where(leads.c.status == "open", leads.c.contacted_at.is_(None), ~barred)
    # The driver's own tuples: to make rows of them takes three times as long as to read them.
    cursor = c.connection.cursor()
    cursor.execute(str(query.compile(c, compile_kwargs={"literal_binds": True})))
    found = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 3)
    cursor.close()
    return Chances(found[:, 0], found[:, 1], found[:, 2])


def _within(moment: Column[datetime], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return moment >= since, moment < until


def _last() -> ColumnElement[bool]:
    """Of several outcomes of a lead the last one counts, and the last before it came back by itself: the others were corrected, or taken back."""
    then = outcomes.alias("then")
    following = select(then.c.came_back).where(then.c.lead == outcomes.c.lead, then.c.id > outcomes.c.id).order_by(then.c.id).limit(1)
    return func.coalesce(following.scalar_subquery(), true()) == true()


def _first_contacts() -> Subquery:
    """Give the earliest contact of each lead, which may have been written down after a later one."""
    place = func.row_number().over(partition_by=contacts.c.lead, order_by=(contacts.c.at, contacts.c.id)).label("place")
    ordered = select(contacts.c.lead, contacts.c.at, contacts.c.tier, place).where(*counting()).subquery()
    return select(ordered).where(ordered.c.place == 1).subquery()


def _closings() -> Subquery:
    """Say when each lead was closed first: neither a correction makes the wait longer, nor that it came back; one that is taken back is none."""
    back = outcomes.alias("back")
    taken_back = exists().where(back.c.lead == outcomes.c.lead, back.c.id > outcomes.c.id, back.c.converted.is_(None), ~back.c.came_back)
    counted = select(outcomes.c.lead, func.min(outcomes.c.at).label("at")).where(outcomes.c.converted.is_not(None), ~taken_back)
    return counted.group_by(outcomes.c.lead).subquery()


def _response(
    key: str, tier: str, created_at: datetime, contacted_at: datetime | None, closed_at: datetime | None, due_at: datetime | None
) -> Response:
    # What a lead bought may have been told before the lead itself was.
    answers = [max(at, created_at) for at in (contacted_at, closed_at) if at is not None]
    answer = min(answers, default=None)
    hours = None if answer is None else (answer - created_at).total_seconds() / _HOUR
    closed = closed_at is not None and (contacted_at is None or closed_at < contacted_at)
    return Response(key, tier, created_at, answer, hours, due_at, closed)
