"""What the model card says about limits, privacy and upkeep: plainly, and only what is known."""

from __future__ import annotations

import math

from leadrank.bundle.bundle import Bundle
from leadrank.bundle.learned import DIGITS
from leadrank.bundle.markdown import MOST, bullets, code, names, plain

REGULATED = {
    "housing": "who is offered housing, on what terms", "credit": "who is given credit, on what terms", "employment": "who is hired or promoted",
}


def out_of_scope(bundle: Bundle) -> str:
    """Say what the score must not be used for."""
    items = [
        "As the only decision-maker about a person: a human decides, the score orders the work.",
        "For eligibility or terms of credit, insurance, housing, employment, education or health care, or any decision with legal or similar effect.",
        "To set prices for single people, or to refuse service.",
        "For leads of another kind, country, product or time than those it learned from, without measuring it there first.",
        "To learn what causes conversions: it knows what went along with them.",
    ]
    domain = bundle.project.domain
    if domain in REGULATED:
        items.insert(1, f"This project is declared as {domain}: the score must not decide {REGULATED[domain]}.")
    return bullets(items)


def limits(bundle: Bundle) -> str:
    """Say where not to trust the model: the verdict, how it was measured, drift, and every warning."""
    verdict, facts = bundle.report.verdict, bundle.facts
    items = [f"Verdict: **{verdict.word}**. {plain(' '.join(verdict.because))}"]
    if verdict.outcomes_needed:
        items.append(f"About {verdict.outcomes_needed:,} more outcomes of the rarer class are needed for a firmer verdict.")
    if bundle.project.lead.order is None and bundle.project.lead.created_at is None:
        items.append("The leads carry no time order, so the figures do not say how well the past predicts the future.")
    items += _drift(bundle)
    if bundle.policy.declared:
        items.append("Expected profit rests on declared conversion rates of the classes; they were never measured.")
    if facts.accepted:
        items.append(f"It relies on the word of the user that these columns are known at the moment of scoring: {names(facts.accepted)}.")
    items.append("A probability is right for many leads with the same probability together; one lead converts or does not.")
    items.append(
        "The 90% interval of a lead's probability says how far the estimate would move with another sample; it promises nothing about the lead."
    )
    items.append("Reasons describe what the model has seen, not causes; columns that say the same share their effect between them.")
    return bullets([*items, *_warnings(bundle)])


def _drift(bundle: Bundle) -> list[str]:
    drift = bundle.facts.drift
    if drift is None or not drift.moves:
        return []
    moves = ", ".join(f"{move:+.2f}" for move in drift.moves)
    done = "probabilities were moved by what the newest block was off" if drift.shifted else "probabilities were not moved for it"
    return [f"The base rate moved between blocks of time: real against promised log-odds {moves}; {done}."]


def _warnings(bundle: Bundle) -> list[str]:
    found = [f for f in (*bundle.findings, *bundle.policy.findings) if f.severity in {"error", "warning"}]
    said = [f"{f.code}: {plain(f.message)} {plain(f.remedy)}" for f in found[:MOST]]
    return [*said, f"{len(found) - MOST:,} more warnings are in the report."] if len(found) > MOST else said


def privacy(bundle: Bundle) -> str:
    """Say what of the leads is inside the bundle."""
    inside = "the model, counts of leads and conversions per value, and a profile of each column (ranges, the most frequent values by name)"
    items = [
        f"The bundle holds no rows. It holds {inside}.",
        "A value that names a person would be among these. Mark such columns as `id`, or exclude them.",
    ]
    if bundle.held_out.hashes:
        items.append(
            f"{len(bundle.held_out.hashes):,} rows that were set aside are remembered by keyed hash; the key is in the bundle, so whoever has "
            "the bundle and a complete row can tell whether it was among them."
        )
    if bundle.learned.hashes:
        items.append(
            f"{len(bundle.learned.hashes) // DIGITS:,} rows that were learned from are remembered in the same way, by their key where there is one, "
            "so that nobody judges the model on them unawares."
        )
    keyed = bundle.project.lead.key
    items.append(f"Scored lists carry the key {code(keyed)} and whatever columns are kept." if keyed else "Scored lists carry the row number.")
    return bullets(items)


def monitoring(bundle: Bundle) -> str:
    """Say how to find out that the model has aged, and what to do then."""
    area = bundle.report.ours.get("auc")
    least = f" --at-least auc={math.floor(100 * area.low) / 100:.2f}" if area is not None else ""
    changes = "columns have new values or another share of blanks, the sales process, the sources or the prices change"
    return bullets([
        f"When outcomes of scored leads are final, measure again: `leadrank evaluate BUNDLE NEW_OUTCOMES{least}` (exit code 1 below it).",
        "Compare promise and outcome per tier every month; more than two months outside the interval call for a new model.",
        f"Retrain when the base rate has left its interval, {changes}, or outcomes have doubled.",
        "Keep some leads that are called whatever their score; without them nobody learns how the uncalled would have done.",
        "Keep the old bundle until the new one has done better on the same leads.",
    ])
