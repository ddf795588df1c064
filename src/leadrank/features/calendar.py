"""When the first events came: days before the cutoff, and hours after the lead did.

Month, weekday and hour of the cutoff and of the creation, and the age of the lead, are made of the two dates themselves when a row is encoded.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadrank.features import naming
from leadrank.features.asof import Seen
from leadrank.features.plan import EventPlan
from leadrank.moments import HOUR, NEVER, days_of
from leadrank.types import FloatArray, IntArray


def first_events(plan: EventPlan, seen: Seen, created: IntArray | None) -> Iterator[tuple[str, FloatArray]]:
    """Yield the days since the first known event, and the hours from the lead's creation to its first event since.

    Parameters
    ----------
    plan
        Of the event table.
    seen
        What the rows may see.
    created
        When each row's lead came, in microseconds as it is written; None where that is not told.
    """
    some = seen.ends > seen.starts
    days = np.full(len(some), np.nan)
    days[some] = days_of(seen.at[some] - seen.occurred[seen.starts[some]])
    yield naming.since_first(plan), days
    if created is not None:
        first = seen.since(created - 1)
        some = (first < seen.ends) & (created != NEVER)
        hours = np.full(len(some), np.nan)
        hours[some] = (seen.occurred[first[some]] - created[some]) / HOUR
        yield naming.speed(plan), hours
