"""HTTP with an end to patience: a request must come at a pace, and its answer must be taken; whoever dawdles is let go."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from leadrank.serving.hot.front import LIVE, reply_of, send_problem
from leadrank.serving.numbers import number_of
from leadrank.serving.problems import Problem

FIRST, PACE, TAKING = 5.0, 20_000, 30.0
"""Seconds for any request; bytes a second that a longer one must keep up; seconds in which nothing of an answer is taken."""
LOOK = 1.0
FORGOTTEN = struct.pack("ii", 1, 0)
"""What tells a system to forget at once what was not taken of an answer; by itself it would keep that for minutes."""


async def turned_away(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001
    """Say that there are too many connections."""
    problem = Problem(503, "Too many connections are open.", "Come again in a second.", headers={"retry-after": "1", "connection": "close"})
    await send_problem(send, problem, number_of(dict(scope["headers"])))


class PatientProtocol(HttpToolsProtocol):
    """One connection, looked at once a second."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._began: float | None = self.loop.time()
        self._stuck: float | None = None
        self._rested: float | None = None
        self._came = 0
        self._look: asyncio.TimerHandle | None = self.loop.call_later(LOOK, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        self._came += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        self._began, self._came, self._rested = self.loop.time(), 0, None
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Turn away who is one too many; whether we live is told all the same."""
        app, most = self.app, self.config.limit_concurrency
        self.limit_concurrency = None  # the server's own answer would be no problem in our sense
        if most is not None and max(len(self.connections), len(self.tasks)) >= most and self.url.partition(b"?")[0] != LIVE.encode():
            self.app = turned_away
        super().on_headers_complete()
        self.app = app

    def send_400_response(self, msg: str) -> None:
        """Say in our own words that this is no HTTP."""
        problem = Problem(400, msg or "This is no HTTP request.", "Send HTTP/1.1.", headers={"connection": "close"})
        reply = reply_of(problem, number_of({}))
        self.transport.write(b"".join((STATUS_LINE[400], reply.lines, b"content-length: %d\r\n\r\n" % len(reply.body), reply.body)))
        self.transport.close()

    def on_message_complete(self) -> None:
        """Wait no longer for a request that is whole."""
        self._began = None
        super().on_message_complete()

    def rest(self) -> None:
        """Wait for the next request, without a clock of one's own."""
        self.server_state.total_requests += 1
        self._rested = self.loop.time()

    def shutdown(self) -> None:
        """Stop: the application hears of it at once, so that answers without an end come to one."""
        closing: Any = getattr(self.app, "closing", None)
        if closing is not None:
            closing()
        super().shutdown()

    def _check(self) -> None:
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if self.flow.read_paused:
            self._began = None if self._began is None else now  # it is we who are slow
        self._stuck = (self._stuck or now) if self.flow.write_paused else None
        if self._rested is not None and now - self._rested > self.timeout_keep_alive:
            self.transport.close()
            return
        dawdles = self._began is not None and now - self._began > FIRST + self._came / PACE
        if dawdles or (self._stuck is not None and now - self._stuck > TAKING):
            self._let_go()
            return
        self._look = self.loop.call_later(LOOK, self._check)

    def _let_go(self) -> None:
        with suppress(OSError):
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, FORGOTTEN)
        self.transport.abort()
