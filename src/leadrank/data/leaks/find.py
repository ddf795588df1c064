"""The leak firewall: finds columns that know the answer, sets them aside or asks about them, before anything is trained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadrank.data.leaks import findings as say
from leadrank.data.leaks.ablation import NEWEST, Ranker, Table, rate_ranker
from leadrank.data.leaks.dates import extract_edges
from leadrank.data.leaks.differences import differing
from leadrank.data.leaks.levels import as_numbers, auc_error, deal_folds
from leadrank.data.leaks.names import is_planned
from leadrank.data.leaks.near_duplicates import merge_groups, near_duplicates
from leadrank.data.leaks.probe import Suspect, forward_auc, make_suspect, probe_column
from leadrank.data.leaks.verdict import MOST_JUMP, QUARANTINE, Evidence, detectability, jump_points, raises_question, total
from leadrank.frames import pl
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

FEWEST_OUTCOMES = 10
"""Fewer leads of the rarer outcome cannot be probed."""
MOST_CONTENDERS = 8
"""At most this many columns are ablated in one round."""
TOO_GOOD = 0.95
"""Overall AUC from which the alarm rings."""
TELLING_BLANKS = 0.6
"""AUC of "filled or blank" from which a column is named."""
CARRIES = 0.5
"""Loss of d' from which one column is said to carry the table."""
GAP = 0.03
"""Loss of overall AUC from random to ordered split that is worth a warning; a column's own must exceed three times this."""
LISTED = 20
"""Up to this many columns without signal get a finding each."""

ORDER_OF_SEVERITY = ("quarantine", "warning", "info")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows that are probed, with everything that belongs to them."""

    frame: pl.DataFrame
    y: IntArray
    order: FloatArray | None
    groups: IntArray
    at: pl.Series | None


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of one column: its worst evidence, its points, and the overall AUC with and without it where measured."""

    evidence: Evidence
    score: float
    auc_with: float | None = None
    auc_without: float | None = None


def find_leaks(
    frame: pl.DataFrame, y: IntArray, *, ranker: Ranker = rate_ranker, order: FloatArray | None = None, groups: IntArray | None = None,
    twins: IntArray | None = None, at: pl.Series | None = None, known: Mapping[str, bool] | None = None, counted: Collection[str] = (),
    seed: int = 0, rows: int = 20_000, progress: Callable[[str], None] | None = None,
) -> tuple[Finding, ...]:
    """Probe every column for knowledge of the outcome that scoring will not have.

    Parameters
    ----------
    frame
        Clean candidate columns: Float64, String or Datetime, null = blank; neither key nor outcome nor order column.
    y
        Outcome, shape (rows,): 0/1, or ordered class numbers (each threshold is probed, the worst counts).
    ranker
        Ranks test rows after learning from training rows; the default needs no learner.
    order
        Rising with time, shape (rows,); nan counts as oldest.
    groups
        Rows with the same number are duplicates of each other and share a fold.
    twins
        Pairs of near duplicates, shape (pairs, 2), where they are known already (and merged into `groups`); otherwise they are looked for.
    at
        Moment at which each lead is scored, Datetime, where known; dates after it are late.
    known
        By column: False sets it aside as declared, True keeps it whatever the probes say.
    counted
        Columns that were counted from what was known at the moment of scoring: their names raise no question, nor does it when they are filled in.
    seed
        For folds and the sample.
    rows
        Larger tables are sampled down to this many rows.
    progress
        Called with a few words before each longer step.

    Returns
    -------
    Findings L201 to L213, quarantine first, then warnings, then information.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 2, 400)
    >>> frame = pl.DataFrame({"visits": rng.normal(size=400) + y, "deal_amount": y * rng.uniform(10, 99, 400)})
    >>> [(finding.code, finding.column) for finding in find_leaks(frame, y) if finding.severity == "quarantine"]
    [('L201', 'deal_amount')]
    """
    known = known or {}
    tell = progress or (lambda _: None)
    groups = np.arange(frame.height) if groups is None else groups
    shut = [name for name in frame.columns if known.get(name) is False]
    found = [say.declared(name, frame.height) for name in shut]
    frame = pl.DataFrame([column for column in frame.get_columns() if column.name not in shut])
    if twins is None:
        tell("looking for near duplicates")
        twins = near_duplicates(frame, groups)
        groups = merge_groups(groups, twins)
    probed = _sample(_Rows(frame, y, order, groups, at), rows, seed)
    thresholds, fewest = _thresholds(probed.y)
    if not thresholds:
        return (*found, say.too_few(fewest, FEWEST_OUTCOMES))
    found += _about_twins(twins, y)
    suspects = {name: make_suspect(probed.frame, name, at=probed.at, counted=name in counted) for name in probed.frame.columns}
    suspects = {name: suspect for name, suspect in suspects.items() if not suspect.is_constant}
    if suspects:
        found += _judge_columns(probed, suspects, thresholds, ranker, known, seed, tell)
    return tuple(sorted(found, key=lambda finding: ORDER_OF_SEVERITY.index(finding.severity)))


def _thresholds(y: IntArray) -> tuple[list[int], int]:
    """Return the thresholds with enough leads on both sides, and the most that the rarer side of any threshold has."""
    rarer = {threshold: int(min((y >= threshold).sum(), (y < threshold).sum())) for threshold in range(1, int(y.max(initial=0)) + 1)}
    return [threshold for threshold, fewest in rarer.items() if fewest >= FEWEST_OUTCOMES], max(rarer.values(), default=0)


def _sample(rows: _Rows, most: int, seed: int) -> _Rows:
    if rows.frame.height <= most:
        return rows
    chosen = np.sort(np.random.default_rng(seed).permutation(rows.frame.height)[:most])
    return _Rows(
        rows.frame[chosen], rows.y[chosen], None if rows.order is None else rows.order[chosen],
        rows.groups[chosen], None if rows.at is None else rows.at[chosen],
    )


def _judge_columns(
    rows: _Rows, suspects: Mapping[str, Suspect], thresholds: list[int], ranker: Ranker, known: Mapping[str, bool], seed: int,
    tell: Callable[[str], None],
) -> list[Finding]:
    verdicts: dict[str, _Verdict] = {}
    shut: set[str] = set()
    tables = []
    fold = deal_folds(rows.y, rows.groups, 3, seed)
    for threshold in thresholds:
        tell("probing each column" if len(thresholds) == 1 else f"probing each column, class {threshold} or better")
        positive = np.asarray(rows.y >= threshold)
        seen = {name: probe_column(suspect, positive, fold) for name, suspect in suspects.items()}
        table = Table(rows.frame, positive, fold, ranker)
        tell("removing columns one by one")
        for name, verdict in _ablate(table, seen, known, shut).items():
            if name not in verdicts or (name not in shut and verdict.score > verdicts[name].score):
                verdicts[name] = verdict
        shut |= {name for name, verdict in verdicts.items() if verdict.score >= QUARANTINE and not known.get(name)}
        tables.append(table)
    found = [_about_column(verdict, known, tables[-1].positive, suspects[name]) for name, verdict in verdicts.items()]
    tell("comparing old with new")
    return [finding for some in found for finding in some] + _about_table(rows, suspects, tables, verdicts, shut, seed)


def _ablate(table: Table, seen: Mapping[str, Evidence], known: Mapping[str, bool], shut: set[str]) -> dict[str, _Verdict]:
    """Take the worst offender away, look again, until no column has enough against it; then see what each strong one carries."""
    verdicts = {name: _Verdict(evidence, total(evidence)) for name, evidence in seen.items()}
    kept = [name for name in seen if name not in shut]
    current = table.judge(kept)
    while True:
        open_cases = [name for name in kept if not known.get(name) and verdicts[name].score >= QUARANTINE - MOST_JUMP]
        if not open_cases:
            break
        worst_first = sorted(open_cases, key=lambda name: -verdicts[name].score)
        named = worst_first[: 1 if verdicts[worst_first[0]].score >= QUARANTINE else MOST_CONTENDERS]
        judged = {name: table.judge([other for other in kept if other != name]) for name in named}
        scored = {name: total(seen[name], jump_points(current.auc, judged[name].auc)) for name in named}
        worst = max(named, key=lambda name: scored[name])
        if scored[worst] < QUARANTINE:
            break
        verdicts[worst] = _Verdict(seen[worst], scored[worst], current.auc, judged[worst].auc)
        kept.remove(worst)
        current = judged[worst]
    for name in _vouched_for(kept, verdicts, known):
        without = table.judge([other for other in kept if other != name])
        verdicts[name] = _Verdict(seen[name], total(seen[name], jump_points(current.auc, without.auc)), current.auc, without.auc)
    strongest = sorted((name for name in kept if seen[name].auc >= 0.7), key=lambda name: -seen[name].auc)[:3]
    for name in strongest:
        without = table.judge([other for other in kept if other != name])
        verdicts[name] = replace(verdicts[name], auc_with=current.auc, auc_without=without.auc)
    return verdicts


def _vouched_for(kept: list[str], verdicts: Mapping[str, _Verdict], known: Mapping[str, bool]) -> list[str]:
    """Name the accepted columns that may have been set aside otherwise, those with the most against them first."""
    suspected = [name for name in kept if known.get(name) and verdicts[name].score >= QUARANTINE - MOST_JUMP]
    return sorted(suspected, key=lambda name: -verdicts[name].score)[:MOST_CONTENDERS]


def _about_column(verdict: _Verdict, known: Mapping[str, bool], positive: BoolArray, suspect: Suspect) -> list[Finding]:
    evidence, height, blank = verdict.evidence, len(positive), suspect.levels.blank
    if known.get(evidence.column):
        suspected = [say.vouched(evidence, verdict.score, height, _measured(verdict))] if verdict.score >= QUARANTINE else []
        return [*suspected, say.accepted(evidence, verdict.score, height)]
    if verdict.score >= QUARANTINE and verdict.auc_with is not None and verdict.auc_without is not None:
        return [say.quarantined(evidence, verdict.score, verdict.auc_with, verdict.auc_without, height)]
    found = []
    jump = _carried(verdict)
    if jump or raises_question(evidence, verdict.score):
        found.append(say.suspicious(evidence, verdict.score, height, jump))
    if abs(evidence.blank_auc - 0.5) + 0.5 >= TELLING_BLANKS and not suspect.counted:
        found.append(say.telling_blanks(evidence, int(blank.sum()), float(positive[blank].mean()), float(positive[~blank].mean())))
    if evidence.late_rows and not found and not is_planned(evidence.column):
        found.append(say.late_dates(evidence))
    return found


def _measured(verdict: _Verdict) -> tuple[float, float] | None:
    return None if verdict.auc_with is None or verdict.auc_without is None else (verdict.auc_with, verdict.auc_without)


def _carried(verdict: _Verdict) -> tuple[float, float] | None:
    found = _measured(verdict)
    return found if found is not None and detectability(found[0]) - detectability(found[1]) >= CARRIES else None


def _about_table(
    rows: _Rows, suspects: Mapping[str, Suspect], tables: list[Table], verdicts: Mapping[str, _Verdict], shut: set[str], seed: int,
) -> list[Finding]:
    kept = [name for name in suspects if name not in shut]
    table = tables[-1]
    artefacts = {
        name: edges for name in kept
        if rows.frame.schema[name].is_temporal() and (edges := extract_edges(as_numbers(rows.frame[name]), table.positive))
    }
    found = [say.extract_ends(name, edges) for name, edges in artefacts.items()]
    whole = max((each.judge([name for name in kept if name not in artefacts]) for each in tables), key=lambda judged: judged.auc)
    strongest = sorted(kept, key=lambda name: -verdicts[name].evidence.auc)[:3]
    if whole.auc >= TOO_GOOD:
        found.append(say.too_good(whole, rows.frame.height, strongest))
    if kept and (whole.auc - 2 * whole.error <= 0.5 or whole.auc < 0.53):
        found.append(say.nothing_predicts(whole, rows.frame.height, list(artefacts)))
    evidence = [verdicts[name].evidence for name in kept]
    idle = [each for each in evidence if each.column not in artefacts and _idle(each)]
    weak = differing({each.column: suspects[each.column].levels for each in idle}, [each.positive for each in tables], among=len(kept))
    found += [say.weak_on_average(each, weak[each.column], rows.frame.height) for each in idle if each.column in weak]
    idle = [each for each in idle if each.column not in weak]
    return found + _without_signal(table, kept, idle) + _old_against_new(rows, suspects, table, evidence, seed)


def _without_signal(table: Table, kept: list[str], idle: list[Evidence]) -> list[Finding]:
    if not idle:
        return []
    names = {evidence.column for evidence in idle}
    lost = table.judge(kept).auc - table.judge([name for name in kept if name not in names]).auc
    if len(idle) > LISTED:
        return [say.many_without_signal(sorted(names), table.frame.height, lost)]
    return [say.no_signal(evidence, table.frame.height, lost) for evidence in idle]


def _idle(evidence: Evidence) -> bool:
    return evidence.auc <= 0.5 + max(2 * evidence.auc_error, 0.01)


def _old_against_new(rows: _Rows, suspects: Mapping[str, Suspect], table: Table, kept: list[Evidence], seed: int) -> list[Finding]:
    if rows.order is None or not kept:
        return []
    found = []
    random, forward = table.judge_forward([evidence.column for evidence in kept], rows.order, seed)
    if random.auc - forward.auc >= max(GAP, 2 * float(np.hypot(random.error, forward.error))):
        found.append(say.ordered_gap(random, forward, rows.frame.height))
    for evidence in kept:
        later = forward_auc(suspects[evidence.column].levels, table.positive, rows.order, NEWEST)
        noise = 3 * auc_error(0.5, *_newest_classes(table.positive))
        if evidence.auc >= 0.58 and evidence.auc - later >= max(3 * GAP, noise):
            found.append(say.fading_column(evidence, later, rows.frame.height))
    return found


def _newest_classes(positive: BoolArray) -> tuple[int, int]:
    newest = int(len(positive) * NEWEST)
    ones = max(int(positive.mean() * newest), 1)
    return ones, max(newest - ones, 1)


def _about_twins(pairs: IntArray, y: IntArray) -> list[Finding]:
    if len(pairs) == 0:
        return []
    agreeing = float((y[pairs[:, 0]] == y[pairs[:, 1]]).mean())
    share = np.bincount(y) / len(y)
    return [say.twins(len(pairs), len(np.unique(pairs)), len(y), agreeing, float((share**2).sum()))]
