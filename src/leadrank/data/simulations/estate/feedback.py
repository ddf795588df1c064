"""What customers say: ratings with a date and no time of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.simulations.estate.customers import Customers
from leadrank.data.simulations.estate.settings import DAY, RATING, SPAN, Settings
from leadrank.types import FloatArray, IntArray

TOPICS = ("Website", "Listing", "Open house", "Agent")


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """One cell per rating: whose, on which day (seconds at its beginning), one to five, about what."""

    customer: IntArray
    day: IntArray
    rating: IntArray
    topic: IntArray


def rate_before(settings: Settings, customers: Customers) -> Feedback:
    """Draw the ratings of the 200 days before registration, that of the last day included; each customer has a taste."""
    rng, n = settings.stream(11), len(customers)
    taste = rng.normal(3.4, 1.0, n)
    whose = np.repeat(np.arange(n), rng.poisson(0.8, n))
    moment = customers.created[whose] - (rng.random(len(whose)) ** 1.5 * 200 * DAY).astype(np.int64)
    return _given(rng, whose, moment, taste[whose])


def rate_after(settings: Settings, customers: Customers, sale: IntArray) -> Feedback:
    """Draw the ratings of the half year after registration: buyers give more of them, and better ones."""
    rng, n = settings.stream(12), len(customers)
    buys = sale >= 0
    whose = np.repeat(np.arange(n), rng.poisson(np.where(buys, 1.2, 0.3)))
    moment = customers.created[whose] + DAY + (rng.random(len(whose)) * 180 * DAY).astype(np.int64)
    given = _given(rng, whose, moment, np.where(buys, 4.2, 3.0)[whose])
    kept = given.day + DAY <= SPAN
    return Feedback(given.customer[kept], given.day[kept], given.rating[kept], given.topic[kept])


def rating_effect(feedback: Feedback, created: IntArray) -> FloatArray:
    """Return what the mean rating adds to the log-odds: of the days that are over; without one, nothing."""
    known = feedback.day + DAY <= created[feedback.customer]
    whose = feedback.customer[known]
    count = np.bincount(whose, minlength=len(created))
    total = np.bincount(whose, weights=feedback.rating[known], minlength=len(created))
    effect: FloatArray = np.where(count > 0, RATING * (total / np.maximum(count, 1) - 3), 0.0)
    return effect


def _given(rng: np.random.Generator, whose: IntArray, moment: IntArray, taste: FloatArray) -> Feedback:
    rating = np.clip(np.round(rng.normal(taste, 0.8)), 1, 5).astype(np.int64)
    return Feedback(whose, moment // DAY * DAY, rating, rng.integers(0, len(TOPICS), len(whose)))
