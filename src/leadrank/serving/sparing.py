"""What is done again and again by itself leaves the time to those who ask for something."""

from __future__ import annotations

from collections import deque
from threading import Lock

SHARE, SAVED = 0.4, 0.5
"""Seconds of work in each second, and how many may be saved up for when much happens at once, or be owed."""
GUESS, UNKNOWN = 0.03, 0.5
"""Seconds that a piece is taken to need before any was measured, and until what it needed is known."""


class Sparing:
    """Lets pieces of work begin as long as all of them together take no more than a share of the time; what they need is measured.

    Parameters
    ----------
    share, saved
        Seconds of work in each second, and how many may be saved up, or be owed.

    Examples
    --------
    >>> sparing = Sparing(share=0.1, saved=0.05)
    >>> [sparing.may_begin(at) for at in (0.0, 0.0, 0.0)]
    [True, True, False]
    >>> sparing.spent(0.07)
    >>> [sparing.may_begin(at) for at in (0.6, 0.9, 0.9)]
    [True, True, False]
    """

    def __init__(self, share: float = SHARE, saved: float = SAVED) -> None:
        self._share, self._most, self._saved = share, saved, saved
        self._each, self._at, self._begun = GUESS, 0.0, deque[float]()
        self._lock = Lock()

    def may_begin(self, now: float) -> bool:
        """Say whether a piece may begin; if so, it counts as begun."""
        with self._lock:
            self._saved = min(self._most, self._saved + self._share * max(0.0, now - self._at))
            self._at = now
            while self._begun and self._begun[0] <= now - UNKNOWN:
                self._begun.popleft()
            if self._saved - self._each * len(self._begun) <= 0.0:
                return False
            self._begun.append(now)
            return True

    def spent(self, seconds: float) -> None:
        """Count what a piece needed; one that begins may be done several times, or not at all."""
        with self._lock:
            self._saved = max(-self._most, self._saved - seconds)
            self._each += 0.1 * (seconds - self._each)
