"""What counts as converted."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field, field_validator, model_validator

from leadrank.project.frozen import Frozen
from leadrank.project.spans import Days

CONVERTED = "converted"
"""The column that tells whether an event came in time, where the outcome is an event."""
OUTCOMES = ("not converted", "converted")
"""What that column holds."""


class Target(Frozen):
    """The outcome: a column with a positive value or ordered classes (worst first), or an event that comes in time.

    Attributes
    ----------
    column
        Of the lead table; where the outcome is an event, the column that is made.
    event
        The name of an event table, or a kind of event.
    within
        Days from the cutoff within which the event counts as a conversion: the horizon.
    final_after
        Days after which the outcome is final; by default the horizon. Until then a lead without the event is pending, not lost.
    observed_until
        The last moment that the tables tell of, ISO 8601; by default the newest one in them that is not far beyond all others (T504).
    """

    column: str = CONVERTED
    positive: str | None = None
    classes: tuple[str, ...] | None = None
    event: str | None = None
    within: Days | None = None
    final_after: Days | None = Field(default=None)
    observed_until: str | None = None

    @property
    def in_words(self) -> str:
        """What a probability promises: the event with its horizon, or the column.

        Examples
        --------
        >>> Target(event="sales", within="60 days", final_after="75 days").in_words, Target(event="sales").in_words, Target(column="won").in_words
        ('sales within 60 days, final after 75 days', 'sales, however late', 'column won')
        """
        if self.event is None:
            return f"column {self.column}"
        final = self.final_after or self.within
        within = ", however late" if self.within is None else f" within {self.within:g} days"
        return f"{self.event}{within}{f', final after {final:g} days' if final is not None else ''}"

    @field_validator("positive", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, int | float) else value

    @field_validator("observed_until")
    @classmethod
    def _is_moment(cls, moment: str | None) -> str | None:
        if moment is not None:
            datetime.fromisoformat(moment)
        return moment

    @model_validator(mode="after")
    def _column_or_event(self) -> Self:
        if self.event is None and "column" not in self.model_fields_set:
            raise ValueError("give `column`, the outcome column, or `event`, an event table or a kind of event")
        if self.event is None and (self.within is not None or self.final_after is not None):
            raise ValueError("`within` and `final_after` belong to an outcome that is an event; name it with `event`")
        if self.event is not None and (self.positive is not None or self.classes is not None):
            raise ValueError("an event happens or not; leave `positive` and `classes` out")
        if self.within is not None and self.final_after is not None and self.final_after < self.within:
            raise ValueError(f"`final_after` ({self.final_after:g} days) must not be before the horizon `within` ({self.within:g} days)")
        return self

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.positive is not None and self.classes is not None:
            raise ValueError("give either `positive` (binary) or `classes` (ordered tiers, worst first), not both")
        if self.classes is not None and (len(self.classes) < 2 or len(set(self.classes)) < len(self.classes)):
            raise ValueError("`classes` needs at least two different names, worst first")
        return self
