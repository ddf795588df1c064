"""The whole project file as one record."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from leadrank.project.cutoffs import Counting, Cutoffs
from leadrank.project.economics import Economics
from leadrank.project.frozen import Frozen
from leadrank.project.modelling import Modelling, Validation
from leadrank.project.routing import Routing
from leadrank.project.scorecard import ScoreRule
from leadrank.project.serving import Serving
from leadrank.project.tables import EventTable, LeadTable, ParentTable
from leadrank.project.target import Target
from leadrank.project.tiers import Decision, Tier
from leadrank.project.watch import Watch

Domain = Literal["general", "education", "housing", "credit", "employment", "software", "retail"]


class Project(Frozen):
    """Everything a user declares: tables, target, cutoffs, money, decision, tiers, watch, validation, model, routing, serving.

    `source` is a folder or a database URL in which all tables are that say no more than a name.
    """

    name: str = "leads"
    domain: Domain = "general"
    purpose: str = ""
    source: str | None = None
    lead: LeadTable = LeadTable()
    event: tuple[EventTable, ...] = Field(default=())
    parent: tuple[ParentTable, ...] = Field(default=())
    target: Target
    cutoff: Cutoffs = Cutoffs()
    counting: Counting = Counting()
    economics: Economics = Economics()
    decision: Decision = Decision()
    tier: tuple[Tier, ...] = Field(default=())
    scorecard: tuple[ScoreRule, ...] = Field(default=())
    watch: Watch = Watch()
    validation: Validation = Validation()
    model: Modelling = Modelling()
    routing: Routing = Routing()
    serving: Serving = Serving()

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

    @model_validator(mode="after")
    def _tables_fit(self) -> Self:
        names = ["lead", *(e.name for e in self.event), *(p.name for p in self.parent)]
        if len(set(names)) < len(names):
            raise ValueError(f"tables need different names (none of them `lead`), got {names}: give them with `name`")
        for parent in self.parent:
            if parent.of not in names or parent.of == parent.name:
                raise ValueError(f"parent {parent.name!r} is `of` {parent.of!r}, which is none of the tables {names}")
        if self.event and self.lead.key is None and any(not e.lead for e in self.event):
            raise ValueError("events belong to leads by the lead's key; name it in [lead] with `key`")
        if (self.event or self.cutoff != Cutoffs()) and self.lead.created_at is None:
            raise ValueError("with events, it must be known when a lead came; name the column in [lead] with `created_at`")
        if self.target.event is not None and not self.event:
            raise ValueError(f"the outcome is the event {self.target.event!r}, and no [[event]] table is declared")
        return self

    @model_validator(mode="after")
    def _routing_fits(self) -> Self:
        known = self._tier_names()
        for name in (name for rule in self.routing.rule for name in rule.tier):
            if known and name not in known:
                raise ValueError(f"a routing rule is for the tier {name!r}, which is none of {list(known)}")
        return self

    def _tier_names(self) -> tuple[str, ...]:
        """Return the tiers that there can be; none where only the data will say."""
        if self.target.classes is not None:
            return self.target.classes
        if self.tier and any(t.at_least is None for t in self.tier):
            return ()
        # Below the lowest declared tier lies one that we name.
        return (*(t.name for t in self.tier), "Low", "Below") if self.tier else ("High", "Medium", "Low") if self.target.positive is not None else ()

    @property
    def relational(self) -> bool:
        """Whether leads come from more than one flat table."""
        return bool(self.event or self.parent or self.lead.bands or self.lead.agreements)

    def lead_columns(self, event: EventTable) -> tuple[str, ...]:
        """Return the lead table's columns that the key of an event table matches.

        Examples
        --------
        >>> project = Project(lead=LeadTable(key="id"), target=Target(column="won"))
        >>> project.lead_columns(EventTable(table="visits", key="lead_id", occurred_at="on"))
        ('id',)
        >>> project.lead_columns(EventTable(table="visits", key=("house", "flat"), occurred_at="on"))
        ('house', 'flat')
        """
        return event.lead or (event.key if len(event.key) > 1 else (str(self.lead.key),))

    def to_json(self) -> bytes:
        """Write the project for a bundle; what is said of leads at work stays out where nothing is, so that older versions can read it."""
        silent: dict[str, Any] = {name: True for name, usual in (("routing", Routing()), ("serving", Serving())) if getattr(self, name) == usual}
        unsaid = {name for name in ("title", "timezone") if getattr(self.serving, name) == getattr(Serving(), name)}
        if unsaid:
            silent.setdefault("serving", unsaid)
        if self.economics.marketing_cost is None:
            silent["economics"] = {"marketing_cost"}
        return self.model_dump_json(warnings="error", exclude=silent).encode()

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
