"""What only the simulator knows, as a table: one row per customer."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from leadrank.data.simulations.estate import settings as given
from leadrank.data.simulations.estate.customers import Customers
from leadrank.data.simulations.estate.outcomes import Outcomes
from leadrank.data.simulations.estate.settings import Settings, moments
from leadrank.data.simulations.table import Effects, probability_of
from leadrank.types import FloatArray

DAYS = (7, 30, 60, 90)


class LogOdds(NamedTuple):
    """The parts of the log-odds, without the base rate: who the customer is, what they did, and when."""

    fit: FloatArray
    engagement: FloatArray
    timing: FloatArray

    @property
    def total(self) -> FloatArray:
        """All that speaks for each customer."""
        return self.fit + self.engagement + self.timing


def truth_table(
    settings: Settings, customers: Customers, names: pl.Series, parts: LogOdds, counts: dict[str, FloatArray], outcomes: Outcomes,
) -> pl.DataFrame:
    """Write down the truth, in the order of registration."""
    effect = settings.contact_effect
    table = pl.DataFrame({
        "CustomerID": names,
        "at": moments(customers.created),
        **{f"p_by_{day}": outcomes.by(day, ~customers.approved, settings.hurry) for day in DAYS},
        "p_ever": outcomes.ever,
        "p_ever_if_contacted": probability_of(outcomes.log_odds + effect),
        "p_ever_if_not_contacted": probability_of(outcomes.log_odds),
        "p_contacted": outcomes.worked,
        "log_odds": outcomes.log_odds,
        "fit": parts.fit,
        "engagement": parts.engagement,
        "timing": parts.timing,
        **{f"decayed_{name.lower().replace(' ', '_')}": count for name, count in counts.items()},
        "ever": outcomes.delay > 0,
        "delay": outcomes.delay,
        "sale_at": moments(outcomes.sale),
        "contacted": outcomes.contacted >= 0,
        "contacted_at": moments(outcomes.contacted),
        "segment": pl.Series(list(given.DAYS_TO_SALE)).gather((~customers.approved).astype("int64")),
    })
    return table.with_columns(
        pl.when("ever").then("delay").alias("delay"), pl.when("ever").then("sale_at").alias("sale_at"),
        pl.when("contacted").then("contacted_at").alias("contacted_at"), pl.col("at").dt.truncate("1mo").cast(pl.Date).alias("cohort"),
    ).with_columns(pl.col("p_by_60").mean().over("cohort").alias("cohort_rate"))


def constants_of(settings: Settings, base: float) -> dict[str, float]:
    """Name every number of which the log-odds are made, as they were used."""
    levels: dict[str, Effects] = {"LeadSource": given.SOURCES, "Location": given.LOCATIONS, "PropertyType": given.PROPERTY_TYPES}
    return {
        "base": base,
        **{f"{column}.{label}": effect for column, labels in levels.items() for label, (_, effect) in labels.items()},
        **{f"usual income.{group}": income for group, income in zip(given.AGE_GROUPS, given.USUAL_INCOME, strict=True)},
        **{f"usual income in.{place}": times for place, times in zip(given.LOCATIONS, given.USUAL_HERE, strict=True)},
        "FinancingPreApproved.yes": given.APPROVED, "preferred type enquired": given.MATCH, "bought before": given.REPEAT,
        "log(IncomeLevel / 60000)": given.INCOME, "log(Budget / 300000)": given.BUDGET,
        "AvailabilityStatus.Under offer": given.UNDER_OFFER, "AvailabilityStatus.(blank)": given.UNKNOWN_STATUS,
        "mean Rating - 3": given.RATING, "(MarketIndex - 100) / 10": settings.market * given.MARKET,
        "cos(2 pi (month - 5) / 12)": settings.season * given.SEASON, "from first to last day": settings.drift * given.DRIFT,
        **{f"log1p(decayed {name})": effect for name, effect in given.EVENT_EFFECTS.items()},
        **{f"half-life of {name}": days for name, days in settings.half_lives.items()},
        "contacted": settings.contact_effect, "newsletter for women": -settings.proxy_effect, "income below 45000": -settings.disparity,
    }


def notes_of(settings: Settings) -> tuple[str, ...]:
    """Say what was planted."""
    lives = ", ".join(f"{name.lower()} {days:g}" for name, days in settings.half_lives.items())
    return (
        "Interactions go on after registration, most of all in the four weeks before a purchase: counted up to the end, they know the outcome.",
        "A property that was bought is `Sold` in the last row of its history: availability at the end knows the outcome.",
        "`TransactionTable` holds buyers only; one customer in twelve bought before registration, too.",
        f"Half-lives in days: {lives}. Other kinds of interaction have no effect.",
        "Age and gender have no effect.",
        f"`NewsletterEdition` stands for both (strength {settings.proxy:g}); women's editions lower the log-odds by {settings.proxy_effect:g}.",
        f"A contact adds {settings.contact_effect:g} to the log-odds; whom it meets depends on the source alone, and is not known at registration.",
        "12 in 100 incomes and 8 in 100 states of availability are blank, at random; a blank income counts as that of its place and age group.",
        "Customers, interactions and labels stand twice or are written in several ways; some interactions are recorded days later.",
    )
