"""One lead over HTTP/1.1 without a task, a scope or an event: answered in the moment in which its last byte arrives.

Only for what can be answered at once; all else takes the usual way, and gets the same answer there.
"""

from __future__ import annotations

from collections.abc import Mapping

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from leadrank.serving.hot.front import ONE, Front, Reply
from leadrank.serving.patience import PatientProtocol

PATH = ONE.encode()


class ExpressProtocol(PatientProtocol):
    """One connection."""

    _body: bytearray | None = None
    _headers: Mapping[bytes, bytes]
    _query: bytes
    _last = False

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
            self._give(reply)

    def shutdown(self) -> None:
        """Stop after the answer to a lead that is half here."""
        if self._body is None:
            super().shutdown()
        self._last = True

    def _at_once(self) -> bool:
        """Say whether this can be answered in one piece: it is whole and small, and nothing else is under way."""
        idle = self.cycle is None or self.cycle.response_complete
        if not (idle and isinstance(self.app, Front) and self.parser.get_method() == b"POST" and self.parser.get_http_version() == "1.1"):
            return False
        self._headers = headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        small = length.isdigit() and int(length) <= self.app.most and b"transfer-encoding" not in headers
        if not small or self.expect_100_continue or self.flow.write_paused or self.parser.should_upgrade():
            return False
        self._body = bytearray()
        return True

    def _give(self, reply: Reply) -> None:
        if self.transport.is_closing():
            return
        stay = self.parser.should_keep_alive() and not self._last
        date = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        end = b"\r\n" if stay else b"connection: close\r\n\r\n"
        head = b"%b%b%bcontent-length: %d\r\n%b" % (STATUS_LINE[reply.status], date, reply.lines, len(reply.body), end)
        self.transport.write(head + reply.body)
        if stay:
            self.rest()
        else:
            self.transport.close()
