"""A new lead, entered by hand: a form made of what the model reads, answered with the score and its reasons."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leadrank.errors import UsageError
from leadrank.operations import explaining, intake
from leadrank.pages.words import percent
from leadrank.score import Explained
from leadrank.serving.problems import problem_of
from leadrank.serving.web.asked_fields import fields_of
from leadrank.serving.web.entry import PageRoute, Posting, Visiting, posted
from leadrank.serving.web.failed import sentence
from leadrank.serving.web.lead_page import reasons_of
from leadrank.serving.web.pictures.gauge import gauge
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit

HERE = "/app/new"
FEW = 12
"""So many levels stand in a list to choose from; more are offered while typing."""
pages = APIRouter(route_class=PageRoute)


@pages.get("/new")
def form(visit: Visiting) -> Response:
    """Show the empty form."""
    return _form(visit, {})


@pages.post("/new")
def take(visit: Posting, given: Annotated[dict[str, str], Depends(posted)]) -> Response:
    """Score what was entered; with the second button, take it into the list as well."""
    fields = fields_of(visit.desk.champion.current().bundle)
    cells = {field.column: given[field.name].strip() for field in fields if given.get(field.name, "").strip()}
    if not cells:
        return _form(visit, given, wrong="Nothing was entered: fill in at least one field.", status=422)
    told = explaining.explain_fields(visit.desk, visit.who, cells, reasons=6, now=visit.now)
    try:
        taken = _taken(visit, given, cells) if given.get("do") == "take" else None
    except UsageError as error:
        return _form(visit, given, wrong=f"{sentence(problem_of(error))} {error.remedy}", status=422)
    return _form(visit, {} if taken else given, told=told, taken=taken)  # what was taken leaves the form free for the next


def _taken(visit: Visit, given: dict[str, str], cells: dict[str, str]) -> intake.Taken:
    key = given.get("key", "").strip() or f"lead-{visit.today:%Y%m%d}-{secrets.token_hex(3)}"
    lead_key = visit.desk.champion.current().scorer.key
    lead = intake.NewLead(key, {**cells, lead_key: key} if lead_key else cells, given.get("source", "").strip() or "entered by hand")
    return intake.take_leads(visit.desk, visit.who, [lead], now=visit.now, in_part=True)[0]


def _form(
    visit: Visit, given: dict[str, str], *, told: Explained | None = None, taken: intake.Taken | None = None, wrong: str = "", status: int = 200
) -> Response:
    scored = told.scored if told else None
    return page(
        visit, "new.html", status=status, here=HERE, fields=fields_of(visit.desk.champion.current().bundle), given=given, told=told, scored=scored,
        taken=taken, wrong=wrong, reasons=reasons_of(told) if told else [], few=FEW,
        gauge=gauge(scored.probability, scored.probability_low, scored.probability_high, score=scored.score) if scored else "",
        base=percent(told.reasons[0].base_rate) if told and told.reasons else "",
    )
