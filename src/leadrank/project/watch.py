"""Which groups of leads are watched for being treated worse."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from leadrank.errors import UsageError, nearest
from leadrank.project.frozen import Frozen


class Watch(Frozen):
    """The audit by group: columns, bands of their numbers, and the smallest group that is judged.

    Attributes
    ----------
    audit
        Columns by which leads are grouped; sensitive columns are audited besides.
    bands
        Lower ends of the bands of a number, all but the first; without them quarters by rank.
    pairs
        Whether groups are also made of two columns at a time.
    smallest
        Rows that a group needs to be judged.
    """

    audit: tuple[str, ...] = ()
    bands: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    pairs: bool = True
    smallest: int = Field(default=50, ge=10)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for name, ends in self.bands.items():
            if not ends or any(b <= a for a, b in pairwise(ends)):
                raise ValueError(f"the lower ends of the bands of {name!r} rise, got {list(ends)}")
        return self


def watched_columns(watch: Watch, names: Collection[str]) -> tuple[str, ...]:
    """Find the audited columns in a table; a column of a parent table may be named without it.

    Raises
    ------
    UsageError
        A column is not there, or stands in several tables.

    Examples
    --------
    >>> watched_columns(Watch(audit=("AgeGroup", "income")), ["AgeGroup", "households.income"])
    ('AgeGroup', 'households.income')
    """
    return tuple(dict.fromkeys(_named(name, names) for name in (*watch.audit, *watch.bands)))


def _named(name: str, names: Collection[str]) -> str:
    if name in names:
        return name
    ends = [full for full in names if full.endswith(f".{name}")]
    if len(ends) == 1:
        return ends[0]
    said = f"stands in several tables: {', '.join(ends)}" if ends else "is not there"
    raise UsageError(f"The column {name!r} in [watch] {said}.", "Name the table too." if ends else nearest(name, names))
