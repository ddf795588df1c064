"""Which table holds the leads, and what is known about its columns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leadrank.project.frozen import Frozen

ColumnType = Literal["number", "category", "date", "text", "id"]
MissingRule = Literal["level", "mean", "median", "mode"]
ACCEPTED = "accepted on the command line"
"""What is recorded as the reason where a flag accepts a column: it says who, not why."""


class GroupMedian(Frozen):
    """Fill a blank with the median of its group, e.g. income by location and age group."""

    group_median: tuple[str, ...] = Field(min_length=1)


class Column(Frozen):
    """What must differ from what was inferred about one column."""

    type: ColumnType | None = None
    known_at_scoring: bool | None = None
    because: str = ""
    sensitive: bool = False
    description: str = ""
    missing: MissingRule | GroupMedian | None = None
    bins: tuple[float, ...] | None = None
    null_words: tuple[str, ...] = ()
    day_first: bool | None = None
    actionable: Literal["any", "up", "down"] | None = None


class LeadTable(Frozen):
    """The lead table: where it is, its key, its order in time, its columns."""

    table: str | None = None
    key: str | None = None
    order: str | None = None
    created_at: str | None = None
    null_words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)
