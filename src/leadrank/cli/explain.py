"""`leadrank explain`: why one lead scores as it does, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.fitting import check_source
from leadrank.cli.gather import At, is_gathered, read_leads
from leadrank.cli.intake import naming, read, row_of
from leadrank.cli.options import BundleFile, CheckKey, Data
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import emit, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadrank.score import Explained, Scored

MOST = 20

Lead = Annotated[str, typer.Option("--lead", metavar="KEY", help="The lead's key, or its row number where the model knows no key.")]


def explain(bundle: BundleFile, data: Data, *, lead: Lead, at: At = None, key_file: CheckKey = None) -> None:
    """Give all reasons for one score, as sentences with evidence, and the mildest changes that would reach the threshold."""
    from leadrank.score import Scorer
    from leadrank.scored_rows import LEFT

    scorer = Scorer(bundle, key=key_of(key_file))
    check_source(data, scorer.bundle, at=at)
    raw = read_leads(data, scorer.bundle, at) if is_gathered(data, scorer.bundle) else read(data)
    with naming(raw):
        row = row_of(raw.frame, scorer.bundle.project.lead.key, lead, raw.skipped)
        explained = scorer.explain(raw.frame, row, reasons=MOST)
    days = dict(explained.scored.by_day)
    left = days.pop(LEFT, None)
    emit(_heading(lead, explained.scored))
    if left is not None:
        emit(f"Of the probability {left:.1%} is left, since it had not converted by now: score, tier and profit go by that.")
    rows = [(f"{r.contribution:+.2f}", r.sentence) for r in explained.reasons]
    table("", ("log-odds", "reason"), rows, right=("log-odds",))
    emit(_sum(explained))
    if explained.parts:
        emit("Of this, " + ", ".join(f"{name} {share:+.2f}" for name, share in explained.parts.items()) + ".")
    if days:
        emit(_by_day(days))
    for problem in explained.scored.problems:
        emit(f"Note: {problem}.")
    emit(_change(explained, has_actions=any(c.actionable for c in scorer.bundle.project.lead.columns.values())))


def _heading(lead: str, scored: Scored) -> str:
    said = "contact" if scored.contact else "do not contact"
    between = f"{scored.probability_low:.1%} to {scored.probability_high:.1%}"
    lines = [f"Lead {lead}: score {scored.score}, probability {scored.probability:.1%} ({between}), tier {scored.tier}, {said}."]
    if scored.classes:
        lines.append(", ".join(f"{name} {p:.1%}" for name, p in scored.classes.items()) + ".")
    if scored.expected_profit is not None:
        lines.append(f"Expected profit: {scored.expected_profit:,.2f}.")
    if scored.action:
        lines.append(f"{scored.action}{f' Within {scored.due_within}.' if scored.due_within else ''}")
    return "\n".join(lines)


def _sum(explained: Explained) -> str:
    """Add up to the score in public: what no reason names (sensitive columns, and the small ones) is a sum of its own."""
    named = sum(r.contribution for r in explained.reasons)
    other = explained.total - explained.base - named
    scale = {"log-odds": "exact on the calibrated log-odds"}.get(explained.scale, f"added up on the scale of {explained.scale}, then rescaled")
    parts = f"Base {explained.base:+.2f}, these reasons {named:+.2f}, other columns {other:+.2f}: {explained.total:+.2f} in all"
    return f"{parts}, towards {explained.about}; {scale}."


def _by_day(days: Mapping[str, float]) -> str:
    said = {name.removeprefix("probability_").replace("_", " "): p for name, p in days.items()}
    return "Converted after " + ", ".join(f"{name} {p:.1%}" for name, p in said.items()).replace("ever", "all time") + "."


def _change(explained: Explained, *, has_actions: bool) -> str:
    found = explained.counterfactual
    if found is not None:
        return f"{found.sentence}\n{found.caution}"
    if explained.scored.contact:
        return "It is on the call list as it is."
    if not has_actions:
        return 'What would change it: declare columns that the team can act on (actionable = "any") in the project file.'
    return "No change of the columns that the team can act on reaches the threshold."
