"""What customers do before they register, afterwards, and before they buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.simulations.estate.customers import Customers
from leadrank.data.simulations.estate.properties import Properties
from leadrank.data.simulations.estate.settings import (
    BEFORE,
    BROCHURE,
    DAY,
    EMAIL,
    ENQUIRY,
    EVENT_EFFECTS,
    KINDS,
    PHONE,
    SEARCH,
    SPAN,
    VIEWING,
    Settings,
)
from leadrank.types import BoolArray, CodeArray, FloatArray, IntArray

BEFORE_SHARES = {SEARCH: 0.34, EMAIL: 0.16, PHONE: 0.10, BROCHURE: 0.04}
AFTER_SHARES = {SEARCH: 0.17, EMAIL: 0.08, PHONE: 0.05, BROCHURE: 0.02, VIEWING: 0.02}
"""Mean number of interactions of a kind, as shares of the mean of all."""
_RUSH = 0.25
"""Interactions in the weeks before a purchase, as a share of the mean of all."""
_NO_PROPERTY = -1
_PROPERTY_SHARES = np.array([[0.25, 0.55], [0.1, 0.4], [0.35, 0.1], [0.2, 0.8], [0.3, 0.7], [1.0, 0.0]])
"""By kind: how often it concerns the property enquired about, and another one."""
_LATE = np.array([0.03, 0.03, 0.5, 0.0, 0.3, 0.0])
"""By kind: how often it is written down days after it happened."""


@dataclass(frozen=True, slots=True, eq=False)
class Happenings:
    """One cell per interaction: whose, which kind, when it happened and was written down (seconds since the start), with which property."""

    customer: CodeArray
    kind: CodeArray
    moment: IntArray
    recorded: IntArray
    property: CodeArray

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, kept: BoolArray | IntArray) -> Happenings:
        """Choose some, in the order given."""
        return Happenings(self.customer[kept], self.kind[kept], self.moment[kept], self.recorded[kept], self.property[kept])


def browse(settings: Settings, customers: Customers, properties: Properties, known: int) -> Happenings:
    """Draw what was done before registration, and the enquiry with which it is made.

    How busy a customer is and how long ago is drawn anew for each kind, so that no half-life can pass for another.

    Parameters
    ----------
    settings, customers, properties
        As drawn.
    known
        The first so many properties can be come across.
    """
    rng, n = settings.stream(6), len(customers)
    parts = [_enquire(customers)]
    for kind, share in BEFORE_SHARES.items():
        whose = _repeated(rng, rng.gamma(0.9, 1 / 0.9, n) * share * settings.interactions)
        usual = np.clip(np.exp(rng.normal(np.log(35), 1.1, n)), 2, 400)[whose]
        ago = -usual * np.log1p(-rng.random(len(whose)) * -np.expm1(-BEFORE / usual))
        moment = customers.created[whose] - (ago * DAY).astype(np.int64) - 1
        parts.append(_written(rng, kind, whose, moment))
    return _looked_at(rng, joined(parts), customers, properties, known)


def carry_on(settings: Settings, customers: Customers, properties: Properties, known: int, sale: IntArray, bought: IntArray) -> Happenings:
    """Draw what is done after registration: less and less, but much in the weeks before a purchase.

    Parameters
    ----------
    settings, customers, properties, known
        As of `browse`.
    sale, bought
        When each customer buys (seconds, -1 never) and which property (-1 none).
    """
    rng, n = settings.stream(7), len(customers)
    parts = []
    for kind, share in AFTER_SHARES.items():
        whose = _repeated(rng, rng.gamma(0.9, 1 / 0.9, n) * share * settings.interactions)
        moment = customers.created[whose] + 1 + (rng.exponential(40 * DAY, len(whose))).astype(np.int64)
        parts.append(_written(rng, kind, whose, moment))
    casual = joined(parts)
    lasts = (sale[casual.customer] < 0) | (casual.moment <= sale[casual.customer])
    casual = _looked_at(rng, casual.where(lasts & (casual.moment <= SPAN)), customers, properties, known)
    rush = _rush(rng, settings, customers, sale, bought)
    return joined([casual, rush])


def decayed_counts(before: Happenings, customers: Customers, half_lives: dict[str, float]) -> dict[str, FloatArray]:
    """Count each kind before registration with weights that halve; what was written down later is not known yet.

    Parameters
    ----------
    before
        What was done before registration.
    customers
        When they registered.
    half_lives
        Days, by kind.
    """
    known = before.recorded <= customers.created[before.customer]
    counts = {}
    for name, days in half_lives.items():
        rows = known & (before.kind == KINDS.index(name))
        whose = before.customer[rows]
        ago = (customers.created[whose] - before.moment[rows]) / DAY
        counts[name] = np.bincount(whose, np.exp2(-ago / days), len(customers)).astype(np.float64)
    return counts


def engagement_of(counts: dict[str, FloatArray]) -> FloatArray:
    """Add up what the decayed counts add to the log-odds."""
    total: FloatArray = np.sum([EVENT_EFFECTS[name] * np.log1p(count) for name, count in counts.items()], axis=0)
    return total


def _enquire(customers: Customers) -> Happenings:
    n = len(customers)
    kind = np.full(n, ENQUIRY, dtype=np.int32)
    return Happenings(np.arange(n, dtype=np.int32), kind, customers.created, customers.created, np.full(n, _NO_PROPERTY, dtype=np.int32))


def _repeated(rng: np.random.Generator, means: FloatArray) -> CodeArray:
    return np.repeat(np.arange(len(means), dtype=np.int32), rng.poisson(means))


def _written(rng: np.random.Generator, kind: int | IntArray, whose: CodeArray, moment: IntArray) -> Happenings:
    """Add when each was written down: at once, or some days later."""
    kinds = np.full(len(whose), kind, dtype=np.int32) if isinstance(kind, int) else kind.astype(np.int32)
    late = np.flatnonzero(rng.random(len(whose)) < _LATE[kinds])
    recorded = moment.copy()
    recorded[late] += 3600 + rng.exponential(2 * DAY, len(late)).astype(np.int64)
    return Happenings(whose, kinds, moment, recorded, np.full(len(whose), _NO_PROPERTY, dtype=np.int32))


def joined(parts: list[Happenings]) -> Happenings:
    """Put interactions one after the other."""
    names = ("customer", "kind", "moment", "recorded", "property")
    return Happenings(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _looked_at(rng: np.random.Generator, done: Happenings, customers: Customers, properties: Properties, known: int) -> Happenings:
    """Choose the property of each: the one enquired about, one that comes up within weeks, or none; never before it was listed."""
    chance = rng.random(len(done), dtype=np.float32)
    own, other = _PROPERTY_SHARES[done.kind].T
    order = np.argsort(properties.listed[:known], kind="stable").astype(np.int32)
    recent = np.searchsorted(properties.listed[order], done.moment).astype(np.int64)
    per_week = max(1.0, known / (SPAN / DAY + BEFORE) * 7)
    back = rng.exponential(8 * per_week, len(done)).astype(np.int64) + 1
    come_across = np.where(recent >= back, order[np.maximum(recent - back, 0)], _NO_PROPERTY)
    chosen = np.where(chance < own, customers.enquired[done.customer], np.where(chance < own + other, come_across, _NO_PROPERTY))
    listed = (chosen >= 0) & (properties.listed[chosen] <= done.moment)
    return Happenings(done.customer, done.kind, done.moment, done.recorded, np.where(listed, chosen, _NO_PROPERTY).astype(np.int32))


def _rush(rng: np.random.Generator, settings: Settings, customers: Customers, sale: IntArray, bought: IntArray) -> Happenings:
    """Draw calls and viewings in the four weeks before a purchase, mostly of what is bought."""
    whose = _repeated(rng, np.where(sale >= 0, _RUSH * settings.interactions, 0.0))
    begin = np.maximum(customers.created[whose], sale[whose] - 28 * DAY) + 1
    moment = begin + (rng.random(len(whose)) * (sale[whose] - begin)).astype(np.int64)
    kinds = rng.choice(np.array([SEARCH, EMAIL, PHONE, VIEWING]), len(whose), p=[0.15, 0.15, 0.35, 0.35])
    done = _written(rng, kinds, whose, moment)
    about = np.where(rng.random(len(whose)) < 0.7, bought[whose], _NO_PROPERTY).astype(np.int32)
    return Happenings(done.customer, done.kind, done.moment, done.recorded, about)
