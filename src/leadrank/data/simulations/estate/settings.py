"""What may be set when the tables of an estate agency are simulated, and the effects that are written into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from leadrank.data.simulations.table import Effects
from leadrank.errors import UsageError
from leadrank.types import IntArray

DAY = 86_400
START = np.datetime64("2022-01-01T00:00:00", "s")
SPAN = 1_096 * DAY - 1
"""Seconds from `START` in which customers register; nothing recorded after its end stands in a table."""
OBSERVED_UNTIL = "2024-12-31T23:59:59"
BEFORE = 365
"""Days of browsing before registration that are on record."""

KINDS = ("Property search", "Email click", "Phone call", "Brochure download", "Viewing", "Enquiry")
SEARCH, EMAIL, PHONE, BROCHURE, VIEWING, ENQUIRY = range(6)
HALF_LIVES = MappingProxyType({"Property search": 7.0, "Email click": 20.0, "Phone call": 60.0})
"""Days in which the weight of an interaction before registration halves; the other kinds have no effect."""
EVENT_EFFECTS = MappingProxyType({"Property search": 1.35, "Email click": 1.15, "Phone call": 1.4})
"""What log1p of the decayed count adds to the log-odds."""

AGE_GROUPS = ("18-29", "30-44", "45-59", "60+")
AGE_BANDS = (30.0, 45.0, 60.0)
USUAL_INCOME = (48_000.0, 72_000.0, 82_000.0, 56_000.0)
LOCATIONS: Effects = {
    "Riverside": (0.26, 0.1), "Old Town": (0.20, 0.0), "North Hills": (0.18, -0.1), "Harbour": (0.15, 0.15), "Airport Road": (0.12, -0.2),
    "Lakeside": (0.09, 0.05),
}
USUAL_HERE = (1.05, 0.95, 1.25, 1.15, 0.75, 1.4)
"""Medians of the incomes by age group, and by how much those of a place are above."""
PROPERTY_TYPES: Effects = {"Flat": (0.42, 0.1), "Terraced house": (0.28, 0.15), "Detached house": (0.20, -0.1), "Plot": (0.10, -0.6)}
PRICE_RANGES: Effects = {"100k-200k": (0.24, 0.0), "200k-400k": (0.40, 0.0), "400k-700k": (0.26, 0.0), "700k+": (0.10, 0.0)}
STATUSES = ("Available", "Under offer", "Sold", "Withdrawn")
UNDER_OFFER, UNKNOWN_STATUS = -0.7, -0.2
SOURCES: Effects = {
    "Portal": (0.36, 0.0), "Website": (0.27, 0.1), "Social media": (0.10, -0.5), "Referral": (0.12, 0.6), "Walk-in": (0.08, 0.35),
    "Newspaper": (0.07, -0.2),
}
SOURCES_AT_THE_END = (0.28, 0.24, 0.32, 0.09, 0.05, 0.02)
CONTACTED = (0.62, 0.70, 0.45, 0.80, 0.90, 0.50)
"""Share of each source's customers whom somebody contacts."""
CONTACT_HOURS = (9.0, 5.0, 18.0, 4.0, 1.0, 14.0)
"""Median hours until then; nobody waits for two days."""
APPROVED, MATCH, REPEAT = 0.8, 0.5, 0.5
INCOME, BUDGET, LOW_INCOME = 0.5, -0.5, 45_000.0
RATING, MARKET, SEASON = 0.4, 0.2, 0.3
DRIFT = -0.5
"""How the log-odds change from the first registration to the last."""
DAYS_TO_SALE = {"pre-approved": 28.0, "to be financed": 44.0}
"""Median days from registration to the sale, of those who buy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of `simulate_estate`, checked; see there."""

    customers: int
    seed: int
    interactions: float
    base_rate: float
    drift: float
    season: float
    market: float
    proxy: float
    proxy_effect: float
    disparity: float
    contact_effect: float
    hurry: float
    dirt: float
    malformed: float
    half_lives: dict[str, float] = field(default_factory=lambda: dict(HALF_LIVES))

    def __post_init__(self) -> None:
        """Refuse what no table can be made of."""
        if self.customers < 1:
            raise UsageError(f"A simulated table needs at least 1 customer, got {self.customers}.", "Give a positive number of customers.")
        if self.interactions < 2:
            raise UsageError(f"Each customer has at least an enquiry and a search, got {self.interactions:g} interactions.", "Give 2 or more.")
        shares = {"base_rate": self.base_rate, "proxy": self.proxy, "malformed": self.malformed}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise UsageError(f"{name} is a share from 0 to 1, got {share:g}.", "Give such a share.")
        if set(self.half_lives) != set(HALF_LIVES) or min(self.half_lives.values()) <= 0:
            raise UsageError(f"Half-lives in days belong to {', '.join(HALF_LIVES)}, got {self.half_lives}.", "Give a positive number for each.")

    def stream(self, part: int) -> np.random.Generator:
        """Return the generator of one part of the tables, so that an option that changes one part leaves the others as they are."""
        return np.random.default_rng([self.seed, part])


def moments(seconds: IntArray) -> np.ndarray:
    """Turn seconds since `START` into moments."""
    return (START + seconds.astype("timedelta64[s]")).astype("datetime64[us]")
