"""What counted columns are about: windows, decays and trends of the same events tell the same thing in many ways."""

from __future__ import annotations

from leadrank.features import naming
from leadrank.features.plan import EventPlan, Featurizer, ParentPlan


def things_of(featurizer: Featurizer) -> dict[str, str]:
    """Name the thing that each counted column is about: a table and the kind, number or attribute of its events.

    Examples
    --------
    >>> from leadrank.features.plan import Clock, LeadPlan
    >>> plan = EventPlan("Visits", ("id",), ("id",), Clock("at", False), numbers=("minutes",))
    >>> things = things_of(Featurizer(LeadPlan("id", None, (), ()), (30.0,), (plan,)))
    >>> things["Visits all, 30 days"], things["Visits all, days since the last"], things["Visits minutes mean, ever"]
    ('Visits all', 'Visits all', 'Visits minutes')
    """
    things: dict[str, str] = {}
    for plan in featurizer.events:
        things |= _of_events(plan, featurizer.windows)
        for parent in featurizer.parents_of(plan.table):
            things |= _of_parent(parent)
    return things


def _of_events(plan: EventPlan, windows: tuple[float, ...]) -> dict[str, str]:
    numbers = {naming.of_number(plan, column, how): f"{plan.table} {column}" for column in plan.numbers for how in ("sum", "mean")}
    counted = {name: name.rpartition(", ")[0] for name in (*naming.event_names(plan, windows), naming.since_first(plan), naming.speed(plan))}
    return {name: numbers.get(what, what) for name, what in counted.items()}


def _of_parent(parent: ParentPlan) -> dict[str, str]:
    made: dict[str, str] = {}
    for a in parent.attributes:
        mean = [naming.of_mean(parent, a)] if a.type == "number" else []
        names = [naming.of_last(parent, a), *mean, *(naming.of_share(parent, a, level) for level in a.levels)]
        made |= dict.fromkeys(names, f"{parent.root} {parent.table}.{a.column}")
    return made
