"""Tells open pages that something changed: those whose list it is, soon, and nobody all the time."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from leadrank.operations.allowed import may_see
from leadrank.operations.who import Who
from leadrank.serving.problems import Problem
from leadrank.serving.sparing import Sparing
from leadrank.store.changes import Look

OWN, ALL = 0.6, 4.0
"""Seconds between two times that a list of own leads is told of changes, and one of all leads."""
SPREAD, GOLDEN = 0.3, (math.sqrt(5) - 1) / 2
"""By what share of that lists differ, so that they do not all ask at once; multiples of the golden section fall between each other."""


@dataclass(eq=False)
class Listener:
    """A page that waits: whose it is, the version of the last change that concerns it, and from when on it may be told.

    Attributes
    ----------
    event
        Set when it is to be told.
    """

    who: Who
    pause: float
    event: asyncio.Event = field(default_factory=asyncio.Event)
    version: tuple[int, ...] = ()
    due: float | None = None
    told_at: float = -math.inf


class Changes:
    """Who waits for changes, and the version that was seen last; used on the event loop only.

    Parameters
    ----------
    most
        Listeners that one caller may have.

    Attributes
    ----------
    listeners
        How many each caller has.
    sparing
        Counts what the lists cost that are asked for when a change was told.
    """

    def __init__(self, most: int) -> None:
        self._most, self.listeners, self.sparing = most, Counter[str](), Sparing()
        self._waiting, self._came = dict[Listener, None](), 0
        self.version: tuple[int, ...] = ()
        self.closing = False
        self.poked = asyncio.Event()

    def tell(self, look: Look, now: float) -> None:
        """Note whose lists a change concerns, and wake those whose turn has come; to be called again and again, also when nothing changed."""
        if look.version != self.version:
            self.version = look.version
            for listener in self._waiting:
                if look.touched is None or any(may_see(listener.who, holder) for holder in look.touched):
                    listener.version = look.version
                    listener.due = max(now, listener.told_at + listener.pause) if listener.due is None else listener.due
        self._wake(now)

    def poke(self) -> None:
        """Ask for a look at the store at once: something was written here."""
        self.poked.set()

    def close(self) -> None:
        """Send everybody home."""
        self.closing = True
        for listener in self._waiting:
            listener.event.set()

    @asynccontextmanager
    async def listening(self, who: Who) -> AsyncIterator[Listener]:
        """Give a listener whose event is set when it is to be told of changes.

        Raises
        ------
        Problem
            The caller has too many of them (429).
        """
        if self.listeners[who.name] >= self._most:
            raise Problem(429, f"At most {self._most} pages of one caller are told of changes.", "Close some.", headers={"retry-after": "5"})
        self._came += 1
        listener = Listener(who, (OWN if who.role == "rep" else ALL) * (1 + SPREAD * (self._came * GOLDEN % 1)))
        self.listeners[who.name] += 1
        self._waiting[listener] = None
        try:
            yield listener
        finally:
            del self._waiting[listener]
            self.listeners[who.name] -= 1

    def _wake(self, now: float) -> None:
        """Wake whoever is due, the longest due first, for as long as their lists leave time for others."""
        due = sorted((listener.due, k, listener) for k, listener in enumerate(self._waiting) if listener.due is not None and listener.due <= now)
        for _, _, listener in due:
            if not self.sparing.may_begin(now):
                return
            listener.due, listener.told_at = None, now
            listener.event.set()


def told(version: tuple[int, ...]) -> str:
    """Write a version as one word.

    Examples
    --------
    >>> told((3, 0, 12))
    '3.0.12'
    """
    return ".".join(map(str, version))
