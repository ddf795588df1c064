"""What counts as converted."""

from __future__ import annotations

from typing import Self

from pydantic import field_validator, model_validator

from leadrank.project.frozen import Frozen


class Target(Frozen):
    """The outcome column: a positive value, or ordered classes (worst first)."""

    column: str
    positive: str | None = None
    classes: tuple[str, ...] | None = None

    @field_validator("positive", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, int | float) else value

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.positive is not None and self.classes is not None:
            raise ValueError("give either `positive` (binary) or `classes` (ordered tiers, worst first), not both")
        if self.classes is not None and (len(self.classes) < 2 or len(set(self.classes)) < len(self.classes)):
            raise ValueError("`classes` needs at least two different names, worst first")
        return self
