"""Money that is known only after the outcome: a constant takes its place, so that no figure and no decision rests on what nobody will know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.data.leaks import findings as say
from leadrank.data.leaks.levels import deal_folds
from leadrank.data.leaks.probe import make_suspect, probe_column
from leadrank.data.leaks.verdict import QUARANTINE, Evidence, total
from leadrank.errors import UsageError
from leadrank.frames import pl
from leadrank.project import Economics, Project
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

FEWEST_OUTCOMES = 10
"""Fewer leads of the rarer outcome cannot be probed."""


@dataclass(frozen=True, slots=True)
class _Money:
    """A declared money column, the constant that may take its place, and the rows whose mean it would be."""

    column: str
    field: str
    constant: str
    rows: BoolArray
    whose: str


def settle_money(
    project: Project, clean: pl.DataFrame, y: IntArray, *, probed: Sequence[str], quarantined: Sequence[str], groups: IntArray
) -> tuple[Economics, tuple[Finding, ...]]:
    """Replace money columns that are known only after the outcome by the mean of what they hold.

    Parameters
    ----------
    project
        Its `economics` name the columns; `known_at_scoring = true` keeps one as it is.
    clean, y
        Clean rows with the money columns as Float64, and their class numbers.
    probed
        Columns that the firewall has looked at; a money column that is no feature is looked at here.
    quarantined
        Those of them that it set aside.
    groups
        Rows with the same number share a fold.

    Returns
    -------
    tuple
        The economics to work with, and a warning for each column that was replaced: the value by the mean amount of the converted leads (of the
        best class), since that is what a conversion brings, the cost by the mean amount of all leads.

    Raises
    ------
    UsageError
        A column to be replaced holds no amount that could stand for it.
    """
    update: dict[str, object] = {}
    found: list[Finding] = []
    for money in _columns(project.economics, y):
        known = project.lead.columns[money.column].known_at_scoring if money.column in project.lead.columns else None
        seen = None if money.column in probed else _leak(clean, money.column, y, groups, project.model.seed)
        if known:
            found += [say.vouched(seen, total(seen), clean.height, None)] if seen is not None else []
        elif known is False or money.column in quarantined or seen is not None:
            amount, count = _mean(clean, money)
            update |= {money.field: None, money.constant: amount}
            found.append(say.late_money(money.column, amount, count, money.whose, seen))
    return project.economics.model_copy(update=update), tuple(found)


def _columns(economics: Economics, y: IntArray) -> list[_Money]:
    converted = np.asarray(y == y.max())
    named = []
    if economics.value_column is not None:
        named.append(_Money(economics.value_column, "value_column", "value", converted, "converted leads"))
    if economics.contact_cost_column is not None:
        named.append(_Money(economics.contact_cost_column, "contact_cost_column", "contact_cost", np.ones_like(converted), "leads"))
    return named


def _leak(clean: pl.DataFrame, name: str, y: IntArray, groups: IntArray, seed: int) -> Evidence | None:
    """Return what speaks against a column where it is enough to set one aside, at the worst threshold of the outcome."""
    suspect = make_suspect(clean, name, at=None)
    splits = [np.asarray(y >= threshold) for threshold in range(1, int(y.max(initial=0)) + 1)]
    splits = [positive for positive in splits if min(positive.sum(), (~positive).sum()) >= FEWEST_OUTCOMES]
    if suspect.is_constant or not splits:
        return None
    fold = deal_folds(y, groups, 3, seed)
    worst = max((probe_column(suspect, positive, fold) for positive in splits), key=total)
    return worst if total(worst) >= QUARANTINE else None


def _mean(clean: pl.DataFrame, money: _Money) -> tuple[float, int]:
    amounts: FloatArray = clean[money.column].cast(pl.Float64).fill_null(np.nan).to_numpy()[money.rows]
    held = amounts[~np.isnan(amounts)]
    with np.errstate(over="ignore"):
        mean = float(held.mean()) if len(held) else -1.0
    if not np.isfinite(mean) or mean < 0 or (money.constant == "value" and mean == 0):
        raise UsageError(
            f"The money in {money.column!r} is known only after the outcome, and the amounts of the {money.whose} have no mean to use instead.",
            "Declare a constant (economics.value, economics.contact_cost), or name a column that is known at the moment of scoring.",
        )
    return mean, len(held)
