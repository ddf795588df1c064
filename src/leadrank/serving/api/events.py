"""What happened to leads, and what they belong to."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from leadrank.operations import happenings
from leadrank.serving.api.lines import NDJSON, answer_lines, is_lines
from leadrank.serving.asking import Asker, At, Guarded, strict_for
from leadrank.serving.failures import read_one
from leadrank.serving.payloads import HappenedTold
from leadrank.serving.telling import tell
from leadrank.serving.words import Amount, Cells, Given, Moment, Name, Strict, Told

router = APIRouter(route_class=Guarded, tags=["events"])


class EventGiven(Given):
    """Something that happened to a lead; `event` is the sender's own name of it, so that a repeated one counts once."""

    event: Name
    lead: Name
    kind: Name
    occurred_at: Moment
    known_at: Moment | None = None
    fields: Cells = Field(default_factory=dict)
    set: Cells = Field(default_factory=dict)
    add: dict[Name, Amount] = Field(default_factory=dict, max_length=200)


class ParentGiven(Given):
    """A row of a parent table."""

    table: Name
    key: Name
    fields: Cells = Field(default_factory=dict)


class ParentsGiven(Given):
    """Rows of parent tables, in place of those with the same keys."""

    rows: Annotated[list[ParentGiven], Field(min_length=1, max_length=10_000)]


class Counted(Told):
    """How many rows were taken."""

    taken: int


_ONE_OR_LINES: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "application/json": {"schema": EventGiven.model_json_schema()}, NDJSON: {"schema": {"type": "string", "description": "An event in each line."}},
}}}
REFUSED: dict[int | str, dict[str, Any]] = {404: {"description": "The lead is another rep's, or unknown where such events are refused."}}


@router.post("/events", response_model=HappenedTold, openapi_extra=_ONE_OR_LINES, responses=REFUSED)
async def take(request: Request, asker: Asker, service: At, strict: Strict = None) -> Response:
    """Take an event, or as NDJSON many; their leads are scored anew."""
    if is_lines(request):
        return await answer_lines(request, service, EventGiven, lambda events: _taken(service, asker, events, strict))
    given = await read_one(request, EventGiven)
    (found,) = await run_in_threadpool(_taken, service, asker, [given], strict)
    return Response(found.model_dump_json(), media_type="application/json")


def _taken(service: At, asker: Asker, events: list[EventGiven], strict: bool | None) -> list[HappenedTold]:
    new = [happenings.NewEvent(**event.model_dump()) for event in events]
    found = happenings.take_events(service.desk, asker.who, new, now=service.now(), strict=strict_for(service, strict))
    return [tell(service, HappenedTold, happened) for happened in found]


@router.post("/parents")
def parents(given: ParentsGiven, asker: Asker, service: At) -> Counted:
    """Take rows of parent tables; leads that belong to them are scored anew soon."""
    rows = [happenings.ParentFields(**row.model_dump()) for row in given.rows]
    return Counted(taken=happenings.take_parents(service.desk, asker.who, rows, now=service.now()))
