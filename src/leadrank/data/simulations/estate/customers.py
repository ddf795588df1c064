"""Who the simulated customers are, and how well each fits what the agency sells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.simulations.estate.settings import (
    AGE_BANDS,
    APPROVED,
    BUDGET,
    DRIFT,
    INCOME,
    LOCATIONS,
    LOW_INCOME,
    PROPERTY_TYPES,
    REPEAT,
    SEASON,
    SOURCES,
    SOURCES_AT_THE_END,
    SPAN,
    USUAL_HERE,
    USUAL_INCOME,
    Settings,
    moments,
)
from leadrank.data.simulations.table import Effects
from leadrank.types import BoolArray, FloatArray, IntArray

EDITIONS = ("Style and Home", "Build and Fix", "Garden and Health", "House and Estate")
"""Editions of the newsletter: sent to women below 45, men below 45, women from 45, men from 45, more or less."""


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """One cell per customer, in the order of registration; labels as places in their lists.

    `known_income` is what the truth counts: the income on record, and where it is blank the usual one of the place and age group.
    """

    number: IntArray
    created: IntArray
    age: IntArray
    gender: IntArray
    income: FloatArray
    blank_income: BoolArray
    known_income: FloatArray
    location: IntArray
    source: IntArray
    preferred: IntArray
    budget: FloatArray
    approved: BoolArray
    repeat: BoolArray
    edition: IntArray
    enquired: IntArray

    def __len__(self) -> int:
        return len(self.created)


def draw_customers(settings: Settings, enquired: IntArray, types: IntArray) -> Customers:
    """Draw the customers.

    Parameters
    ----------
    settings
        Number, seed, drift of the channel mix, strength of the proxy.
    enquired
        The property about which each customer enquires.
    types
        The type of each such property.
    """
    n, rng = settings.customers, settings.stream(1)
    created = np.sort(rng.integers(0, SPAN, n))
    age = np.clip(np.round(rng.normal(43, 14, n)), 18, 88).astype(np.int64)
    gender = (rng.random(n) < 0.5).astype(np.int64)
    location = rng.choice(len(LOCATIONS), n, p=shares(LOCATIONS)).astype(np.int64)
    usual = np.array(USUAL_INCOME)[np.digitize(age, AGE_BANDS)] * np.array(USUAL_HERE)[location]
    income = np.round(usual * np.exp(rng.normal(0, 0.35, n)), -2)
    blank = rng.random(n) < 0.12
    prefers = np.where(rng.random(n) < 0.55, types[enquired], rng.choice(len(PROPERTY_TYPES), n, p=shares(PROPERTY_TYPES)))
    return Customers(
        number=rng.permutation(n).astype(np.int64) + 1, created=created, age=age, gender=gender, income=income, blank_income=blank,
        known_income=np.where(blank, usual, income), location=location, source=_sources(rng, created, settings.drift),
        preferred=prefers.astype(np.int64), budget=np.round(4.5 * income * np.exp(rng.normal(0, 0.35, n)), -3), approved=rng.random(n) < 0.35,
        repeat=rng.random(n) < 0.08, edition=_editions(rng, gender, age, settings.proxy), enquired=enquired)


def fit_of(customers: Customers, settings: Settings) -> FloatArray:
    """Add up what speaks for a customer before anything is known of what they did: age and gender do not."""
    income = customers.known_income
    fit = effects(SOURCES)[customers.source] + effects(LOCATIONS)[customers.location]
    fit += APPROVED * customers.approved + REPEAT * customers.repeat
    fit += INCOME * np.log(income / 60_000) + BUDGET * np.log(customers.budget / 300_000)
    # Editions 0 and 2 go to women: the proxy may carry what the gender does not.
    fit -= settings.disparity * (income < LOW_INCOME) + settings.proxy_effect * (customers.edition % 2 == 0)
    return fit


def season_of(created: IntArray) -> FloatArray:
    """Most buy who register in May, fewest who do in November."""
    month = moments(created).astype("datetime64[M]").astype(np.int64) % 12 + 1
    season: FloatArray = SEASON * np.cos(2 * np.pi * (month - 5) / 12)
    return season


def drift_of(created: IntArray) -> FloatArray:
    """Each month's customers buy a little less than those of the month before."""
    return DRIFT * created / SPAN


def shares(levels: Effects) -> FloatArray:
    """Return the shares of labels."""
    return np.array([share for share, _ in levels.values()])


def effects(levels: Effects) -> FloatArray:
    """Return the effects of labels on the log-odds."""
    return np.array([effect for _, effect in levels.values()])


def _sources(rng: np.random.Generator, created: IntArray, drift: float) -> IntArray:
    """Draw where each customer came from; the mix moves from its beginning to its end."""
    gone = np.clip(drift * created / SPAN, 0.0, 1.0)[:, np.newaxis]
    mix = (1 - gone) * shares(SOURCES) + gone * np.array(SOURCES_AT_THE_END)
    reached = np.cumsum(mix, axis=1)[:, :-1]
    passed: IntArray = np.sum(rng.random(len(created))[:, np.newaxis] > reached, axis=1)
    return passed


def _editions(rng: np.random.Generator, gender: IntArray, age: IntArray, proxy: float) -> IntArray:
    meant = 2 * (age >= 45) + gender
    editions: IntArray = np.where(rng.random(len(age)) < proxy, meant, rng.integers(0, len(EDITIONS), len(age)))
    return editions
