"""When a lead is, or would have been, scored, and what of its past is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from leadrank.project.frozen import Frozen
from leadrank.project.spans import Days


class Cutoffs(Frozen):
    """The moments at which leads of the past are looked at as if they were new; by default the creation of each.

    Attributes
    ----------
    at
        `creation` of the lead.
    ages
        Days after creation, several for each lead if several are given.
    dates
        Calendar dates (ISO 8601) at which every lead is looked at that was there and had not converted.
    every
        Days between calendar dates, from the first lead to the last.
    event
        An event table: each of its events is a cutoff, and is itself known.
    """

    at: Literal["creation"] | None = None
    ages: tuple[Days, ...] = ()
    dates: tuple[str, ...] = ()
    every: Days | None = None
    event: str | None = None

    @field_validator("dates")
    @classmethod
    def _are_dates(cls, dates: tuple[str, ...]) -> tuple[str, ...]:
        for date in dates:
            datetime.fromisoformat(date)
        return dates

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(map(bool, (self.at, self.ages, self.dates, self.every, self.event))) > 1:
            raise ValueError("give one of `at`, `ages`, `dates`, `every` and `event`")
        return self

    @property
    def many(self) -> bool:
        """Whether one lead may have several cutoffs."""
        return len(self.ages) > 1 or len(self.dates) > 1 or self.every is not None or self.event is not None


class Scores(Frozen):
    """Where the scores that real-estate teams know by name find what they are made of; one that does not find it is not made.

    Attributes
    ----------
    interactions
        The event table; by default the first one that has the columns `time` and `item`.
    time, item
        Its columns with the time spent and with what was looked at.
    availability
        The column of the items' own (parent) table that says whether an item can be had; `available` are the words that say so.
    sales
        The event table with sales; by default the one that is the outcome.
    """

    interactions: str | None = None
    time: str = "TimeSpent"
    item: str = "PropertyViewed"
    availability: str = "AvailabilityStatus"
    available: tuple[str, ...] = ("available", "for sale", "active", "open", "on the market", "yes", "true", "1")
    sales: str | None = None


class Counting(Frozen):
    """What is counted of events: in windows that end at the cutoff, and with weights that halve.

    Attributes
    ----------
    windows
        Lengths in days; all that was ever known is counted besides.
    half_lives
        Days in which an event's weight halves, by kind of event (or event table, where it has no kinds). What is not given is learned.
    kinds
        Most kinds of event of one table that are counted apart; the rarer ones count as "other".
    scores
        `CustomerEngagementScore`, `PurchaseRecency` and `PropertyInterestLevel`; false leaves them out.
    """

    windows: tuple[Days, ...] = (1.0, 7.0, 30.0, 90.0)
    half_lives: dict[str, Days] = Field(default_factory=dict)
    kinds: int = Field(default=8, ge=1, le=100)
    scores: Scores | Literal[False] = Scores()

    @field_validator("windows")
    @classmethod
    def _rise(cls, windows: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(set(windows)))
