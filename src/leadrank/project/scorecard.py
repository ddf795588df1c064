"""The points that a sales manager would write by hand: what every model is compared with."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from leadrank.project.frozen import Frozen


def _several(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return (str(value),) if isinstance(value, str | int | float) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One label or several, numbers as texts."""


class ScoreRule(Frozen):
    """Points for a lead whose column holds a number from a limit on, or one of some labels; a blank gives none.

    Attributes
    ----------
    column
        Of the lead table, or of the rows made from several tables.
    at_least, at_most
        The limit of a number.
    equals
        One label or several.
    points
        Added for every lead that the rule fits; below 0 they count against it.
    """

    column: str
    at_least: float | None = None
    at_most: float | None = None
    equals: Words = ()
    points: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if sum((self.at_least is not None, self.at_most is not None, bool(self.equals))) != 1:
            raise ValueError("give exactly one of `at_least`, `at_most` and `equals`")
        return self

    def __str__(self) -> str:
        """Say the rule in words."""
        if self.equals:
            when = f"is {' or '.join(self.equals)}"
        else:
            when = f"is at least {self.at_least:g}" if self.at_least is not None else f"is at most {self.at_most:g}"
        return f"{self.points:+g} if {self.column} {when}"
