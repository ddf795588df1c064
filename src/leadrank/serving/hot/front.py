"""The front of the service: scores leave from here, everything else goes on to the API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from leadrank.errors import LeadrankError
from leadrank.serving.callers import Caller
from leadrank.serving.hot.asked import asked_of
from leadrank.serving.hot.batch import score_batch
from leadrank.serving.hot.body import Gone, Receive, Send, read_body
from leadrank.serving.hot.gate import Gate
from leadrank.serving.hot.leads import one_lead
from leadrank.serving.hot.stream import is_stream, score_stream
from leadrank.serving.numbers import number_of
from leadrank.serving.problems import MEDIA_TYPE, Problem, fault, problem_of, written

Scope = Mapping[str, Any]
App = Callable[[Any, Receive, Send], Awaitable[None]]
END = b"\r\n"
SCORED = b"content-type: application/json\r\nx-content-type-options: nosniff\r\nx-request-id: "
"""What stands before an answer, up to its number; nobody keeps the answer to a POST unasked, so nothing forbids it."""
HEADERS = {"content-type": MEDIA_TYPE, "cache-control": "no-store", "x-content-type-options": "nosniff"}
ONE, BATCH, LIVE = "/predict", "/predict/batch", "/health/live"
HOT = frozenset({ONE, BATCH})
log = logging.getLogger("leadrank.serving")


class Reply(NamedTuple):
    """An answer as bytes: its body, and the lines of its own headers as they are sent."""

    status: int
    body: bytes
    lines: bytes


class Front:
    """Answers `POST /predict` and `POST /predict/batch` without a framework.

    Parameters
    ----------
    app
        Takes all else.
    gate
        Knows who may have leads scored, by which model, and counts.
    closing
        Called when the server is about to stop, before it waits for connections to end.
    """

    def __init__(self, app: App, gate: Gate, closing: Callable[[], None] = lambda: None) -> None:
        self._app, self._gate, self.closing = app, gate, closing
        self._encode = msgspec.json.Encoder().encode
        self.most = gate.limits.one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path")
        if path not in HOT or scope.get("method") != "POST":
            await self._app(scope, receive, send)
            return
        start, headers = perf_counter(), dict(scope["headers"])
        number = number_of(headers)
        try:
            caller = self._gate.known(headers)
            if caller is None:
                caller = await asyncio.to_thread(self._gate.find, headers, (scope.get("client") or ("",))[0])
            if path == BATCH and is_stream(headers):
                self._gate.admit(caller, headers)
                await score_stream(self._gate, scope, caller, number, receive, send)
                self._gate.meter.routes[path].count(200, perf_counter() - start)
                return
            reply = await self._replied(path, scope, headers, number, caller, receive)
        except Gone:
            self._gate.meter.routes[path].count(499, perf_counter() - start)
            return
        except Exception as error:
            reply = reply_of(error, number)
        self._gate.meter.routes[path].count(reply.status, perf_counter() - start)
        await send_reply(send, reply)

    async def _replied(
        self, path: str, scope: Scope, headers: Mapping[bytes, bytes], number: str, caller: Caller, receive: Receive
    ) -> Reply:
        if path == ONE:
            return self._one(caller, headers, scope["query_string"], await read_body(receive, self.most), number)
        self._gate.admit(caller, headers)
        body = await score_batch(self._gate, scope, caller, receive)
        return Reply(200, body, SCORED + number.encode() + END)

    def at_once(self, headers: Mapping[bytes, bytes], query: bytes, body: bytes) -> Reply | None:
        """Answer `POST /predict` without waiting for anything; None where the store must be asked who calls."""
        start, number = perf_counter(), number_of(headers)
        try:
            caller = self._gate.known(headers)
            if caller is None:
                return None
            reply = self._one(caller, headers, query, body, number)
        except Exception as error:
            reply = reply_of(error, number)
        self._gate.meter.routes[ONE].count(reply.status, perf_counter() - start)
        return reply

    def _one(self, caller: Caller, headers: Mapping[bytes, bytes], query: bytes, body: bytes, number: str) -> Reply:
        gate = self._gate
        gate.admit(caller, headers)
        asked = asked_of(query)
        answers, strict = gate.answers()
        answer = answers.one(one_lead(body), asked, strict=strict if asked.strict is None else asked.strict)
        gate.scored(caller, answer.tier, answer.score)
        return Reply(200, self._encode(answer), SCORED + number.encode() + END)


def reply_of(error: Exception, number: str) -> Reply:
    """Turn a failure into an answer; one that is our fault is logged."""
    if isinstance(error, LeadrankError):
        problem = problem_of(error)
    elif isinstance(error, Problem):
        problem = error
    else:
        log.error("Request %s failed.", number, exc_info=error)
        problem = fault(number)
    own = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "x-request-id": number, **problem.headers}.items())
    return Reply(problem.status, written(problem, number), own.encode("latin-1"))


async def send_reply(send: Send, reply: Reply) -> None:
    """Give an answer out."""
    own = [(name, value) for name, _, value in (line.partition(b": ") for line in reply.lines.split(END)[:-1])]
    await send({"type": "http.response.start", "status": reply.status, "headers": [(b"content-length", b"%d" % len(reply.body)), *own]})
    await send({"type": "http.response.body", "body": reply.body})


async def send_problem(send: Send, problem: Problem, number: str) -> None:
    """Answer with a problem."""
    await send_reply(send, reply_of(problem, number))
