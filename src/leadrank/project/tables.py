"""Which tables hold the leads, what happened to them and what they belong to, and what is known about the columns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

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
    blank: str = ""
    bins: tuple[float, ...] | None = None
    null_words: tuple[str, ...] = ()
    day_first: bool | None = None
    actionable: Literal["any", "up", "down"] | None = None
    kind: Literal["fit", "engagement", "timing"] | None = None


def _several(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One column or several, which name a row together."""


class Band(Frozen):
    """A column made of another: numbers in bands, e.g. the age group of an age. `at` are the lower ends of all bands but the first."""

    of: str
    at: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(b <= a for a, b in zip(self.at, self.at[1:], strict=False)):
            raise ValueError(f"the lower ends of bands rise, got {list(self.at)}")
        return self


class LeadTable(Frozen):
    """The lead table: where it is, its key, its order in time, its columns.

    `bands` are columns made of others where leads come from several tables. `agreements` tell whether two columns hold the same; each is a column of
    the lead, or PARENT.COLUMN of what the lead belongs to.
    """

    table: str | None = None
    key: str | None = None
    order: str | None = None
    created_at: str | None = None
    null_words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)
    bands: dict[str, Band] = Field(default_factory=dict)
    agreements: dict[str, tuple[str, str]] = Field(default_factory=dict)

    def made_of(self, name: str) -> tuple[str, ...]:
        """Return the columns of which a declared one is made; none for a column of the table itself."""
        band = self.bands.get(name)
        return self.agreements.get(name, ()) if band is None else (band.of,)


class EventTable(Frozen):
    """A table with many rows for each lead, each with the moment at which it happened.

    Attributes
    ----------
    table
        A file, a database URL, or a table of the project's `source`.
    name
        What it is called in features and findings; by default the table's own name.
    key
        Its columns that name the lead.
    lead
        The lead table's columns that `key` matches, as many; by default the lead's key, or columns of the same names.
    id
        Its column that names the event; events with the same one are one.
    occurred_at, known_at
        When it happened, and when that was written down (by default: at once). A date without a time of day is known when the day is over.
    type
        Its column with the kind of event.
    numbers
        Columns to sum and average; by default every number.
    distinct
        Columns whose different values are counted; by default those that name rows of a parent table.

    In `key`, `occurred_at`, `type`, `numbers` and `distinct` a column may be `PARENT.column`, of a parent of this table; in `lead` of a parent of the
    lead.
    """

    table: str
    name: str = ""
    key: Names = Field(min_length=1)
    lead: Names = ()
    id: str | None = None
    occurred_at: str
    known_at: str | None = None
    type: str | None = None
    numbers: tuple[str, ...] | None = None
    distinct: tuple[str, ...] | None = None
    null_words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.lead and len(self.lead) != len(self.key):
            raise ValueError(f"`lead` names the columns that `key` matches, one for each; got {len(self.lead)} for {len(self.key)}")
        object.__setattr__(self, "name", self.name or name_of_table(self.table))
        return self


class ParentTable(Frozen):
    """A table with one row for each thing that leads or events belong to: a company, a property, a campaign.

    Attributes
    ----------
    table, name
        As of an event table.
    key
        Its columns that name the thing.
    of
        The table whose rows belong to it: `lead`, or the name of an event table or of another parent.
    by
        The columns of that table that hold the key; by default those of the same names.
    known_at
        From when a row holds; then there may be several for one thing, and the last one known at the cutoff counts.
    """

    table: str
    name: str = ""
    key: Names = Field(min_length=1)
    of: str = "lead"
    by: Names = ()
    known_at: str | None = None
    null_words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.by and len(self.by) != len(self.key):
            raise ValueError(f"`by` names the columns that hold `key`, one for each; got {len(self.by)} for {len(self.key)}")
        object.__setattr__(self, "name", self.name or name_of_table(self.table))
        object.__setattr__(self, "by", self.by or self.key)
        return self


def name_of_table(place: str) -> str:
    """Name a table after the place it is read from.

    Examples
    --------
    >>> name_of_table("data/visits.csv.gz"), name_of_table("sqlite:///crm.db#deals"), name_of_table("crm.deals")
    ('visits', 'deals', 'crm.deals')
    """
    if "://" in place:
        return place.rpartition("#")[2] if "#" in place else "leads"
    name = Path(place).name
    for suffix in (".gz", ".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".json"):
        name = name.removesuffix(suffix)
    return name
