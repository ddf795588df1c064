"""How people write the same thing in other ways, write it twice, or write what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import polars as pl

from leadrank.types import BoolArray, CodeArray, IntArray

INTERACTION_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "Property search": ("property search", "PROPERTY SEARCH", "Property-Search", "PropertySearch", " Property  search ", "Prop. search"),
    "Email click": ("email click", "Email Click", "email-click", "E-mail click", "EMAIL CLICK", "EmailClick"),
    "Phone call": ("phone call", "Phone Call", "phone-call", "Phonecall", "PHONE CALL ", "Ph. call"),
    "Brochure download": ("brochure download", "Brochure-Download", "BrochureDownload"),
    "Viewing": ("viewing", "VIEWING", "Viewing "),
    "Enquiry": ("enquiry", "ENQUIRY"),
})
PRICE_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "100k-200k": ("100K-200K", "100k - 200k", "$100,000 - $200,000", "100k–200k"),
    "200k-400k": ("200K-400K", "200k - 400k", "$200,000 - $400,000", "200k–400k"),
    "400k-700k": ("400K-700K", "400k - 700k", "$400,000 - $700,000", "400k–700k"),
    "700k+": ("700K+", "700k +", "$700,000+", "over $700,000"),
})
RESPELT = 0.12
REPEATED_INTERACTIONS = 0.015
REPEATED_CUSTOMERS = 0.005


def spelt(
    rng: np.random.Generator, places: IntArray | CodeArray, labels: Sequence[str], spellings: Mapping[str, tuple[str, ...]], share: float,
) -> pl.Series:
    """Write labels, given as places in their list (-1 blank), a share of them in one of the other ways."""
    first = np.cumsum([0, *(len(spellings[label]) for label in labels)])
    ways = np.diff(first)
    texts = pl.Series([*labels, *(way for label in labels for way in spellings[label])])
    other = np.flatnonzero((rng.random(len(places)) < share) & (places >= 0))
    chosen = places.astype(np.int32)
    way = (rng.random(len(other)) * ways[places[other]]).astype(np.int64)
    chosen[other] = len(labels) + first[places[other]] + way
    return gathered(texts, chosen)


def gathered(texts: pl.Series, places: IntArray | CodeArray) -> pl.Series:
    """Look texts up by place; -1 is a blank cell."""
    rows = pl.Series(places)
    return texts.gather(rows.set(rows < 0, None) if bool((places < 0).any()) else rows)


def written_twice(rng: np.random.Generator, rows: int, share: float) -> IntArray:
    """Choose rows such that a share of them stands twice, one after the other."""
    again = np.ones(rows, dtype=np.int64)
    again[rng.random(rows) < share] += 1
    return np.repeat(np.arange(rows), again)


def malformed(rng: np.random.Generator, table: pl.DataFrame, share: float) -> pl.DataFrame:
    """Write the dates and minutes of a table as text, as an export does, and make a share of its rows unreadable.

    A third of these has no readable date, a third no customer, and a third belongs to a customer whom nobody knows.
    """
    if not share:
        return table
    what = np.where(rng.random(table.height) < share, rng.integers(0, 3, table.height), -1)
    text = table.with_columns(pl.col("InteractionDate").dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col("TimeSpent").cast(pl.String))
    fault = pl.Series("fault", what)
    return text.with_columns(
        pl.when(fault == 0).then(pl.lit("31/31/2024")).otherwise("InteractionDate").alias("InteractionDate"),
        pl.when(fault == 1).then(None).when(fault == 2).then(pl.lit("C9999999")).otherwise("CustomerID").alias("CustomerID"))


def blanked(values: pl.Series, blank: BoolArray) -> pl.Series:
    """Empty some cells."""
    return values.set(pl.Series(blank), None)
