"""What a conversion is worth and what a contact costs."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from leadrank.project.frozen import Frozen


class Economics(Frozen):
    """Value of a conversion and cost of a contact, constant or per lead, in the user's currency; what campaigns cost in a month, for figures only."""

    value: float | None = Field(default=None, gt=0)
    value_column: str | None = None
    contact_cost: float = Field(default=0.0, ge=0)
    contact_cost_column: str | None = None
    marketing_cost: float | None = Field(default=None, ge=0)
    currency: str = ""

    @model_validator(mode="after")
    def _value_once(self) -> Self:
        if self.value is not None and self.value_column is not None:
            raise ValueError("give either `value` or `value_column`, not both")
        return self

    @property
    def known(self) -> bool:
        """Whether expected profit can be computed."""
        return self.value is not None or self.value_column is not None
