"""What the service is, and how it is."""

from __future__ import annotations

from time import monotonic
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from leadrank import __version__
from leadrank.serving.asking import At, Guarded
from leadrank.serving.hot.front import LIVE
from leadrank.serving.problems import Problem
from leadrank.serving.words import Told

router = APIRouter(tags=["service"])
figures = APIRouter(route_class=Guarded, tags=["service"])
PUBLIC: dict[str, Any] = {"security": []}
METRICS = "text/plain; version=1.0.0; charset=utf-8"


class Service(Told):
    """What answers here."""

    service: Literal["leadrank"] = "leadrank"
    version: str
    model: str
    docs: str = "/docs"
    pages: str = "/app"


class Health(Told):
    """How the service is; `stale_seconds` says how old the last look at the database is."""

    status: Literal["ok", "degraded"]
    model: str
    database: Literal["ok", "out of reach"]
    stale_seconds: float


class Live(Told):
    """It runs."""

    status: Literal["ok"] = "ok"


def _prefers_page(accept: str) -> bool:
    return "text/html" in accept and "application/json" not in accept


@router.get("/", openapi_extra=PUBLIC, response_model=Service, responses={303: {"description": "A browser is led to the pages."}})
async def root(request: Request, service: At) -> Service | RedirectResponse:
    """Say what this is; a browser is led to the pages."""
    if _prefers_page(request.headers.get("accept", "")):
        return RedirectResponse("/app", 303)
    return Service(version=__version__, model=service.desk.champion.current().identity)


@router.get("/health", openapi_extra=PUBLIC)
async def health(service: At) -> Health:
    """Say how the service is, in words; always 200 while it runs."""
    return _health(service)


@router.get(LIVE, openapi_extra=PUBLIC)
async def live() -> Live:
    """Say that the process answers."""
    return Live()


@router.get("/health/ready", openapi_extra=PUBLIC, responses={503: {"description": "The database is out of reach."}})
async def ready(service: At) -> Health:
    """Say whether requests shall come here: 503 while the database is out of reach."""
    found = _health(service)
    if found.status != "ok":
        raise Problem(503, "The database is out of reach.", "Scores are still given; the log says why.", headers={"retry-after": "1"})
    return found


@figures.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}, "description": "Figures."}})
def metrics(service: At) -> Response:
    """Give all figures in the text format of Prometheus, of all workers together."""
    return Response(service.meter.written(), media_type=METRICS)


def _health(service: At) -> Health:
    reached = service.state.reached
    return Health(
        status="ok" if reached else "degraded", model=service.desk.champion.current().identity, database="ok" if reached else "out of reach",
        stale_seconds=round(max(0.0, monotonic() - service.state.seen_at), 3),
    )
