"""Columns of the lead table that are made of others: numbers in bands, and the moment that a parent table tells."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from leadrank.data.relations.declared import Link
from leadrank.errors import UsageError
from leadrank.frames import pl
from leadrank.project import Band


def with_bands(lead: pl.DataFrame, bands: Mapping[str, Band]) -> pl.DataFrame:
    """Add a column for each declared band; a blank number stays blank.

    Raises
    ------
    UsageError
        There is a column of that name already.

    Examples
    --------
    >>> with_bands(pl.DataFrame({"Age": [29.0, 30.0, 61.0, None]}), {"AgeGroup": Band(of="Age", at=(30, 60))})["AgeGroup"].to_list()
    ['below 30', '30 to 60', '60 and more', None]
    """
    for name, band in bands.items():
        if name in lead.columns:
            raise UsageError(f"[lead.bands] makes a column {name!r}, and the lead table has one of that name.", "Give the band another name.")
        if band.of in lead.columns:
            lead = lead.with_columns(_banded(lead[band.of], band).alias(name))
    return lead


def with_moment(lead: pl.DataFrame, name: str, link: Link, parent: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add the moment that a lead's parent tells under a name.

    Raises
    ------
    UsageError
        The parent has several rows for one thing.
    """
    moments = pl.DataFrame([*(parent[by].alias(own) for by, own in zip(link.by, link.columns, strict=True)), parent[column].alias(name)])
    if moments.select(link.columns).n_unique() < moments.height:
        raise UsageError(f"`created_at` is {name!r}, and {link.of} has several rows for one key.", "Take one of a table that has one row for each.")
    return lead.join(moments, on=link.columns, how="left", maintain_order="left")


def _banded(numbers: pl.Series, band: Band) -> pl.Series:
    said = [f"{end:.12g}" for end in band.at]
    labels = [f"below {said[0]}", *(f"{a} to {b}" for a, b in pairwise(said)), f"{said[-1]} and more"]
    places = np.searchsorted(band.at, numbers.fill_null(0.0).to_numpy(), side="right")
    cells = pl.Series(labels).gather(places)
    return pl.select(pl.when(numbers.is_not_null()).then(cells)).to_series()
