"""Why this score: contributions, sentences with evidence, importance, counterfactuals."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.explain.attribution import group_by_column, rescale, row_base
    from leadrank.explain.counterfactual import CAUTION, Change, Counterfactual, counterfactual
    from leadrank.explain.evidence import Evidence, Seen, fit_evidence
    from leadrank.explain.importance import Importance, permutation_importance
    from leadrank.explain.lead_reasons import LeadReasons
    from leadrank.explain.phrases import Phrasebook, number_text, percent_texts, phrase, phrasebook, range_text
    from leadrank.explain.reason_lines import reason_lines
    from leadrank.explain.reasons import Reason, reasons, select_top

later(
    __name__, attribution="group_by_column rescale row_base", counterfactual="CAUTION Change Counterfactual counterfactual",
    evidence="Evidence Seen fit_evidence", importance="Importance permutation_importance", lead_reasons="LeadReasons",
    phrases="Phrasebook number_text percent_texts phrase phrasebook range_text", reason_lines="reason_lines", reasons="Reason reasons select_top",
)
