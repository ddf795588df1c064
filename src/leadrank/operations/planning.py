"""What managers look at: what a plan would bring, who has how much to do, whether tiers keep their share, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from leadrank.bundle import LARGEST_AMOUNT
from leadrank.decisions import Policy
from leadrank.decisions.plan import WorkPlan
from leadrank.decisions.plan import plan as planned
from leadrank.errors import UsageError
from leadrank.evaluation.business_figures import BeforeAfter, BusinessFigure, Period, Responses, before_after, business_figures
from leadrank.operations.champion import Active
from leadrank.operations.desk import Desk, reading
from leadrank.operations.who import Who
from leadrank.store.accounts import active_reps
from leadrank.store.aggregates import began, closed, contacted, first_responses, open_by_owner, open_chances
from leadrank.store.leads import late
from leadrank.store.queue import QueueFilter, tier_counts

HOUR, MONTH = timedelta(hours=1), timedelta(days=365.25 / 12)


@dataclass(frozen=True, slots=True)
class Load:
    """One rep: open leads that are to be contacted, by tier, those past their deadline, and the capacity."""

    owner: str
    team: str | None
    open: int
    overdue: int
    capacity: int | None
    tiers: dict[str, int]


@dataclass(frozen=True, slots=True)
class TierShare:
    """How many of the open leads are in each tier, against what the team can work."""

    tiers: dict[str, int]
    contact: int
    capacity: int | None
    alarm: str


def plan(
    desk: Desk, who: Who, *, capacity: int | None = None, value: float | None = None, cost: float | None = None, now: datetime
) -> WorkPlan:
    """Return what working the best `capacity` of the leads that wait for a first contact is expected to bring.

    Those whose consent rules every contact out are none of them. Value and cost are each lead's own where none are given.
    """
    for name, given in (("capacity", capacity), ("value", value), ("cost", cost)):
        if given is not None and not 0 <= given <= LARGEST_AMOUNT:
            raise UsageError(f"The {name} should be 0 or more; {given} came.", "Leave it out for each lead's own.")
    with reading(desk, who, "plan", now=now) as c:
        found, policy = open_chances(c), desk.champion.of(c).bundle.policy
    own = np.where(np.isnan(found.cost), policy.cost, found.cost)
    profit = None if np.isnan(found.expected_profit).all() else np.nan_to_num(found.expected_profit)
    return planned(found.chance, profit, capacity=capacity, value=value, cost=cost, own_cost=own, counted=_counted(policy))


def workload(desk: Desk, who: Who, *, now: datetime) -> list[Load]:
    """Return how much each active rep has to do; leads of nobody come last, with an empty name."""
    with reading(desk, who, "workload", now=now) as c:
        found, overdue, reps = open_by_owner(c), late(c, now), active_reps(c)
    counts: dict[str | None, dict[str, int]] = {rep.name: {} for rep in reps}
    for owner, tier, number in found:
        counts.setdefault(owner, {})[tier] = number
    told = {rep.name: (rep.team, rep.capacity) for rep in reps}
    loads = [Load(owner or "", *_split(told, owner, tiers, overdue)) for owner, tiers in counts.items()]
    return sorted(loads, key=lambda load: (not load.owner, load.owner))


def tier_share(desk: Desk, who: Who, *, now: datetime) -> TierShare:
    """Compare the leads that are to be contacted with the capacity of the team, and raise an alarm where they do not fit."""
    with reading(desk, who, "tier_share", now=now) as c:
        active, reps = desk.champion.of(c), active_reps(c)
        tiers, working = tier_counts(c, QueueFilter()), tier_counts(c, QueueFilter(contact=True))
    capacity = None if not reps or any(rep.capacity is None for rep in reps) else sum(rep.capacity or 0 for rep in reps)
    names = [rule.name for rule in active.bundle.policy.tiers]
    return TierShare({name: tiers.get(name, 0) for name in names}, sum(working.values()), capacity, _alarm(names, working, capacity))


def business(
    desk: Desk, who: Who, *, since: datetime, until: datetime, split: datetime | None = None, now: datetime
) -> tuple[BusinessFigure, ...] | BeforeAfter:
    """Return the business figures of a period, or of the two that a date splits it into, with their difference.

    A contact whose own cost is not known costs what one with its lead does, where the model tells that, or else what the project declares for one.
    """
    if not since < until or (split is not None and not since < split < until):
        raise UsageError("A period begins before it ends, and the date that splits it lies inside.", "Check the dates.")
    with reading(desk, who, "business", now=now) as c:
        active = desk.champion.of(c)
        tiers = [rule.name for rule in active.bundle.policy.tiers]
        if split is None:
            return business_figures(_period(c, active, since, until, now), tiers=tiers)
        return before_after(_period(c, active, since, split, now), _period(c, active, split, until, now), tiers=tiers)


def _counted(policy: Policy) -> str:
    """Name what a plan counts: where tiers are learned and no rate is declared, nobody knows how many of the best tier convert."""
    return f"leads of the tier {policy.tiers[0].name}" if policy.tiers_on == "class" and not any(policy.rates) else "conversions"


def _split(
    told: Mapping[str, tuple[str | None, int | None]], owner: str | None, tiers: Mapping[str, int], overdue: Mapping[str | None, int]
) -> tuple[str | None, int, int, int | None, dict[str, int]]:
    team, capacity = told.get(owner or "", (None, None))
    return team, sum(tiers.values()), overdue.get(owner, 0), capacity, dict(tiers)


def _alarm(names: Sequence[str], working: Mapping[str, int], capacity: int | None) -> str:
    """Say when more leads are to be contacted than the team has room for; most of all when the best tier alone is too much."""
    contact, best = sum(working.values()), working.get(names[0], 0)
    if capacity is None or contact <= capacity:
        return ""
    if best > capacity:
        return f"{names[0]} alone has {best:,} open leads, and the team has room for {capacity:,}: the tier no longer tells whom to contact first."
    return f"{contact:,} open leads are to be contacted, and the team has room for {capacity:,}: the others wait, the least worth the longest."


def _sales_cost(c: Connection, active: Active, since: datetime, until: datetime) -> float | None:
    own = active.bundle.terms.contact_cost_column is not None
    spent, usual = contacted(c, since, until, own=own), active.bundle.policy.cost if own else active.project.economics.contact_cost
    return spent.cost + (spent.contacts - spent.priced) * usual if own or usual or spent.priced else None


def _period(c: Connection, active: Active, since: datetime, until: datetime, now: datetime) -> Period:
    ends, waits, campaigns = closed(c, since, until), first_responses(c, since, until), active.project.economics.marketing_cost
    responses = Responses(
        np.array([(now - w.created_at) / HOUR if w.hours is None else w.hours for w in waits], dtype=np.float64),
        np.array([w.hours is not None for w in waits], dtype=np.bool_),
        np.array([np.nan if w.due_at is None else (w.due_at - w.created_at) / HOUR for w in waits], dtype=np.float64), [w.tier for w in waits],
        np.array([w.closed for w in waits], dtype=np.bool_),
    )
    # Months before the first lead, and those that have not come, are nobody's.
    end = min(until, now)
    start = max(since, began(c) or end)
    hired = sorted(max(start, rep.created_at) for rep in active_reps(c) if rep.created_at < end)
    months = max(0.0, (end - start) / MONTH)
    return Period(
        np.array([one.converted for one in ends], dtype=np.bool_), np.array([np.nan if e.value is None else e.value for e in ends], dtype=np.float64),
        responses, sales_cost=_sales_cost(c, active, since, until), marketing_cost=months * campaigns if campaigns else None,
        reps=len(hired), rep_months=max(0.0, sum((end - day) / MONTH for day in hired)),
        staffed=np.array([bool(hired) and one.at >= hired[0] for one in ends], dtype=np.bool_),
    )
