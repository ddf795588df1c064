"""The whole project file as one record."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

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
