"""The firewall's findings in words: what was seen, with counts, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from leadrank.data.leaks.ablation import Judged
from leadrank.data.leaks.dates import Edges
from leadrank.data.leaks.differences import Difference
from leadrank.data.leaks.verdict import QUARANTINE, Evidence, points
from leadrank.types import Finding

FEW_TWINS = 0.002
"""Near duplicates among fewer of the rows cannot move a figure: information, not a warning."""
NO_SIGNAL = 0.56
"""Only where the upper end of the AUC's interval stays below this may one say that there is no signal; else there are too few rows to tell."""
ASK = "Ask who fills it in and when. If before the moment of scoring, say known_at_scoring = true; if not, known_at_scoring = false."


def quarantined(evidence: Evidence, score: float, with_column: float, without: float, rows: int) -> Finding:
    """L201: the column seems to know the answer and is set aside."""
    seen = f"Column {evidence.column!r} seems to know the answer: {'; '.join(describe(evidence))}."
    figures = f" With it the table ranks leads with AUC {with_column:.3f}, without it {without:.3f}."
    return Finding(
        "L201", "quarantine", evidence.column, rows, seen + figures,
        f"Set aside. If it is known at the moment of scoring, keep it with --accept {evidence.column!r} or known_at_scoring = true.",
        figures_of(evidence, score) | {"auc_with": round(with_column, 4), "auc_without": round(without, 4)},
    )


def suspicious(evidence: Evidence, score: float, rows: int, jump: tuple[float, float] | None) -> Finding:
    """L202: the column is kept, but somebody should answer a question."""
    reasons = describe(evidence)
    figures = figures_of(evidence, score)
    if jump:
        reasons.append(f"without it the whole table falls from AUC {jump[0]:.3f} to {jump[1]:.3f}")
        figures |= {"auc_with": round(jump[0], 4), "auc_without": round(jump[1], 4)}
    return Finding(
        "L202", "warning", evidence.column, rows,
        f"Column {evidence.column!r} may know the answer: {'; '.join(reasons)}. It is kept.", ASK, figures,
    )


def vouched(evidence: Evidence, score: float, rows: int, jump: tuple[float, float] | None) -> Finding:
    """L201 as a warning: the column seems to know the answer, and is used all the same because the user says that it is known."""
    figures = figures_of(evidence, score)
    said = ""
    if jump:
        said = f" With it the table ranks leads with AUC {jump[0]:.3f}, without it {jump[1]:.3f}."
        figures |= {"auc_with": round(jump[0], 4), "auc_without": round(jump[1], 4)}
    return Finding(
        "L201", "warning", evidence.column, rows,
        f"Column {evidence.column!r} seems to know the answer: {'; '.join(describe(evidence))}.{said} It is used on your word.",
        "Make sure that it is filled in before the lead is scored, with this very value; if it is not, every figure here is too good.", figures,
    )


def late_money(column: str, amount: float, count: int, whose: str, evidence: Evidence | None) -> Finding:
    """L214: the money column is known only afterwards; one amount takes its place for every lead."""
    seen = f" ({'; '.join(describe(evidence))})" if evidence is not None else ""
    return Finding(
        "L214", "warning", column, count,
        f"The money in {column!r} is known only after the outcome{seen}. Decisions, figures and scoring use {amount:,.2f} for every lead instead: "
        f"the mean amount of the {count:,} {whose} that have one.",
        "To weigh leads by amount, name a column that is filled in before the lead is scored. If this one is, say known_at_scoring = true.",
        {"amount": amount},
    )


def declared(column: str, rows: int) -> Finding:
    """L203: the project says that the column is not known at scoring."""
    return Finding(
        "L203", "quarantine", column, rows, f"Column {column!r} is declared as not known at the moment of scoring.",
        "Set aside as declared. Nothing to do.",
    )


def accepted(evidence: Evidence, score: float, rows: int) -> Finding:
    """L204: the project vouches for the column; what the probes saw is recorded."""
    verdict = "would have been set aside" if score >= QUARANTINE else "was probed like the others"
    return Finding(
        "L204", "info", evidence.column, rows,
        f"Column {evidence.column!r} is accepted as known at the moment of scoring; it {verdict}: {'; '.join(describe(evidence))}.",
        "Kept on your word, which is recorded in the bundle and the model card.", figures_of(evidence, score),
    )


def telling_blanks(evidence: Evidence, blank: int, blank_rate: float, filled_rate: float) -> Finding:
    """L205: whether the column is filled in tells the outcome."""
    return Finding(
        "L205", "warning", evidence.column, blank,
        f"Whether {evidence.column!r} is filled in tells the outcome: {blank_rate:.1%} of the {blank} blank leads converted, "
        f"{filled_rate:.1%} of the others (AUC {_folded(evidence.blank_auc):.3f}). It is kept.",
        "Ask whether it is filled in during the sale. If so, say known_at_scoring = false, or fill it from the first contact only.",
        {"blank_auc": round(_folded(evidence.blank_auc), 4), "blank_rate": round(blank_rate, 4), "filled_rate": round(filled_rate, 4)},
    )


def late_dates(evidence: Evidence) -> Finding:
    """L206: dates after the moment of scoring."""
    return Finding(
        "L206", "warning", evidence.column, evidence.late_rows,
        f"Column {evidence.column!r} holds {evidence.late_rows} dates after {evidence.late_after}. It is kept.",
        "If it is a plan known beforehand (a wanted move-in date), say known_at_scoring = true; otherwise known_at_scoring = false.",
        {"late_rows": float(evidence.late_rows)},
    )


def extract_ends(column: str, edges: Edges) -> Finding:
    """L207: a date's effect comes from where the extract begins and ends."""
    return Finding(
        "L207", "warning", column, edges.rows,
        f"The effect of {column!r} comes from where the extract begins and ends: {edges.first:.0%} of its first leads converted, "
        f"{edges.middle:.0%} in between, {edges.last:.0%} of its last; these {edges.rows} leads at the ends ({edges.share_of_rows:.0%}) "
        f"hold {edges.share_of_effect:.0%} of the effect. Which leads an extract still or already holds depends on how fast they closed.",
        "Leave the date out, or train on leads whose outcome was final when the extract was made (final_after), whatever it was.",
        {"first": round(edges.first, 4), "middle": round(edges.middle, 4), "last": round(edges.last, 4),
         "share_of_effect": round(edges.share_of_effect, 4), "share_of_rows": round(edges.share_of_rows, 4)},
    )


def twins(pairs: int, rows: int, height: int, agreeing: float, by_chance: float) -> Finding:
    """L208: nearly equal rows, which are kept in one fold."""
    return Finding(
        "L208", "warning" if rows >= height * FEW_TWINS else "info", None, rows,
        f"{rows} leads have a near twin (equal in at least three quarters of their cells, rare values included): {pairs} pairs, of which "
        f"{agreeing:.0%} have the same outcome ({by_chance:.0%} by chance). A model would recognise them, so each stays in one fold with its twin.",
        "They are probably the same customers under two ids: give a key that names the customer, or keep one row of each.",
        {"pairs": float(pairs), "agreeing": round(agreeing, 4), "by_chance": round(by_chance, 4)},
    )


def ordered_gap(random: Judged, forward: Judged, rows: int) -> Finding:
    """L209 for the table: what is learned from the old does not hold for the new."""
    return Finding(
        "L209", "warning", None, rows,
        f"A random split promises AUC {random.auc:.3f}; learned from the older leads and judged on the newest, it is {forward.auc:.3f}.",
        "Trust the ordered figure: declare order or created_at, and look for columns that tell the time.",
        {"auc_random": round(random.auc, 4), "auc_forward": round(forward.auc, 4)},
    )


def fading_column(evidence: Evidence, forward: float, rows: int) -> Finding:
    """L209 for a column: its effect does not hold for newer leads."""
    return Finding(
        "L209", "warning", evidence.column, rows,
        f"What {evidence.column!r} tells does not last: AUC {evidence.auc:.3f} in a random split, {forward:.3f} when learned from the "
        "older leads and judged on the newest. It is kept.",
        "It may stand for the time at which a lead came in. Validate in time order (order or created_at), or exclude it.",
        {"auc_random": round(evidence.auc, 4), "auc_forward": round(forward, 4)},
    )


def too_good(judged: Judged, rows: int, strongest: Sequence[str]) -> Finding:
    """L210: honest leads are seldom that predictable."""
    names = ", ".join(repr(name) for name in strongest)
    return Finding(
        "L210", "warning", None, rows,
        f"All columns that are kept together reach AUC {judged.auc:.3f}, which honest leads seldom allow. The strongest are {names}.",
        "Before trusting it, defend each of them: what was its value at the moment of scoring?", {"auc": round(judged.auc, 4)},
    )


def no_signal(evidence: Evidence, rows: int, lost: float) -> Finding:
    """L211: the column alone is no better than chance, or cannot be told from it; `lost` is the overall AUC that goes with all such columns."""
    below = "; below 0.5 out of fold, as where levels hardly differ" if evidence.auc < 0.5 - 2 * evidence.auc_error else ""
    figures = f"(AUC {evidence.auc:.3f} ± {2 * evidence.auc_error:.3f}{below})"
    sure = _excludes_signal(evidence.auc, evidence.auc_error)
    seen = f"carries no signal: alone it ranks leads no better than chance {figures}" if sure else (
        f"cannot be told from chance on {rows:,} rows: too few to rule a signal out {figures}"
    )
    return Finding(
        "L211", "info", evidence.column, rows, f"Column {evidence.column!r} {seen}.", _leaving_out(lost, sure=sure),
        {"auc": round(evidence.auc, 4), "auc_error": round(evidence.auc_error, 4), "auc_lost_with_all": round(lost, 4)},
    )


def weak_on_average(evidence: Evidence, difference: Difference, rows: int) -> Finding:
    """L211 for a column whose levels differ for certain, though it hardly ranks: most leads have levels that convert alike."""
    most = f"of the {difference.count:,} leads with {difference.level!r} {difference.rate:.1%} converted, of the others {difference.others:.1%}; "
    return Finding(
        "L211", "info", evidence.column, rows,
        f"Column {evidence.column!r} is weak on average: alone it ranks leads hardly better than chance (AUC {evidence.auc:.3f} ± "
        f"{2 * evidence.auc_error:.3f}), but its levels do differ ({most if difference.level else ''}p = {max(difference.p, 0.0001):.1g}).",
        "Keep it: it tells something about some leads.",
        {"auc": round(evidence.auc, 4), "auc_error": round(evidence.auc_error, 4), "p": float(f"{difference.p:.3g}")},
    )


def many_without_signal(columns: Sequence[str], rows: int, lost: float) -> Finding:
    """L211 for a wide table: one finding for all columns that cannot be told from chance."""
    return Finding(
        "L211", "info", None, rows,
        f"{len(columns)} columns, each alone, cannot be told from chance on {rows:,} rows: {', '.join(map(repr, columns[:20]))}, ….",
        _leaving_out(lost, sure=False), {"columns": float(len(columns)), "auc_lost_with_all": round(lost, 4)},
    )


def nothing_predicts(judged: Judged, rows: int, left_out: Sequence[str]) -> Finding:
    """L212: the kept columns do not predict the outcome, or there are too few rows to see whether they do."""
    sure = _excludes_signal(judged.auc, judged.error)
    but = f" (apart from {', '.join(map(repr, left_out))}, whose effect is an artefact of the extract)" if left_out else ""
    return Finding(
        "L212", "warning", None, rows,
        f"{'No column predicts the outcome' if sure else f'The columns cannot be told from chance on {rows:,} rows'}{but}: all together reach "
        f"AUC {judged.auc:.3f} ± {2 * judged.error:.3f}; 0.5 is chance.",
        f"{'A' if sure else 'Gather more outcomes; until then a'} model will say little more than the base rate. "
        "Add what is known about the lead before scoring: source, behaviour, history.",
        {"auc": round(judged.auc, 4), "auc_error": round(judged.error, 4)},
    )


def too_few(fewest: int, needed: int) -> Finding:
    """L213: not enough outcomes to probe for leaks."""
    return Finding(
        "L213", "info", None, fewest, f"The rarer outcome has {fewest} leads; the leak probes need {needed}. Columns were not probed.",
        "Go through the columns by hand: was each known at the moment of scoring?",
    )


def describe(evidence: Evidence) -> list[str]:
    """Say in words what speaks against a column, the strongest first as the probes see it."""
    given = points(evidence)
    said = [f"alone it ranks leads with AUC {evidence.auc:.3f}"]
    p = evidence.purity
    if max(given["always"], given["never"]) > 0.5 or given["two_way"]:
        said.append(f"{p.converted} of {p.count} leads with {p.level!r} converted (base {evidence.base_rate:.1%})")
    if given["two_way"]:
        said.append("it has levels where nearly all and levels where nearly none converted")
    if given["blank"]:
        said.append(f"whether it is filled in tells the outcome (AUC {_folded(evidence.blank_auc):.3f})")
    if given["level_name"]:
        said.append(f"its value {evidence.ending_level!r} names an ending")
    if given["name"]:
        said.append(f"its name says {' '.join(evidence.name.words)!r}, which is usually known afterwards")
    if given["date"]:
        said.append(f"{evidence.late_rows} of its dates lie after {evidence.late_after}")
    return said


def figures_of(evidence: Evidence, score: float) -> dict[str, float]:
    """Return the measured figures and the points of each probe."""
    measured = {"auc": evidence.auc, "auc_error": evidence.auc_error, "blank_auc": _folded(evidence.blank_auc), "points": score}
    by_probe = {f"points_{name}": value for name, value in points(evidence).items() if value > 0}
    return {name: round(float(value), 4) for name, value in (measured | by_probe).items()}


def _excludes_signal(auc: float, error: float) -> bool:
    """Say whether the rows suffice to rule a useful signal out."""
    return auc + 2 * error < NO_SIGNAL


def _leaving_out(lost: float, *, sure: bool) -> str:
    if lost > 0.003:
        return f"Keep it for now: together with others such columns add {lost:.3f} to the AUC of the whole table."
    if not sure:
        return "Keep it or leave it out: these rows do not tell. The whole table ranks as well without all such columns."
    return "It may be left out: the whole table ranks as well without all such columns."


def _folded(auc: float) -> float:
    return max(auc, 1 - auc)
