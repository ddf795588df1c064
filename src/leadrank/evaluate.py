"""Judge a bundle on labelled rows, in the form in which it is deployed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from leadrank import data, evaluation, labels
from leadrank.bundle import Bundle
from leadrank.data import as_polars
from leadrank.errors import DataError, nearest
from leadrank.score import LARGEST_AMOUNT, Scorer, class_column
from leadrank.types import FloatArray, IntArray

EXACT = 1e-9


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
    """Judge a bundle on rows whose outcome is known.

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
    return evaluation.judge(
        y[rows], reach, rankings={} if newest is None else {"newest first": newest}, called=scored["contact"].to_numpy(), value=value, cost=cost,
        measured="on the rows given, in the deployed form", name=bundle.identity, classes=facts.classes if facts.learned_tiers else (),
        currency=bundle.project.economics.currency, seed=seed,
    )


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
