"""From a project and a table to a bundle: the whole training, read as a table of contents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from leadrank import data, decisions, evaluation, explain, features, models
from leadrank.bundle import Bundle, ColumnEffect, Facts, HeldOut, fingerprint, remember, row_names
from leadrank.data import as_polars
from leadrank.evaluate import doubt_vouched, leads_of, plain_figures
from leadrank.fairness import Decided, audit_fairness
from leadrank.frames import pl
from leadrank.history import History, history_of
from leadrank.prepare import Prepared, Progress, booster_ranker, check, columns_of, quiet
from leadrank.project import Project
from leadrank.score import LARGEST_AMOUNT, Scorer
from leadrank.timed import timed
from leadrank.types import Finding, FloatArray, IntArray, Matrix

TAIL = 0.2
"""Share of the budget kept for judging, explaining and writing after the models are fitted."""
IMPORTANCE_ROWS = 2_000
LATE_ROWS = 500
IMPORTANCE_COLUMNS = 60
EFFECT_ROWS = 10_000
EFFECT_TAIL = 0.1
"""Columns are measured until half of the tail is spent; the rest of them goes unmeasured."""
DRAWS = 200
DRAWN_CELLS = 3_000_000
"""Rows times bootstrap draws are kept below this, so that judging a large table does not eat the budget."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found on held-out rows."""

    reach: FloatArray
    decided: Decided
    policy: decisions.Policy
    report: evaluation.Report
    business: decisions.BusinessCase
    not_worth: decisions.NotWorth | None


def train(
    project: Project, tables: object, *, clock: Callable[[], float], started: float | None = None, at: datetime | None = None,
    salt: str | None = None, progress: Progress = quiet, approve: Callable[[Prepared], None] = lambda _: None, skipped: Sequence[int] = (),
) -> Bundle:
    """Learn from past leads.

    Parameters
    ----------
    project
        What the user declared; its `model.budget` is the wall time of the whole, unless `model.trials` is given.
    tables
        Raw rows with the outcome: Polars, pandas or Arrow. Several tables by name, `lead` among them, or their history.
    clock
        Tells seconds; only differences count.
    started
        When the work began on `clock`, if before this call.
    at
        The moment of training, to be written down. Leave it out for byte-identical bundles.
    salt
        Key of the hash by which set-aside rows are remembered; by default made from the seed.
    progress
        Told what is going on and the share done.
    approve
        Shown what `check` found before anything is learned; it may raise.
    skipped
        As in `check`.

    Returns
    -------
    Bundle
        Ready to score.

    Raises
    ------
    UsageError
        Something that was declared does not fit the table.
    DataError
        Nothing can be learned from this table.
    """
    began = clock() if started is None else started
    history = learned_from(project, tables)
    project, table = history.project, history.frame
    salt = salt if salt is not None else hashlib.sha256(f"leadrank {project.model.seed}".encode()).hexdigest()[:32]
    prepared = check(project, table, at=at, salt=salt, counted=history.counted, progress=progress, skipped=skipped)
    approve(prepared)
    project = project.model_copy(update={"economics": prepared.economics, "lead": prepared.lead})
    encoder, X = _encoded(project, prepared)
    limits = _limits(project, clock, began)
    fitted = models.fit_model(
        X, prepared.y, len(prepared.classes) - 1, groups=prepared.groups, order=prepared.order, modelling=project.model, limits=limits,
        progress=lambda words, done: progress(words, 0.15 + 0.65 * done), known=history.known_from(prepared.rows),
        apart=np.arange(len(prepared.y)) if history.known is not None and project.cutoff.many else None,
    )
    progress("judging on held-out rows", 0.85)
    judged = _judge(project, prepared, fitted)
    progress("measuring what drives the score", 0.92)
    facts = _facts(project, prepared, X, fitted, judged, at, limits, history.things)
    fairness, treated = audit_fairness(project, prepared, X, fitted, judged.decided, limits)
    bundle = Bundle(
        project=project, schema=prepared.schema, encoder=encoder, model=fitted.model, policy=judged.policy,
        evidence=explain.fit_evidence(X, prepared.y, thresholds=len(prepared.classes) - 1), profile=data.profile(prepared.clean, prepared.schema),
        report=judged.report, facts=replace(facts, fairness=fairness), origin=history.origin,
        findings=(*history.findings, *prepared.findings, *judged.policy.findings, *_noticed(project, prepared, X, fitted, limits), *treated),
        learned=remember(_names(project, prepared, encoder), salt),
    )
    bundle = timed(bundle, history, prepared, fitted)
    seconds = None if project.model.trials is not None else clock() - began
    bundle = replace(bundle, facts=replace(bundle.facts, seconds=seconds), identity=fingerprint(bundle))
    progress("done", 1.0)
    return replace(bundle, held_out=_remembered(bundle, table, prepared, salt))


def learned_from(project: Project, tables: object) -> History:
    """Take what is learned from: a flat table as it is, several tables as their history."""
    if isinstance(tables, History):
        return tables
    if isinstance(tables, Mapping):
        return history_of(project, {name: as_polars(frame) for name, frame in tables.items()})
    return History(project, as_polars(tables))


def _names(project: Project, prepared: Prepared, encoder: features.Encoder) -> list[str]:
    names = row_names(prepared.clean, project.lead.key, encoder.columns)
    return list(dict.fromkeys(names)) if project.cutoff.many else names


def _encoded(project: Project, prepared: Prepared) -> tuple[features.Encoder, Matrix]:
    texts = [c.name for c in prepared.schema.columns if c.type == "text"]
    created = project.lead.created_at
    encoder = features.fit_encoder(prepared.clean, prepared.columns, declared=project.lead.columns, texts=texts, created_at=created)
    return encoder, features.encode(encoder, prepared.clean)


def _limits(project: Project, clock: Callable[[], float], began: float) -> models.Limits:
    budget = project.model.budget
    return models.Limits(
        clock=clock, deadline=began + (1 - TAIL) * budget, trials=project.model.trials, threads=project.model.threads, seed=project.model.seed,
        budget=budget,
    )


def _judge(project: Project, prepared: Prepared, fitted: models.Fitted) -> _Judged:
    rows, reach = fitted.rows, models.reach_of(fitted)
    y, learned, groups = prepared.y[rows], len(prepared.classes) > 2, leads_of(project, prepared.clean[rows])
    value, cost = (_money(prepared, column, rows) for column in (project.economics.value_column, project.economics.contact_cost_column))
    names, seed = prepared.classes if learned else (), project.model.seed
    policy = decisions.fit_policy(y, reach, project=project, value=value, cost=cost, classes=names, seed=seed, groups=groups)
    policy, called = decisions.cross_fit(policy, y, reach, fitted.blocks, project=project, value=value, cost=cost, classes=names, seed=seed)
    newest = None if prepared.order is None else np.nan_to_num(prepared.order[rows], nan=-np.inf)
    worth, spent = decisions.amounts(policy, len(rows), value=value, cost=cost)
    report = evaluation.judge(
        y, reach, rivals=fitted.rivals, rankings={} if newest is None else {"newest first": newest}, called=called, value=worth, cost=spent,
        measured=_measured(fitted), name=f"Leadrank ({fitted.chosen.replace('_', ' ')})", classes=names,
        currency=project.economics.currency, seed=seed, draws=max(50, min(DRAWS, DRAWN_CELLS // len(rows))),
        cut=decisions.CROSS_FITTED if policy.threshold.cross_fitted else "", groups=groups,
    )
    business = decisions.business_case(y, reach, policy, newest=newest, value=value, cost=cost, called=called, seed=seed, groups=groups)
    spread = fitted.model.shape.spread.shared_error(fitted.log_odds[:, -1])
    not_worth = decisions.not_worth_working(policy, reach, value=value, cost=cost, y=y, spread=spread) if _knows_money(policy) else None
    hit = (y == reach.shape[1]).astype(np.int64)
    decided = Decided(hit, reach[:, -1], called, None if learned else worth, spent)
    return _Judged(reach, decided, policy, doubt_vouched(report, prepared.findings), business, not_worth)


def _knows_money(policy: decisions.Policy) -> bool:
    return policy.value is not None and (policy.tiers_on != "class" or policy.declared)


def _money(prepared: Prepared, column: str | None, rows: IntArray) -> FloatArray | None:
    if column is None:
        return None
    cells: FloatArray = prepared.clean[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.clip(cells[rows], -LARGEST_AMOUNT, LARGEST_AMOUNT)


def _measured(fitted: models.Fitted) -> str:
    blocks = len(np.unique(fitted.blocks))
    return f"out of time, {blocks} forward blocks" if fitted.forward else f"{blocks}-fold cross-validated{evaluation.SHARED if fitted.shared else ''}"


def _facts(
    project: Project, prepared: Prepared, X: Matrix, fitted: models.Fitted, judged: _Judged, at: datetime | None, limits: models.Limits,
    things: Mapping[str, str],
) -> Facts:
    dated = at is not None and limits.trials is None
    return Facts(
        classes=prepared.classes, rows=len(prepared.y), trained_at=at.isoformat(timespec="seconds") if dated and at is not None else None,
        seconds=None, chosen=fitted.chosen, settings={name: dict(setting) for name, setting in fitted.settings.items()}, trials=fitted.trials,
        seed=project.model.seed, measured=_measured(fitted), scale=fitted.model.predictor.scale, quarantined=prepared.quarantined,
        accepted=prepared.accepted, excluded=project.lead.exclude, importance=_importance(X, prepared.y, fitted, limits, things),
        effects=_effects(X, prepared, judged, limits), drift=fitted.drift, speed="" if fitted.distilled is None else str(fitted.distilled),
        not_worth=judged.not_worth, business=judged.business, with_quarantined=_with_quarantined(prepared),
    )


def _importance(X: Matrix, y: IntArray, fitted: models.Fitted, limits: models.Limits, things: Mapping[str, str]) -> tuple[explain.Importance, ...]:
    """Shuffle columns among rows that each probe has not seen; fewer rows where the budget is spent."""
    seed, late = limits.seed, limits.left() < -EFFECT_TAIL * limits.budget
    share = (LATE_ROWS if late else IMPORTANCE_ROWS) / sum(len(rows) for _, rows in fitted.probes)
    unseen = [rows if share >= 1 else np.sort(np.random.default_rng(seed).permutation(rows)[: int(share * len(rows))]) for _, rows in fitted.probes]
    held, ends = X.take(np.concatenate(unseen)), np.cumsum([0, *(len(rows) for rows in unseen)])

    def log_odds(M: Matrix) -> FloatArray:
        parts = [probe.log_odds(M.take(np.arange(a, b))) for (probe, _), a, b in zip(fitted.probes, ends, ends[1:], strict=False)]
        return np.concatenate(parts)

    told, wanted = y[np.concatenate(unseen)], _telling(fitted.probes[-1][0], held, things)
    return explain.permutation_importance(log_odds, held, told, models.class_loss, repeats=3, seed=seed, columns=wanted, things=things)


def _telling(probe: models.Model, X: Matrix, things: Mapping[str, str]) -> list[str]:
    """Name the columns or things that contribute most: shuffling every one of a thousand would take longer than all the rest."""
    named = [replace(f, column=things.get(f.column, f.column)) for f in X.features]
    values, columns = explain.group_by_column(probe.contributions(X, np.zeros(len(X), dtype=np.int64))[0], named)
    return [columns[k] for k in np.sort(np.argsort(-np.abs(values).mean(axis=0), kind="stable")[:IMPORTANCE_COLUMNS])]


def _effects(X: Matrix, prepared: Prepared, judged: _Judged, limits: models.Limits) -> tuple[ColumnEffect, ...]:
    """Measure what dropping each column that is mostly blank or mostly one value would cost a small booster, while there is time."""
    why = data.little_said(prepared.clean, prepared.columns)
    if not why or judged.reach.shape[1] > 1:
        return ()
    rows = np.random.default_rng(0).permutation(len(X))[:EFFECT_ROWS]
    X, y, groups = X.take(rows), prepared.y[rows], prepared.groups[rows]
    whole, effects = models.quick_loss(X, y, groups), list[ColumnEffect]()
    for name, reason in why.items():
        if limits.left() < -EFFECT_TAIL * limits.budget:
            break
        effects.append(ColumnEffect(name, whole, models.quick_loss(X.without(name), y, groups), reason))
    return tuple(effects)


def _with_quarantined(prepared: Prepared) -> dict[str, float]:
    """Measure the area under the curve that the quarantined columns would have shown, beside the honest one."""
    if not prepared.quarantined:
        return {}
    hit = prepared.y == prepared.y.max()
    rows = np.random.default_rng(0).permutation(len(hit))[:20_000]
    learn, judge = rows[: len(rows) * 7 // 10], rows[len(rows) * 7 // 10 :]
    honest = booster_ranker(columns_of(prepared.clean, prepared.columns), hit, learn, judge)
    leaky = booster_ranker(columns_of(prepared.clean, [*prepared.columns, *prepared.quarantined]), hit, learn, judge)
    labels = hit[judge].astype(np.int64)
    return {"auc_without": evaluation.roc_auc(labels, honest), "auc_with": evaluation.roc_auc(labels, leaky)}


def _noticed(project: Project, prepared: Prepared, X: Matrix, fitted: models.Fitted, limits: models.Limits) -> tuple[Finding, ...]:
    return (*_drift_findings(fitted.drift), *_resampling_findings(project, prepared, X, limits))


def _drift_findings(drift: models.Drift | None) -> tuple[Finding, ...]:
    if drift is None or drift.variance == 0:
        return ()
    moves = ", ".join(f"{m:+.2f}" for m in drift.moves)
    found = [Finding(
        "M401", "warning", None, 0,
        f"The rate of conversion moved between forward blocks by more than chance ({moves} in log-odds off the predictions): "
        "probabilities are hedged for a further move and their intervals are wider.",
        "Retrain often, and judge by the newest rows.", {"standard_deviation": drift.variance**0.5},
    )]
    used = "was applied" if drift.shifted else "was not applied"
    found.append(Finding(
        "M402", "info", None, 0, f"A correction to the newest block's rate would move all log-odds by {drift.recent_shift:+.2f}; it {used}.",
        "Set model.recent_prior = true if you believe that the newest rate will stay.", {"shift": drift.recent_shift},
    ))
    return tuple(found)


def _resampling_findings(project: Project, prepared: Prepared, X: Matrix, limits: models.Limits) -> tuple[Finding, ...]:
    how = project.model.resampling
    if how == "none":
        return ()
    cost = models.resampling_cost(X, prepared.y, prepared.groups, how, seed=limits.seed, threads=limits.threads, clock=limits.clock)
    (plain, _), (raw, bias), (corrected, _) = cost["none"], cost["raw"], cost["corrected"]
    return (Finding(
        "M403", "warning", None, 0,
        f"resampling = {how!r} alone would promise {bias:+.1%} too much and raise log loss from {plain:.4f} to {raw:.4f}; with the prior put "
        f"back, as done here, it is {corrected:.4f}.", "Leave resampling out: choose the threshold instead.",
        {"none": plain, "raw": raw, "corrected": corrected},
    ),)


def _remembered(bundle: Bundle, table: pl.DataFrame, prepared: Prepared, salt: str) -> HeldOut:
    rows = prepared.set_aside
    if not len(rows):
        return HeldOut()
    project = bundle.project
    names = data.row_names(table[rows], project.lead.key, project.target.column)
    first = np.sort(np.unique(names, return_index=True)[1])
    scored = Scorer(bundle).many(table[rows[first]])["probability"].to_list()
    hashes = tuple(data.keyed_hash(salt, names[i]) for i in first)
    return HeldOut(salt, project.validation.share, hashes, tuple(scored), plain_figures(bundle, table, rows[first]))
