"""A new lead, entered by hand: a form made of what the model reads, answered with the score and its reasons."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from leadrank.errors import ConflictError, UsageError
from leadrank.operations import explaining, intake, queue
from leadrank.operations.desk import Desk
from leadrank.operations.sight import Sight, sight
from leadrank.pages.words import percent
from leadrank.score import Explained
from leadrank.serving.problems import problem_of
from leadrank.serving.web.asked_fields import Field, fields_of
from leadrank.serving.web.entry import PageRoute, Posting, Visiting, posted
from leadrank.serving.web.failed import sentence
from leadrank.serving.web.lead_page import reasons_of
from leadrank.serving.web.once import once
from leadrank.serving.web.pictures.gauge import gauge
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit

HERE = "/app/new"
REASONS = 6
FEW = 12
"""So many levels stand in a list to choose from; more are offered while typing."""
pages = APIRouter(route_class=PageRoute)


@pages.get("/new")
def form(visit: Visiting, lead: str = "", said: str = "") -> Response:
    """Show the empty form, and above it the lead that was stored last."""
    return _form(visit, {}, stored=sight(visit.desk, visit.who, lead, reasons=REASONS, now=visit.now) if lead else None, said=said)


@pages.post("/new")
def take(visit: Posting, given: Annotated[dict[str, str], Depends(posted)]) -> Response:
    """Score what was entered; with the second button, take it into the list. What a lead that is there gets is asked about first."""
    cells = {field.column: given[field.name].strip() for field in _fields(visit) if given.get(field.name, "").strip()}
    if not cells:
        return _form(visit, given, wrong="Nothing was entered: fill in at least one field.", status=422)
    if given.get("do") not in {"take", "add"}:
        return _form(visit, given, told=explaining.explain_fields(visit.desk, visit.who, cells, reasons=REASONS, now=visit.now))
    key = given.get("key", "").strip() or _made_up(visit, given.get("once", ""))
    try:
        said = _stored(visit, key, given, cells)
    except ConflictError:
        return _form(visit, given | {"key": key}, there=queue.lead(visit.desk, visit.who, key, now=visit.now), status=409)
    except UsageError as error:
        return _form(visit, given, wrong=f"{sentence(problem_of(error))} {error.remedy}", status=422)
    return RedirectResponse(f"{HERE}?{urlencode({'lead': key, 'said': said})}", 303)


def _made_up(visit: Visit, number: str) -> str:
    """Make a key up; the same form gets the same one, however often it is sent."""
    return f"lead-{visit.today:%Y%m%d}-{hashlib.sha256(number.encode()).hexdigest()[:6] if number else secrets.token_hex(3)}"


def _stored(visit: Visit, key: str, given: dict[str, str], cells: dict[str, str]) -> str:
    """Take the lead once, and return our word for what became of it."""
    column, source, adds = visit.desk.champion.current().scorer.key, given.get("source", "").strip(), given["do"] == "add"
    lead = intake.NewLead(key, {**cells, column: key} if column else cells, source or ("" if adds else "entered by hand"))
    found = list[intake.Taken]()

    def act(desk: Desk) -> None:
        found.extend(intake.take_leads(desk, visit.who, [lead], now=visit.now, in_part=True, only_new=not adds))

    once(visit, given.get("once", ""), ("new", given["do"], key, lead.source, json.dumps(cells)), act)
    return "taken" if not adds else "unchanged" if found and not found[0].changed else "extended"


def _fields(visit: Visit) -> tuple[Field, ...]:
    return fields_of(visit.desk.champion.current().bundle)


def _form(
    visit: Visit, given: dict[str, str], *, told: Explained | None = None, stored: Sight | None = None, there: queue.Known | None = None,
    said: str = "", wrong: str = "", status: int = 200,
) -> Response:
    told, lead = (stored.told, stored.known.lead) if stored else (told, None)
    scored = lead or (told.scored if told else None)
    return page(
        visit, "new.html", status=status, here=HERE, fields=_fields(visit), given=given, told=told, scored=scored, lead=lead, there=there,
        said=said_of(said), wrong=wrong, reasons=reasons_of(told) if told else [], few=FEW,
        gauge=gauge(scored.probability, scored.probability_low, scored.probability_high, score=scored.score) if scored else "",
        base=percent(told.reasons[0].base_rate) if told and told.reasons else "",
    )
