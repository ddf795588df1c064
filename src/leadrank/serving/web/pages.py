"""All pages, under /app."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from leadrank.errors import NotFoundError
from leadrank.serving.web import (
    accounts_page,
    changes_page,
    files,
    guide_page,
    lead_page,
    login_page,
    model_page,
    new_page,
    queue_page,
    team_page,
    upload_page,
)
from leadrank.serving.web.entry import PageRoute, Visiting

pages = APIRouter(prefix="/app", include_in_schema=False, route_class=PageRoute)


@pages.get("")
@pages.get("/")
def home(visit: Visiting) -> RedirectResponse:
    """Lead to where the visitor begins."""
    return RedirectResponse(visit.home, 303)


for part in (
    files, login_page, changes_page, queue_page, new_page, lead_page, team_page, model_page, upload_page, accounts_page, guide_page,
):
    pages.include_router(part.pages)
pages.include_router(login_page.door)


def nowhere(visit: Visiting, rest: str) -> None:  # noqa: ARG001 - only who is logged in learns what there is
    """Say in the words of the pages that there is nothing at an address."""
    raise NotFoundError(f"There is no page {rest[:100]!r}.", "Choose one from the bar above.")


last = APIRouter(route_class=PageRoute)
last.add_api_route("/{rest:path}", nowhere, methods=["GET"])
pages.include_router(last)
