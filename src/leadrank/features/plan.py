"""What a featurizer remembers of the tables: which columns are read, which kinds of event are counted apart, how fast they are forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadrank.moments import Clock

Kind = Literal["fit", "engagement", "timing"]


@dataclass(frozen=True, slots=True)
class HalfLife:
    """The days in which the weight of one kind of event halves.

    Attributes
    ----------
    kind
        The kind of event; the table's name where it has no kinds.
    days
        What is used.
    how
        `given` in the project file, `learned` from the training rows, or `assumed` because they could not tell.
    low, high
        Where the likelihood is not significantly lower (95 %); None where that end is open, or nothing was learned.
    """

    kind: str
    days: float
    how: Literal["given", "learned", "assumed"]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class EventPlan:
    """How the events of one table are counted.

    Attributes
    ----------
    table
        Its name.
    key, lead
        Its columns that name the lead, and the lead table's columns that they match.
    occurred_at, known_at
        When events happened and were written down.
    type
        The column with the kind of event.
    kinds
        Those that are counted apart, the most frequent first.
    others
        Whether training saw any other; they count as "other".
    numbers, distinct
        Columns that are summed and averaged, and whose different values are counted.
    links
        Columns that name what events belong to.
    half_lives
        One for each of `groups`, in order.
    """

    table: str
    key: tuple[str, ...]
    lead: tuple[str, ...]
    occurred_at: Clock
    known_at: Clock | None = None
    type: str | None = None
    kinds: tuple[str, ...] = ()
    others: bool = False
    numbers: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    half_lives: tuple[HalfLife, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The kinds that are counted, "other" among them; one without a name where the table has no kinds."""
        return (*self.kinds, *((OTHER,) if self.others else ())) or ("",)


OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a parent table; `levels` are those whose share among a lead's events is a feature."""

    column: str
    type: Literal["number", "category", "date"]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParentPlan:
    """How the rows of a parent table are found, and what is read of them.

    Attributes
    ----------
    table
        Its name.
    key, of, by
        Its columns that name the thing, the table whose rows belong to it, and that table's columns that match `key`.
    root
        The table at the lower end: `lead`, or an event table.
    known_at
        From when a row holds.
    attributes
        The columns that are read.
    """

    table: str
    key: tuple[str, ...]
    of: str
    by: tuple[str, ...]
    root: str
    known_at: Clock | None = None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class ScorePlan:
    """Where the three named scores find what they are made of; None switches off what needs it."""

    interactions: str
    time: str | None = None
    item: str | None = None
    parent: str | None = None
    availability: str | None = None
    available: tuple[str, ...] = ()
    sales: str | None = None


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """The lead table: its key, when leads came, its columns that are read, and those of them that are features."""

    key: str | None
    created_at: str | None
    columns: tuple[str, ...]
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A feature that tells whether two columns of a lead, or of what it belongs to, hold the same."""

    name: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Featurizer:
    """All that is needed to tell what was known of a lead at a moment; `featurize` uses it."""

    lead: LeadPlan
    windows: tuple[float, ...]
    events: tuple[EventPlan, ...] = ()
    parents: tuple[ParentPlan, ...] = ()
    scores: ScorePlan | None = None
    agreements: tuple[Agreement, ...] = ()

    def parents_of(self, root: str) -> tuple[ParentPlan, ...]:
        """Return the parents of one table and their parents, each after the one below it."""
        return tuple(parent for parent in self.parents if parent.root == root)

    def event(self, table: str) -> EventPlan:
        """Return the plan of one event table."""
        return next(plan for plan in self.events if plan.table == table)
