"""A request to the API: who asks is known before anything else is read, and a write that comes again is answered as before."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from leadrank.errors import ServiceError, nearest
from leadrank.operations import replies
from leadrank.operations.desk import Desk
from leadrank.serving.callers import SAFE, Caller, guard
from leadrank.serving.envelope import SLASH
from leadrank.serving.falling_back import answer_or_kept, kept_answer
from leadrank.serving.hot.leads import unrepeated_json
from leadrank.serving.hot.stream import is_stream
from leadrank.serving.problems import Notice, Problem
from leadrank.serving.service import Service

IDEMPOTENCY = "idempotency-key"
REPLAYED = "idempotency-replayed"
TOLD_ONCE = "x-told-once"
"""Marks operations that know no Idempotency-Key."""
KEY = "^[A-Za-z0-9._:-]{1,200}$"
_LONGEST_NAME, _MOST_NAMES = 60, 20
_KEY = re.compile(KEY.strip("^$"))
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def service_of(request: Request) -> Service:
    """Return the service that a request came to; for one that is done once, with the desk where it is done."""
    found: Service = getattr(request.state, "service", None) or request.app.state.service
    return found


async def caller_of(request: Request) -> Caller:
    """Recognise who asks, and refuse what another site sent, or what comes too often; raises `Problem`."""
    service, headers = service_of(request), request.scope["leadrank.headers"]
    try:
        caller = service.keeper.known(headers)
        if caller is None:
            caller = await asyncio.to_thread(service.keeper.find, headers)
    except Problem as problem:
        if problem.status == 401:
            # Not among the wrong passwords: one broken program would keep an office behind the same address from logging in.
            service.strangers.count(request.client.host if request.client else "")
        raise
    guard(caller, headers, request.method)
    if caller.how != "local":
        service.calls.count(caller.who.own)
    return caller.numbered(request.scope["leadrank.number"])


def strict_for(service: Service, asked: bool | None = None) -> bool | None:
    """Return whether odd fields are refused: as was asked, as the service was started, or (None) as the model's project says."""
    return service.settings.strict if asked is None else asked


class _Json(Request):
    """A request whose JSON must be JSON: no NaN, no half of a surrogate pair."""

    async def json(self) -> Any:
        return unrepeated_json(await self.body())


class Guarded(APIRoute):
    """A route for those who may call; with an Idempotency-Key a write is done once, and its answer kept for a day."""

    repeatable = True

    def get_route_handler(self) -> Handler:
        """Wrap the route's own handler."""
        own, known = super().get_route_handler(), tuple(str(one.alias) for one in self.dependant.query_params)

        async def handler(request: Request) -> Response:
            try:
                caller = request.state.caller = await caller_of(request)
            except ServiceError as away:
                return kept_answer(request, away)
            _check_names(request, known)
            request = _Json(request.scope, request.receive)
            key = request.headers.get(IDEMPOTENCY)
            if request.method in SAFE:
                return await answer_or_kept(request, own)
            try:
                if key is None or not self.repeatable:
                    return await own(request)
                if not _KEY.fullmatch(key):
                    raise Problem(422, "The header Idempotency-Key has 1 to 200 of the letters A-Z, a-z, 0-9, ., _, : and -.", "Send e.g. a UUID.")
                # Lines are taken each for itself, and the same again changes nothing.
                return await (own(request) if is_stream(request.scope["leadrank.headers"]) else _once(request, caller, key, own))
            finally:
                service_of(request).changes.poke()

        return handler


class Unkept(Guarded):
    """A route whose answer is not kept: it tells a secret, writes piece after piece, or only reads; or the same again changes nothing."""

    repeatable = False

    def __init__(self, *given: Any, openapi_extra: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(*given, openapi_extra={**(openapi_extra or {}), TOLD_ONCE: True}, **named)


def _check_names(request: Request, known: tuple[str, ...]) -> None:
    """Refuse a query string with a name that nobody knows: what it asks for would silently not be done."""
    odd = [name[:_LONGEST_NAME] for name in request.query_params if name not in known]
    if odd:
        told = [Notice(name, "unknown", f"There is no parameter {name!r}.", nearest(name, known)) for name in odd[:_MOST_NAMES]]
        raise Problem(422, "The query string cannot be used.", f"This address knows {', '.join(known) or 'no parameters'}.", told)


async def _once(request: Request, caller: Caller, key: str, own: Handler) -> Response:
    service, made = service_of(request), list[Response]()
    told = request.method.encode(), caller.who.role.encode(), str(request.url.path).encode(), request.url.query.encode(), await request.body()
    digest = hashlib.sha256(b"\0".join(told)).hexdigest()

    def do(desk: Desk) -> tuple[int, bytes]:
        request.state.service = replace(service, desk=desk)
        # On a loop and threads of its own: those of the others may all wait for the transaction that this one holds.
        made.append(asyncio.run(own(request)))
        return made[0].status_code, bytes(made[0].body)

    now = service.now()
    before = await run_in_threadpool(replies.once, service.desk, caller.who, key, digest, do, about=partial(_lead_of, request), now=now)
    if before is None:
        return made[0]
    return Response(before.body or b"", before.status or 200, headers={REPLAYED: "true"}, media_type="application/json")


def _lead_of(request: Request, answer: bytes) -> str | None:
    """Return the lead that an answer is about: the one of the address, or the one that it tells of."""
    key = request.path_params.get("key")
    if key is not None:
        return str(key).replace(SLASH, "/")
    told = json.loads(answer) if answer else None
    lead = told.get("lead") if isinstance(told, dict) else None
    return str(lead["key"]) if isinstance(lead, dict) else None


def _caller(request: Request) -> Caller:
    found: Caller = request.state.caller
    return found


async def _service(request: Request) -> Service:
    return service_of(request)


Asker = Annotated[Caller, Depends(_caller)]
At = Annotated[Service, Depends(_service)]
