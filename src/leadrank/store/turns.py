"""Who writes next to one file: whoever waits longest."""

from __future__ import annotations

from collections import deque
from threading import Lock


class Turns:
    """Lets the threads of a process in one by one, in the order in which they came.

    SQLite lets those who wait look again from time to time, and whoever comes at the right moment goes first: somebody who writes again and again
    keeps all others out.
    """

    def __init__(self) -> None:
        self._mutex, self._waiting, self._taken = Lock(), deque[Lock](), False

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False where it did not come in so many seconds."""
        own = self._stand_in_line()
        return own is None or own.acquire(timeout=seconds) or not self._leave(own)

    def give(self) -> None:
        """Let the next one in."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _stand_in_line(self) -> Lock | None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return None
            own = Lock()
            own.acquire()
            self._waiting.append(own)
            return own

    def _leave(self, own: Lock) -> bool:
        """Give up; False where the turn came in this very moment."""
        with self._mutex:
            if own not in self._waiting:
                return False
            self._waiting.remove(own)
            return True
