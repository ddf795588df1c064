"""Log in and out."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadrank.operations import sessions
from leadrank.serving import cookies
from leadrank.serving.asking import At
from leadrank.serving.callers import cookie_of
from leadrank.serving.origin import is_foreign
from leadrank.serving.problems import Problem
from leadrank.serving.web.entry import PageRoute, Posting, safe_place
from leadrank.serving.web.failed import LOGIN
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page

BYTES = 32
WRONG = "Name and password do not fit, or the account is locked for a while."
pages = APIRouter(route_class=PageRoute)


@pages.get("/login")
def form(request: Request, service: At, next: str = "/app", said: str = "") -> Response:  # noqa: A002 - the address says so
    """Show the form; nobody needs it where there are no accounts."""
    if service.keeper.local:
        return RedirectResponse("/app", 303)
    return page(None, "login.html", next=safe_place(next), name="", wrong="", lost=cookies.is_lost(request), said=said_of(said))


@pages.post("/login")
def log_in(
    request: Request, service: At, name: Annotated[str, Form(max_length=200)], password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=1000)] = "/app",  # noqa: A002
) -> Response:
    """Open a session; why it is refused is not told."""
    if is_foreign(request.scope["leadrank.headers"]):
        raise Problem(403, "Another site sent this form.", "Log in from the page of this service.")
    address = request.client.host if request.client else ""
    service.tries.check(address)
    token, csrf = secrets.token_urlsafe(BYTES), secrets.token_urlsafe(BYTES)
    signed = sessions.log_in(service.desk, name, password, token=token, csrf=csrf, request=request.scope["leadrank.number"], now=service.now())
    if signed is None:
        service.tries.count(address)
        lost = cookies.is_lost(request)
        return page(None, "login.html", status=401, next=safe_place(next), name=name, wrong=WRONG, lost=lost, said=None)
    answer = RedirectResponse(safe_place(next), 303)
    cookies.give(answer, request, token)
    return answer


@pages.post("/logout")
def log_out(request: Request, visit: Posting, service: At) -> Response:
    """End the session."""
    headers = request.scope["leadrank.headers"]
    token = cookie_of(headers.get(b"cookie", b""))
    if token:
        sessions.log_out(visit.desk, token, now=visit.now)
        service.keeper.forget(headers)
    answer = RedirectResponse(LOGIN, 303)
    cookies.take_back(answer, request)
    return answer
