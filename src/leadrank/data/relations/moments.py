"""Which date of a table tells when a thing happened, and which when it was written down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadrank.data.clean import clean_column
from leadrank.data.kinds import snake
from leadrank.data.relations.overlaps import SeenColumn
from leadrank.data.schema import ColumnSchema
from leadrank.frames import pl

_WRITTEN = re.compile(r"(?:^|_)(?:known|recorded|loaded|inserted|entered|ingested|synced|received|reported|published)(?:_|$)")
_NOT_ITS_OWN = re.compile(r"birth|(?:^|_)(?:dob|updated|modified|expires?|due|next)(?:_|$)")
_END = re.compile(r"(?:^|_)(?:end|close|closed|closing|until|last|sold)(?:_|$)")
FILLED = 0.5
"""Share of the rows that must have the date."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Date columns of a table; when a thing happened or began, and when that was written down, as far as names and values tell."""

    names: tuple[str, ...] = ()
    first: str | None = None
    known: str | None = None


def moments_of(frame: pl.DataFrame, seen: Mapping[str, SeenColumn]) -> Moments:
    """Choose among a table's dates.

    Examples
    --------
    >>> from leadrank.data.relations.overlaps import seen_columns
    >>> frame = pl.DataFrame({"closed": ["2024-03-01"] * 3, "opened": ["2024-02-28"] * 3, "loaded_at": ["2024-03-02"] * 3})
    >>> moments_of(frame, seen_columns(frame))
    Moments(names=('closed', 'opened', 'loaded_at'), first='opened', known='loaded_at')
    """
    names = tuple(c.name for c in seen.values() if c.type == "date")
    own = [n for n in names if not _WRITTEN.search(snake(n)) and not _NOT_ITS_OWN.search(snake(n))]
    first = first_moment(frame, own or names)
    return Moments(names, first, next((n for n in names if _WRITTEN.search(snake(n)) and n != first), None))


def first_moment(frame: pl.DataFrame, names: Sequence[str]) -> str | None:
    """Return the date that comes first in most rows; one whose name speaks of an end only where there is no other."""
    dates = {n: clean_column(ColumnSchema(n, "date"), frame[n])[0] for n in names if frame[n].null_count() <= (1 - FILLED) * frame.height}
    begins = {n: d for n, d in dates.items() if not _END.search(snake(n))} or dates
    if not begins:
        return None
    return max(begins, key=lambda n: sum(int((begins[n] <= other).sum()) >= int((other <= begins[n]).sum()) for other in begins.values()))
