"""The manager's numbers: the call list beside other ways to spend the team's time, and the leads that are better left alone."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.decisions import CROSS_FITTED, BusinessCase, NotWorth, Plan
from leadrank.pages.words import NONE, Said, clip, count, decimal, money, percent, plural, say, say_money, sentence


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One way to work, as a line of the table."""

    name: str
    ours: bool
    worked: str
    conversions: Said
    share: Said
    rate: Said
    profit: Said
    cost: Said
    words: str


def hits_of(bundle: Bundle) -> str:
    """Name the leads that a plan is after: conversions, or leads of the best class where nobody declared what these convert at."""
    measured = bundle.facts.learned_tiers and not bundle.policy.declared
    return f"{clip(bundle.facts.classes[-1], 30)} leads" if measured else "conversions"


def plan_lines(case: BusinessCase, hits: str) -> tuple[PlanLine, ...]:
    """Compare the plans, ours first."""
    return tuple(_line(plan, case, hits) for plan in case.plans)


def _line(plan: Plan, case: BusinessCase, hits: str) -> PlanLine:
    ours = case.plans[0]
    return PlanLine(
        name=plan.name[0].upper() + plan.name[1:],
        ours=plan is ours,
        worked=count(plan.worked),
        conversions=say(plan.conversions, count),
        share=say(plan.share_of_conversions, percent),
        rate=say(plan.conversion_rate, percent),
        profit=say_money(plan.profit, case.currency),
        cost=say_money(plan.cost_per_acquisition, case.currency),
        words="" if plan is ours else _difference(ours, plan, case.currency, hits),
    )


def _difference(ours: Plan, other: Plan, currency: str, hits: str) -> str:
    """Say what our list does differently, in leads, conversions and money."""
    said = []
    calls, caught = ours.worked - other.worked, round(ours.conversions.value) - round(other.conversions.value)
    if calls:
        said.append(f"{plural(abs(calls), 'contact')} {'more' if calls > 0 else 'fewer'}")
    if caught:
        said.append(f"{plural(abs(caught), hits.removesuffix('s'))} {'more' if caught > 0 else 'fewer'}")
    if ours.profit is not None and other.profit is not None:
        earned = ours.profit.value - other.profit.value
        if earned:
            said.append(f"{money(currency)(abs(earned))} {'more' if earned > 0 else 'less'} profit")
    return ", ".join(said) or "no difference"


def best_name(case: BusinessCase) -> str:
    """Name the plan that earned most, where it is not ours."""
    earning = [plan for plan in case.plans if plan.profit is not None]
    best = max(earning, key=lambda plan: plan.profit.value if plan.profit else 0.0, default=None)
    return "" if best is None or best is case.plans[0] else best.name


def not_worth_words(found: NotWorth, outcome: str) -> tuple[str, ...]:
    """Say what leaving the second list alone saves and forgoes."""
    amount = money(found.currency)
    if found.leads == 0:
        return ("Every lead is expected to bring more than its contact costs; none is left alone.",)
    be = "is" if found.leads == 1 else "are"
    who = f"{plural(found.leads, 'lead')} ({percent(found.share)}) {be} expected to bring no more than a contact costs."
    forgone = f"{sentence(found.conversions_forgone, decimal(0))} conversions (90% interval) worth {amount(found.value_forgone)}"
    saves = f"Leaving them alone saves {amount(found.cost_saved)} of contacts and forgoes {forgone}: a net saving of {amount(found.saved)}."
    if found.converted is None:
        return (f"{who} {saves}",)
    return f"{who} {saves}", f"In the end {count(found.converted)} of these leads {outcome}."


def threshold_facts(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    """Return what is known about the cut as pairs of label and text."""
    cut, amount = bundle.policy.threshold, money(bundle.policy.currency)
    when = f"its expected profit is above {amount(cut.cut)}" if cut.on == "expected_profit" else f"its probability is at least {percent(cut.cut)}"
    facts = [("A lead is called when", when), ("Because", cut.because)]
    if cut.rule.name == "capacity":
        facts.append(("In another file", f"whoever is above the same cut, few or many; --top {cut.rule.wanted:.0f} takes the best of any file"))
    facts.append(("Leads called", f"{count(cut.called)} of {count(cut.rows)}" if cut.rows else NONE))
    if cut.cross_fitted:
        facts.append(("Counted how", CROSS_FITTED))
    for label, share in (("Of the called, converted (precision)", cut.precision), ("Of the conversions, caught (recall)", cut.recall)):
        if share is not None:
            facts.append((label, percent(share)))
    if cut.analytic is not None:
        facts.append(("Break-even probability, cost / value", percent(cut.analytic)))
    if cut.empirical is not None:
        said = say(cut.empirical, percent)
        facts.append(("One fixed cut that would have earned most here", f"{said.value} (90% interval {said.interval})"))
    if cut.regret_here is not None:
        facts.append(("That cut would have earned", f"{amount(cut.regret_here)} more" if cut.regret_here >= 0.5 else "no more"))
    return tuple(facts)
