"""What the team could change about one lead so that it would score as wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadrank.errors import UsageError
from leadrank.explain.evidence import Evidence, Seen
from leadrank.explain.phrases import number_text, percent_texts, phrasebook, spoken
from leadrank.types import FIRST_LEVEL, FloatArray, Matrix

Allowed = Literal["any", "up", "down"]
Move = tuple[int, float]
Plan = tuple[Move, ...]

CAUTION = "Seen together in past leads; no promise that changing it changes the outcome."


@dataclass(frozen=True, slots=True)
class Change:
    """One column set to a value that training saw; `share` of the training leads had this level, or a number of its bin."""

    column: str
    before: str
    after: str
    to: float | str
    share: float


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The fewest and mildest changes that reach the target, scored by the model itself; none if it is reached already."""

    changes: tuple[Change, ...]
    before: float
    after: float
    target: float
    sentence: str
    caution: str = CAUTION


def counterfactual(
    score: Callable[[Matrix], FloatArray],
    lead: Matrix,
    evidence: Evidence,
    actionable: Mapping[str, Allowed],
    *,
    target: float,
    never: Collection[str] = (),
    max_changes: int = 3,
    beam: int = 8,
    least_rows: int = 5,
) -> Counterfactual | None:
    """Search for changes that bring one lead to the target probability.

    A beam search: every single change first, then pairs that extend the best change of each column, and so on; the first
    number of changes that reaches the target wins, with the mildest values that still reach it. A number moves by the
    share of training leads between its old and new value, a category by the share of leads that have another level.
    Only smallest, median and largest values of bins and levels with at least `least_rows` training leads are tried,
    never a blank or an unseen level. A column made into several features (a date) or into something else (the words of
    a text) cannot be set and is passed over, as is one the model does not have.

    Parameters
    ----------
    score
        Calibrated probabilities (m,) of m rows: the model that scores.
    lead
        One row.
    evidence
        Counts from training, over the same features.
    actionable
        The columns the team can act on, and whether a number may only go "up" or "down". A blank may only be filled
        under "any".
    target
        Probability to reach.
    never
        Columns that must not be named, even if they are declared actionable.
    max_changes
        Columns changed at most.
    beam
        Combinations of columns kept from one number of changes to the next.
    least_rows
        Training leads behind any value.

    Returns
    -------
    Counterfactual or None
        None when the target is out of reach; never a claim that the model, asked for this very row, does not confirm.

    Raises
    ------
    UsageError
        When "up" or "down" is asked of a category.
    """
    before = float(score(lead)[0])
    if before >= target:
        now, wanted = percent_texts(before, target)
        return Counterfactual((), before, before, target, f"This lead is at {now} already; {wanted} was asked for")
    moves = _moves(lead, evidence, actionable, never, least_rows)
    plans: list[Plan] = [()]
    for _ in range(max_changes):
        plans = _extend(plans, moves)
        if not plans:
            return None
        reached = score(_apply(lead, plans))
        for i in _mildest(plans, reached, lead, evidence, target)[:beam]:
            found = _confirm(score, lead, _relax(score, plans[i], moves, lead, evidence, target), target)
            if found is not None:
                return _in_words(*found, lead, evidence, before, target)
        plans = _best_of_each(plans, reached, beam)
    return None


def _moves(lead: Matrix, evidence: Evidence, actionable: Mapping[str, Allowed], never: Collection[str], least_rows: int) -> list[Move]:
    hidden = {name.strip().casefold() for name in never}
    columns = [seen.feature.column for seen in evidence.features]
    moves: list[Move] = []
    for j, seen in enumerate(evidence.features):
        feature = seen.feature
        settable = feature.name == feature.column and columns.count(feature.column) == 1
        if settable and feature.column in actionable and feature.column.strip().casefold() not in hidden:
            moves += [(j, value) for value in _values(seen, _now(lead, j), actionable[feature.column], least_rows)]
    return moves


def _values(seen: Seen, now: float, allowed: Allowed, least_rows: int) -> list[float]:
    held = [k for k, rows in enumerate(seen.rows) if k >= FIRST_LEVEL and rows >= max(least_rows, 1)]
    if seen.feature.kind == "category":
        if allowed != "any":
            raise UsageError(
                f"column {seen.feature.column!r} is a category: its levels have no order to go {allowed!r} in",
                'declare it actionable = "any", or as a number',
            )
        return [float(k) for k in held if k != now]
    known = sorted({end[k - FIRST_LEVEL] for k in held for end in (seen.lows, seen.middles, seen.highs)})
    if allowed == "any":
        return [value for value in known if value != now]
    return [value for value in known if (value > now if allowed == "up" else value < now)]


def _extend(plans: list[Plan], moves: list[Move]) -> list[Plan]:
    """Add each move on a column that a plan does not touch yet; the same set of moves only once."""
    longer = (tuple(sorted((*plan, move))) for plan in plans for move in moves if all(move[0] != j for j, _ in plan))
    return list(dict.fromkeys(longer))


def _apply(lead: Matrix, plans: list[Plan]) -> Matrix:
    copies = lead.take(np.zeros(len(plans), dtype=np.int64))
    width = lead.numbers.shape[1]
    for row, plan in enumerate(plans):
        for j, value in plan:
            if j < width:
                copies.numbers[row, j] = value
            else:
                copies.codes[row, j - width] = int(value)
    return copies


def _mildest(plans: list[Plan], reached: FloatArray, lead: Matrix, evidence: Evidence, target: float) -> list[int]:
    good = np.flatnonzero(reached >= target).tolist()
    return sorted(good, key=lambda i: (_effort(plans[i], lead, evidence), -reached[i]))


def _relax(score: Callable[[Matrix], FloatArray], plan: Plan, moves: list[Move], lead: Matrix, evidence: Evidence, target: float) -> Plan:
    """Replace each value in turn by the mildest one that still reaches the target."""
    for place, (j, _) in enumerate(plan):
        variants = [(*plan[:place], move, *plan[place + 1 :]) for move in moves if move[0] == j]
        mildest = _mildest(variants, score(_apply(lead, variants)), lead, evidence, target)
        plan = variants[mildest[0]] if mildest else plan
    return plan


def _confirm(score: Callable[[Matrix], FloatArray], lead: Matrix, plan: Plan, target: float) -> tuple[Plan, float] | None:
    """Score the plan as the one row it is: what is claimed is what scoring this lead would give."""
    after = float(score(_apply(lead, [plan]))[0])
    return (plan, after) if after >= target else None


def _best_of_each(plans: list[Plan], reached: FloatArray, beam: int) -> list[Plan]:
    """Keep the best plan of each set of columns, so that one strong column does not fill the beam with its values."""
    best: dict[tuple[int, ...], Plan] = {}
    for i in np.argsort(-reached, kind="stable").tolist():
        best.setdefault(tuple(j for j, _ in plans[i]), plans[i])
    return list(best.values())[:beam]


def _effort(plan: Plan, lead: Matrix, evidence: Evidence) -> float:
    return sum(_distance(evidence.features[j], _now(lead, j), value, evidence.rows) for j, value in plan)


def _distance(seen: Seen, now: float, value: float, rows: int) -> float:
    if seen.feature.kind == "category" or np.isnan(now):
        return 1.0 - _share(seen, value, rows)
    counts = np.array(seen.rows[FIRST_LEVEL:], dtype=np.float64)
    below = np.append(0.0, np.cumsum(counts))
    knots = np.column_stack([seen.lows, seen.middles, seen.highs]).ravel()
    places = np.column_stack([below[:-1], below[:-1] + counts / 2, below[1:]]).ravel() / counts.sum()
    start, end = np.interp([now, value], knots, places)
    return float(abs(end - start))


def _share(seen: Seen, value: float, rows: int) -> float:
    cell = int(value) if seen.feature.kind == "category" else int(np.searchsorted(seen.cuts, value, side="right")) + FIRST_LEVEL
    return seen.rows[cell] / rows


def _now(lead: Matrix, j: int) -> float:
    width = lead.numbers.shape[1]
    return float(lead.numbers[0, j] if j < width else lead.codes[0, j - width])


def _in_words(plan: Plan, after: float, lead: Matrix, evidence: Evidence, before: float, target: float) -> Counterfactual:
    book = phrasebook(evidence)
    changes, clauses = [], []
    for j, value in plan:
        entry = book.entries[j]
        seen = entry.seen
        old, new = spoken(entry, _now(lead, j))[0], spoken(entry, value)[0]
        if old == new:
            old, new = repr(_now(lead, j)), repr(value)
        to = seen.feature.levels[int(value) - FIRST_LEVEL] if seen.feature.kind == "category" else value
        change = Change(seen.feature.column, old, new, to, _share(seen, value, evidence.rows))
        changes.append(change)
        clauses.append(f"{change.column} were {new} instead of {old} (as for {_one_in(change.share)} leads)")
    now, then = percent_texts(before, after)
    return Counterfactual(tuple(changes), before, after, target, f"If {' and '.join(clauses)}: {now} → {then}")


def _one_in(share: float) -> str:
    """Say a share as people count.

    Examples
    --------
    >>> _one_in(0.26), _one_in(0.61), _one_in(0.0004)
    ('1 in 4', '6 in 10', '1 in 2,500')
    """
    if share > 0.4:
        return f"{min(round(10 * share), 10)} in 10"
    return f"1 in {number_text(float(round(1 / share)))}"
