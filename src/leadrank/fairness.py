"""Who is treated worse, by what, and what else could be done: the audit of a model by groups, on rows that it did not learn from.

Protected columns that entered no model are read here and nowhere else; nothing that is found changes the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from leadrank import evaluation, explain, models
from leadrank.prepare import Prepared
from leadrank.project import Project, protected_columns, watched_columns
from leadrank.types import BoolArray, Finding, FloatArray, IntArray, Matrix

MOST_ROWS = 200_000
"""Rows that are audited at most, drawn by chance."""
MOST_COLUMNS = 12
PAIRED = 6
"""Columns of which pairs are made: the first ones, those under [watch] before those that are only protected."""
TEST_ROWS = 6_000
"""Rows on which small boosters look for proxies and alternatives."""
GAP_ROWS = 4_000
DROPS = 4
"""Columns that the search leaves out at most."""
SHARES = (0.25, 0.5, 0.75)
"""Parts of a score without the dropped columns in a mixed one."""
LATE = 0.15
"""Share of the budget by which the search may be late; proxies and alternatives are left out beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What was decided about the judged leads: whether each reached the best class, its probability, whether it is called, and money if known."""

    y: IntArray
    p: FloatArray
    called: BoolArray
    value: FloatArray | None = None
    cost: FloatArray | None = None

    def take(self, rows: IntArray) -> Decided:
        """Return what was decided about the chosen ones."""
        value, cost = (None if each is None else each[rows] for each in (self.value, self.cost))
        return Decided(self.y[rows], self.p[rows], self.called[rows], value, cost)


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """The audited rows: `places` among the judged ones, `rows` among all that were learned from."""

    X: Matrix
    groups: IntArray
    places: IntArray
    rows: IntArray
    decided: Decided
    seed: int


def audit_fairness(
    project: Project, prepared: Prepared, X: Matrix, fitted: models.Fitted, decided: Decided, limits: models.Limits
) -> tuple[evaluation.Fairness | None, tuple[Finding, ...]]:
    """Audit a model by groups.

    Parameters
    ----------
    project
        Says what is watched; its sensitive and protected columns are audited besides.
    prepared, X
        The rows that were learned from; columns that entered no model are among the clean ones.
    fitted
        The model with its held-out evidence.
    decided
        What was decided about `fitted.rows`, by models that had not seen them.
    limits
        Time: proxies and alternatives are looked for while there is some.

    Returns
    -------
    tuple
        What was found (None where there is nothing to audit), and the findings F311 to F332.
    """
    wanted = audited_columns(project, prepared)
    if not wanted:
        return None, ()
    places, notes = _audited_rows(project, prepared, fitted, limits.seed)
    rows = fitted.rows[places]
    work = _Work(X, prepared.groups, places, rows, decided.take(places), limits.seed)
    least = project.watch.smallest
    groups = [evaluation.grouping_of(prepared.clean[n][rows], bands=_bands(project, n), smallest=least) for n in wanted[:MOST_COLUMNS]]
    pairs = _pairs(groups[:PAIRED], least) if project.watch.pairs else ()
    cuts = evaluation.audit([*groups, *pairs], work.decided.y, work.decided.p, work.decided.called)
    notes += _not_judged(wanted, groups, work.decided.called)
    found = evaluation.Fairness(len(rows), int(work.decided.called.sum()), cuts, notes=notes)
    found = _explained(found, work, fitted, groups, hidden=[g for g in groups if g.columns[0] not in prepared.columns], limits=limits)
    return found, evaluation.disparities(found)


def audited_columns(project: Project, prepared: Prepared) -> tuple[str, ...]:
    """Return the columns by which leads are grouped: those under [watch], then the protected ones."""
    there = prepared.clean.columns
    watched = [name for name in watched_columns(project.watch, there) if name not in {project.target.column, project.lead.key}]
    return tuple(dict.fromkeys([*watched, *(p.column for p in protected_columns(project, there))]))


def _explained(
    found: evaluation.Fairness, work: _Work, fitted: models.Fitted, groups: Sequence[evaluation.Grouping], *, hidden: Sequence[evaluation.Grouping],
    limits: models.Limits,
) -> evaluation.Fairness:
    """Say what carries the differences, what gives hidden columns away, and what else could be done, as far as there is time."""
    uneven = [(g, cut) for cut in found.uneven for g in groups if g.columns == cut.columns]
    tested = [g for g in hidden if len(g.labels) > 1]
    if limits.left() < -LATE * limits.budget and (uneven or tested):
        return replace(found, notes=(*found.notes, "There was no time left to look for proxies and for alternatives."))
    gaps = tuple(_gap(work, fitted, g, cut) for g, cut in uneven)
    return replace(
        found, gaps=gaps, tested=tuple(g.columns[0] for g in tested),
        proxies=tuple(p for g in tested for p in proxies_of(work.X.take(work.rows), g, work.seed)),
        alternatives=_alternatives(work, fitted, [g for g, _ in uneven], gaps) if gaps else (),
    )


def _bands(project: Project, name: str) -> tuple[float, ...]:
    bands = project.watch.bands
    return bands.get(name, bands.get(name.rpartition(".")[2], ()))


def _audited_rows(project: Project, prepared: Prepared, fitted: models.Fitted, seed: int) -> tuple[IntArray, tuple[str, ...]]:
    """Take each lead once, at its last cutoff, and a sample of very many."""
    places = np.arange(len(fitted.rows))
    if project.cutoff.many and prepared.order is not None:
        newest = np.argsort(np.nan_to_num(prepared.order[fitted.rows], nan=-np.inf), kind="stable")[::-1]
        places = np.sort(newest[np.unique(prepared.groups[fitted.rows][newest], return_index=True)[1]])
    if len(places) <= MOST_ROWS:
        return places, ()
    drawn = np.sort(np.random.default_rng(seed).permutation(places)[:MOST_ROWS])
    return drawn, (f"{MOST_ROWS:,} of {len(places):,} leads were audited, drawn by chance.",)


def _not_judged(wanted: Sequence[str], groupings: Sequence[evaluation.Grouping], called: BoolArray) -> tuple[str, ...]:
    notes = [f"{name!r} was not audited: {MOST_COLUMNS} columns are the most." for name in wanted[MOST_COLUMNS:]]
    notes += [f"{g.columns[0]!r} has no two groups that are large enough to be judged." for g in groupings if len(g.labels) < 2]
    if called.all() or not called.any():
        notes.append(f"{'Every lead' if called.all() else 'No lead'} is called: rates of being called tell nothing.")
    return tuple(notes)


def _pairs(groupings: Sequence[evaluation.Grouping], smallest: int) -> tuple[evaluation.Grouping, ...]:
    """Cross columns two at a time, but for those of which one is the other in bands: these have hardly more groups together than alone."""
    made = [(a, b, evaluation.crossed(a, b, smallest=smallest)) for a, b in combinations(groupings, 2)]
    return tuple(pair for a, b, pair in made if len(pair.labels) + pair.small > len(a.labels) + len(b.labels) - 1)


def _gap(work: _Work, fitted: models.Fitted, groups: evaluation.Grouping, cut: evaluation.Cut) -> evaluation.Gap:
    """Part the difference between the worst and the reference group's mean log-odds among the columns of a model that has not seen the rows."""
    probe, unseen = fitted.probes[-1]
    drawn = np.sort(np.random.default_rng(work.seed).permutation(np.flatnonzero(np.isin(work.rows, unseen)))[:GAP_ROWS])
    group = cut.worst.group
    low, high = (groups.codes[drawn] == groups.labels.index(name) for name in (group, cut.reference))
    if not low.any() or not high.any():
        return evaluation.Gap(cut.name, group, cut.reference, 0.0, ())
    asked = np.full(len(drawn), fitted.log_odds.shape[1] - 1)
    values, columns = explain.group_by_column(probe.contributions(work.X.take(work.rows[drawn]), asked)[0], work.X.features)
    apart = values[high].mean(axis=0) - values[low].mean(axis=0)
    parts = sorted(zip(columns, apart.tolist(), strict=True), key=lambda part: -part[1])
    return evaluation.Gap(cut.name, group, cut.reference, float(apart.sum()), tuple(parts))


def proxies_of(X: Matrix, groups: evaluation.Grouping, seed: int = 0) -> tuple[evaluation.Proxy, ...]:
    """Try to tell the groups of a column that is not in the model by the columns that are, with small boosters on a sample of the rows."""
    drawn = np.sort(np.random.default_rng(seed).permutation(len(X))[:TEST_ROWS])
    M = X.take(drawn)

    def rank(columns: Sequence[str], member: BoolArray, learn: IntArray, judge: IntArray) -> FloatArray:
        part = _of_columns(M, columns)
        return models.quick_ranks(part.take(learn), member[learn].astype(np.int64), part.take(judge))

    return evaluation.find_proxies(groups.take(drawn), evaluation.binned(M), rank, seed=seed)


def _of_columns(X: Matrix, columns: Sequence[str]) -> Matrix:
    kept = set(columns)
    for name in {f.column for f in X.features} - kept:
        X = X.without(name)
    return X


def _alternatives(
    work: _Work, fitted: models.Fitted, groups: Sequence[evaluation.Grouping], gaps: Sequence[evaluation.Gap]
) -> tuple[evaluation.Alternative, ...]:
    """Measure other learners, a quick model without the columns that carry the gap, mixtures, and longer lists."""
    drawn = np.sort(np.random.default_rng(work.seed).permutation(len(work.rows))[: 2 * TEST_ROWS])
    decided, rows = work.decided.take(drawn), work.rows[drawn]
    board = evaluation.Board(decided.y, tuple(g.take(drawn) for g in groups), int(decided.called.sum()), decided.value, decided.cost)
    found = [board.measure("as trained", "as trained", decided.p, called=decided.called)]
    now = found[0].auc
    found += [
        board.measure(name, "another learner", reach[work.places[drawn], -1], beside=now)
        for name, reach in fitted.rivals.items() if name not in {"constant", "dummy"}
    ]
    found += _without(board, work.X.take(rows), work.groups[rows], decided.p, gaps, now)
    return evaluation.choose_alternative([*found, *board.longer(decided.p, decided.called)])


def _without(
    board: evaluation.Board, X: Matrix, groups: IntArray, p: FloatArray, gaps: Sequence[evaluation.Gap], now: float
) -> list[evaluation.Alternative]:
    """Leave out the columns that carry the gaps, the next one first that evens most, and mix such scores with the model's own."""
    carriers = _carriers(gaps)
    if not carriers:
        return []
    whole = models.quick_held_out(X, board.y, groups)
    found = [board.measure("a quick model with all columns", "all columns", models.sigmoid(whole), beside=None)]
    beside, without, own = found[0].auc, list[str](), np.log(p / (1 - p))
    while carriers and len(without) < DROPS and len(without) < len({f.column for f in X.features}) - 1:
        without.append(carriers.pop(0))
        X = X.without(without[-1])
        odds = models.quick_held_out(X, board.y, groups)
        name = f"a model without {', '.join(map(repr, without))}"
        found.append(board.measure(name, "without columns", models.sigmoid(odds), beside=beside, without=without))
        if found[-1].worst.value >= evaluation.FOUR_FIFTHS:
            found += [
                board.measure(
                    f"{share:.0%} {name}, the rest as trained", "mixed", models.sigmoid(share * odds + (1 - share) * own), beside=now, without=without
                ) for share in SHARES
            ]
            break
    return found


def _carriers(gaps: Sequence[evaluation.Gap]) -> list[str]:
    """Return the columns that lower the scores of the groups that are called seldom, the heaviest first."""
    weight: dict[str, float] = {}
    for gap in gaps:
        for name, part in gap.parts:
            weight[name] = max(weight.get(name, 0.0), part / gap.apart if gap.apart > 0 else part)
    return [name for name in sorted(weight, key=lambda name: -weight[name]) if weight[name] > 0.05]
