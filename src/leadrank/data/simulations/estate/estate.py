"""The tables of a simulated estate agency, with what no agency knows: the true probability of every customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from leadrank.data.simulations.estate.customers import draw_customers, drift_of, effects, fit_of, season_of
from leadrank.data.simulations.estate.feedback import rate_after, rate_before, rating_effect
from leadrank.data.simulations.estate.interactions import browse, carry_on, decayed_counts, engagement_of, joined
from leadrank.data.simulations.estate.market import draw_market, market_table
from leadrank.data.simulations.estate.outcomes import draw_outcomes
from leadrank.data.simulations.estate.properties import RIVALS, draw_browsed, draw_properties, draw_types, enquiries, status_effect, together
from leadrank.data.simulations.estate.sales import draw_history, draw_sales
from leadrank.data.simulations.estate.settings import HALF_LIVES, MATCH, PROPERTY_TYPES, Settings
from leadrank.data.simulations.estate.tables import (
    contact_table,
    customer_table,
    feedback_table,
    interaction_table,
    numbers,
    property_table,
    transaction_table,
)
from leadrank.data.simulations.estate.truth import LogOdds, constants_of, notes_of, truth_table

TABLES = ("CustomerTable", "InteractionTable", "TransactionTable", "PropertyTable", "FeedbackTable", "MarketTable", "ContactTable")
"""Names of the tables that are simulated."""


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """The tables of an agency by name, the truth about each customer, what was planted, and the numbers of which the truth is made."""

    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame
    notes: tuple[str, ...]
    constants: dict[str, float]


def simulate_estate(
    customers: int = 50_000,
    *,
    seed: int = 0,
    interactions_per_customer: float = 24.0,
    base_rate: float = 0.18,
    half_lives: Mapping[str, float] = HALF_LIVES,
    contact_effect: float = 0.6,
    drift: float = 1.0,
    season: float = 1.0,
    market: float = 1.0,
    hurry: float = 1.0,
    proxy: float = 0.7,
    proxy_effect: float = 0.0,
    disparity: float = 0.0,
    dirt: float = 1.0,
    malformed: float = 0.0,
) -> Estate:
    """Simulate the tables of an estate agency over three years (2022-01-01 to 2024-12-31), and the truth about every customer.

    Browsing precedes registration by up to a year. The cutoff for which the truth is written is the registration, `CreatedAt`.

    - `CustomerTable`: CustomerID, Age, Gender, IncomeLevel, Location, CreatedAt, LeadSource, PreferredPropertyType, Budget, FinancingPreApproved,
      EnquiredProperty, NewsletterEdition
    - `InteractionTable`: InteractionID, CustomerID, InteractionType, InteractionDate, PropertyViewed, TimeSpent (minutes), RecordedAt
    - `TransactionTable`: TransactionID, CustomerID, PropertyID, SaleDate, SaleAmount, RecordedAt
    - `PropertyTable`: PropertyID, Location, PriceRange, PropertyType, AvailabilityStatus, ValidFrom, Size (square metres); several rows per property
    - `FeedbackTable`: FeedbackID, CustomerID, FeedbackDate (no time of day), Rating (1 to 5), Topic
    - `MarketTable`: Location, Month, MarketIndex, NewListings, PublishedAt (20 days after the month)
    - `ContactTable`: ContactID, CustomerID, ContactedAt, Channel, Agent
    - `truth`: CustomerID, at, p_by_7, p_by_30, p_by_60, p_by_90, p_ever, p_ever_if_contacted, p_ever_if_not_contacted, p_contacted, log_odds (not
      contacted), fit, engagement, timing (its parts, without the base), decayed_property_search, decayed_email_click, decayed_phone_call, ever,
      delay (whole days, counted up), sale_at, contacted, contacted_at, segment (of the delay), cohort (month), cohort_rate (its mean p_by_60)

    Parameters
    ----------
    customers
        How many.
    seed
        The same seed gives the same tables; an option changes only what depends on it.
    interactions_per_customer
        Their mean number.
    base_rate
        Share of the customers who buy within 60 days, on average over the true probabilities.
    half_lives
        Days in which a property search, an e-mail click and a phone call lose half of their weight.
    contact_effect
        What being contacted adds to the log-odds.
    drift, season, market
        Strength of the drift (falling base rate, more leads from social media), of the calendar month and of the market; 0 switches one off.
    hurry
        How much sooner the pre-approved buy; with 0 all delays have one distribution.
    proxy
        Share of the customers whose `NewsletterEdition` follows from gender and age; the others' is drawn.
    proxy_effect
        By how much the log-odds of those with an edition for women are lowered.
    disparity
        By how much the log-odds of those with an income below 45,000 are lowered.
    dirt
        How much is written twice or in other ways, as a multiple of the usual; blank incomes and states stay.
    malformed
        Share of the interactions that cannot be used: no date, no customer, or one whom nobody knows. Then dates and minutes are text.

    Raises
    ------
    UsageError
        An option is out of its range.

    Examples
    --------
    >>> estate = simulate_estate(300, seed=1)
    >>> estate.tables["CustomerTable"]["CustomerID"].n_unique(), round(float(estate.truth["p_by_60"].mean()), 3)
    (300, 0.18)
    """
    settings = Settings(
        customers=customers, seed=seed, interactions=interactions_per_customer, base_rate=base_rate, half_lives=dict(half_lives),
        contact_effect=contact_effect, drift=drift, season=season, market=market, hurry=hurry, proxy=proxy, proxy_effect=proxy_effect,
        disparity=disparity, dirt=dirt, malformed=malformed)
    return _simulated(settings)


def _simulated(settings: Settings) -> Estate:
    types = draw_types(settings)
    who = draw_customers(settings, enquiries(settings.customers), types)
    rng = settings.stream(13)
    asked = draw_properties(rng, who.created[::RIVALS], types)
    properties = together(asked, draw_properties(rng, draw_browsed(settings)))
    seen = len(properties)
    market, before, ratings = draw_market(settings), browse(settings, who, properties, seen), rate_before(settings, who)
    counts = decayed_counts(before, who, settings.half_lives)
    fit = fit_of(who, settings) + effects(PROPERTY_TYPES)[types[who.enquired]] + MATCH * (who.preferred == types[who.enquired])
    parts = LogOdds(
        fit=fit, engagement=engagement_of(counts) + rating_effect(ratings, who.created),
        timing=settings.season * season_of(who.created) + settings.drift * drift_of(who.created)
        + settings.market * market.effect_at(who.created, who.location) + status_effect(asked, who.enquired, who.created))
    outcomes = draw_outcomes(settings, who, parts.total)
    sales, properties, bought = draw_sales(settings, who, properties, outcomes.sale)
    after = carry_on(settings, who, properties, seen, outcomes.sale, bought)
    # As many keys as there could be sales: then who buys does not change how a property is called.
    names, homes = numbers("C", who.number, 7), numbers("P", settings.stream(14).permutation(seen + 2 * len(who)) + 1, 7)
    tables = {
        "CustomerTable": customer_table(settings, who, names, homes),
        "InteractionTable": interaction_table(settings, joined([before, after]), names, homes),
        "TransactionTable": transaction_table(sales, names, homes),
        "PropertyTable": property_table(settings, properties, draw_history(settings, properties, who, sales), homes),
        "FeedbackTable": feedback_table((ratings, rate_after(settings, who, outcomes.sale)), names),
        "MarketTable": market_table(market, settings),
        "ContactTable": contact_table(settings, outcomes.contacted, outcomes.sale, names),
    }
    return Estate(tables, truth_table(settings, who, names, parts, counts, outcomes), notes_of(settings), constants_of(settings, outcomes.base))
