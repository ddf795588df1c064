"""Columns that are made of others: numbers in bands, and columns that a parent lends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from leadrank.data.relations.declared import Link
from leadrank.data.relations.lent import Lent
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


def with_lent(frame: pl.DataFrame, link: Link, parent: pl.DataFrame, lent: Sequence[Lent]) -> pl.DataFrame:
    """Add the columns that a parent lends to the rows that belong to it; blank where a row belongs to nothing.

    Raises
    ------
    UsageError
        The parent has several rows for one thing.
    """
    theirs = pl.DataFrame([
        *(parent[by].alias(own) for by, own in zip(link.by, link.columns, strict=True)), *(parent[one.column].alias(one.name) for one in lent)])
    if theirs.select(link.columns).n_unique() < theirs.height:
        said = f"{lent[0].name!r} is a column of {link.of}, which has several rows for one key."
        raise UsageError(said, "Take one of a table that has one row for each.")
    return frame.drop([one.name for one in lent], strict=False).join(theirs, on=link.columns, how="left", maintain_order="left")


def _banded(numbers: pl.Series, band: Band) -> pl.Series:
    said = [f"{end:.12g}" for end in band.at]
    labels = [f"below {said[0]}", *(f"{a} to {b}" for a, b in pairwise(said)), f"{said[-1]} and more"]
    places = np.searchsorted(band.at, numbers.fill_null(0.0).to_numpy(), side="right")
    cells = pl.Series(labels).gather(places)
    return pl.select(pl.when(numbers.is_not_null()).then(cells)).to_series()
