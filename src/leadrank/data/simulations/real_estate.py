"""Simulated customers of an estate agency, one row each, as of a cutoff, with two columns that look past it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from leadrank.data.simulations.table import (
    Effects,
    Labels,
    Simulated,
    draw_levels,
    draw_outcome,
    make_table,
    numbered,
    probability_of,
    respell,
    rows_to_repeat,
    whole,
)
from leadrank.types import BoolArray, FloatArray, IntArray

_BASE = -0.86
_LOCATION: Effects = {
    "Riverside": (0.26, 0.1), "Old Town": (0.20, 0.0), "North Hills": (0.18, -0.1), "Harbour": (0.15, 0.15), "Airport Road": (0.12, -0.2),
    "Lakeside": (0.09, 0.05),
}
_PROPERTY: Effects = {"Flat": (0.42, 0.0), "Terraced house": (0.28, 0.1), "Detached house": (0.20, -0.1), "Plot": (0.10, -0.5)}
_PRICE: Effects = {"100k-200k": (0.24, 0.0), "200k-400k": (0.40, 0.0), "400k-700k": (0.26, 0.0), "700k+": (0.10, 0.0)}
_STATUS: Effects = {"Available": (0.70, 0.15), "Under offer": (0.18, -0.6), "": (0.12, -0.15)}
_LAST: Effects = {"Property search": (0.46, -0.2), "Email click": (0.31, 0.0), "Phone call": (0.23, 0.8)}
_GENDER: Effects = {"F": (0.48, 0.0), "M": (0.48, 0.0), "": (0.04, 0.0)}
_LOCATION_INCOME = {"Riverside": 1.05, "Old Town": 0.95, "North Hills": 1.25, "Harbour": 1.15, "Airport Road": 0.75, "Lakeside": 1.4}
_PRICE_MIDDLE = {"100k-200k": 150, "200k-400k": 300, "400k-700k": 550, "700k+": 850}
_OPENNESS = {"Available": 1.0, "Under offer": 0.4, "": 0.7}
_SPELLINGS = {
    "100k-200k": ("100K-200K", "$100,000 - $200,000"), "200k-400k": ("200K-400K", "200k - 400k", "$200,000 - $400,000"),
    "400k-700k": ("400K-700K", "$400,000 - $700,000"), "700k+": ("700K+", "over $700,000"),
    "Available": ("available", "AVAILABLE "), "Property search": ("property search", "PropertySearch"),
    "Email click": ("email click", "email-click"), "Phone call": ("Phone Call", "phonecall"),
}
AGE_GROUPS = ("18-29", "30-44", "45-59", "60+")
_AGE_INCOME = np.array([48.0, 72.0, 82.0, 56.0])

REAL_ESTATE_PROJECT = """\
name = "real-estate"

[lead]
table = "customers.csv"
key = "CustomerID"
[lead.columns]
"Gender" = { sensitive = true }
"Age" = { sensitive = true }
"AgeGroup" = { sensitive = true }
"Location" = { sensitive = true }
"IncomeLevel" = { type = "number", missing = { group_median = ["Location", "AgeGroup"] } }

[target]
column = "Converted"
positive = 1
"""


class _Activity(NamedTuple):
    interactions: FloatArray
    minutes: FloatArray
    properties: FloatArray
    viewings: FloatArray
    days_quiet: FloatArray

    @property
    def engagement(self) -> FloatArray:
        """The agency's own score: interactions, time and properties seen up to the cutoff."""
        return np.round(0.5 * self.interactions + 0.05 * self.minutes + self.properties, 1)

    @property
    def effect(self) -> FloatArray:
        """Busy, recent and out to see properties: closer to buying."""
        return 0.75 * np.log1p(self.engagement) - 2.2 + 0.65 * self.viewings - 1.1 * np.log1p(self.days_quiet / 20)


def simulate_real_estate(rows: int, seed: int) -> Simulated:
    """Simulate customers of an estate agency, flattened to one row each.

    Parameters
    ----------
    rows
        Rows in the table, one in 500 of which repeats another.
    seed
        Seed of the generator.

    Returns
    -------
    Simulated
        About 25 of 100 buy; the truth ranks them with an AUC of about 0.80; the two leaks decide nearly everything.
    """
    rng = np.random.default_rng(seed)
    levels = {
        "Gender": _GENDER, "Location": _LOCATION, "PropertyType": _PROPERTY, "PriceRange": _PRICE, "AvailabilityStatus": _STATUS,
        "LastInteractionType": _LAST,
    }
    drawn = {name: draw_levels(rng, shares, rows) for name, shares in levels.items()}
    labels: dict[str, Labels] = {name: cells for name, (cells, _) in drawn.items()}
    age = np.clip(np.round(rng.normal(43, 14, rows)), 18, 88)
    group = np.digitize(age, [30, 45, 60]).astype(np.int64)
    income, affordable = _money(rng, labels, group)
    activity = _act(rng, rows)
    approved = rng.random(rows) < 0.35
    truth = probability_of(
        _BASE + np.sum([effect for _, effect in drawn.values()], axis=0) + activity.effect + affordable + np.where(approved, 1.2, 0.0)
    )
    bought = draw_outcome(rng, truth)
    about_one = np.maximum(1, np.round(activity.interactions * rng.beta(2, 3, rows)))
    table = make_table({
        "CustomerID": numbered("C", 100_000 + rng.permutation(rows), 6),
        "FirstSeen": _days(rng, rows),
        "Age": whole(age),
        "AgeGroup": np.array(AGE_GROUPS)[group],
        "Gender": labels["Gender"],
        "IncomeLevel": income,
        "Location": labels["Location"],
        "PropertyType": labels["PropertyType"],
        "PriceRange": respell(rng, labels["PriceRange"], _SPELLINGS, 0.3),
        "AvailabilityStatus": respell(rng, labels["AvailabilityStatus"], _SPELLINGS, 0.15),
        "LastInteractionType": respell(rng, labels["LastInteractionType"], _SPELLINGS, 0.15),
        "Interactions": whole(activity.interactions),
        "TimeSpent": activity.minutes,
        "PropertiesViewed": whole(activity.properties),
        "ViewingsBooked": whole(activity.viewings),
        "DaysSinceLastInteraction": whole(activity.days_quiet),
        "FinancingPreApproved": np.where(approved, "yes", "no"),
        "CustomerEngagementScore": activity.engagement,
        "PropertyInterestAtCutoff": np.round(about_one * np.array([_OPENNESS[s] for s in labels["AvailabilityStatus"].tolist()]), 2),
        **_past_the_cutoff(rng, bought, about_one),
        "Converted": whole(bought.astype(np.float64)),
    })
    kept = rows_to_repeat(rng, rows, 500)
    return Simulated(table[kept], truth[kept], _NOTES)


_NOTES = (
    "`PurchaseRecency` is a planted leak: it is defined only for customers who bought.",
    "`PropertyInterestLevel` is a planted leak: it divides by availability now, and a property that was bought is no longer available.",
    "`PropertyInterestAtCutoff` is the same ratio as of the cutoff, `CustomerEngagementScore` counts up to the cutoff: both are honest.",
    "12 in 100 incomes are blank, at random; income counts only against the price wanted. Gender and age have no effect of their own.",
    "`PriceRange`, `AvailabilityStatus` and `LastInteractionType` are spelt in several ways; `FirstSeen` is day first.",
    "One row in 500 appears twice.",
)


def _money(rng: np.random.Generator, labels: dict[str, Labels], group: IntArray) -> tuple[Labels, FloatArray]:
    """Draw incomes, as written, with the effect of what they can buy; a blank one counts as its group's usual income."""
    usual = _AGE_INCOME[group] * np.array([_LOCATION_INCOME[place] for place in labels["Location"].tolist()])
    income = np.round(usual * np.exp(rng.normal(0, 0.35, len(usual))), 1)
    blank = rng.random(len(usual)) < 0.12
    price = np.array([_PRICE_MIDDLE[wanted] for wanted in labels["PriceRange"].tolist()], dtype=np.float64)
    affordable = np.clip(np.log(4.5 * np.where(blank, usual, income) / price), -1.5, 0.6)
    written = np.where(blank, "", pl.Series(income * 1000).round(0).cast(pl.Int64).cast(pl.String).to_numpy().astype(np.str_))
    return _with_separators(written), 0.8 * affordable


def _with_separators(amounts: Labels) -> Labels:
    return np.array([f"${int(amount):,}" if amount else "" for amount in amounts.tolist()], dtype=np.str_)


def _act(rng: np.random.Generator, rows: int) -> _Activity:
    keenness = rng.gamma(1.4, 0.7, rows)
    interactions = 1.0 + rng.poisson(6 * keenness).astype(np.float64)
    minutes = np.round(interactions * rng.gamma(2.2, 2.1, rows), 1)
    properties = 1.0 + rng.binomial(interactions.astype(np.int64), 0.45).astype(np.float64)
    viewings = rng.poisson(0.28 * np.sqrt(interactions)).astype(np.float64)
    return _Activity(interactions, minutes, properties, viewings, np.floor(rng.gamma(1.2, 22, rows)))


def _past_the_cutoff(rng: np.random.Generator, bought: BoolArray, about_one: FloatArray) -> dict[str, pl.Series | FloatArray]:
    """Write what only the final state of the tables can tell: the two leaks."""
    rows = len(bought)
    gone = rng.random(rows) < np.where(bought, 0.93, 0.06)
    return {
        "PropertyInterestLevel": np.where(gone, 0.0, about_one),
        "PurchaseRecency": whole(np.floor(rng.gamma(1.5, 12, rows)), ~bought | (rng.random(rows) < 0.04)),
    }


def _days(rng: np.random.Generator, rows: int) -> pl.Series:
    days = np.datetime64("2023-01-01T00:00:00", "ms") + rng.integers(0, 700, rows).astype("timedelta64[D]")
    return pl.Series(days).dt.strftime("%d/%m/%Y")
