"""Tells an open page that something changed; what, it asks for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from leadrank.errors import ServiceError
from leadrank.operations.who import Who
from leadrank.serving.asking import At
from leadrank.serving.callers import UNATTENDED
from leadrank.serving.changes import Listener, told
from leadrank.serving.problems import Problem
from leadrank.serving.service import Service
from leadrank.serving.web.entry import PageRoute, Visiting

BEAT = 15.0
"""Seconds after which a connection is shown to be alive, and its session looked at again."""
AT_ONCE = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Neither kept nor held back, by a proxy either."""
pages = APIRouter(route_class=PageRoute)


@pages.get("/changes")
async def changes(request: Request, visit: Visiting, service: At) -> StreamingResponse:
    """Send the version of the list, now and when what it shows may have changed, until the page or the session ends."""
    listening = service.changes.listening(visit.who)
    listener = await listening.__aenter__()
    return StreamingResponse(_stream(request, service, listening, listener), media_type="text/event-stream", headers=AT_ONCE)


async def _stream(
    request: Request, service: Service, listening: AbstractAsyncContextManager[Listener], listener: Listener
) -> AsyncIterator[str]:
    try:
        yield _message(service.changes.version)
        beat = monotonic() + BEAT
        while not service.changes.closing:
            try:
                await asyncio.wait_for(listener.event.wait(), max(0.0, beat - monotonic()))
            except TimeoutError:
                if not await asyncio.to_thread(_still_there, request, service, listener.who):
                    return
                beat = monotonic() + BEAT
                yield ": still here\n\n"
                continue
            listener.event.clear()
            if not service.changes.closing:
                yield _message(listener.version)
    finally:
        await listening.__aexit__(None, None, None)


def _message(version: tuple[int, ...]) -> str:
    return f"event: change\ndata: {told(version)}\n\n"


def _still_there(request: Request, service: Service, who: Who) -> bool:
    """Say whether the session lasts, for somebody who sees the same leads; who does not comes again as who it is now."""
    try:
        found = service.keeper.find({**request.scope["leadrank.headers"], UNATTENDED: b"true"}, stale=True)
    except Problem:
        return False
    except ServiceError:
        return True
    return replace(found.who, request=who.request) == who
