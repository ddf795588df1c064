"""The whole service as one ASGI application: scores in front, then the API, then the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from leadrank.errors import LeadrankError
from leadrank.serving.api import (
    accounts,
    events,
    explaining,
    feedback,
    figures,
    health,
    leads,
    models,
    predict,
    reference,
    sessions,
    uploads,
    webhooks,
    work,
)
from leadrank.serving.envelope import Envelope
from leadrank.serving.failures import answer_problems
from leadrank.serving.hot.front import Front
from leadrank.serving.service import Service
from leadrank.serving.watch import watch, write_predictions
from leadrank.serving.web.pages import pages

ROUTERS = (
    health.router, health.figures, predict.router, explaining.router, explaining.unkept, leads.router, work.router, events.router, models.router,
    models.unkept, feedback.router, figures.router, uploads.router, accounts.router, accounts.secret, sessions.router, sessions.public,
    webhooks.router,
)

LAST_LOOK = 0.5
"""Seconds in which a look at the store that is under way may end."""


def app_of(service: Service) -> Front:
    """Make the application around a service."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=_lifespan)
    api.state.service = service
    answer_problems(api)
    for router in ROUTERS:
        api.include_router(router)
    for hidden in (reference.router, reference.described, pages):
        api.include_router(hidden)
    # Who stands before a proxy matters to the API only: scores need no address.
    behind: Any = Envelope(api, service)
    passed_on: Any = ProxyHeadersMiddleware(behind)
    return Front(passed_on, service.gate, service.changes.close)


@asynccontextmanager
async def _lifespan(api: FastAPI) -> AsyncIterator[None]:
    service: Service = api.state.service
    ending = asyncio.Event()
    watching = asyncio.create_task(watch(service, ending))
    try:
        yield
    finally:
        service.changes.close()
        ending.set()
        service.changes.poke()
        # What it does at the store has a connection that would stay open: it may end, unless the store says nothing.
        await asyncio.wait({watching}, timeout=LAST_LOOK)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        with suppress(LeadrankError):
            await asyncio.to_thread(write_predictions, service)
        service.meter.share()
        service.desk.store.close()
