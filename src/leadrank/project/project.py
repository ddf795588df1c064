"""The whole project file as one record."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from leadrank.project.economics import Economics
from leadrank.project.frozen import Frozen
from leadrank.project.modelling import Modelling, Validation
from leadrank.project.tables import LeadTable
from leadrank.project.target import Target
from leadrank.project.tiers import Decision, Tier

Domain = Literal["general", "education", "housing", "credit", "employment", "software", "retail"]


class Project(Frozen):
    """Everything a user declares: leads, target, money, decision, tiers, validation, model."""

    name: str = "leads"
    domain: Domain = "general"
    purpose: str = ""
    lead: LeadTable = LeadTable()
    target: Target
    economics: Economics = Economics()
    decision: Decision = Decision()
    tier: tuple[Tier, ...] = Field(default=())
    validation: Validation = Validation()
    model: Modelling = Modelling()

    @model_validator(mode="after")
    def _tiers_fit_target(self) -> Self:
        names = [t.name for t in self.tier]
        if len(set(names)) < len(names):
            raise ValueError(f"tier names must differ, got {names}")
        if self.target.classes is not None:
            unknown = [n for n in names if n not in self.target.classes]
            if unknown:
                raise ValueError(f"tier {unknown[0]!r} is not one of the target's classes {list(self.target.classes)}")
        elif self.target.positive is not None and any(t.at_least is None for t in self.tier):
            raise ValueError("with a binary target every tier needs `at_least`, a probability from 0 to 1")
        return self

    def to_json(self) -> bytes:
        """Write the project for a bundle."""
        return self.model_dump_json(warnings="error").encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read what `to_json` wrote; unknown keys and wrong types are refused, nothing is converted.

        Raises
        ------
        ValueError
            It is not such a project.
        """
        try:
            return cls.model_validate_json(text, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"])) or "its top"
            raise ValueError(f"at {where}: {first['msg']} ({error.error_count()} in all)") from None
