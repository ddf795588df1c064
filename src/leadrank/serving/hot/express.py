"""One lead over HTTP/1.1 without a task, a scope or an event: answered in the moment in which its last byte arrives.

Only for what can be answered at once; all else takes the usual way, and gets the same answer there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from leadrank.serving.hot.front import ONE, Front, Reply
from leadrank.serving.hot.patience import PatientProtocol

PATH = ONE.encode()
END_OF_HEAD = b"\r\n\r\n"
MOST_HEADS, LONGEST_HEAD, MOST_HEADERS = 4, 1024, 24
"""So many heads of so many bytes and headers one connection is known by: a program sends the same ones again and again, but for the length."""
_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)(?=\r\n|\Z)", re.IGNORECASE)


class Head(NamedTuple):
    """The bytes of a head on both sides of the length of its body, and what the parser read of it."""

    start: bytes
    end: bytes
    headers: Mapping[bytes, bytes]
    query: bytes

    def fits(self, raw: bytes, length: int) -> bool:
        """Say whether a head is this one, byte for byte, but that it tells of a body of another length."""
        digits = raw[len(self.start) : len(raw) - len(self.end)]
        return raw.startswith(self.start) and raw.endswith(self.end) and digits.isdigit() and int(digits) == length


class ExpressProtocol(PatientProtocol):
    """One connection."""

    _body: bytearray | None = None
    _headers: Mapping[bytes, bytes]
    _query: bytes
    _last = False
    _between = True
    _alone: tuple[bytes, int] = b"", 0
    _dated: tuple[object, bytes] = None, b""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._heads: list[Head] = []

    def data_received(self, data: bytes) -> None:
        """Answer a request whose head came before on this connection and whose body is all here; the parser gets all else."""
        if not self._between:
            super().data_received(data)
            return
        raw, end, body = data.partition(END_OF_HEAD)
        for head in self._heads:
            if head.fits(raw, len(body)) and len(body) <= self.app.most and self._idle() and self._answered(head, body):
                return
        self._alone = (raw, len(body)) if end and len(raw) <= LONGEST_HEAD else (b"", 0)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Be in the middle of a request."""
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Keep the body of a lead to ourselves; everything else goes the usual way."""
        path, _, self._query = self.url.partition(b"?")
        if path != PATH or not self._at_once():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Collect."""
        if self._body is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """Answer, or let the usual way have what was kept."""
        self._between, alone, self._alone = True, self._alone, (b"", 0)
        if self._body is None:
            super().on_message_complete()
            return
        self._began = None
        body, self._body = self._body, None
        reply = self.app.at_once(self._headers, self._query, bytes(body))
        if reply is None:
            super().on_headers_complete()
            super().on_body(bytes(body))
            super().on_message_complete()
        else:
            stay = self.parser.should_keep_alive()
            if stay and reply.status == 200 and alone[1] == len(body):
                self._remember(alone[0])
            self._give(reply, stay=stay and not self._last)

    def shutdown(self) -> None:
        """Stop after the answer to a lead that is half here."""
        if self._body is None:
            super().shutdown()
        self._last = True

    def _at_once(self) -> bool:
        """Say whether this can be answered in one piece: it is whole and small, and nothing else is under way."""
        plain = isinstance(self.app, Front) and self.parser.get_method() == b"POST" and self.parser.get_http_version() == "1.1"
        if not plain or not self._idle():
            return False
        self._headers = headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        small = length.isdigit() and int(length) <= self.app.most and b"transfer-encoding" not in headers
        if not small or self.expect_100_continue or self.parser.should_upgrade():
            return False
        self._body = bytearray()
        return True

    def _idle(self) -> bool:
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    def _answered(self, head: Head, body: bytes) -> bool:
        reply = self.app.at_once(head.headers, head.query, body)
        if reply is None:
            return False
        self._unset_keepalive_if_required()
        self._began = None
        self._give(reply, stay=not self._last)
        return True

    def _remember(self, raw: bytes) -> None:
        """Remember a head that came in one piece with its body, of somebody who may come again."""
        told = list(_LENGTH.finditer(raw))
        if len(told) == 1 and len(self._heads) < MOST_HEADS and len(self._headers) <= MOST_HEADERS:
            start, end = told[0].span(1)
            self._heads.append(Head(raw[:start], raw[end:], self._headers, self._query))

    def _give(self, reply: Reply, *, stay: bool) -> None:
        if self.transport.is_closing():
            return
        end = b"\r\n" if stay else b"connection: close\r\n\r\n"
        head = b"%b%b%bcontent-length: %d\r\n%b" % (STATUS_LINE[reply.status], self._date(), reply.lines, len(reply.body), end)
        self.transport.write(head + reply.body)
        if stay:
            self.rest()
        else:
            self.transport.close()

    def _date(self) -> bytes:
        """Return the lines that the server adds to every answer: it renews their list once a second."""
        given = self.server_state.default_headers
        if self._dated[0] is not given:
            self._dated = given, b"".join([b"%b: %b\r\n" % header for header in given])
        return self._dated[1]
