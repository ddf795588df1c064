"""The properties, and how their availability changed: listed, under offer, sold or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.simulations.estate.customers import shares
from leadrank.data.simulations.estate.settings import (
    BEFORE,
    DAY,
    LOCATIONS,
    PRICE_RANGES,
    PROPERTY_TYPES,
    SPAN,
    UNDER_OFFER,
    UNKNOWN_STATUS,
    Settings,
)
from leadrank.types import BoolArray, FloatArray, IntArray

RIVALS = 3
"""Customers who enquire about the same property; they register one after the other."""
BLANK_STATUS = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Properties:
    """One cell per property: first those that customers enquire about, then others that they come across, then those sold besides.

    An offer that comes to nothing lasts from `offered` to `freed` (-1 for both without one). `blank` tells whether the status is missing in the
    rows written when the property was listed, offered and freed.
    """

    location: IntArray
    price: IntArray
    type: IntArray
    size: IntArray
    listed: IntArray
    offered: IntArray
    freed: IntArray
    blank: BoolArray

    def __len__(self) -> int:
        return len(self.listed)


def enquiries(customers: int) -> IntArray:
    """Say about which property each customer enquires."""
    return np.arange(customers, dtype=np.int64) // RIVALS


def draw_types(settings: Settings) -> IntArray:
    """Draw the types of the properties that customers enquire about."""
    asked = enquiries(settings.customers)[-1] + 1
    types: IntArray = settings.stream(4).choice(len(PROPERTY_TYPES), asked, p=shares(PROPERTY_TYPES))
    return types


def draw_browsed(settings: Settings) -> IntArray:
    """Draw when the properties about which nobody enquires come up, from a year before the first registration."""
    count = 10 + settings.customers // RIVALS
    return np.sort(settings.stream(5).integers(-BEFORE * DAY, SPAN, count))


def draw_properties(rng: np.random.Generator, anchors: IntArray, types: IntArray | None = None) -> Properties:
    """Draw properties that are listed a month or more before a moment each; one in four is under an offer at that moment."""
    n = len(anchors)
    listed = anchors - ((32 + rng.exponential(110, n)) * DAY).astype(np.int64)
    offer = rng.random(n) < 0.25
    price = rng.choice(len(PRICE_RANGES), n, p=shares(PRICE_RANGES)).astype(np.int64)
    return Properties(
        location=rng.choice(len(LOCATIONS), n, p=shares(LOCATIONS)).astype(np.int64), price=price,
        type=rng.choice(len(PROPERTY_TYPES), n, p=shares(PROPERTY_TYPES)).astype(np.int64) if types is None else types,
        size=np.round(rng.gamma(9, 9 + 4 * price)).astype(np.int64) + 18, listed=listed,
        offered=np.where(offer, anchors - rng.integers(DAY, 25 * DAY, n), -1),
        freed=np.where(offer, anchors + rng.integers(DAY, 25 * DAY, n), -1), blank=rng.random((n, 3)) < BLANK_STATUS)


def status_effect(properties: Properties, enquired: IntArray, created: IntArray) -> FloatArray:
    """Return what the status at the enquiry adds to the log-odds: an offer puts off, and so does not knowing."""
    offered, freed, blank = properties.offered[enquired], properties.freed[enquired], properties.blank[enquired]
    # Without an offer both moments are the same, which is neither in nor after one.
    under = (offered <= created) & (created < freed)
    after = (freed <= created) & (offered < freed)
    row = np.where(under, 1, np.where(after, 2, 0))
    effect: FloatArray = np.where(np.take_along_axis(blank, row[:, np.newaxis], axis=1)[:, 0], UNKNOWN_STATUS, UNDER_OFFER * under)
    return effect


def together(*parts: Properties) -> Properties:
    """Put lists of properties one after the other."""
    names = ("location", "price", "type", "size", "listed", "offered", "freed", "blank")
    return Properties(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
