"""The call list: whom to work first, by when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from time import thread_time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from leadrank.operations import planning, queue
from leadrank.operations.exports import KINDS
from leadrank.pages.words import count, plural
from leadrank.serving.asking import At
from leadrank.serving.callers import UNATTENDED
from leadrank.serving.changes import told
from leadrank.serving.falling_back import told_again
from leadrank.serving.web.asked import AGES, MINE, MOST, NOBODY, PAGE, STATUSES, Asked
from leadrank.serving.web.entry import PageRoute, Visiting
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit
from leadrank.store.queue import Urgency, urgency_of

HERE = "/app/queue"
pages = APIRouter(route_class=PageRoute)


def asked_for(
    tab: str = "", tier: str = "", owner: str = "", status: str = "open", age: str = "", search: Annotated[str, Query(max_length=100)] = "",
    shown: Annotated[int, Query(ge=1, le=MOST)] = PAGE, after: Annotated[str, Query(max_length=queue.LONGEST_CURSOR)] = "",
    past: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Asked:
    """Read the filters of the address; an unknown word filters nothing."""
    known_status = status if status in dict(STATUSES) else "open"
    known_age = age if age in dict(AGES) else ""
    return Asked("aside" if tab == "aside" else "", tier, owner, known_status, known_age, search, shown, after, past)


Wanted = Annotated[Asked, Depends(asked_for)]


HEADS = {
    Urgency.DUE: "Now: late, or due within 24 hours", Urgency.LATER: "Later, or without a deadline",
    Urgency.WAITING: "Contacted already: waiting for an answer", Urgency.REST: "Nothing to do",
}
"""What stands above the first lead of each urgency."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer."""

    tiers: tuple[tuple[str, str], ...]
    owners: tuple[tuple[str, str], ...]


@pages.get("/queue")
@told_again
def show(request: Request, service: At, visit: Visiting, asked: Wanted, said: str = "", lead: str = "") -> Response:
    """Show the list; a script gets the list alone, and what it costs that pages ask for it by themselves is counted."""
    began = thread_time()
    shown = _shown(visit, asked, said, lead)
    if UNATTENDED in request.scope["leadrank.headers"]:
        service.changes.sparing.spent(thread_time() - began)
    return shown


def _shown(visit: Visit, asked: Asked, said: str, lead: str) -> Response:
    version = visit.desk.version()  # before the list is read: a change in between is told of
    wanted = asked.filter(visit.who, visit.now, visit.zone)
    found = queue.queue(visit.desk, visit.who, wanted, limit=asked.shown, after=asked.after or None, now=visit.now)
    choices = _choices(visit, found.tiers) if not visit.partial else Choices((), ())
    shown = page(
        visit, "queue_list.html" if visit.partial else "queue.html", here=HERE, asked=asked, aside=asked.aside, leads=found.leads, total=found.total,
        more=asked.more(found.after), further=asked.further(found.after), query=asked.with_(), said=said_of(said, lead),
        show_owner=visit.who.role != "rep", may_work=visit.may("contact"), may_upload=visit.may("upload"),
        version=told(version), none_yet=not any(version), heads={} if asked.aside else _heads(found), summary=_summary(found, visit),
        tier_choices=choices.tiers, owner_choices=choices.owners, status_choices=STATUSES, age_choices=AGES,
    )
    if visit.partial:
        shown.headers["hx-replace-url"] = f"{HERE}?{asked.with_()}".removesuffix("?")
    return shown


@pages.get("/queue.{kind}")
def export(visit: Visiting, asked: Wanted, kind: str) -> Response:
    """Give the list out as a file in which no cell is a formula."""
    content = queue.export_queue(visit.desk, visit.who, asked.filter(visit.who, visit.now, visit.zone), kind=kind, now=visit.now)
    name = f"{'not-worth-working' if asked.aside else 'call-list'}-{visit.today}.{kind}"
    return Response(content, media_type=KINDS[kind], headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"})


def _heads(found: queue.Page) -> dict[str, str]:
    """Name the leads with which another urgency begins."""
    first = {urgency_of(lead, found.soon): lead.key for lead in reversed(found.leads)}
    return {key: HEADS[urgency] for urgency, key in first.items()}


def _summary(found: queue.Page, visit: Visit) -> str:
    names = dict.fromkeys([*_tiers(visit), *found.tiers])
    parts = [f"{count(found.tiers[tier])} {tier}" for tier in names if found.tiers.get(tier)]
    return f"{plural(found.total, 'lead')}{': ' + ', '.join(parts) if len(parts) > 1 else ''}"


def _tiers(visit: Visit) -> list[str]:
    return [tier.name for tier in visit.desk.champion.current().bundle.policy.tiers]


def _choices(visit: Visit, tiers: dict[str, int]) -> Choices:
    offered = tuple((name, name) for name in dict.fromkeys([*_tiers(visit), *tiers]))
    if not visit.may("workload"):
        return Choices(offered, ())
    owners = [load.owner for load in planning.workload(visit.desk, visit.who, now=visit.now) if load.owner]
    return Choices(offered, (("", "everybody"), (MINE, "me"), (NOBODY, "nobody"), *((name, name) for name in owners)))
