"""What is read most is answered as it was, while the database is out of reach."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response

from leadrank.errors import ServiceError
from leadrank.serving.callers import Caller
from leadrank.serving.kept import Answer, Asked, asked_by, said_to_be_stale
from leadrank.serving.service import Service

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
E = TypeVar("E", bound=Callable[..., Any])
_MARK = "leadrank_told_again"


def told_again(endpoint: E) -> E:
    """Mark what answers a request whose last answer is worth keeping; of a list the first page only."""
    setattr(endpoint, _MARK, True)
    return endpoint


async def answer_or_kept(request: Request, own: Handler) -> Response:
    """Answer by a route's own handler, or while the database is out of reach as it did before.

    Raises
    ------
    ServiceError
        The database is out of reach, and nothing was kept for this caller.
    """
    if not _is_first(request):
        return await own(request)
    service = _service(request)
    if not service.state.reached and (known := _lately(request)) is not None:
        found = _stale(service, known)
        if found is not None:
            return found
    try:
        answer = await own(request)
    except ServiceError as away:
        return kept_answer(request, away)
    caller: Caller | None = getattr(request.state, "caller", None)
    if answer.status_code == 200 and caller is not None:
        body = answer.body if isinstance(answer.body, bytes) else bytes(answer.body)
        service.kept.keep(_asked(request, caller), Answer(body, answer.headers.get("content-type", ""), service.clock()))
    return answer


def kept_answer(request: Request, away: ServiceError) -> Response:
    """Answer as before.

    Raises
    ------
    ServiceError
        Nothing was kept for this caller, or it is too old.
    """
    known = _lately(request) if _is_first(request) else None
    found = None if known is None else _stale(_service(request), known)
    if found is None:
        raise away
    return found


def _stale(service: Service, asked: Asked) -> Response | None:
    now = service.clock()
    answer = service.kept.find(asked, now)
    if answer is None:
        return None
    body, headers = said_to_be_stale(answer, now)
    return Response(body, headers={"content-type": answer.media, "cache-control": "no-store", **headers})


def _is_first(request: Request) -> bool:
    marked = getattr(request.scope.get("endpoint"), _MARK, False)
    return request.method == "GET" and marked and "after" not in request.query_params and "hx-request" not in request.headers


def _lately(request: Request) -> Asked | None:
    caller = _service(request).keeper.lately(request.scope["leadrank.headers"])
    return None if caller is None else _asked(request, caller)


def _asked(request: Request, caller: Caller) -> Asked:
    return asked_by(caller, request.url.path, request.url.query)


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found
