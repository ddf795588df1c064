"""The tables as an agency's systems would hand them over."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadrank.data.simulations.estate.customers import EDITIONS, Customers
from leadrank.data.simulations.estate.dirt import (
    INTERACTION_SPELLINGS,
    PRICE_SPELLINGS,
    REPEATED_CUSTOMERS,
    REPEATED_INTERACTIONS,
    RESPELT,
    blanked,
    gathered,
    malformed,
    spelt,
    written_twice,
)
from leadrank.data.simulations.estate.feedback import TOPICS, Feedback
from leadrank.data.simulations.estate.interactions import Happenings
from leadrank.data.simulations.estate.properties import Properties
from leadrank.data.simulations.estate.sales import History, Sales
from leadrank.data.simulations.estate.settings import (
    DAY,
    KINDS,
    LOCATIONS,
    PRICE_RANGES,
    PROPERTY_TYPES,
    SOURCES,
    SPAN,
    STATUSES,
    Settings,
    moments,
)
from leadrank.data.simulations.table import Effects
from leadrank.types import FloatArray, IntArray

_MINUTES = np.array([6.0, 1.5, 8.0, 2.0, 35.0, 5.0])


def customer_table(settings: Settings, customers: Customers, names: pl.Series, homes: pl.Series) -> pl.DataFrame:
    """Write the customers in the order of registration; some stand there twice, the second time with another spelling of the source."""
    rng = settings.stream(20)
    table = pl.DataFrame({
        "CustomerID": names,
        "Age": customers.age,
        "Gender": blanked(_label(("F", "M"), customers.gender), rng.random(len(customers)) < 0.03 * settings.dirt),
        "IncomeLevel": blanked(pl.Series(customers.income.astype(np.int64)), customers.blank_income),
        "Location": _label(LOCATIONS, customers.location),
        "CreatedAt": moments(customers.created),
        "LeadSource": _label(SOURCES, customers.source),
        "PreferredPropertyType": _label(PROPERTY_TYPES, customers.preferred),
        "Budget": customers.budget.astype(np.int64),
        "FinancingPreApproved": _label(("no", "yes"), customers.approved.astype(np.int64)),
        "EnquiredProperty": homes.gather(customers.enquired),
        "NewsletterEdition": _label(EDITIONS, customers.edition),
    })
    rows = written_twice(rng, table.height, REPEATED_CUSTOMERS * settings.dirt)
    second = pl.Series(np.diff(rows, prepend=-1) == 0)
    return table[rows].with_columns(pl.when(second).then(pl.col("LeadSource").str.to_uppercase()).otherwise("LeadSource").alias("LeadSource"))


def interaction_table(settings: Settings, done: Happenings, names: pl.Series, homes: pl.Series) -> pl.DataFrame:
    """Write the interactions that were on record at the end, in the order in which they happened."""
    rng = settings.stream(21)
    kept = np.flatnonzero(done.recorded <= SPAN)
    done = done.where(kept[np.argsort(done.moment[kept], kind="stable")])
    rows = written_twice(rng, len(done), REPEATED_INTERACTIONS * settings.dirt)
    minutes = np.round(rng.gamma(1.4, _MINUTES[done.kind] / 1.4), 1)
    table = pl.DataFrame({
        "InteractionID": numbers("I", np.arange(1, len(done) + 1), 8).gather(rows),
        "CustomerID": names.gather(done.customer[rows]),
        "InteractionType": spelt(rng, done.kind[rows], KINDS, INTERACTION_SPELLINGS, RESPELT * settings.dirt),
        "InteractionDate": moments(done.moment[rows]),
        "PropertyViewed": gathered(homes, done.property[rows]),
        "TimeSpent": minutes[rows],
        "RecordedAt": moments(done.recorded[rows]),
    })
    return malformed(rng, table, settings.malformed)


def transaction_table(sales: Sales, names: pl.Series, homes: pl.Series) -> pl.DataFrame:
    """Write the sales that were on record at the end."""
    order = np.argsort(sales.moment, kind="stable")
    order = order[sales.recorded[order] <= SPAN]
    return pl.DataFrame({
        "TransactionID": numbers("T", np.arange(1, len(order) + 1), 7),
        "CustomerID": names.gather(sales.customer[order]),
        "PropertyID": homes.gather(sales.property[order]),
        "SaleDate": moments(sales.moment[order]),
        "SaleAmount": sales.amount[order].astype(np.int64),
        "RecordedAt": moments(sales.recorded[order]),
    })


def property_table(settings: Settings, properties: Properties, history: History, homes: pl.Series) -> pl.DataFrame:
    """Write the history of the properties, in the order in which it was written down."""
    rng = settings.stream(22)
    order = np.argsort(history.valid, kind="stable")
    which = history.property[order]
    return pl.DataFrame({
        "PropertyID": homes.gather(which),
        "Location": _label(LOCATIONS, properties.location[which]),
        "PriceRange": spelt(rng, properties.price[which], tuple(PRICE_RANGES), PRICE_SPELLINGS, 2.5 * RESPELT * settings.dirt),
        "PropertyType": _label(PROPERTY_TYPES, properties.type[which]),
        "AvailabilityStatus": _label(STATUSES, history.status[order]),
        "ValidFrom": moments(history.valid[order]),
        "Size": properties.size[which],
    })


def feedback_table(feedback: tuple[Feedback, ...], names: pl.Series) -> pl.DataFrame:
    """Write the ratings by day."""
    whose, day, rating, topic = (
        np.concatenate([getattr(part, name) for part in feedback]) for name in ("customer", "day", "rating", "topic"))
    order = np.argsort(day, kind="stable")
    return pl.DataFrame({
        "FeedbackID": numbers("F", np.arange(1, len(order) + 1), 7),
        "CustomerID": names.gather(whose[order]),
        "FeedbackDate": pl.Series(moments(day[order])).cast(pl.Date),
        "Rating": rating[order],
        "Topic": _label(TOPICS, topic[order]),
    })


def contact_table(settings: Settings, contacted: IntArray, sale: IntArray, names: pl.Series) -> pl.DataFrame:
    """Write who was contacted: the first time as drawn, then again, buyers more often and until they buy."""
    rng = settings.stream(23)
    first = np.flatnonzero(contacted >= 0)
    again = np.repeat(first, rng.poisson(np.where(sale[first] >= 0, 2.0, 0.8)))
    ends = np.where(sale[again] >= 0, sale[again], contacted[again] + 60 * DAY)
    later = contacted[again] + (rng.random(len(again)) * (ends - contacted[again])).astype(np.int64)
    whose, moment = np.concatenate([first, again]), np.concatenate([contacted[first], later])
    order = np.argsort(moment, kind="stable")
    order = order[moment[order] <= SPAN]
    return pl.DataFrame({
        "ContactID": numbers("K", np.arange(1, len(order) + 1), 7),
        "CustomerID": names.gather(whose[order]),
        "ContactedAt": moments(moment[order]),
        "Channel": _label(("Phone", "E-mail", "In person"), rng.choice(3, len(order), p=[0.6, 0.3, 0.1])),
        "Agent": _label(tuple(f"Agent {letter}" for letter in "ABCDEFGH"), rng.integers(0, 8, len(order))),
    })


def numbers(prefix: str, values: IntArray, width: int) -> pl.Series:
    """Make keys such as `C0000012`."""
    return prefix + pl.Series(values).cast(pl.String).str.zfill(width)


def _label(labels: Effects | tuple[str, ...], places: IntArray | FloatArray) -> pl.Series:
    return gathered(pl.Series(list(labels)), places.astype(np.int32))
