"""Tells open pages that something changed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadrank.serving.problems import Problem


class Changes:
    """Who waits for changes, and the version that was told last; used on the event loop only.

    Parameters
    ----------
    most
        Listeners that one caller may have.

    Attributes
    ----------
    listeners
        How many each caller has.
    """

    def __init__(self, most: int) -> None:
        self._most, self.listeners = most, Counter[str]()
        self._events: set[asyncio.Event] = set()
        self.version: tuple[int, ...] = ()
        self.closing = False
        self.poked = asyncio.Event()

    def tell(self, version: tuple[int, ...]) -> None:
        """Wake all who wait, if this version is another one."""
        if version != self.version:
            self.version = version
            self._wake()

    def poke(self) -> None:
        """Ask for a look at the store at once: something was written here."""
        self.poked.set()

    def close(self) -> None:
        """Send everybody home."""
        self.closing = True
        self._wake()

    @asynccontextmanager
    async def listening(self, caller: str) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set at each change.

        Raises
        ------
        Problem
            The caller has too many of them (429).
        """
        if self.listeners[caller] >= self._most:
            raise Problem(429, f"At most {self._most} pages of one caller are told of changes.", "Close some.", headers={"retry-after": "5"})
        event = asyncio.Event()
        self.listeners[caller] += 1
        self._events.add(event)
        try:
            yield event
        finally:
            self._events.discard(event)
            self.listeners[caller] -= 1

    def _wake(self) -> None:
        for event in self._events:
            event.set()


def told(version: tuple[int, ...]) -> str:
    """Write a version as one word.

    Examples
    --------
    >>> told((3, 0, 12))
    '3.0.12'
    """
    return ".".join(map(str, version))
