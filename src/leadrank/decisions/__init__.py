"""What to do with a probability: thresholds, tiers, profit, capacity."""

from leadrank.decisions.business import BusinessCase, Plan, business_case, top_share
from leadrank.decisions.capacity import best_first, capacity_cut
from leadrank.decisions.conversions import TierOutlook, conversions_among_next, conversions_by_tier, conversions_interval, tier_outlook
from leadrank.decisions.crossfit import CROSS_FITTED, cross_fit
from leadrank.decisions.fit import fit_policy
from leadrank.decisions.lead_policy import LeadPolicy
from leadrank.decisions.policy import Decided, Policy, amounts, apply_policy, conversion_rates, expected_profits
from leadrank.decisions.profit import RegretCurve, best_cut, break_even, cuts_and_profits, profit_of, regret_curve, worth_calling
from leadrank.decisions.threshold import Rule, Threshold, choose_cut, measure_cut
from leadrank.decisions.tier_sums import outlook_of_sums, tier_sums
from leadrank.decisions.tiers import TierRule, cut_tiers, default_tiers, learned_tiers, tier_of
from leadrank.decisions.worklist import NotWorth, not_worth_reasons, not_worth_working

__all__ = [
    "CROSS_FITTED", "BusinessCase", "Decided", "LeadPolicy", "NotWorth", "Plan", "Policy", "RegretCurve", "Rule", "Threshold", "TierOutlook",
    "TierRule", "amounts", "apply_policy", "best_cut", "best_first", "break_even", "business_case", "capacity_cut", "choose_cut", "conversion_rates",
    "conversions_among_next", "conversions_by_tier", "conversions_interval", "cross_fit", "cut_tiers", "cuts_and_profits", "default_tiers",
    "expected_profits", "fit_policy", "learned_tiers", "measure_cut", "not_worth_reasons", "not_worth_working", "outlook_of_sums", "profit_of",
    "regret_curve", "tier_of", "tier_outlook", "tier_sums", "top_share", "worth_calling",
]
