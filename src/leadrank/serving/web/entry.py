"""The door to the pages: who is there, whether a form is theirs, and what is shown when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from leadrank.errors import LeadrankError
from leadrank.serving.asking import service_of
from leadrank.serving.callers import SAFE, Caller
from leadrank.serving.falling_back import answer_or_kept
from leadrank.serving.origin import is_foreign
from leadrank.serving.problems import Problem
from leadrank.serving.web.failed import failed, to_log_in
from leadrank.serving.web.visit import Visit

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
PARTIAL = "hx-request"


class PageRoute(APIRoute):
    """A route whose failures are pages, and whose writes are told of at once; a form is read once it is known who sent it."""

    for_strangers = False

    def get_route_handler(self) -> Handler:
        """Wrap the route's own handler."""
        own = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                if request.method not in SAFE and not self.for_strangers:
                    await run_in_threadpool(visitor, request)
                return await answer_or_kept(request, own)
            except (LeadrankError, Problem, RequestValidationError, HTTPException) as error:
                if isinstance(error, Problem) and error.status == 401:
                    return to_log_in(request)
                return failed(request, error)
            finally:
                if request.method not in SAFE:
                    service_of(request).changes.poke()

        return handler


class OpenRoute(PageRoute):
    """A route for those who are not logged in."""

    for_strangers = True


def visitor(request: Request) -> Visit:
    """Recognise who is there, once for a request; raises `Problem` 401 if nobody is."""
    known: Visit | None = getattr(request.state, "visit", None)
    if known is not None:
        return known
    service = service_of(request)
    caller: Caller = service.keeper.find(request.scope["leadrank.headers"]).numbered(request.scope["leadrank.number"])
    if caller.how == "key":
        raise Problem(403, "A key opens the API, not the pages.", "Log in.")
    if caller.how != "local":
        service.calls.count(caller.who.name)
    request.state.caller = caller
    request.state.visit = Visit(service.desk, caller.who, service.now(), caller.csrf, caller.how == "local", request.headers.get(PARTIAL) == "true")
    return request.state.visit  # type: ignore[no-any-return]


Visiting = Annotated[Visit, Depends(visitor)]


async def posted_all(request: Request) -> dict[str, list[str]]:
    """Read a form's texts, each name with all its values."""
    form = await request.form()
    return {name: [value for value in form.getlist(name) if not isinstance(value, UploadFile)] for name in form}


async def posted(request: Request) -> dict[str, str]:
    """Read a form's texts, the last value of each name."""
    return {name: values[-1] for name, values in (await posted_all(request)).items() if values}


async def theirs(request: Request, visit: Visiting) -> Visit:
    """Refuse a form that another site may have made a browser send."""
    if is_foreign(request.scope["leadrank.headers"]):
        raise Problem(403, "Another site sent this form.", "Send it from the pages of this service.")
    if not request.state.caller.proves((await posted(request)).get("csrf", "")):
        raise Problem(403, "This form is from another session.", "Go back, load the page anew, and send it again.")
    return visit


Posting = Annotated[Visit, Depends(theirs)]


async def asked(request: Request) -> dict[str, str]:
    """Return the fields of an address."""
    return {name: value[:1000] for name, value in request.query_params.items()}


Fields = Annotated[dict[str, str], Depends(asked)]


def safe_place(place: str) -> str:
    r"""Return a page of ours to go on to, whatever an address says.

    Examples
    --------
    >>> safe_place("/app/leads/a%20b"), safe_place("//evil.example"), safe_place("/app/../x"), safe_place("/app\\\\evil")
    ('/app/leads/a%20b', '/app', '/app', '/app')
    >>> safe_place("/app/queue?search=a//b..&tier=High")
    '/app/queue?search=a//b..&tier=High'
    """
    path = place.partition("?")[0]
    ours = path == "/app" or path.startswith("/app/")
    return quote(place, safe="/?&=%:+,;@!$'()*~") if ours and not any(odd in path for odd in ("..", "\\", "//")) else "/app"
