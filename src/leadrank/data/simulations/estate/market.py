"""How the market of each place goes: an index by month, published with a delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from leadrank.data.simulations.estate.settings import DAY, LOCATIONS, MARKET, SPAN, START, Settings, moments
from leadrank.types import FloatArray, IntArray

_FIRST_MONTH = np.datetime64("2020-07", "M")
_DELAY = 20 * DAY + 9 * 3600
"""Seconds after the end of a month until its index is published."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The index by month (first axis) and place; `begins` and `published` in seconds since the start."""

    begins: IntArray
    published: IntArray
    index: FloatArray

    def effect_at(self, created: IntArray, location: IntArray) -> FloatArray:
        """Return what the last published index adds to the log-odds: each 10 points above 100 raise them."""
        last = np.searchsorted(self.published, created, side="right") - 1
        effect: FloatArray = MARKET * (self.index[last, location] - 100) / 10
        return effect


def draw_market(settings: Settings) -> Market:
    """Draw an index that returns to 100 slowly (a first-order autoregression), each place by itself."""
    rng = settings.stream(2)
    last = (START + np.timedelta64(SPAN, "s")).astype("datetime64[M]")
    months = np.arange(_FIRST_MONTH, last + 1)
    index = np.empty((len(months), len(LOCATIONS)))
    level = rng.normal(0, 10, len(LOCATIONS))
    for row in range(len(months)):
        level = 0.8 * level + rng.normal(0, 6, len(LOCATIONS))
        index[row] = 100 + level
    begins, ends = (_seconds(months + step) for step in (0, 1))
    return Market(begins, ends + _DELAY, np.round(index, 1))


def market_table(market: Market, settings: Settings) -> pl.DataFrame:
    """Write what was published by the end, one row per place and month."""
    out = np.flatnonzero(market.published <= SPAN)
    places = len(LOCATIONS)
    month = np.repeat(out, places)
    season = 1 + 0.25 * np.cos(2 * np.pi * (out % 12 - 9) / 12)
    listings = settings.stream(3).poisson(np.repeat(60 * season, places))
    return pl.DataFrame({
        "Location": list(LOCATIONS) * len(out),
        "Month": pl.Series(moments(market.begins[month])).cast(pl.Date),
        "MarketIndex": market.index[out].ravel(),
        "NewListings": listings,
        "PublishedAt": moments(market.published[month]),
    })


def _seconds(months: np.ndarray) -> IntArray:
    return (months.astype("datetime64[s]") - START).astype(np.int64)
