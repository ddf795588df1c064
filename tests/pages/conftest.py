"""Bundles made by hand from small simulated tables, with the rooms' own functions."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from leadrank import data, decisions, evaluation, explain, features, models
from leadrank.bundle import Bundle, ColumnEffect, Facts
from leadrank.bundle.bundle import fingerprint
from leadrank.models.calibrate import Calibration, sigmoid
from leadrank.models.candidates import CANDIDATES
from leadrank.models.held_out import fit_stacked
from leadrank.models.interval import Spread
from leadrank.models.model import Model, Shape
from leadrank.project import Column, Project, parse_project
from leadrank.types import Figure, Finding, FloatArray, IntArray

SOURCES = ("Referral", "Google", "Trade fair", "Bought list")
FINDINGS = (
    Finding(
        "L201", "quarantine", "close_reason", 600, "Column 'close_reason' seems to know the answer: alone it ranks leads with AUC 0.982.",
        "Set aside. If it is known at the moment of scoring, keep it with --accept 'close_reason'.",
        {"auc": 0.982, "blank_auc": 0.61, "points": 9.4, "points_auc": 7.2, "auc_with": 0.985, "auc_without": 0.79},
    ),
    Finding("L205", "warning", "visits", 31, "Whether 'visits' is filled in tells the outcome.", "Ask whether it is filled in during the sale."),
    Finding("D151", "warning", "source", 120, "source has shifted: Google 40%, now 55%.", "Judge on an ordered split.", {"stability_index": 0.31}),
    Finding("D120", "info", "form", 600, "form has one value only and was left out.", "Nothing to do."),
    Finding("L204", "info", "phone", 600, "Column 'phone' is accepted as known at the moment of scoring.", "Kept on your word."),
)


def simulate(rows: int, seed: int = 0) -> tuple[pl.DataFrame, FloatArray]:
    """A clean table and the log-odds of converting."""
    rng = np.random.default_rng(seed)
    source, visits = rng.integers(0, len(SOURCES), rows), rng.poisson(3, rows).astype(float)
    odds = np.array([1.2, 0.0, 0.4, -1.6])[source] + 0.45 * visits - 2.4
    visits[rng.random(rows) < 0.05] = np.nan
    frame = pl.DataFrame({
        "source": [SOURCES[k] for k in source], "visits": visits, "phone": rng.choice(["yes", "no"], rows), "gender": rng.choice(["f", "m"], rows),
    }).with_columns(pl.col("visits").fill_nan(None))
    return frame, odds


def fit_model(X: object, y: IntArray, thresholds: int) -> Model:
    predictor = fit_stacked(CANDIDATES["logistic"], X, y, thresholds, {"C": 1.0, "knots": 3}, 0)
    return Model(Shape("logistic", ("logistic",), (1.0,), thresholds, (Calibration(),) * thresholds, Spread(0.01)), predictor)


def assemble(
    project: Project, frame: pl.DataFrame, schema: data.Schema, y: IntArray, classes: tuple[str, ...], *, findings: tuple[Finding, ...] = (),
    value: FloatArray | None = None, draws: int = 40,
) -> Bundle:
    """Learn from the first half, judge and decide on the second."""
    half, thresholds = len(y) // 2, len(classes) - 1
    columns = [c.name for c in schema.features if c.name in frame.columns]
    encoder = features.fit_encoder(frame[:half], columns, declared=project.lead.columns)
    X = features.encode(encoder, frame)
    model = fit_model(X.take(np.arange(half)), y[:half], thresholds)
    later, seen = np.arange(half, len(y)), y[half:]
    reach = sigmoid(model.log_odds(X.take(later)))
    policy = decisions.fit_policy(seen, reach, project=project, classes=classes, value=None if value is None else value[half:], draws=draws)
    own = None if value is None else value[half:]
    worth, cost = decisions.amounts(policy, len(seen), value=own)
    called = decisions.apply_policy(policy, reach, value=own).contact
    report = evaluation.judge(
        seen, reach, rivals={"naive Bayes": 0.5 * reach + 0.5 * reach.mean(axis=0)}, rankings={"newest first": later.astype(float)}, called=called,
        value=worth, cost=cost, measured="held out: the second half", classes=classes, currency=policy.currency, draws=draws, name="logistic",
    )
    known = policy.value is not None and (thresholds == 1 or policy.declared)
    importance = explain.permutation_importance(
        lambda m: sigmoid(model.log_odds(m))[:, -1], X.take(later), (seen == thresholds).astype(np.int64), evaluation.log_loss, repeats=2, draws=20,
    )
    facts = Facts(
        classes=classes, rows=len(y), trained_at="2026-03-01T09:30:00", seconds=12.3, chosen="logistic",
        settings={"logistic": {"C": 1.0, "knots": 3}}, trials=8, seed=7, measured="held out: the second half", scale="log-odds",
        quarantined=tuple(f.column for f in findings if f.severity == "quarantine"),
        accepted=tuple(f.column for f in findings if f.code == "L204"), excluded=(), importance=importance,
        effects=(ColumnEffect("budget", 0.4312, 0.4356, "40% blank"),), drift=models.Drift((0.05, -0.22, 0.1), 0.012, 0.1, False),
        speed="a linear model",
        not_worth=decisions.not_worth_working(policy, reach, value=own, y=(seen == thresholds).astype(np.int64), spread=0.1) if known else None,
        business=decisions.business_case(seen, reach, policy, newest=later.astype(float), value=own, draws=draws),
        with_quarantined={"auc_without": 0.781, "auc_with": 0.985} if findings else {},
    )
    evidence = explain.fit_evidence(X, y, thresholds=thresholds)
    made = Bundle(project, schema, encoder, model, policy, evidence, data.profile(frame, schema), report, findings, facts)
    return replace(made, identity=fingerprint(made))


def table_schema(frame: pl.DataFrame, sensitive: tuple[str, ...] = ("gender",)) -> data.Schema:
    return data.Schema(tuple(
        data.ColumnSchema(name, "number" if dtype.is_numeric() else "category", sensitive=name in sensitive)
        for name, dtype in frame.schema.items()
    ))


def make_binary(
    rows: int = 600, *, economics: bool = True, name: str = "spring leads", renamed: str = "source", purpose: str = "Whom to call first."
) -> Bundle:
    frame, odds = simulate(rows)
    y = (np.random.default_rng(1).random(rows) < sigmoid(odds)).astype(np.int64)
    frame = frame.rename({"source": renamed})
    money = {"economics": {"value": 50.0, "contact_cost": 12.5, "currency": "EUR"}} if economics else {}
    project = parse_project({"target": {"column": "converted"}, **money})
    columns = {"gender": Column(sensitive=True), "phone": Column(known_at_scoring=True, because="asked for on the form")}
    project = project.model_copy(update={"name": name, "purpose": purpose, "lead": project.lead.model_copy(update={"columns": columns})})
    findings = tuple(replace(f, column=renamed) if f.column == "source" else f for f in FINDINGS)
    return assemble(project, frame, table_schema(frame), y, ("no", "yes"), findings=findings)


def make_tiers(rows: int = 900, *, economics: bool = False) -> Bundle:
    frame, odds = simulate(rows)
    noise = np.random.default_rng(2).logistic(size=rows)
    y = (odds + noise > -1).astype(np.int64) + (odds + noise > 1)
    text = '[target]\ncolumn = "tier"\nclasses = ["Low", "Medium", "High"]\n'
    if economics:
        text += "[economics]\nvalue = 400\ncontact_cost = 20\n"
        rates = {"Low": [0, 0.02], "Medium": [0.1, 0.2], "High": [0.35, 0.4]}
        text += "".join(f'[[tier]]\nname = "{name}"\nexpected_conversion = {rate}\n' for name, rate in rates.items())
    return assemble(parse_project(tomllib.loads(text)), frame, table_schema(frame), y, ("Low", "Medium", "High"), findings=FINDINGS[1:4])


def make_call_list(names: tuple[str, ...] = ("Ada", "Grace", "Edsger"), *, reasons: bool = True) -> pl.DataFrame:
    n = len(names)
    said = "base 39 of 100; + source is Referral: 71 of 100; − visits is blank: 21 of 100 (with the rest)" if reasons else ""
    p = np.linspace(0.8, 0.1, n) if n else np.empty(0)
    return pl.DataFrame({
        "lead": list(names), "probability": p, "probability_low": p * 0.9, "probability_high": p * 1.1, "score": np.rint(100 * p).astype(np.int64),
        "rank": np.arange(1, n + 1), "tier": ["High"] * n, "contact": p > 0.25, "expected_profit": 50 * p - 12.5, "action": ["Call first."] * n,
        "due_within": ["24 hours"] * n, "reasons": [said] * n, "model": ["spring-1234"] * n,
    }, schema_overrides=dict.fromkeys(("lead", "tier", "action", "due_within", "reasons", "model"), pl.String))


def without_figures(bundle: Bundle) -> Bundle:
    """The same model with hardly anything known about it."""
    bare = evaluation.Curve((), (), ())
    curves = evaluation.Curves(bare, bare, bare, bare, bare, bare, (), None)
    table = (evaluation.Row("logistic", {"auc": Figure(0.5, 0.1, 0.9)}),)
    report = replace(bundle.report, rows=2, positives=1, table=table, curves=curves, differences=(), per_class=(), called=None)
    facts = replace(
        bundle.facts, rows=2, trained_at=None, seconds=None, settings={}, importance=(), effects=(), drift=None, not_worth=None, business=None,
        with_quarantined={}, quarantined=(), accepted=(),
    )
    nothing = data.Profile(0, ())
    return replace(bundle, report=report, facts=facts, findings=(), profile=nothing)


@pytest.fixture(scope="session")
def binary() -> Bundle:
    return make_binary()


@pytest.fixture(scope="session")
def tiers() -> Bundle:
    return make_tiers()


@pytest.fixture(scope="session")
def simulated() -> SimpleNamespace:
    return SimpleNamespace(binary=make_binary, tiers=make_tiers, call_list=make_call_list, bare=without_figures)
