"""Log in and out, for programs that act for a person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import Field

from leadrank.operations import sessions
from leadrank.serving import cookies, entering
from leadrank.serving.asking import Asker, At, Unkept
from leadrank.serving.callers import Caller, cookie_of
from leadrank.serving.payloads import SessionTold
from leadrank.serving.problems import Problem
from leadrank.serving.words import Given

router = APIRouter(prefix="/session", route_class=Unkept, tags=["sessions"])
public = APIRouter(prefix="/session", route_class=APIRoute, tags=["sessions"])
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": entering.WRONG}, 403: {"description": "Another site sent this."},
    429: {"description": "This address comes too often."}, 503: {"description": "Too many log in at once, or the database is out of reach."},
}


class LogIn(Given):
    """Who wants to come in."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1_000)]


@router.get("")
def who(asker: Asker) -> SessionTold:
    """Say who is logged in, and what unsafe requests must bring in the header x-csrf-token."""
    return told(asker)


@public.post("", status_code=201, openapi_extra={"security": []}, responses=REFUSED)
def log_in(given: LogIn, request: Request, response: Response, service: At) -> SessionTold:
    """Open a session: a cookie, and what unsafe requests must bring along."""
    entered = entering.log_in(service, request, given.name, given.password)
    if entered is None:
        raise Problem(401, entering.WRONG, "Wait a minute after several tries.")
    token, signed = entered
    cookies.give(response, request, token)
    return told(Caller(signed.who, "session", signed.csrf))


@router.delete("", status_code=204)
def log_out(request: Request, asker: Asker, service: At) -> Response:
    """End the session."""
    headers = request.scope["leadrank.headers"]
    token = cookie_of(headers.get(b"cookie", b""))
    response = Response(status_code=204)
    if asker.how == "session" and token:
        sessions.log_out(service.desk, token, now=service.now())
        service.keeper.forget(headers)
        cookies.take_back(response, request)
    return response


def told(caller: Caller) -> SessionTold:
    """Tell who somebody is."""
    who = caller.who
    return SessionTold(name=who.name, role=who.role, team=who.team, how=caller.how, csrf=caller.csrf, local=caller.how == "local")
