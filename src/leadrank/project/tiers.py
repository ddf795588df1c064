"""Tiers with an action and a deadline, and the rule that cuts the call list."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leadrank.project.frozen import Frozen

Share = Annotated[float, Field(gt=0, lt=1)]


class Tier(Frozen):
    """A band of leads: where it begins, what to do, by when, and what it is expected to convert."""

    name: str
    at_least: float | None = Field(default=None, ge=0, le=1)
    action: str = ""
    within: str = ""
    expected_conversion: tuple[float, float] | None = None


class WantedThreshold(Frozen):
    """A threshold named by what it must reach: a precision, a recall, or a capacity in leads."""

    precision: Share | None = None
    recall: Share | None = None
    capacity: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(v is not None for v in (self.precision, self.recall, self.capacity)) != 1:
            raise ValueError("name exactly one of precision, recall, capacity")
        return self


class Decision(Frozen):
    """How the cut is chosen; without one: by profit when value is known, else where precision equals recall."""

    threshold: Annotated[float, Field(ge=0, le=1)] | Literal["profit", "f1", "balanced"] | WantedThreshold | None = None
