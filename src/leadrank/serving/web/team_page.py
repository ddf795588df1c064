"""What a team lead looks at: what a plan brings, who has how much to do, whether the tiers fit the team, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadrank.decisions.plan import WorkPlan
from leadrank.errors import UsageError
from leadrank.evaluation.business_figures import BeforeAfter
from leadrank.local_days import end_of, start_of
from leadrank.operations import planning
from leadrank.pages.words import compact, count, decimal, money, say
from leadrank.serving.web.amounts import amount, as_typed
from leadrank.serving.web.business_lines import lines
from leadrank.serving.web.entry import PageRoute, Visiting
from leadrank.serving.web.moments import day_given
from leadrank.serving.web.pictures.curves import effort
from leadrank.serving.web.pictures.reasons import share_bar
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit

HERE = "/app/team"
PERIOD = timedelta(days=90)
MOST_LEADS = 10_000_000
pages = APIRouter(route_class=PageRoute)
Amount = Annotated[str, Query(max_length=30)]


@dataclass(frozen=True, slots=True)
class Slider:
    """One thing to try out: what is entered, where the handle stands, and what is meant when nothing is entered."""

    name: str
    label: str
    value: str
    at: float
    most: float
    step: float
    usual: str


@pages.get("/team")
def show(
    visit: Visiting, capacity: Amount = "", value: Amount = "", cost: Amount = "", since: str = "", until: str = "", split: str = ""
) -> Response:
    """Show all of it."""
    policy = visit.desk.champion.current().bundle.policy
    shares = planning.tier_share(visit.desk, visit.who, now=visit.now)
    loads = planning.workload(visit.desk, visit.who, now=visit.now)
    start, end, middle = _days(since, until, split, visit.today)
    begins, ends = start_of(start, visit.zone), end_of(end, visit.zone)
    parted = None if middle is None else start_of(middle, visit.zone)
    found = planning.business(visit.desk, visit.who, since=begins, until=ends, split=parted, now=visit.now)
    asked = shares.capacity if not capacity.strip() else _whole(capacity)
    made = _planned(visit, asked, amount(value), amount(cost))
    most = max(10, made["plan"].curve.worked[-1], asked or 0)
    return page(
        visit, "team.html", here=HERE, **made, **_sliders(visit, most, asked, amount(value), amount(cost)), loads=loads,
        shares=shares, tiers=_tiers(shares), share_bar=share_bar, load_bar=_load_bar, business=lines(found, policy.currency),
        caution=found.caution if isinstance(found, BeforeAfter) else "", since=start, until=end, split=middle or "",
    )


@pages.get("/team/plan")
def plan(visit: Visiting, capacity: Amount = "", value: Amount = "", cost: Amount = "") -> Response:
    """Answer the sliders."""
    return page(visit, "team/plan.html", **_planned(visit, _whole(capacity), amount(value), amount(cost)))


def _whole(text: str) -> int | None:
    asked = amount(text)
    if asked is not None and not 0 <= asked <= MOST_LEADS:
        raise UsageError(f"Expected a capacity of 0 to {MOST_LEADS:,} leads, got {text[:40]!r}.", "Write it like 40.")
    return None if asked is None else round(asked)


def _planned(visit: Visit, capacity: int | None, value: float | None, cost: float | None) -> dict[str, Any]:
    policy = visit.desk.champion.current().bundle.policy
    made = planning.plan(visit.desk, visit.who, capacity=capacity, value=value, cost=cost, now=visit.now)
    words = _in_words(made, policy.currency)
    return {"plan": made, "conversions": say(made.conversions, decimal(1)), "curve": _curve(made, words), "curve_says": words}


def _sliders(visit: Visit, most: int, capacity: int | None, value: float | None, cost: float | None) -> dict[str, Any]:
    """Say where the sliders stand, and where they end; value and cost that are not tried out are those of each lead."""
    bundle = visit.desk.champion.current().bundle
    policy, terms = bundle.policy, bundle.terms
    unit = f" ({policy.currency})" if policy.currency else ""
    limit = most if capacity is None else capacity
    usual, spent = policy.value or 0.0, policy.cost
    return {"sliders": (
        Slider("capacity", "Capacity: leads the team can work", str(limit), limit, most, 1, ""),
        _tried("value", f"Value of a conversion{unit}", value, usual, 25, _usual(policy.value, terms.value_column)),
        _tried("cost", f"Cost of a contact{unit}", cost, spent, 2.5, _usual(spent, terms.contact_cost_column)),
    )}


def _tried(name: str, label: str, given: float | None, usual: float, least: float, hint: str) -> Slider:
    most = _round_up(4 * max(usual, given or 0, least))
    return Slider(name, label, "" if given is None else as_typed(given), usual if given is None else given, most, most / 400, hint)


def _usual(amount: float | None, column: str | None) -> str:
    """Say what counts where nothing is tried out."""
    if amount is None:
        return "not known"
    return f"{amount:,.2f}".removesuffix(".00") if column is None else "each lead’s"


def _curve(made: WorkPlan, words: str) -> str:
    profit, worked = made.curve.profit, made.curve.worked
    if not made.curve.conversions or len(worked) < 2:
        return ""
    here = _nearest(worked, made.worked)
    best = _nearest(worked, made.best_worked if made.best_worked is not None else made.worked)
    return effort(worked, profit or made.curve.conversions, here=here, best=best, form=compact, says=words)


def _in_words(made: WorkPlan, currency: str) -> str:
    conversions = f"{made.conversions.value:,.1f} {made.counted}"
    if made.profit is None or made.best_profit is None:
        return f"{count(made.worked)} leads worked bring {conversions}."
    form = money(currency)
    return (
        f"{count(made.worked)} leads worked bring {conversions} and {form(made.profit)}; the most would be {form(made.best_profit)} "
        f"with {count(made.best_worked or 0)} leads."
    )


def _nearest(worked: tuple[int, ...], wanted: int) -> int:
    return min(range(len(worked)), key=lambda k: abs(worked[k] - wanted))


def _round_up(value: float) -> int:
    """Choose the end of a slider: one or two digits and zeros."""
    size = 10 ** max(len(str(int(value))) - 1, 0)
    return -(-int(value) // size) * size or 10


def _tiers(shares: planning.TierShare) -> list[tuple[str, int, float]]:
    total = sum(shares.tiers.values()) or 1
    return [(name, leads, leads / total) for name, leads in shares.tiers.items()]


def _load_bar(load: planning.Load, loads: list[planning.Load]) -> str:
    full = max([1, *(one.capacity or one.open for one in loads if one.owner)])
    limit = load.capacity / full if load.capacity else None
    return share_bar(load.open / full, limit=limit, alarm=load.capacity is not None and load.open > load.capacity)


def _days(since: str, until: str, split: str, today: date) -> tuple[date, date, date | None]:
    """Read the days of a period, both of which are in it, and the one with which its second part begins."""
    end = day_given(until) if until else today
    start, middle = day_given(since) if since else end - PERIOD, day_given(split) if split else None
    if not start < end:
        raise UsageError(f"The period ends before it begins: {start} to {end}.", "Choose a first day before the last.")
    if middle is not None and not start < middle <= end:
        raise UsageError(f"{middle} is not within the period.", f"Choose a day after {start} and up to {end}.")
    return start, end, middle
