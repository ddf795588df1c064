"""Tells an open page that something changed; what, it asks for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from leadrank.errors import ServiceError
from leadrank.serving.asking import At
from leadrank.serving.callers import UNATTENDED
from leadrank.serving.changes import told
from leadrank.serving.problems import Problem
from leadrank.serving.service import Service
from leadrank.serving.web.entry import PageRoute, Visiting

BEAT = 15.0
"""Seconds after which a silent connection is shown to be alive, and its session looked at again."""
AT_ONCE = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Neither kept nor held back, by a proxy either."""
pages = APIRouter(route_class=PageRoute)


@pages.get("/changes")
async def changes(request: Request, visit: Visiting, service: At) -> StreamingResponse:
    """Send the version of the list, now and at each change, until the page or the session ends."""
    listening = service.changes.listening(visit.who.name)
    event = await listening.__aenter__()
    return StreamingResponse(_stream(request, service, listening, event), media_type="text/event-stream", headers=AT_ONCE)


async def _stream(
    request: Request, service: Service, listening: AbstractAsyncContextManager[asyncio.Event], event: asyncio.Event
) -> AsyncIterator[str]:
    try:
        yield _message(service)
        while not service.changes.closing:
            try:
                await asyncio.wait_for(event.wait(), BEAT)
            except TimeoutError:
                if not await asyncio.to_thread(_still_there, request, service):
                    return
                yield ": still here\n\n"
                continue
            event.clear()
            if not service.changes.closing:
                yield _message(service)
    finally:
        await listening.__aexit__(None, None, None)


def _message(service: Service) -> str:
    return f"event: change\ndata: {told(service.changes.version)}\n\n"


def _still_there(request: Request, service: Service) -> bool:
    try:
        service.keeper.find({**request.scope["leadrank.headers"], UNATTENDED: b"true"}, stale=True)
    except Problem:
        return False
    except ServiceError:
        return True
    return True
