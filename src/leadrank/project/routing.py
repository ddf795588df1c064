"""Who gets which lead: rules from tier, segment or region to a team, and how the team shares them out."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from leadrank.project.frozen import Frozen
from leadrank.project.scorecard import Words

Strategy = Literal["least-loaded", "round-robin"]


class When(Frozen):
    """A field of the lead that holds one of some words, whatever their case; written `{ column = "Region", is = ["North"] }`."""

    model_config = ConfigDict(serialize_by_alias=True)

    column: str
    among: Words = Field(alias="is", min_length=1)


class RoutingRule(Frozen):
    """The team of leads that are in one of the tiers and whose field fits; a rule without either takes every lead."""

    team: str = Field(min_length=1)
    tier: Words = ()
    when: When | None = None


class Routing(Frozen):
    """How leads find their owner.

    Attributes
    ----------
    strategy
        Within a team the rep with the fewest open leads, or the one who has waited longest for a new one.
    senior
        The team that gets the best tier, before any rule.
    overdue
        What becomes of a lead that nobody contacted before its deadline: another rep of the team, or it stays.
    shared
        Whether every rep sees, and may take, leads without an owner that no rule gives to a team; otherwise managers give them.
    rule
        Asked in the order given; the first that fits names the team.
    """

    strategy: Strategy = "least-loaded"
    senior: str | None = Field(default=None, min_length=1)
    overdue: Literal["reassign", "keep"] = "reassign"
    shared: bool = False
    rule: tuple[RoutingRule, ...] = ()

    @property
    def has_teams(self) -> bool:
        """Whether any lead belongs to a team."""
        return self.senior is not None or bool(self.rule)

    @model_validator(mode="after")
    def _every_rule_is_asked(self) -> Self:
        for rule in self.rule[:-1]:
            if not rule.tier and rule.when is None:
                raise ValueError(f"the rule for team {rule.team!r} takes every lead, so that those below it are never asked; put it last")
        return self
