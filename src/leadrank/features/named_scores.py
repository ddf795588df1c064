"""Three scores that real-estate teams know by name, each as of the cutoff.

========================== ======================================================================= =========================
name                       formula                                                                 unit
========================== ======================================================================= =========================
``CustomerEngagementScore`` log2(1 + n) + log2(1 + m) + log2(1 + d): n interactions known at the    points; one more for each
                           cutoff, m their mean time where it is told (else 0), d different items  doubling
``PurchaseRecency``        moment of the last interaction less that of the last sale, both known   days; negative when the
                           at the cutoff; missing without either                                   sale came later
``PropertyInterestLevel``  sum over items of (interactions with it × its availability at the       interactions per item
                           cutoff) / different items; missing without any
========================== ======================================================================= =========================

Availability is 1 for an item whose status says that it can be had, 0 for any other status, and 1/2 where the status is blank, "unknown", or the
item is not in its table; a number is taken as it is, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadrank.features.asof import COPIED, Seen, in_portions, spread
from leadrank.features.naming import ENGAGEMENT, INTEREST, RECENCY, score_names
from leadrank.features.parents import Family, taken
from leadrank.features.plan import ScorePlan
from leadrank.features.tables import Codes
from leadrank.features.windows import borders_of, different, divided, totals
from leadrank.frames import pl
from leadrank.moments import NEVER, days_of
from leadrank.types import FloatArray, IntArray

UNKNOWN = "unknown"
HALF = 0.5
"""Availability of an item of which it is not known."""

Lines = Iterator[tuple[str, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What the scores are made of: columns of the interactions, when each row's last sale was, the items' table."""

    plan: ScorePlan
    time: FloatArray | None
    items: tuple[Codes, int] | None
    last_sale: IntArray | None
    family: Family | None


def scores(scored: Scored, seen: Seen) -> Lines:
    """Yield the scores of rows, by name."""
    names = score_names(scored.plan)
    items = different(scored.items[0][seen.index], scored.items[1], seen, borders_of(seen, ()))[0] if scored.items is not None else None
    if ENGAGEMENT in names and scored.time is not None and items is not None:
        yield ENGAGEMENT, engagement_score(seen, scored.time[seen.index], items)
    if RECENCY in names and scored.last_sale is not None:
        yield RECENCY, purchase_recency(seen, scored.last_sale[seen.rows])
    if INTEREST in names and scored.family is not None and items is not None:
        yield INTEREST, interest_level(scored, seen, items)


def engagement_score(seen: Seen, time: FloatArray, items: FloatArray) -> FloatArray:
    """Return log2(1 + interactions) + log2(1 + their mean time) + log2(1 + different items), in points."""
    told = ~np.isnan(time)
    mean = divided(totals(np.where(told, time, 0.0), seen), totals(told.astype(np.float64), seen))
    spent = np.maximum(np.nan_to_num(mean, nan=0.0), 0.0)
    points: FloatArray = np.log2(1.0 + (seen.ends - seen.starts)) + np.log2(1.0 + spent) + np.log2(1.0 + items)
    return points


def purchase_recency(seen: Seen, last_sale: IntArray) -> FloatArray:
    """Return the days from the last sale to the last interaction; `last_sale` is NEVER where there is none."""
    both = (seen.ends > seen.starts) & (last_sale != NEVER)
    days = np.full(len(both), np.nan)
    days[both] = days_of(seen.occurred[seen.ends[both] - 1] - last_sale[both])
    return days


def interest_level(scored: Scored, seen: Seen, items: FloatArray) -> FloatArray:
    """Return the interactions with items, each weighed by its availability at the cutoff, per different item."""
    weighed = np.zeros(len(seen.rows))
    codes, blank = scored.items or (np.empty(0, dtype=np.uint8), 0)
    for chosen in in_portions(seen.ends - seen.starts, COPIED):
        places, row = spread(seen.starts[chosen], (seen.ends - seen.starts)[chosen])
        index = seen.index[places]
        named = codes[index] != blank
        weight = np.zeros(len(index))
        weight[named] = available_at(scored, index[named], seen.at[chosen][row[named]])
        weighed[chosen] = np.bincount(row, weights=weight, minlength=len(chosen))
    return divided(weighed, items)


def available_at(scored: Scored, events: IntArray, at: IntArray) -> FloatArray:
    """Return how available the item of each event was at a moment."""
    family, plan = scored.family, scored.plan
    if family is None or plan.parent is None or plan.availability is None:
        return np.full(len(events), HALF)
    held = next(h for h in family.held if h.plan.table == plan.parent)
    return weights_of(taken(held.table[plan.availability], held.rows(events, at)), plan.available)


def weights_of(status: pl.Series, available: tuple[str, ...]) -> FloatArray:
    """Return the availability that a status stands for.

    Examples
    --------
    >>> weights_of(pl.Series(["Available", "Sold", None, "unknown"]), ("available",)).tolist()
    [1.0, 0.0, 0.5, 0.5]
    """
    if status.dtype == pl.Float64:
        number: FloatArray = status.clip(0.0, 1.0).fill_nan(None).fill_null(HALF).to_numpy()
        return number
    text = status.str.strip_chars().str.to_lowercase()
    known = text.is_not_null().to_numpy() & (text != UNKNOWN).fill_null(value=False).to_numpy()
    return np.where(known, text.is_in(available).fill_null(value=False).to_numpy().astype(np.float64), HALF)
