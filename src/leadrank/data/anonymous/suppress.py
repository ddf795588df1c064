"""Coarser and emptier until nobody stands out: numbers in bands, and rare cells blanked, so that a table reaches k."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.data.anonymous.rare import group_sizes, plain_cells
from leadrank.errors import DataError
from leadrank.frames import pl

BANDS = 10
"""Bands of equal size into which a number is put."""


def in_bands(column: pl.Series, bands: int = BANDS) -> pl.Series:
    """Replace each number or date by the middle one of its band; a column with no more different values stays as it is.

    Examples
    --------
    >>> in_bands(pl.Series([1.0, 2.0, 3.0, 40.0, None]), 2).to_list()
    [1.5, 1.5, 21.5, 21.5, None]
    """
    if column.dtype == pl.String or column.drop_nulls().n_unique() <= bands:
        return column
    values = column.to_physical().cast(pl.Float64)
    known = values.drop_nulls().to_numpy()
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bands + 1)[1:-1]))
    band = pl.Series(np.searchsorted(edges, values.fill_null(np.nan).to_numpy(), side="right"))
    middle = pl.DataFrame({"value": values, "band": band}).select(pl.col("value").median().over("band")).to_series()
    middle = pl.select(pl.when(values.is_not_null()).then(middle).alias(column.name)).to_series()
    if not column.dtype.is_temporal():
        return middle
    return middle.cast(column.to_physical().dtype).cast(column.dtype).dt.truncate("1mo")


def reach_k(frame: pl.DataFrame, columns: Sequence[str], k: int, *, who: pl.Series) -> tuple[pl.DataFrame, dict[str, int]]:
    """Blank cells until every combination of the columns is shared by k leads.

    Greedy local suppression: of the rows in small groups, those lose a cell that are thereby at home in a group of k; the column goes first that
    brings the most rows home. Where none brings any, the column with the most different values is blanked in all of them. Only rows in small
    groups lose cells, so no group that was large enough becomes small; at the very end a few others may have to join the rows that are blank
    throughout. The fewest possible blanks are not promised: that is NP-hard (Meyerson and Williams 2004).

    Returns
    -------
    tuple
        The table, and the cells blanked of each column.

    Raises
    ------
    DataError
        There are fewer than k leads.

    Examples
    --------
    >>> frame = pl.DataFrame({"city": ["Ulm", "Ulm", "Bonn", "Kiel"], "sex": ["f", "f", "m", "m"]})
    >>> table, blanked = reach_k(frame, ["city", "sex"], 2, who=pl.Series(["1", "2", "3", "4"]))
    >>> table["city"].to_list(), blanked
    (['Ulm', 'Ulm', None, None], {'city': 2})
    """
    if columns and who.n_unique() < k:
        raise DataError(f"{who.n_unique()} leads cannot hide each other in groups of {k}.", "Give more rows, or ask for a smaller --k.")
    cells = plain_cells(frame, columns, who)
    names = cells.columns[:-1]
    while (small := group_sizes(cells, names) < k).any():
        cells = _one_step(cells, names, k, small)
    done = frame.with_columns([cells[name].alias(column) for column, name in zip(columns, names, strict=True)])
    lost = {c: done.get_column(c).null_count() - frame.get_column(c).null_count() for c in columns}
    return done, {c: n for c, n in lost.items() if n}


def _one_step(cells: pl.DataFrame, names: Sequence[str], k: int, small: pl.Series) -> pl.DataFrame:
    """Blank one column in some of the rows that are in small groups."""
    filled = [name for name in names if (small & cells[name].is_not_null()).any()]
    if not filled:
        return _some_more(cells, names, k)
    home = {name: small & (group_sizes(_blank(cells, name, small), names) >= k) & cells[name].is_not_null() for name in filled}
    best = max(filled, key=lambda name: int(home[name].sum()))
    if home[best].any():
        return _blank(cells, best, home[best])
    return _blank(cells, max(filled, key=lambda name: cells[name].filter(small).n_unique()), small)


def _some_more(cells: pl.DataFrame, names: Sequence[str], k: int) -> pl.DataFrame:
    """Let leads join those that are blank throughout and too few: as many as are needed, from a group that can spare them, or a whole group."""
    sizes, blank = group_sizes(cells, names), cells.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    hidden = cells["who"].filter(blank).unique()
    needed = k - len(hidden)
    spared = bool((sizes >= k + needed).any())
    least = k + needed if spared else k
    first = sizes.to_frame("size").with_row_index("row").filter(pl.col("size") >= least).sort("size", "row").item(0, "row")
    group = cells.select(pl.all_horizontal([pl.col(name).eq_missing(pl.lit(cells[name][first])) for name in names])).to_series()
    if spared:
        new = cells["who"].filter(group & ~cells["who"].is_in(hidden.implode())).unique(maintain_order=True)
        group &= cells["who"].is_in(new.head(needed).implode())
    for name in names:
        cells = _blank(cells, name, group)
    return cells


def _blank(cells: pl.DataFrame, name: str, rows: pl.Series) -> pl.DataFrame:
    return cells.with_columns(pl.when(~rows).then(cells[name]).alias(name))
