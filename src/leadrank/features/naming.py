"""What features are called: the table, what of it, how it is put together, over which time."""

from __future__ import annotations

from leadrank.features.plan import Attribute, EventPlan, Featurizer, Kind, ParentPlan, ScorePlan
from leadrank.types import AT

ALL = "all"
EVER = "ever"


def window_said(days: float) -> str:
    """Say how long a window is.

    Examples
    --------
    >>> window_said(1), window_said(30), window_said(0.5)
    ('1 day', '30 days', '12 hours')
    """
    if days < 1:
        return f"{days * 24:g} hours"
    return f"{days:g} day{'' if days == 1 else 's'}"


def of_group(plan: EventPlan, group: str) -> str:
    """Say which events of a table are meant.

    Examples
    --------
    >>> from leadrank.features.plan import Clock
    >>> plan = EventPlan("Visits", ("id",), ("id",), Clock("at", False), type="how", kinds=("web", "all"))
    >>> [of_group(plan, group) for group in ("", "web", "all")]
    ['Visits all', 'Visits web', 'Visits all (kind)']
    """
    own = {ALL, *(f"{column} {how}" for column in plan.numbers for how in ("sum", "mean")), *(f"different {column}" for column in plan.distinct)}
    return f"{plan.table} {group or ALL}{' (kind)' if group in own else ''}"


def in_window(what: str, days: float | None) -> str:
    """Name what is counted in a window; None is ever."""
    return f"{what}, {EVER if days is None else window_said(days)}"


def as_trend(what: str, days: float) -> str:
    """Name what a window has more than the one before it."""
    return f"{what}, {window_said(days)} against the {window_said(days).partition(' ')[0]} before"


def since_last(what: str) -> str:
    """Name the days since the last event."""
    return f"{what}, days since the last"


def as_decayed(what: str) -> str:
    """Name a decayed count."""
    return f"{what}, decayed"


def of_number(plan: EventPlan, column: str, how: str) -> str:
    """Name the sum or mean of a column."""
    return f"{plan.table} {column} {how}"


def of_different(plan: EventPlan, column: str) -> str:
    """Name the number of different values of a column."""
    return f"{plan.table} different {column}"


def since_first(plan: EventPlan) -> str:
    """Name the days since the first event."""
    return f"{plan.table} {ALL}, days since the first"


def speed(plan: EventPlan) -> str:
    """Name the hours from the lead's creation to the first event after it."""
    return f"{plan.table} {ALL}, hours from creation to the first"


def of_lead(parent: ParentPlan, attribute: Attribute) -> str:
    """Name an attribute of a lead's parent."""
    return f"{parent.table}.{attribute.column}"


def of_last(parent: ParentPlan, attribute: Attribute) -> str:
    """Name an attribute of what the last event belongs to."""
    return f"{parent.root} {parent.table}.{attribute.column}, last"


def of_mean(parent: ParentPlan, attribute: Attribute) -> str:
    """Name the mean of a number over what all events belong to."""
    return f"{parent.root} {parent.table}.{attribute.column}, mean"


def of_share(parent: ParentPlan, attribute: Attribute, level: str) -> str:
    """Name the share of a level among what all events belong to."""
    return f"{parent.root} {parent.table}.{attribute.column} {level}, share"


def of_lead_column(name: str) -> str:
    """Name a column of the lead table; the cutoff has a name of its own."""
    return f"lead.{name}" if name == AT else name


def event_names(plan: EventPlan, windows: tuple[float, ...]) -> dict[str, Kind]:
    """List the features of an event table, and what kind each is of."""
    names: dict[str, Kind] = {}
    spans = (*windows, None)
    groups = [of_group(plan, group) for group in plan.groups]
    for what in dict.fromkeys([of_group(plan, ""), *groups]):
        names |= {in_window(what, w): "engagement" for w in spans}
        names |= {as_trend(what, w): "timing" for w in windows}
        names[since_last(what)] = "timing"
    names |= {as_decayed(what): "engagement" for what in groups}
    for column in plan.numbers:
        names |= {in_window(of_number(plan, column, how), w): "engagement" for how in ("sum", "mean") for w in spans}
        names |= {as_trend(of_number(plan, column, "sum"), w): "timing" for w in windows}
    names |= {in_window(of_different(plan, column), w): "engagement" for column in plan.distinct for w in spans}
    return names


def _parent_names(parent: ParentPlan) -> dict[str, Kind]:
    if parent.root == "lead":
        return {of_lead(parent, a): "fit" for a in parent.attributes}
    names: dict[str, Kind] = {of_last(parent, a): "engagement" for a in parent.attributes}
    names |= {of_mean(parent, a): "engagement" for a in parent.attributes if a.type == "number"}
    return names | {of_share(parent, a, level): "engagement" for a in parent.attributes for level in a.levels}


def table_names(featurizer: Featurizer, plan: EventPlan) -> dict[str, Kind]:
    """List all features that come of an event table, and what kind each is of."""
    names = event_names(plan, featurizer.windows) | {since_first(plan): "timing"}
    if featurizer.lead.created_at is not None:
        names[speed(plan)] = "timing"
    for parent in featurizer.parents_of(plan.table):
        names |= _parent_names(parent)
    if featurizer.scores is not None and featurizer.scores.interactions == plan.table:
        names |= score_names(featurizer.scores)
    return names


def kinds_of(featurizer: Featurizer) -> dict[str, Kind]:
    """Say of each feature what it tells of a lead.

    `fit`: who the lead is and what it belongs to. `engagement`: how much it did, and with what: counts, decayed counts, sums, means, different
    values, attributes of what events belong to. `timing`: when: the cutoff and the creation, days since the first and last event, the speed of the
    first one, trends.
    """
    lead = featurizer.lead
    names: dict[str, Kind] = {of_lead_column(name): "timing" if name == lead.created_at else "fit" for name in lead.features}
    names[AT] = "timing"
    for parent in featurizer.parents_of("lead"):
        names |= _parent_names(parent)
    names |= dict.fromkeys((a.name for a in featurizer.agreements), "fit")
    for plan in featurizer.events:
        names |= table_names(featurizer, plan)
    return names


ENGAGEMENT, RECENCY, INTEREST = "CustomerEngagementScore", "PurchaseRecency", "PropertyInterestLevel"


def score_names(plan: ScorePlan) -> dict[str, Kind]:
    """List the scores that the tables allow, and what kind each is of."""
    names: dict[str, Kind] = {}
    if plan.time is not None and plan.item is not None:
        names[ENGAGEMENT] = "engagement"
    if plan.sales is not None:
        names[RECENCY] = "timing"
    if plan.item is not None and plan.parent is not None:
        names[INTEREST] = "engagement"
    return names
