"""Clients that hold a connection for as long as they are let: those who are let go come again, until they shall only hold on."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

HEADERS, BODY, DEAF = "headers byte by byte", "a body byte by byte", "answers that are never read"
_POST = b"POST /predict/batch HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
_LONG = b"GET /docs/assets/redoc.standalone.js HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n" * 4
FIRST = {HEADERS: _POST + b"x-slow: ", BODY: _POST + b"content-length: 100000\r\n\r\n", DEAF: _LONG}
AFTER = {HEADERS: b"a", BODY: b" ", DEAF: b""}
"""What each kind sends at first, and then at every turn."""
ORDER = (HEADERS, BODY, HEADERS, DEAF)
"""Of whom there are how many."""
TURN, AT_ONCE = 0.5, 60
"""Seconds between two turns, and how many come in one: they are slow, not many at a time."""
ESTABLISHED, SMALL = 1, 4096
"""What TCP calls a connection that nobody has ended; and bytes that wait for a client that does not read."""


@dataclass
class Dawdler:
    """One of them."""

    port: int
    kind: str
    line: socket.socket | None = None
    began: float = 0.0

    def come(self, now: float) -> None:
        """Connect, if somebody is there, and send what comes first."""
        line, self.began = socket.socket(), now
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        line.settimeout(5)
        try:
            line.connect(("127.0.0.1", self.port))
            line.sendall(FIRST[self.kind])
            self.line = line
        except OSError:
            line.close()

    def dawdle(self) -> bool:
        """Send the next bit; False where the connection was ended."""
        assert self.line is not None
        try:
            self.line.send(AFTER[self.kind])
            return self.line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED
        except OSError:
            return False

    def go(self) -> None:
        """Close."""
        if self.line is not None:
            self.line.close()
        self.line = None


@dataclass
class Dawdlers:
    """So many at any time; `longest` says how many seconds one of each kind was let."""

    port: int
    number: int
    kinds: tuple[str, ...] = ORDER
    let_go: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._again, self._ended = threading.Event(), threading.Event()
        self._again.set()
        self.all = [Dawdler(self.port, self.kinds[k % len(self.kinds)]) for k in range(self.number)]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def held(self) -> int:
        """How many are connected."""
        return sum(one.line is not None for one in self.all)

    def wait(self) -> None:
        """Wait until all have come for the first time."""
        while self.held < self.number:
            time.sleep(TURN)

    def hold(self) -> None:
        """Stay, but do not come again."""
        self._again.clear()

    def end(self) -> None:
        """All go."""
        self._ended.set()
        self._thread.join()
        for one in self.all:
            one.go()

    def _run(self) -> None:
        while not self._ended.wait(TURN):
            for one in self.all:
                if one.line is not None and not one.dawdle():
                    self._note(one, time.monotonic())
            away = [one for one in self.all if one.line is None] if self._again.is_set() else []
            for one in away[:AT_ONCE]:
                one.come(time.monotonic())

    def _note(self, one: Dawdler, now: float) -> None:
        self.let_go[one.kind] += 1
        self.longest[one.kind] = max(self.longest.get(one.kind, 0.0), now - one.began)
        one.go()
