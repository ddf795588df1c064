"""What the service does, in figures: counted in plain numbers on the way, written for Prometheus when it asks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric

from leadrank.operations.tally import Tally
from leadrank.serving.counted import Counted, RouteCounted, summed
from leadrank.serving.shared_counts import SharedCounts

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LAST = 4096
"""Requests of one route over which quantiles are told."""
QUANTILES = (0.5, 0.95, 0.99)
SCORES = tuple(range(10, 101, 10))


class Route:
    """The requests of one route: by status, by duration."""

    __slots__ = ("buckets", "last", "seconds", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = defaultdict(int)
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.last: deque[float] = deque(maxlen=LAST)

    def count(self, status: int, seconds: float) -> None:
        """Count a request."""
        self.statuses[status] += 1
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds
        self.last.append(seconds)

    def counted(self) -> RouteCounted:
        """Return the figures as they are now."""
        return RouteCounted(dict(self.statuses), list(self.buckets), self.seconds, list(self.last))


class Meter:
    """Counts requests and scores of one process, and tells of all that share their figures.

    Parameters
    ----------
    stored
        Counts the scores of stored leads.
    shared
        Where several processes leave their figures for one another.
    """

    def __init__(self, stored: Tally | None = None, shared: SharedCounts | None = None) -> None:
        self._stored, self._shared = stored or Tally(), shared
        self.routes: dict[str, Route] = defaultdict(Route)
        self.scores = [0] * 101
        self.tiers: dict[str, int] = defaultdict(int)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def scored(self, tier: str, score: int) -> None:
        """Count a score."""
        self.tiers[tier] += 1
        self.scores[score] += 1

    def share(self) -> None:
        """Leave the figures for the other processes, where there are any."""
        if self._shared is not None:
            self._shared.leave(self.counted)

    def counted(self) -> Counted:
        """Return the figures of this process as they are now."""
        scores, tiers = list(self.scores), Counter(self.tiers)
        for (tier, score), times in self._stored.told().items():
            scores[score] += times
            tiers[tier] += times
        return Counted({name: route.counted() for name, route in list(self.routes.items())}, scores, dict(tiers))

    def written(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Give the figures of all to the registry."""
        told = self.counted() if self._shared is None else summed([self._shared.leave(self.counted), *self._shared.others()])
        yield from (*_of_requests(told), *_of_scores(told))


def _of_requests(told: Counted) -> Iterator[Metric]:
    requests = CounterMetricFamily("leadrank_requests", "Requests by route and status.", labels=("route", "status"))
    errors = CounterMetricFamily("leadrank_errors", "Requests that ended with a status of 500 or more.", labels=("route",))
    seconds = HistogramMetricFamily("leadrank_request_seconds", "Seconds until the answer was given out.", labels=("route",))
    quantiles = GaugeMetricFamily(
        "leadrank_request_seconds_quantile", f"Of the last {LAST} requests of a route to each process.", labels=("route", "quantile")
    )
    for name, route in told.routes.items():
        for status, count in sorted(route.statuses.items()):
            requests.add_metric((name, str(status)), count)
        errors.add_metric((name,), sum(count for status, count in route.statuses.items() if status >= 500))
        seconds.add_metric((name,), _cumulated(BUCKETS, route.buckets), route.seconds)
        ordered = sorted(route.last)
        for q in QUANTILES if ordered else ():
            quantiles.add_metric((name, str(q)), ordered[min(int(q * len(ordered)), len(ordered) - 1)])
    yield from (requests, errors, seconds, quantiles)


def _of_scores(told: Counted) -> Iterator[Metric]:
    scores = HistogramMetricFamily("leadrank_scores", "Scores given, 0 to 100, of stored leads too.")
    counts = [sum(told.scores[end - 9 : end + 1]) for end in SCORES]
    counts[0] += told.scores[0]
    scores.add_metric((), _cumulated(SCORES, [*counts, 0]), float(sum(k * n for k, n in enumerate(told.scores))))
    tiers = CounterMetricFamily("leadrank_tiers", "Scores given by tier, of stored leads too.", labels=("tier",))
    for tier, count in sorted(told.tiers.items()):
        tiers.add_metric((tier,), count)
    yield from (scores, tiers)


def _cumulated(ends: tuple[float, ...], counts: list[int]) -> list[tuple[str, float]]:
    total, found = 0, []
    for end, count in zip((*map(str, ends), "+Inf"), counts, strict=True):
        total += count
        found.append((end, float(total)))
    return found
