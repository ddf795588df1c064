"""The front of the service: scores leave from here, everything else goes on to the API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

import msgspec

from leadrank.errors import LeadrankError
from leadrank.serving.hot.asked import asked_of
from leadrank.serving.hot.batch import score_batch
from leadrank.serving.hot.body import Gone, Receive, Send, read_body
from leadrank.serving.hot.gate import Gate
from leadrank.serving.hot.leads import one_lead
from leadrank.serving.hot.stream import is_stream, score_stream
from leadrank.serving.numbers import number_of
from leadrank.serving.problems import MEDIA_TYPE, Problem, problem_of, written

Scope = Mapping[str, Any]
App = Callable[[Any, Receive, Send], Awaitable[None]]
JSON = [
    (b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"),
]
ONE, BATCH = "/predict", "/predict/batch"
HOT = frozenset({ONE, BATCH})


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
        self._most = gate.limits.one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path")
        if path in HOT and scope.get("method") == "POST":
            await self._score(path, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _score(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        start, status = perf_counter(), 200
        headers = dict(scope["headers"])
        number = number_of(headers)
        try:
            if path == ONE:
                body = await self._one(scope, headers, receive)
            elif is_stream(headers):
                await score_stream(self._gate, scope, headers, number, receive, send)
                self._gate.meter.routes[path].count(200, perf_counter() - start)
                return
            else:
                body = await score_batch(self._gate, scope, headers, receive)
        except (Problem, LeadrankError) as error:
            told = error if isinstance(error, Problem) else problem_of(error)
            status = told.status
            await send_problem(send, told, number)
        except Gone:
            status = 499
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [
                (b"content-length", b"%d" % len(body)), (b"x-request-id", number.encode()), *JSON,
            ]})
            await send({"type": "http.response.body", "body": body})
        self._gate.meter.routes[path].count(status, perf_counter() - start)

    async def _one(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        gate = self._gate
        caller = gate.known(headers)
        if caller is None:
            caller = await asyncio.to_thread(gate.find, headers)
        gate.admit(caller, headers)
        asked = asked_of(scope["query_string"])
        lead = one_lead(await read_body(receive, self._most))
        answers, strict = gate.answers()
        answer = answers.one(lead, asked, strict=strict if asked.strict is None else asked.strict)
        gate.scored(caller, answer.tier, answer.score)
        return self._encode(answer)


async def send_problem(send: Send, problem: Problem, number: str) -> None:
    """Answer with a problem."""
    body = written(problem, number)
    own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in problem.headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": [
        (b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body)), (b"x-request-id", number.encode()), *JSON[1:], *own,
    ]})
    await send({"type": "http.response.body", "body": body})
