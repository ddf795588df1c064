"""Simulated visitors of a property portal, who may contact an agent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

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
    whole,
)
from leadrank.types import BoolArray, FloatArray

HOMEBUYER_COLUMNS = {
    "Prospect ID": "ProspectID", "Lead Number": "LeadNumber", "Lead Origin": "LeadCaptureChannel", "Lead Source": "ReferralSource",
    "TotalVisits": "PropertyViews", "Total Time Spent on Website": "TimeOnSite", "Page Views Per Visit": "PagesPerSession",
    "Last Activity": "LastAction", "Last Notable Activity": "FinalEngagementAction", "City": "City", "Country": "Country",
    "Tags": "LeadStatusTag", "Converted": "ContactedAgent",
}
"""How the original project renamed an education company's lead table; the other columns were dropped."""

_BASE = -0.47
_CHANNEL: Effects = {
    "Listing Page Form": (0.50, 0.0), "Mobile App": (0.36, -0.15), "Agent Referral Form": (0.08, 2.9),
    "Imported List": (0.03, -1.2), "": (0.03, -0.3),
}
_REFERRAL: Effects = {
    "Google": (0.33, 0.0), "Direct Traffic": (0.27, -0.15), "Portal Chat": (0.17, 0.1), "Organic Search": (0.12, 0.05),
    "Friend": (0.05, 1.3), "Facebook": (0.04, -0.7), "": (0.02, -0.2),
}
_CITY: Effects = {
    "Denver": (0.27, 0.0), "Aurora": (0.12, 0.1), "Boulder": (0.10, 0.15), "Colorado Springs": (0.10, 0.0), "Other": (0.12, -0.1),
    "Select": (0.15, 0.0), "": (0.14, -0.35),
}
_COUNTRY: Effects = {"United States": (0.71, 0.0), "": (0.26, -0.05), "Canada": (0.02, -0.4), "Mexico": (0.01, -0.4)}
_TAG: Aftermath = {
    "": (0.24, 0.45), "Viewing arranged": (0.50, 0.012), "Offer being prepared": (0.14, 0.001), "No answer": (0.01, 0.22),
    "Renting for now": (0.01, 0.11), "Number switched off": (0.005, 0.07), "Busy, call again": (0.075, 0.05),
    "Bought elsewhere": (0.02, 0.087),
}
_LAST: Aftermath = {
    "Email Opened": (0.34, 0.38), "SMS Sent": (0.44, 0.20), "Chat Conversation": (0.03, 0.14), "Listing Viewed": (0.08, 0.13),
    "Email Bounced": (0.01, 0.06), "Email Link Clicked": (0.03, 0.04), "Phone Conversation": (0.03, 0.004), "": (0.04, 0.046),
}

HOMEBUYER_PROJECT = """\
name = "homebuyer"

[lead]
table = "homebuyers.csv"
key = "ProspectID"
order = "LeadNumber"
null_words = ["Select"]

[target]
column = "ContactedAgent"
positive = 1
"""


class _Session(NamedTuple):
    views: FloatArray
    minutes: FloatArray
    pages: FloatArray
    unknown: BoolArray

    @property
    def effect(self) -> FloatArray:
        """Long visits lead to contact; the number of views helps up to about fifty."""
        stay = 3.4 * probability_of((self.minutes - 11) / 2.2) - 1.5
        seen = 0.35 * np.log1p(np.minimum(self.views, 50)) - 0.8 - 0.05 * np.minimum(self.pages, 8)
        return stay + np.where(self.unknown, 0.0, seen)


def simulate_homebuyers(rows: int, seed: int) -> Simulated:
    """Simulate visitors of a property portal, with the tag that agents set after the contact.

    Parameters
    ----------
    rows
        Rows in the table.
    seed
        Seed of the generator.

    Returns
    -------
    Simulated
        About 38 of 100 contact an agent; the truth ranks them with an AUC of about 0.86, the tag lifts that above 0.95.
    """
    rng = np.random.default_rng(seed)
    levels = {"LeadCaptureChannel": _CHANNEL, "ReferralSource": _REFERRAL, "City": _CITY, "Country": _COUNTRY}
    drawn = {name: draw_levels(rng, shares, rows) for name, shares in levels.items()}
    session = _browse(rng, rows)
    truth = probability_of(_BASE + np.sum([effect for _, effect in drawn.values()], axis=0) + session.effect)
    contacted = draw_outcome(rng, truth)
    labels: dict[str, Labels] = {name: cells for name, (cells, _) in drawn.items()}
    last = draw_aftermath(rng, _LAST, contacted)
    table = make_table({
        "ProspectID": numbered("P-", rng.permutation(rows) + 1, 7),
        "LeadNumber": whole(600_000 + np.cumsum(rng.integers(1, 12, rows))[::-1]),
        "LeadCaptureChannel": respell(rng, labels["LeadCaptureChannel"], {"Mobile App": ("mobile app", "Mobile app ")}, 0.04),
        "ReferralSource": respell(rng, labels["ReferralSource"], {"Google": ("google",)}, 0.05),
        "PropertyViews": whole(session.views, session.unknown),
        "TimeOnSite": session.minutes,
        "PagesPerSession": np.where(session.unknown, np.nan, session.pages),
        "LastAction": last,
        "FinalEngagementAction": np.where(rng.random(rows) < np.where(contacted, 0.22, 0.46), "Modified", last),
        "City": labels["City"],
        "Country": labels["Country"],
        "LeadStatusTag": draw_aftermath(rng, _TAG, contacted),
        "ContactedAgent": whole(contacted.astype(np.float64)),
    })
    return Simulated(table, truth, _NOTES)


_NOTES = (
    "`LeadStatusTag` is a planted leak: agents set it after the contact.",
    "`LastAction` and `FinalEngagementAction` hold the state at export, after the outcome.",
    "6 in 100 leads have blank views and pages; `Select` and a blank city are two different things; views run into the hundreds.",
    "Rows run from the newest lead to the oldest; nothing drifts.",
)


def _browse(rng: np.random.Generator, rows: int) -> _Session:
    views: FloatArray = np.minimum(np.floor(np.exp(rng.normal(2.0, 1.15, rows))), 320)
    pages = np.minimum(views, 1 + rng.gamma(2.0, 1.1, rows)).round(1).astype(np.float64)
    lengthy = rng.random(rows) < 0.38
    minutes = np.where(lengthy, rng.normal(18, 5, rows), np.exp(rng.normal(1.3, 0.8, rows)))
    minutes = np.round(np.clip(minutes, 0, 60), 1)
    return _Session(views, minutes, pages, rng.random(rows) < 0.06)
