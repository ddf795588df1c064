"""How to read a score, in a minute."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from leadrank.serving.web.entry import PageRoute, Visiting
from leadrank.serving.web.templating import page

pages = APIRouter(route_class=PageRoute)


@pages.get("/guide")
def show(visit: Visiting) -> Response:
    """Show the guide."""
    policy = visit.desk.champion.current().bundle.policy
    return page(visit, "guide.html", tiers=policy.tiers)
