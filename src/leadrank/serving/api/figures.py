"""What managers look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from leadrank.errors import UsageError
from leadrank.operations import planning
from leadrank.serving.asking import Asker, At, Guarded
from leadrank.serving.day_or_moment import DayOrMoment, beginning, ending
from leadrank.serving.words import Amount, Cost

router = APIRouter(prefix="/figures", route_class=Guarded, tags=["figures"])
_ANY = TypeAdapter(Any)
LONGEST = timedelta(days=3_660)
Since = Annotated[DayOrMoment, Query(description="A moment, or a day of the team's time zone: its beginning.")]
Until = Annotated[DayOrMoment | None, Query(description="A moment, or a day of the team's time zone, which is in the period; by default now.")]


def _told(record: Any) -> Any:
    return _ANY.dump_python(record, mode="json", fallback=str)


@router.get("/plan")
def plan(
    asker: Asker, service: At, capacity: Annotated[int | None, Query(ge=0, le=10_000_000)] = None, value: Annotated[Amount | None, Query()] = None,
    cost: Annotated[Cost | None, Query()] = None,
) -> Any:
    """Return what working the best of the leads that wait for a first contact, and may be contacted, is expected to bring."""
    return _told(planning.plan(service.desk, asker.who, capacity=capacity, value=value, cost=cost, now=service.now()))


@router.get("/workload")
def workload(asker: Asker, service: At) -> Any:
    """Return how much each rep has to do."""
    return [_told(load) for load in planning.workload(service.desk, asker.who, now=service.now())]


@router.get("/tiers")
def tiers(asker: Asker, service: At) -> Any:
    """Compare the leads to be contacted with the capacity of the team."""
    return _told(planning.tier_share(service.desk, asker.who, now=service.now()))


@router.get("/business")
def business(asker: Asker, service: At, since: Since, until: Until = None, split: Since | None = None) -> Any:
    """Return the business figures of a period, or of the two that a date splits it into; what differs between them is not causal.

    A plain day is one of the team's time zone (`[serving] timezone`), as on the Team page; a moment without a zone is UTC.
    """
    now, zone = service.now(), service.desk.champion.current().zone
    start, end = beginning(since, zone), now if until is None else ending(until, zone)
    middle = None if split is None else beginning(split, zone)
    if not timedelta(0) < end - start <= LONGEST:
        raise UsageError("Expected a period of at most ten years that begins before it ends.", "Set `since` and `until`.")
    if middle is not None and not start < middle < end:
        raise UsageError("Expected `split` between `since` and `until`.", "Name a date within the period.")
    return _told(planning.business(service.desk, asker.who, since=start, until=end, split=middle, now=now))
