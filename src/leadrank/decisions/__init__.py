"""What to do with a probability: thresholds, tiers, profit, capacity."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.decisions.business import BusinessCase, Plan, business_case, top_share
    from leadrank.decisions.capacity import best_first, capacity_cut
    from leadrank.decisions.consent import Consented, consented, refuses
    from leadrank.decisions.conversions import TierOutlook, conversions_among_next, conversions_by_tier, conversions_interval
    from leadrank.decisions.crossfit import CROSS_FITTED, cross_fit
    from leadrank.decisions.deadline import due_at
    from leadrank.decisions.fit import fit_policy
    from leadrank.decisions.lead_policy import LeadPolicy, class_shares
    from leadrank.decisions.overruled import Judged, Overruled, overrule
    from leadrank.decisions.plan import PlanCurve, WorkPlan, plan
    from leadrank.decisions.policy import Decided, Policy, amounts, apply_policy, conversion_rates, expected_profits
    from leadrank.decisions.profit import RegretCurve, best_cut, break_even, cuts_and_profits, profit_of, regret_curve, worth_calling
    from leadrank.decisions.routing import Arrival, Rep, Routed, route, route_each
    from leadrank.decisions.threshold import Rule, Threshold, choose_cut, measure_cut
    from leadrank.decisions.tier_sums import outlook_of_sums, tier_sums
    from leadrank.decisions.tiers import TierRule, cut_tiers, default_tiers, learned_tiers, tier_of
    from leadrank.decisions.worklist import NotWorth, not_worth_reasons, not_worth_working

later(
    __name__, business="BusinessCase Plan business_case top_share", capacity="best_first capacity_cut", consent="Consented consented refuses",
    conversions="TierOutlook conversions_among_next conversions_by_tier conversions_interval", crossfit="CROSS_FITTED cross_fit", deadline="due_at",
    fit="fit_policy", lead_policy="LeadPolicy class_shares", overruled="Judged Overruled overrule", plan="PlanCurve WorkPlan plan",
    policy="Decided Policy amounts apply_policy conversion_rates expected_profits",
    profit="RegretCurve best_cut break_even cuts_and_profits profit_of regret_curve worth_calling", routing="Arrival Rep Routed route route_each",
    threshold="Rule Threshold choose_cut measure_cut", tier_sums="outlook_of_sums tier_sums",
    tiers="TierRule cut_tiers default_tiers learned_tiers tier_of", worklist="NotWorth not_worth_reasons not_worth_working",
)
