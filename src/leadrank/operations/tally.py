"""How many scores of stored leads were given, by tier and score: figures of one process, for those who watch it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock


class Tally:
    """Counts scores; safe to share between threads.

    Examples
    --------
    >>> tally = Tally()
    >>> tally.count([("High", 80), ("High", 80)])
    >>> tally.told()
    {('High', 80): 2}
    """

    def __init__(self) -> None:
        self._times = Counter[tuple[str, int]]()
        self._lock = Lock()

    def count(self, given: Iterable[tuple[str, int]]) -> None:
        """Count scores, each with its tier."""
        with self._lock:
            self._times.update(given)

    def told(self) -> dict[tuple[str, int], int]:
        """Return the counts as they are now."""
        with self._lock:
            return dict(self._times)
