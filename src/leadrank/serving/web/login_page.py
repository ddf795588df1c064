"""Log in and out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from leadrank.operations import sessions
from leadrank.serving import cookies, entering
from leadrank.serving.asking import At
from leadrank.serving.callers import cookie_of
from leadrank.serving.web.entry import OpenRoute, PageRoute, Posting, safe_place
from leadrank.serving.web.failed import LOGIN
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page

NO_COOKIE = "Name and password were right, but this browser kept no cookie. Allow cookies for this address, then log in again."
pages = APIRouter(route_class=PageRoute)
door = APIRouter(route_class=OpenRoute)


@door.get("/login")
def form(request: Request, service: At, next: str = "/app", said: str = "") -> Response:  # noqa: A002 - the address says so
    """Show the form; nobody needs it where there are no accounts."""
    if service.keeper.local:
        return RedirectResponse("/app", 303)
    return page(None, "login.html", next=safe_place(next), name="", wrong="", lost=cookies.is_lost(request), said=said_of(said))


@door.get("/login/entered")
def entered(request: Request, next: str = "/app") -> Response:  # noqa: A002
    """Go on to what was wanted; a browser that kept no cookie would only be led back to the form, without a word."""
    place, lost = safe_place(next), cookies.is_lost(request)
    if cookie_of(request.scope["leadrank.headers"].get(b"cookie", b"")):
        return RedirectResponse(place, 303)
    return page(None, "login.html", status=401, next=place, name="", wrong="" if lost else NO_COOKIE, lost=lost, said=None)


@door.post("/login")
def log_in(
    request: Request, service: At, name: Annotated[str, Form(max_length=200)], password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=1000)] = "/app",  # noqa: A002
) -> Response:
    """Open a session; why it is refused is not told."""
    entered = entering.log_in(service, request, name, password)
    if entered is None:
        lost = cookies.is_lost(request)
        return page(None, "login.html", status=401, next=safe_place(next), name=name, wrong=entering.WRONG, lost=lost, said=None)
    answer = RedirectResponse(f"{LOGIN}/entered?next={quote(safe_place(next), safe='/')}", 303)
    cookies.give(answer, request, entered[0])
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
