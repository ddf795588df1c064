"""How often somebody may call: so many times in a fixed minute where every microsecond counts, in a moving one elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from leadrank.serving.problems import Problem

MINUTE = 60.0


class FixedMinutes:
    """Counts by caller, from each full minute of a clock.

    Parameters
    ----------
    most
        Calls in a minute.
    monotonic
        The clock.
    """

    def __init__(self, most: int, monotonic: Callable[[], float]) -> None:
        self._most, self._monotonic = most, monotonic
        self._until, self._counts = 0.0, dict[str, int]()

    def count(self, caller: str, times: int = 1) -> None:
        """Count calls.

        Raises
        ------
        Problem
            There were too many (429).
        """
        now = self._monotonic()
        if now >= self._until:
            self._until, self._counts = now + MINUTE, {}
        count = self._counts[caller] = self._counts.get(caller, 0) + times
        if count > self._most:
            raise too_often(self._most, self._until - now)


class MovingMinutes:
    """Counts by caller over the last sixty seconds.

    Parameters
    ----------
    most
        Calls in a minute.
    what
        Whose minutes these are.
    """

    def __init__(self, most: int, what: str) -> None:
        self._limiter, self._item, self._most, self._what = MovingWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(most), most, what

    def count(self, caller: str) -> None:
        """Count a call; raises as `FixedMinutes.count` does."""
        if not self._limiter.hit(self._item, self._what, caller):
            raise too_often(self._most, MINUTE / self._most)

    def check(self, caller: str) -> None:
        """Raise if a further call would be too much, without counting it."""
        if not self._limiter.test(self._item, self._what, caller):
            raise too_often(self._most, MINUTE / self._most)


def too_often(most: int, wait: float) -> Problem:
    """Ask a caller to wait."""
    return Problem(429, f"At most {most:,} such calls a minute are answered.", "Wait, or send many leads in one call.",
                   headers={"retry-after": str(max(1, round(wait + 0.5)))})
