"""Leads: they come in one by one or as NDJSON, stand in a ranked queue, and keep their history."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from leadrank.errors import nearest
from leadrank.operations import intake, queue
from leadrank.serving.api.lines import NDJSON, answer_lines, is_lines
from leadrank.serving.asking import Asker, At, Guarded, strict_for
from leadrank.serving.failures import read_one
from leadrank.serving.falling_back import told_again
from leadrank.serving.payloads import HistoryTold, KnownTold, PageTold, TakenTold
from leadrank.serving.problems import Notice, Problem
from leadrank.serving.telling import tell
from leadrank.serving.words import After, Cells, Given, Key, Limit, Moment, Name, ShortName, Strict, Text
from leadrank.store.queue import QueueFilter

router = APIRouter(prefix="/leads", route_class=Guarded, tags=["leads"])
Status = Literal["open", "snoozed", "converted", "lost"]


class LeadGiven(Given):
    """A lead: fields that come are set, all others stay."""

    key: Name
    fields: Cells = Field(default_factory=dict)
    source: Text = ""
    created_at: Moment | None = None

    def new(self) -> intake.NewLead:
        """Return it as the operation takes it."""
        return intake.NewLead(self.key, self.fields, self.source[:100], self.created_at)


_ONE_OR_LINES: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "application/json": {"schema": LeadGiven.model_json_schema(ref_template="#/components/schemas/{model}")},
    NDJSON: {"schema": {"type": "string", "description": "A lead in each line."}},
}}}
TAKEN: dict[int | str, dict[str, Any]] = {
    201: {"model": TakenTold, "description": "The lead is new."}, 404: {"description": "The lead is another rep's."},
}


@router.post("", response_model=TakenTold, responses=TAKEN, openapi_extra=_ONE_OR_LINES)
async def take(request: Request, asker: Asker, service: At, strict: Strict = None) -> Response:
    """Take a lead, or as NDJSON many: stored, scored, given a deadline and an owner; the same again changes nothing."""
    if is_lines(request):
        return await answer_lines(request, service, LeadGiven, lambda leads: _taken(service, asker, leads, strict))
    given = await read_one(request, LeadGiven)
    (found,) = await run_in_threadpool(_taken, service, asker, [given], strict)
    return Response(found.model_dump_json(), 201 if found.created else 200, media_type="application/json")


def _taken(service: At, asker: Asker, leads: list[LeadGiven], strict: bool | None) -> list[TakenTold]:
    found = intake.take_leads(service.desk, asker.who, [lead.new() for lead in leads], now=service.now(), strict=strict_for(service, strict))
    return [tell(service, TakenTold, taken) for taken in found]


@router.get("")
@told_again
def page(
    asker: Asker, service: At, limit: Limit = 50, after: After = None, owner: Annotated[ShortName | None, Query()] = None,
    unassigned: bool = False, team: Annotated[ShortName | None, Query()] = None, tier: Annotated[list[ShortName] | None, Query(max_length=20)] = None,
    status: Annotated[list[Status] | None, Query(max_length=4)] = None, contact: bool | None = None,
    min_age: Annotated[int | None, Query(ge=0, le=100_000, description="Hours since a lead was created, at least.")] = None,
    max_age: Annotated[int | None, Query(ge=0, le=100_000, description="Hours since a lead was created, at most.")] = None,
    search: Annotated[Text | None, Query()] = None,
) -> PageTold:
    """Return a page of the ranked queue, the most worth first; a rep's holds own leads, with `unassigned` those of the team that nobody has."""
    now = service.now()
    wanted = QueueFilter(
        owner=owner, unassigned=unassigned, team=team, tier=tuple(tier or ()), status=tuple(status or ("open",)), contact=contact,
        newest_than=None if max_age is None else now - timedelta(hours=max_age),
        oldest_than=None if min_age is None else now - timedelta(hours=min_age), search=search,
    )
    found = queue.queue(service.desk, asker.who, wanted, limit=limit, after=after, now=now)
    _check_tiers(service, wanted, found)
    return tell(service, PageTold, found)


def _check_tiers(service: At, wanted: QueueFilter, found: queue.Page) -> None:
    """Refuse a tier that neither the model in use knows nor any lead of the queue has: an empty page would look like an empty tier."""
    known = tuple(dict.fromkeys([*(rule.name for rule in service.desk.champion.current().bundle.policy.tiers), *found.tiers]))
    odd = [name for name in wanted.tier if name not in known]
    if odd:
        told = [Notice("tier", "wrong value", f"tier: {name!r} is none of {', '.join(known)}", nearest(name, known)) for name in odd]
        raise Problem(422, "The query string cannot be used.", f"The tiers are {', '.join(known)}.", told)


@router.get("/{key}")
@told_again
def one(key: Key, asker: Asker, service: At) -> KnownTold:
    """Return one lead with its last score and reasons."""
    return tell(service, KnownTold, queue.lead(service.desk, asker.who, key, now=service.now()))


@router.get("/{key}/history")
def history(key: Key, asker: Asker, service: At) -> HistoryTold:
    """Return all that happened to a lead, and why its score changed each time."""
    return tell(service, HistoryTold, queue.history(service.desk, asker.who, key, now=service.now()))
