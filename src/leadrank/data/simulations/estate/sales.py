"""Which property each buyer buys, earlier purchases, and what the sales do to the history of the properties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from leadrank.data.simulations.estate.customers import Customers
from leadrank.data.simulations.estate.properties import BLANK_STATUS, Properties, draw_properties, together
from leadrank.data.simulations.estate.settings import DAY, SPAN, Settings
from leadrank.types import FloatArray, IntArray

_PRICE_MIDDLE = np.array([150_000.0, 300_000.0, 550_000.0, 850_000.0])


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """One cell per sale, the earlier purchases of some customers among them: buyer, property, seconds since the start, price."""

    customer: IntArray
    property: IntArray
    moment: IntArray
    recorded: IntArray
    amount: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One cell per row of a property's history: which property, from when, which status (-1 not entered)."""

    property: IntArray
    valid: IntArray
    status: IntArray


def draw_sales(settings: Settings, customers: Customers, properties: Properties, sale: IntArray) -> tuple[Sales, Properties, IntArray]:
    """Draw what is bought: the property enquired about where no rival was quicker, else one that was listed later.

    Returns
    -------
    tuple
        The sales; all properties, those listed later and those of earlier purchases included; what each customer buys (-1 nothing).
    """
    rng = settings.stream(9)
    buyers = np.flatnonzero(sale >= 0)
    bought = _won(customers, sale)
    besides = buyers[bought[buyers] < 0]
    bought[besides] = len(properties) + np.arange(len(besides))
    repeat = np.flatnonzero(customers.repeat)
    earlier = customers.created[repeat] - ((200 + rng.random(len(repeat)) * 1_600) * DAY).astype(np.int64)
    old = len(properties) + len(besides) + np.arange(len(repeat))
    everything = together(properties, draw_properties(rng, sale[besides] - 26 * DAY), draw_properties(rng, earlier - 26 * DAY))
    customer, what = np.concatenate([repeat, buyers]), np.concatenate([old, bought[buyers]])
    moment = np.concatenate([earlier, sale[buyers]])
    recorded = moment + 3600 + np.minimum(rng.exponential(3 * DAY, len(moment)), 14 * DAY).astype(np.int64)
    amount = np.round(_PRICE_MIDDLE[everything.price[what]] * np.exp(rng.normal(0, 0.18, len(what))), -2)
    return Sales(customer, what, moment, recorded, amount), everything, bought


def draw_history(settings: Settings, properties: Properties, customers: Customers, sales: Sales) -> History:
    """Write the history of all properties up to the end; a sale begins with an offer after the last rival's enquiry."""
    rng, n = settings.stream(10), len(properties)
    everyone = np.arange(n)
    last = _last_enquiry(customers, n, properties.listed)
    begins, sold = np.full(n, 2 * SPAN), np.full(n, 2 * SPAN)
    sold[sales.property] = sales.recorded
    begins[sales.property] = np.maximum(last[sales.property] + 1, sales.moment - rng.integers(5 * DAY, 20 * DAY, len(sales.moment)))
    gone = last + ((100 + rng.random(n) * 300) * DAY).astype(np.int64)
    withdrawn = np.where((rng.random(n) < 0.4) & (sold == 2 * SPAN), gone, 2 * SPAN)
    offer = properties.offered < properties.freed
    offered = np.where(offer & (properties.offered < begins), properties.offered, 2 * SPAN)
    freed = np.where(offer & (properties.freed < begins), properties.freed, 2 * SPAN)
    late = rng.random((n, 3)) < BLANK_STATUS
    valid = np.stack([properties.listed, offered, freed, begins, sold, withdrawn], axis=1)
    blank = np.concatenate([properties.blank, late], axis=1)
    status = np.where(blank, -1, np.array([0, 1, 0, 1, 2, 3]))
    rows = valid.ravel() <= SPAN
    return _in_time(History(np.repeat(everyone, 6)[rows], valid.ravel()[rows], status.ravel()[rows]))


def _won(customers: Customers, sale: IntArray) -> IntArray:
    """Give each property enquired about to the first who buys after all rivals have enquired; -1 for the others."""
    last = _last_enquiry(customers, int(customers.enquired[-1]) + 1, None)
    may = np.flatnonzero((sale >= 0) & (sale > last[customers.enquired]))
    first = pl.DataFrame({"who": may, "what": customers.enquired[may], "when": sale[may]}).sort("when", "who").unique("what", keep="first")
    bought = np.full(len(sale), -1, dtype=np.int64)
    bought[first["who"].to_numpy()] = first["what"].to_numpy()
    return bought


def _last_enquiry(customers: Customers, properties: int, otherwise: IntArray | None) -> IntArray:
    last = np.zeros(properties, dtype=np.int64) if otherwise is None else otherwise.copy()
    # Customers are in the order of registration, so the last assignment is the latest.
    last[customers.enquired] = customers.created
    return last


def _in_time(history: History) -> History:
    order = np.lexsort((history.valid, history.property))
    return History(history.property[order], history.valid[order], history.status[order])
