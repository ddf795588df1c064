"""Simulated leads of an online education company, with the columns, the dirt and the leaks of its public lead table."""

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
    probability_of,
    respell,
    whole,
)
from leadrank.types import BoolArray, FloatArray

_BASE = -0.47
_ROUTE: Effects = {  # origin|source
    "Landing Page Submission|Direct Traffic": (0.263, -0.25), "API|Olark Chat": (0.190, -0.1),
    "Landing Page Submission|Google": (0.185, 0.0), "API|Google": (0.125, 0.05),
    "Landing Page Submission|Organic Search": (0.076, -0.05), "Lead Add Form|Reference": (0.057, 2.9),
    "API|Organic Search": (0.048, 0.0), "Lead Add Form|Partner Website": (0.016, 4.0), "API|Referral Sites": (0.010, -0.6),
    "Landing Page Submission|Referral Sites": (0.004, -0.5), "Lead Import|Facebook": (0.006, -0.6), "Lead Add Form|": (0.004, 1.6),
    "API|Bing": (0.001, -0.3), "Quick Add Form|": (0.0003, 0.5),
}
_OCCUPATION: Effects = {
    "Unemployed": (0.855, 0.0), "Working Professional": (0.108, 2.6), "Student": (0.031, -0.3), "Other": (0.003, 0.3),
    "Housewife": (0.002, 1.2), "Businessman": (0.001, 0.6),
}
_SPECIALIZATION: Effects = {
    "Select": (0.25, 0.0), "Finance Management": (0.13, 0.15), "Human Resource Management": (0.11, 0.15),
    "Marketing Management": (0.11, 0.25), "Operations Management": (0.07, 0.2), "Business Administration": (0.05, 0.1),
    "IT Projects Management": (0.05, -0.1), "Supply Chain Management": (0.05, 0.1),
    "Banking, Investment And Insurance": (0.04, 0.25), "Travel and Tourism": (0.03, -0.2), "Media and Advertising": (0.03, 0.1),
    "International Business": (0.02, -0.1), "Healthcare Management": (0.02, 0.2), "E-COMMERCE": (0.02, 0.0),
    "Hospitality Management": (0.01, -0.1), "Retail Management": (0.01, -0.1), "Rural and Agribusiness": (0.01, 0.0),
}
_HEARD: Effects = {
    "Select": (0.72, 0.0), "Online Search": (0.115, 0.0), "Word Of Mouth": (0.05, 0.05), "Student of SomeSchool": (0.044, 0.05),
    "Other": (0.026, 0.0), "Multiple Sources": (0.02, -0.1), "Advertisements": (0.01, 0.0), "Social Media": (0.01, 0.0),
    "Email": (0.005, 0.1),
}
_MATTERS: Effects = {"Better Career Prospects": (0.9995, 0.0), "Flexibility & Convenience": (0.0005, 0.0)}
_TICKED = {"Do Not Email": (0.08, -1.3), "Do Not Call": (0.0003, 0.0), "A free copy of Mastering The Interview": (0.31, -0.2)}
_CITY: Effects = {
    "Mumbai": (0.35, 0.0), "Select": (0.24, 0.1), "": (0.15, -0.1), "Thane & Outskirts": (0.08, 0.1), "Other Cities": (0.075, 0.0),
    "Other Cities of Maharashtra": (0.05, 0.05), "Other Metro Cities": (0.045, 0.0), "Tier II Cities": (0.01, -0.2),
}
_COUNTRY: Effects = {
    "India": (0.70, 0.0), "": (0.267, 0.05), "United States": (0.008, -0.3), "United Arab Emirates": (0.006, 0.0),
    "Singapore": (0.004, 0.1), "Saudi Arabia": (0.004, 0.0), "United Kingdom": (0.003, -0.2), "Australia": (0.003, -0.2),
    "unknown": (0.005, -0.1),
}
_TAGS: Aftermath = {
    "": (0.320, 0.442), "Will revert after reading the email": (0.50, 0.02), "Ringing": (0.010, 0.205),
    "Interested in other courses": (0.004, 0.088), "Already a student": (0.001, 0.081), "Closed by Horizzon": (0.099, 0.0005),
    "switched off": (0.002, 0.041), "Busy": (0.029, 0.014), "Lost to EINS": (0.048, 0.001),
    "Not doing further education": (0.001, 0.025), "Graduation in progress": (0.002, 0.018),
    "Interested  in full time MBA": (0.001, 0.02), "invalid number": (0.0005, 0.015),
    "Diploma holder (Not Eligible)": (0.0005, 0.011),
}
_QUALITY: Aftermath = {
    "": (0.285, 0.663), "Might be": (0.333, 0.066), "Not Sure": (0.074, 0.146), "High in Relevance": (0.169, 0.006),
    "Worst": (0.003, 0.104), "Low in Relevance": (0.136, 0.018),
}
_PROFILE: Aftermath = {
    "Select": (0.50, 0.66), "Potential Lead": (0.43, 0.10), "Other Leads": (0.06, 0.12), "Student of SomeSchool": (0.003, 0.12),
    "Lateral Student": (0.008, 0.0005), "Dual Specialization Student": (0.006, 0.0005),
}
_ACTIVITY: Aftermath = {
    "Email Opened": (0.345, 0.388), "SMS Sent": (0.485, 0.180), "Olark Chat Conversation": (0.025, 0.156),
    "Page Visited on Website": (0.043, 0.086), "Converted to Lead": (0.016, 0.066), "Email Bounced": (0.007, 0.053),
    "Email Link Clicked": (0.020, 0.035), "Form Submitted on Website": (0.008, 0.016), "Unreachable": (0.009, 0.011),
    "Unsubscribed": (0.004, 0.008), "Had a Phone Conversation": (0.006, 0.001), "": (0.032, 0.0),
}
_NEVER = (
    "Magazine", "Receive More Updates About Our Courses", "Update me on Supply Chain Content", "Get updates on DM Content",
    "I agree to pay the amount through cheque",
)
_SELDOM = {
    "Search": 0.0015, "Newspaper Article": 0.0002, "X Education Forums": 0.0001, "Newspaper": 0.0001, "Digital Advertisement": 0.0004,
    "Through Recommendations": 0.0008,
}

COURSES_DOUBTFUL = (
    "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
)
COURSES_PROJECT = """\
name = "courses"
domain = "education"

[lead]
table = "Leads.csv"
key = "Prospect ID"
order = "Lead Number"
null_words = ["Select"]              # the form's unanswered menu

[target]
column = "Converted"
positive = 1

[economics]
value = 49.99
contact_cost = 3.25
currency = "USD"
"""


class _Browsing(NamedTuple):
    visits: FloatArray
    seconds: FloatArray
    pages: FloatArray
    unknown: BoolArray

    @property
    def effect(self) -> FloatArray:
        """Long visits convert, short ones do not; who never visited lies between."""
        stay = 3.3 * probability_of((self.seconds - 620) / 110) - 1.75
        seen = 0.05 * np.minimum(self.visits, 8) - 0.06 * np.minimum(self.pages, 8)
        return np.where(self.visits == 0, 0.0, stay + np.where(self.unknown, 0.0, seen))


def simulate_courses(rows: int, seed: int) -> Simulated:
    """Simulate leads for an online course: one snapshot, newest first, with columns that sales wrote after the contact.

    Parameters
    ----------
    rows
        Rows in the table.
    seed
        Seed of the generator.

    Returns
    -------
    Simulated
        About 38.5 of 100 convert. The truth ranks them with an AUC of about 0.87; with `Tags` and its like 0.98 is easy.
    """
    rng = np.random.default_rng(seed)
    route, route_effect = draw_levels(rng, _ROUTE, rows)
    pairs = np.array([pair.split("|") for pair in route.tolist()], dtype=np.str_)
    browsing = _browse(rng, pairs)
    form, form_effect = _fill_form(rng, pairs[:, 0])
    truth = probability_of(_BASE + route_effect + browsing.effect + form_effect)
    converted = draw_outcome(rng, truth)
    source = respell(rng, pairs[:, 1], {"Google": ("google",), "Bing": ("bing",)}, 0.02)
    table = make_table({
        **_keys(rng, rows),
        "Lead Origin": pairs[:, 0],
        "Lead Source": source,
        "Converted": whole(converted.astype(np.float64)),
        "TotalVisits": whole(browsing.visits, browsing.unknown),
        "Total Time Spent on Website": whole(browsing.seconds),
        "Page Views Per Visit": np.where(browsing.unknown, np.nan, browsing.pages),
        **form,
        **{name: np.full(rows, "No") for name in _NEVER},
        **{name: _yes(rng.random(rows) < share) for name, share in _SELDOM.items()},
        **_written_by_sales(rng, converted, form["What is your current occupation"] == ""),
    })
    return Simulated(table.select(_ORDER), truth, _NOTES)


_ORDER = (
    "Prospect ID", "Lead Number", "Lead Origin", "Lead Source", "Do Not Email", "Do Not Call", "Converted", "TotalVisits",
    "Total Time Spent on Website", "Page Views Per Visit", "Last Activity", "Country", "Specialization",
    "How did you hear about X Education", "What is your current occupation", "What matters most to you in choosing a course",
    "Search", "Magazine", "Newspaper Article", "X Education Forums", "Newspaper", "Digital Advertisement",
    "Through Recommendations", "Receive More Updates About Our Courses", "Tags", "Lead Quality",
    "Update me on Supply Chain Content", "Get updates on DM Content", "Lead Profile", "City", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
    "I agree to pay the amount through cheque", "A free copy of Mastering The Interview", "Last Notable Activity",
)
_NOTES = (
    "`Tags`, `Lead Quality` and `Lead Profile` are planted leaks: sales writes them after the contact.",
    "`Last Activity`, `Last Notable Activity` and the `Asymmetrique` columns hold the state at export, after the outcome.",
    "`Select` is the form's unanswered menu.",
    "A blank occupation goes with a form left unanswered, which here is known at scoring and lowers the odds.",
    "Rows run from the newest lead to the oldest; `Lead Number` falls with them; nothing drifts.",
    "Five columns never change, six hardly ever; `Google` and `google` are one source.",
)


def _browse(rng: np.random.Generator, pairs: Labels) -> _Browsing:
    rows = len(pairs)
    stays_away = np.select([pairs[:, 1] == "Olark Chat", pairs[:, 0] == "Lead Add Form"], [0.91, 0.95], 0.0)
    visited = rng.random(rows) >= stays_away
    visits = 1.0 + rng.negative_binomial(1.6, 0.33, rows).astype(np.float64)
    visits = np.where(rng.random(rows) < 0.004, visits * rng.integers(5, 30, rows), visits)
    pages = np.round(visits / np.ceil(visits * rng.beta(1.2, 1.6, rows)), 2)
    lengthy = rng.random(rows) < 0.40
    seconds = np.where(lengthy, rng.normal(1180, 290, rows), np.exp(rng.normal(5.3, 0.95, rows)))
    seconds = np.round(np.clip(seconds, 1, 2300))
    visits, seconds, pages = (np.where(visited, cells, 0.0) for cells in (visits, seconds, pages))
    return _Browsing(visits, seconds, pages, (rng.random(rows) < 0.015) & visited)


def _fill_form(rng: np.random.Generator, origin: Labels) -> tuple[dict[str, Labels], FloatArray]:
    """Draw what the lead wrote, with its effect; who leaves one question blank mostly leaves all."""
    rows = len(origin)
    unanswered = rng.random(rows) < np.where(origin == "API", 0.44, np.where(origin == "Lead Add Form", 0.03, 0.21))
    asked: Mapping[str, Effects] = {
        "What is your current occupation": _OCCUPATION,
        "Specialization": _SPECIALIZATION,
        "How did you hear about X Education": _HEARD,
        "What matters most to you in choosing a course": _MATTERS,
    }
    form: dict[str, Labels] = {}
    effect: FloatArray = np.where(unanswered, -1.45, 0.0)
    for question, levels in asked.items():
        answer, weight = draw_levels(rng, levels, rows)
        form[question] = np.where(unanswered, "", answer)
        effect = effect + np.where(unanswered, 0.0, weight)
    for question, levels in {"City": _CITY, "Country": _COUNTRY}.items():
        form[question], weight = draw_levels(rng, levels, rows)
        effect = effect + weight
    for question, (share, change) in _TICKED.items():
        ticked = rng.random(rows) < share
        form[question] = _yes(ticked)
        effect = effect + np.where(ticked, change, 0.0)
    return form, effect


def _written_by_sales(rng: np.random.Generator, converted: BoolArray, unanswered: BoolArray) -> dict[str, pl.Series | Labels]:
    rows = len(converted)
    activity = draw_aftermath(rng, _ACTIVITY, converted)
    modified = rng.random(rows) < np.where(converted, 0.23, 0.47)
    scored = rng.random(rows) >= 0.456
    activity_score = np.clip(np.round(rng.normal(np.where(converted, 14.7, 14.0), np.where(converted, 0.9, 1.6))), 7, 18)
    profile_score = np.clip(np.round(rng.normal(np.where(converted, 16.9, 16.0), 1.7)), 11, 20)
    return {
        "Tags": draw_aftermath(rng, _TAGS, converted),
        "Lead Quality": draw_aftermath(rng, _QUALITY, converted),
        "Lead Profile": np.where(unanswered, "", draw_aftermath(rng, _PROFILE, converted)),
        "Last Activity": activity,
        "Last Notable Activity": np.where(modified | (activity == ""), "Modified", activity),
        "Asymmetrique Activity Index": np.where(scored, _index(activity_score, 12, 15), ""),
        "Asymmetrique Profile Index": np.where(scored, _index(profile_score, 12, 16), ""),
        "Asymmetrique Activity Score": whole(activity_score, ~scored),
        "Asymmetrique Profile Score": whole(profile_score, ~scored),
    }


def _index(score: FloatArray, low: float, high: float) -> Labels:
    return np.array(["03.Low", "02.Medium", "01.High"])[np.digitize(score, [low, high + 1])]


def _yes(ticked: BoolArray) -> Labels:
    return np.where(ticked, "Yes", "No")


def _keys(rng: np.random.Generator, rows: int) -> dict[str, pl.Series | Labels]:
    """Draw unique keys shaped like UUIDs, and numbers that fall with the row."""
    digits = rng.bytes(16 * rows).hex()
    keys = [digits[at : at + 32] for at in range(0, 32 * rows, 32)]
    falling = 579_533 + np.cumsum(rng.integers(1, 17, rows))[::-1]
    return {
        "Prospect ID": np.array([f"{k[:8]}-{k[8:12]}-{k[12:16]}-{k[16:20]}-{k[20:]}" for k in keys], dtype=np.str_),
        "Lead Number": whole(falling),
    }
