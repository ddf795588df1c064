"""What managers look at: what a plan would bring, who has how much to do, whether tiers keep their share, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who

if TYPE_CHECKING:
    from leadrank.decisions.plan import WorkPlan


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
    """Return what working the best `capacity` open leads is expected to bring; value and cost are the model's own where none are given."""
    raise NotImplementedError


def workload(desk: Desk, who: Who, *, now: datetime) -> list[Load]:
    """Return how much each active rep has to do; leads of nobody come last, with an empty name."""
    raise NotImplementedError


def tier_share(desk: Desk, who: Who, *, now: datetime) -> TierShare:
    """Compare the leads that are to be contacted with the capacity of the team, and raise an alarm where they do not fit."""
    raise NotImplementedError


def business(desk: Desk, who: Who, *, since: datetime, until: datetime, split: datetime | None = None, now: datetime) -> Any:
    """Return the business figures of a period, or of the two that a date splits it into, with their difference."""
    raise NotImplementedError
