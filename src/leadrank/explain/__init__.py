"""Why this score: contributions, sentences with evidence, importance, counterfactuals."""

from leadrank.explain.attribution import group_by_column, rescale, rescale_one, row_base
from leadrank.explain.counterfactual import CAUTION, Change, Counterfactual, counterfactual
from leadrank.explain.evidence import Evidence, Seen, fit_evidence
from leadrank.explain.importance import Importance, permutation_importance
from leadrank.explain.lead_reasons import LeadReasons
from leadrank.explain.phrases import Phrasebook, number_text, percent_texts, phrase, phrasebook
from leadrank.explain.reason_lines import reason_lines
from leadrank.explain.reasons import Reason, reasons, select_top

__all__ = [
    "CAUTION",
    "Change",
    "Counterfactual",
    "Evidence",
    "Importance",
    "LeadReasons",
    "Phrasebook",
    "Reason",
    "Seen",
    "counterfactual",
    "fit_evidence",
    "group_by_column",
    "number_text",
    "percent_texts",
    "permutation_importance",
    "phrase",
    "phrasebook",
    "reason_lines",
    "reasons",
    "rescale",
    "rescale_one",
    "row_base",
    "select_top",
]
