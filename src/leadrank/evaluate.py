"""Judge a bundle on labelled rows, in the form in which it is deployed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadrank import data, evaluation, labels
from leadrank.bundle import Bundle, recognise, row_names
from leadrank.data import as_polars
from leadrank.errors import DataError, nearest
from leadrank.frames import pl
from leadrank.project import Project
from leadrank.score import LARGEST_AMOUNT, Scorer
from leadrank.scored_rows import class_column
from leadrank.types import Finding, FloatArray, IntArray

EXACT = 1e-9
TAINTED = 0.01
"""Share of learned rows from which the figures carry no verdict of their own."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What re-scoring the set-aside rows showed, beside what was recorded at training."""

    rows_found: int
    rows_expected: int
    largest_difference: float
    figures: dict[str, float]
    recorded: dict[str, float]
    mismatched: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every row was found and scored as recorded."""
        return self.rows_found == self.rows_expected > 0 and not self.mismatched


def evaluate(bundle: Bundle, frame: object, *, seed: int = 0) -> evaluation.Report:
    """Judge a bundle on rows whose outcome is known; what `judged` finds is in the verdict only. Parameters as there."""
    return judged(bundle, frame, seed=seed)[0]


def judged(bundle: Bundle, frame: object, *, seed: int = 0) -> tuple[evaluation.Report, tuple[Finding, ...]]:
    """Judge a bundle on rows whose outcome is known, and say whether it has learned from them.

    Parameters
    ----------
    bundle
        What is judged.
    frame
        Raw rows with the target column; rows without an outcome are left out.
    seed
        Of the bootstrap.

    Raises
    ------
    DataError
        The target column is not there, or holds one class.
    """
    table = as_polars(frame)
    y, rows = outcomes_of(bundle, table)
    scored = Scorer(bundle).many(table[rows])
    reach = reach_from(bundle, scored)
    value, cost = amounts(bundle, table[rows])
    newest = newest_first(bundle, table[rows])
    facts = bundle.facts
    report = evaluation.judge(
        y[rows], reach, rankings={} if newest is None else {"newest first": newest}, called=scored["contact"].to_numpy(), value=value, cost=cost,
        measured="on the rows given, in the deployed form", name=bundle.identity, classes=facts.classes if facts.learned_tiers else (),
        currency=bundle.project.economics.currency, seed=seed, groups=leads_of(bundle.project, table[rows]),
    )
    found = learned_from(bundle, table[rows])
    for finding in found:
        if finding.severity == "warning" and finding.evidence["share"] >= TAINTED:
            report = replace(report, verdict=evaluation.doubted(report.verdict, finding.message))
    return doubt_vouched(report, bundle.findings), found


def learned_from(bundle: Bundle, table: pl.DataFrame) -> tuple[Finding, ...]:
    """Say how many of the rows the model learned from, where it is more than look-alikes explain."""
    key = bundle.project.lead.key
    if key is not None and key not in table.columns:
        said = f"Without the key {key!r} it cannot be told whether the model learned from these rows."
        return (Finding("M405", "info", key, 0, said, "Give the key's column as well."),)
    columns = [key] if key is not None else bundle.encoder.columns
    clean = data.clean_frame(bundle.schema.only(columns), table, required=()).frame
    seen = recognise(bundle.learned, row_names(clean, key, columns))
    if not seen.beyond_chance:
        return ()
    same = f"have the {key!r} of a lead that the model learned from" if key is not None else "were learned from"
    said = f"{seen.share:.1%} of these rows {same}: figures on them flatter, and tell nothing about new leads."
    remedy = "Judge on leads that were not in the training table" + (", or give them keys of their own." if key is not None else ".")
    return (Finding("M404", "warning", key, seen.rows, said, remedy, {"share": seen.share, "by_chance": seen.by_chance}),)


def leads_of(project: Project, table: pl.DataFrame) -> IntArray | None:
    """Return the number of each row's lead, where one may have several cutoffs; None where rows are leads."""
    key = project.lead.key
    if key is None or not project.cutoff.many or key not in table.columns:
        return None
    groups: IntArray = data.duplicate_groups(table, [key])[0]
    return groups


def doubt_vouched(report: evaluation.Report, findings: Sequence[Finding]) -> evaluation.Report:
    """Hold back a verdict that rests on columns that look as if they knew the answer and are used on the user's word."""
    vouched = tuple(f.column for f in findings if f.code == "L201" and f.severity == "warning" and f.column is not None)
    if not vouched:
        return report
    columns, be = ", ".join(map(repr, vouched)), "looks as if it" if len(vouched) == 1 else "look as if they"
    reason = f"It relies on {columns}, which {be} knew the answer and {'is' if len(vouched) == 1 else 'are'} used on your word: check it (L201)."
    return replace(report, verdict=evaluation.doubted(report.verdict, reason))


def verify(bundle: Bundle, frame: object) -> Verified:
    """Re-score the rows that were set aside at training; figures and scores must equal those recorded.

    Parameters
    ----------
    frame
        A raw table that holds the set-aside rows, among others or alone.

    Raises
    ------
    DataError
        The bundle set no rows aside.
    """
    held = bundle.held_out
    if not held.hashes:
        raise DataError("This bundle set no rows aside.", "Train with [validation] share = 0.1 in the project file.")
    table = as_polars(frame)
    recorded = dict(zip(held.hashes, held.probabilities, strict=True))
    names = [data.keyed_hash(held.salt, name) for name in data.row_names(table, bundle.project.lead.key, bundle.project.target.column)]
    wanted = np.flatnonzero(np.array([name in recorded for name in names]))
    first = np.array(list({names[i]: i for i in reversed(wanted.tolist())}.values()), dtype=np.int64)
    rows = np.sort(first)
    scored = Scorer(bundle).many(table[rows])["probability"].to_numpy()
    apart = np.abs(scored - np.array([recorded[names[i]] for i in rows]))
    figures = plain_figures(bundle, table, rows) if len(rows) else {}
    off = [f"row {rows[i] + 1}" for i in np.flatnonzero(apart > EXACT)[:20]]
    off += [name for name, value in held.figures.items() if abs(figures.get(name, np.inf) - value) > EXACT] if len(rows) == len(recorded) else []
    return Verified(len(rows), len(recorded), float(apart.max(initial=0.0)), figures, dict(held.figures), tuple(off))


def plain_figures(bundle: Bundle, table: pl.DataFrame, rows: IntArray) -> dict[str, float]:
    """Return the figures of the given rows as plain values, in a fixed order of rows."""
    y, _ = outcomes_of(bundle, table, need_both=False)
    known = rows[y[rows] != labels.UNLABELLED]
    hit = (y[known] == len(bundle.facts.classes) - 1).astype(np.int64)
    if np.unique(hit).size < 2:
        return {"rows": float(len(known))}
    p = Scorer(bundle).many(table[known])["probability"].to_numpy()
    return {
        "rows": float(len(known)), "auc": evaluation.roc_auc(hit, p), "log_loss": evaluation.log_loss(hit, p), "brier": evaluation.brier(hit, p),
    }


def outcomes_of(bundle: Bundle, table: pl.DataFrame, *, need_both: bool = True) -> tuple[IntArray, IntArray]:
    """Read the outcomes with the classes of the bundle; return class numbers and the numbers of labelled rows."""
    target = bundle.project.target
    if target.column not in table.columns:
        raise DataError(f"The outcome column {target.column!r} is not there.", nearest(target.column, table.columns))
    facts = bundle.facts
    declared = {"classes": facts.classes, "positive": None} if facts.learned_tiers else {"positive": facts.classes[-1], "classes": None}
    whole = need_both and not facts.learned_tiers
    outcomes = labels.read_outcomes(table[target.column], target.model_copy(update=declared), whole=whole)
    return outcomes.codes, labels.is_labelled(outcomes)


def reach_from(bundle: Bundle, scored: pl.DataFrame) -> FloatArray:
    """Return the probabilities of reaching each class from a scored table, shape (rows, thresholds)."""
    classes = bundle.facts.classes
    if len(classes) == 2:
        return scored["probability"].to_numpy()[:, None]
    shares = scored.select([class_column(c) for c in classes]).to_numpy()
    reach: FloatArray = np.clip(shares[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:], 0.0, 1.0)
    return reach


def amounts(bundle: Bundle, table: pl.DataFrame) -> tuple[FloatArray | float | None, FloatArray | float]:
    """Return value and cost of each row as the project declares them; a blank takes the policy's mean."""
    economics, policy = bundle.project.economics, bundle.policy
    value = policy.value if economics.value_column is None else _column(bundle, table, economics.value_column, policy.value or 0.0)
    cost = policy.cost if economics.contact_cost_column is None else _column(bundle, table, economics.contact_cost_column, policy.cost)
    return value, cost


def newest_first(bundle: Bundle, table: pl.DataFrame) -> FloatArray | None:
    """Return the ranking that calls the newest leads first, or None where no order is known."""
    lead = bundle.project.lead
    name = lead.order or lead.created_at
    if name is None or (name != data.FILE_ORDER and name not in table.columns):
        return None
    clean = table if name == data.FILE_ORDER else data.clean_frame(bundle.schema.only([name]), table).frame
    ranked = data.time_order(clean, name)
    return None if ranked is None else np.nan_to_num(ranked, nan=-np.inf)


def _column(bundle: Bundle, table: pl.DataFrame, name: str, blank: float) -> FloatArray:
    cells: FloatArray = data.clean_frame(bundle.schema.only([name]), table).frame[name].cast(pl.Float64).fill_null(blank).to_numpy()
    return np.clip(cells, -LARGEST_AMOUNT, LARGEST_AMOUNT)
