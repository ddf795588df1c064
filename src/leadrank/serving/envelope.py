"""What every answer of the API has around it: a number, security headers, a bounded body, and a place in the figures."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any
from urllib.parse import unquote

from starlette.exceptions import HTTPException

from leadrank.operations.registry import LARGEST
from leadrank.serving.hot.body import Message, Receive, Send
from leadrank.serving.hot.front import send_problem
from leadrank.serving.numbers import number_of
from leadrank.serving.problems import Problem, fault
from leadrank.serving.service import Service

Scope = MutableMapping[str, Any]
App = Callable[[Any, Receive, Send], Awaitable[None]]
SLASH = "\x1f"
"""Stands for a slash that was written %2F in a path, until the path has been taken apart."""
API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"), (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"), (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
PAGES = "/app"
DROPPED = 256 << 20
"""Bytes of a page's body beyond its limit that are read all the same."""
log = logging.getLogger("leadrank.serving")


class Envelope:
    """Wraps the API.

    Parameters
    ----------
    app
        The API.
    service
        Its settings and meter are used.
    """

    def __init__(self, app: App, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server, which knows better, sends no body
        start, status = perf_counter(), [0]
        headers = dict(scope["headers"])
        number = number_of(headers)
        scope["leadrank.number"], scope["leadrank.headers"] = number, headers
        paged = scope["path"] == PAGES or scope["path"].startswith(PAGES + "/")
        scope["path"] = kept_slashes(scope)
        sending = _enveloped(send, scope, number, status, paged=paged)
        try:
            if not paged and int(headers.get(b"content-length", b"0") or 0) > self._most(scope):
                await send_problem(sending, self._too_large(scope), number)
            else:
                await self._app(scope, self._bounded(scope, receive, paged=paged), sending)
        except Exception:
            log.exception("Request %s failed.", number)
            if not status[0]:
                await send_problem(sending, fault(number), number)
            elif status[0] != 500:
                raise  # an answer that has begun cannot be taken back, only cut off
        finally:
            route = getattr(scope.get("route"), "path_format", "other")
            self._service.meter.routes[route].count(status[0] or 499, perf_counter() - start)

    def _most(self, scope: Scope) -> int:
        limits = self._service.settings.limits
        if scope["path"] in {"/models", "/app/model/add"}:
            return LARGEST
        return limits.batch if scope["path"] in {"/leads", "/events", "/app/upload", "/uploads"} else limits.other

    def _too_large(self, scope: Scope) -> Problem:
        return Problem(413, f"A body here has at most {self._most(scope):,} bytes.", "Send it in parts.", headers={"connection": "close"})

    def _bounded(self, scope: Scope, receive: Receive, *, paged: bool) -> Receive:
        length, most = 0, self._most(scope)

        async def bounded() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > most and paged:
                await _dropped(receive, message)
                raise HTTPException(413, f"At most {most >> 20} MB can be sent here. Send a smaller file, or the table in parts.")
            if length > most:
                raise HTTPException(413, self._too_large(scope).detail)
            return message

        return bounded


async def _dropped(receive: Receive, message: Message) -> None:
    """Read what is left of a body, up to a bound: a browser that is cut off while it sends shows nothing of the answer."""
    left = DROPPED
    while message.get("more_body") and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))


def _enveloped(send: Send, scope: Scope, number: str, status: list[int], *, paged: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            status[0] = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            own = [(b"x-request-id", number.encode()), (b"content-security-policy", PAGE_POLICY if paged else API_POLICY), *HEADERS]
            if b"cache-control" not in given:
                own.append((b"cache-control", b"no-store"))
            if scope["scheme"] == "https":
                own.append(HTTPS_ONLY)
            message["headers"] = [*message["headers"], *((name, value) for name, value in own if name not in given)]
        await send(message)

    return sending


def kept_slashes(scope: Scope) -> str:
    """Return the path with a mark in place of each slash that belongs to a name, so that names may hold slashes.

    Examples
    --------
    >>> kept_slashes({"path": "/leads/a/b/history", "raw_path": b"/leads/a%2Fb/history"}) == f"/leads/a{SLASH}b/history"
    True
    """
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return str(scope["path"])
    return "/".join(unquote(part).replace("/", SLASH) for part in raw.partition(b"?")[0].decode("latin-1").split("/"))
