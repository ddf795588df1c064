"""Simulated inbound leads of a company that sells to companies: the default demo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from leadrank.data.simulations.table import (
    Aftermath,
    Effects,
    Labels,
    Simulated,
    draw_aftermath,
    draw_levels,
    draw_outcome,
    make_table,
    numbered,
    probability_of,
    respell,
    rows_to_repeat,
    whole,
)
from leadrank.types import BoolArray, FloatArray

_BASE, _SLOPE = -2.22, 0.85
_SOURCE: Effects = {
    "Google": (0.31, 0.0), "Website": (0.17, 0.1), "LinkedIn": (0.14, -0.1), "Referral": (0.11, 1.25), "Partner": (0.07, 0.7),
    "Trade fair": (0.06, 0.4), "Newsletter": (0.06, 0.2), "Facebook": (0.06, -0.9), "Bought list": (0.02, -1.7),
}
_CHANNEL: Effects = {"Form": (0.58, 0.0), "E-mail": (0.18, -0.1), "Chat": (0.14, 0.15), "Phone": (0.10, 0.65)}
_COUNTRY: Effects = {
    "Germany": (0.46, 0.0), "Austria": (0.14, 0.1), "Switzerland": (0.11, 0.15), "Netherlands": (0.09, 0.0), "France": (0.08, -0.1),
    "Poland": (0.06, -0.15), "United States": (0.04, -0.5), "India": (0.02, -0.7),
}
_SIZE: Effects = {
    "1-9": (0.24, -0.6), "10-49": (0.27, 0.1), "50-249": (0.23, 0.6), "250-999": (0.11, 0.35), "1000+": (0.06, -0.1), "": (0.09, -0.3),
}
_INDUSTRY: Effects = {
    "Software": (0.19, 0.25), "Manufacturing": (0.18, 0.3), "Retail": (0.15, -0.2), "Health care": (0.12, 0.1), "Finance": (0.10, 0.0),
    "Construction": (0.09, 0.1), "Education": (0.08, -0.35), "Other": (0.09, -0.1),
}
_ROLE: Effects = {
    "Owner": (0.13, 0.7), "Managing director": (0.15, 0.6), "Head of department": (0.21, 0.35), "Specialist": (0.20, -0.3),
    "Student": (0.06, -2.0), "Select": (0.25, -0.35),
}
_START: Effects = {
    "This quarter": (0.14, 1.25), "Within six months": (0.18, 0.5), "Next year": (0.12, -0.2), "Just looking": (0.16, -1.2),
    "Select": (0.40, -0.15),
}
_NEED: Effects = {
    "Replace a tool": (0.17, 0.5), "First tool": (0.18, 0.1), "Compare offers": (0.12, 0.0), "Select": (0.33, -0.15), "": (0.20, -0.25),
}
_REASON: Aftermath = {
    "Contract signed": (0.71, 0.0), "Verbal yes": (0.14, 0.002), "Follow-up call held": (0.05, 0.09), "No budget": (0.002, 0.22),
    "Chose a competitor": (0.003, 0.16), "No answer": (0.005, 0.26), "": (0.09, 0.268),
}
_SIZE_VALUE = {"1-9": 6.8, "10-49": 7.3, "50-249": 7.9, "250-999": 8.4, "1000+": 8.9, "": 7.2}
_SPELLINGS = {
    "Google": ("google", "GOOGLE", "Google "), "LinkedIn": ("Linkedin", "linkedin"), "Trade fair": ("trade fair",),
    "Website": (" Website",),
}

LEADS_PROJECT = """\
name = "leads"

[lead]
table = "leads.csv"
key = "lead_id"
created_at = "created_at"
null_words = ["Select"]              # the form's unanswered menu

[target]
column = "converted"
positive = "yes"

[economics]
value_column = "deal_value"
contact_cost = 75
currency = "EUR"

[[tier]]
name = "High"
at_least = 0.5
action = "Call in person."
within = "4 hours"
[[tier]]
name = "Medium"
at_least = 0.2
action = "Write a personal e-mail, then call."
within = "2 days"
[[tier]]
name = "Low"
at_least = 0.0
action = "Keep on the newsletter."
within = "1 month"
"""


class _Visits(NamedTuple):
    visits: FloatArray
    pages: FloatArray
    minutes: FloatArray
    opens: FloatArray
    untracked: BoolArray
    newsletter: BoolArray

    @property
    def effect(self) -> FloatArray:
        """What browsing says about converting; without tracking, nothing."""
        site = 0.55 * np.log1p(self.pages) + 0.5 * np.log1p(self.minutes) + 0.15 * np.minimum(self.visits, 6) - 2.2
        return np.where(self.untracked, -0.2, site) + 0.13 * np.minimum(self.opens, 8)


def simulate_leads(rows: int, seed: int) -> Simulated:
    """Simulate inbound leads with sensible effects, a planted leak and everyday dirt.

    Parameters
    ----------
    rows
        Rows in the table, one in 200 of which repeats another.
    seed
        Seed of the generator; the same seed gives the same table.

    Returns
    -------
    Simulated
        About 22 of 100 leads convert; the true probabilities rank them with an AUC of about 0.80.
    """
    rng = np.random.default_rng(seed)
    drawn = {
        name: draw_levels(rng, levels, rows)
        for name, levels in {
            "source": _SOURCE, "channel": _CHANNEL, "country": _COUNTRY, "company_size": _SIZE, "industry": _INDUSTRY, "job_role": _ROLE,
            "planned_start": _START, "need": _NEED,
        }.items()
    }
    browsing = _browse(rng, rows)
    budget = np.where(rng.random(rows) < 0.34, np.nan, np.round(np.exp(rng.normal(9.2, 0.8, rows)) / 500) * 500 + 500)
    phone = rng.random(rows) < 0.55
    answers = np.nan_to_num(0.35 + 0.35 * (np.log(budget) - 9.2), nan=-0.2) + np.where(phone, 0.35, -0.35)
    truth = probability_of(_BASE + _SLOPE * (_total(drawn) + browsing.effect + answers))
    converted = draw_outcome(rng, truth)
    labels = {name: cells for name, (cells, _) in drawn.items()}
    value = np.exp(rng.normal(np.array([_SIZE_VALUE[size] for size in labels["company_size"].tolist()]), 0.45))
    table = make_table({
        "lead_id": numbered("L-", np.arange(1, rows + 1), 6),
        "created_at": _moments(rng, rows),
        **labels,
        "source": respell(rng, labels["source"], _SPELLINGS, 0.12),
        "visits": whole(browsing.visits, browsing.untracked),
        "pages_viewed": whole(browsing.pages, browsing.untracked),
        "minutes_on_site": np.where(browsing.untracked, np.nan, np.round(browsing.minutes, 1)),
        "emails_opened": whole(browsing.opens),
        "budget": _money(rng, budget),
        "phone_given": respell(rng, np.where(phone, "Yes", "No"), {"Yes": ("yes",), "No": ("no",)}, 0.05),
        "newsletter": np.where(browsing.newsletter, "Yes", "No"),
        "form_version": np.full(rows, "v3"),
        "deal_value": np.round(value / 10) * 10,
        "close_reason": draw_aftermath(rng, _REASON, converted),
        "converted": np.where(converted, "yes", "no"),
    })
    kept = rows_to_repeat(rng, rows, 200)
    return Simulated(table[kept], truth[kept], _NOTES)


_NOTES = (
    "`close_reason` is a planted leak: it is written when a lead is won or lost.",
    "`source` is spelt in several ways (Google, google, GOOGLE); `Select` is the form's unanswered menu.",
    "`form_version` never changes; one row in 200 appears twice; 4 in 100 visitors block tracking, so their browsing is blank.",
    "`deal_value` is estimated at intake from the company's size, so it is known before the outcome.",
    "The truth uses the cells as printed before the outcome and nothing else; day and hour of arrival have no effect.",
)


def _total(drawn: Mapping[str, tuple[Labels, FloatArray]]) -> FloatArray:
    total: FloatArray = np.sum([effect for _, effect in drawn.values()], axis=0)
    return total


def _browse(rng: np.random.Generator, rows: int) -> _Visits:
    visits = 1.0 + rng.negative_binomial(1.3, 0.42, rows).astype(np.float64)
    pages = visits + rng.poisson(visits * rng.gamma(1.6, 0.9, rows))
    minutes = np.minimum(pages * rng.gamma(1.4, 0.8, rows), 240).round(1).astype(np.float64)
    newsletter = rng.random(rows) < 0.37
    opens = np.where(newsletter, rng.poisson(rng.gamma(1.3, 2.3, rows)), 0)
    return _Visits(visits, pages.astype(np.float64), minutes, opens.astype(np.float64), rng.random(rows) < 0.04, newsletter)


def _moments(rng: np.random.Generator, rows: int) -> pl.Series:
    """Draw moments over 18 months, oldest first, three in four within working hours."""
    day = np.sort(rng.integers(0, 546, rows))
    minute = np.where(rng.random(rows) < 0.75, rng.integers(480, 1080, rows), rng.integers(0, 1440, rows))
    start = np.datetime64("2024-01-02T00:00:00", "ms")
    moments = np.sort(start + day.astype("timedelta64[D]") + (minute * 60 + rng.integers(0, 60, rows)).astype("timedelta64[s]"))
    return pl.Series(moments).dt.strftime("%Y-%m-%d %H:%M:%S")


def _money(rng: np.random.Generator, amounts: FloatArray) -> Labels:
    """Write amounts as people do: with and without currency signs and separators, or not at all."""
    style = rng.integers(0, 4, len(amounts))
    written = [
        "" if amount != amount else ("€{:,.0f}", "{:.0f}", "€ {:,.2f}", "{:,.0f} EUR")[way].format(amount)  # noqa: PLR0124 (nan)
        for amount, way in zip(amounts.tolist(), style.tolist(), strict=True)
    ]
    return np.array(written, dtype=np.str_)
