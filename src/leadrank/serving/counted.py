"""What was counted, as plain figures that can be added up, kept, and read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import msgspec

K = TypeVar("K", int, str)


class RouteCounted(msgspec.Struct, frozen=True):
    """The requests of one route: by status, by duration, their seconds in all, and those of the last ones."""

    statuses: dict[int, int]
    buckets: list[int]
    seconds: float
    last: list[float]


class Counted(msgspec.Struct, frozen=True):
    """Requests by route, scores from 0 to 100, and scores by tier."""

    routes: dict[str, RouteCounted]
    scores: list[int]
    tiers: dict[str, int]


def summed(parts: Sequence[Counted]) -> Counted:
    """Add up what several processes counted.

    Examples
    --------
    >>> one = Counted({"/": RouteCounted({200: 2}, [1, 1], 0.5, [0.1, 0.4])}, [0, 2], {"High": 2})
    >>> two = Counted({"/": RouteCounted({200: 1, 503: 1}, [2, 0], 0.5, [0.2])}, [1, 0], {"Low": 1})
    >>> both = summed([one, two])
    >>> both.routes["/"]
    RouteCounted(statuses={200: 3, 503: 1}, buckets=[3, 1], seconds=1.0, last=[0.1, 0.4, 0.2])
    >>> both.scores, both.tiers
    ([1, 2], {'High': 2, 'Low': 1})
    """
    names = dict.fromkeys(name for part in parts for name in part.routes)
    routes = {name: _route([part.routes[name] for part in parts if name in part.routes]) for name in names}
    return Counted(routes, [sum(times) for times in zip(*(part.scores for part in parts), strict=True)], _by_name([part.tiers for part in parts]))


def _route(parts: Sequence[RouteCounted]) -> RouteCounted:
    buckets = [sum(times) for times in zip(*(part.buckets for part in parts), strict=True)]
    last = [seconds for part in parts for seconds in part.last]
    return RouteCounted(_by_name([part.statuses for part in parts]), buckets, sum(part.seconds for part in parts), last)


def _by_name(parts: Sequence[dict[K, int]]) -> dict[K, int]:
    found = Counter[K]()
    for part in parts:
        found.update(part)
    return dict(found)
