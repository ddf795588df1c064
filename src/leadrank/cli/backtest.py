"""`leadrank backtest`: how training, waiting and scoring would have gone, period by period."""

from __future__ import annotations

import json as writing
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank import __version__
from leadrank.cli.declare import Flags, classes_of, declare, say_void, threshold_of
from leadrank.cli.gather import placeless
from leadrank.cli.intake import keep_rejected, naming, read_declared
from leadrank.cli.options import (
    Accept,
    Classes,
    Cost,
    CreatedAt,
    Exclude,
    Json,
    Key,
    Order,
    Positive,
    RejectedFile,
    Seed,
    Source,
    Target,
    Threads,
    Threshold,
    Trials,
    Value,
)
from leadrank.cli.terminal import emit, emit_json, progress, say, say_evaluator
from leadrank.cli.whole import check_folder, write_text
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from leadrank.backtest import Backtest, Past, Rolling
    from leadrank.data import RawTable
    from leadrank.project import Project

BUDGET = "20"
"""Seconds for each training where neither the file nor a flag says so."""

Periods = Annotated[int, typer.Option("--periods", metavar="N", min=1, help="So many periods with about as many leads each.")]
Every = Annotated[str | None, typer.Option("--every", metavar="TIME", help="Periods of this length, e.g. '1 month'; needs --created-at.")]
First = Annotated[float, typer.Option("--first", metavar="SHARE", help="Share of the leads that came before the first boundary.")]
Delay = Annotated[
    str | None,
    typer.Option("--delay", metavar="TIME", help="How long outcomes take: '30 days', or a number of leads; without it, until their period ends."),
]
Policy = Annotated[str, typer.Option("--policy", metavar="A,B", help="Of refit, recalibrate and frozen.")]
Capacity = Annotated[int | None, typer.Option("--capacity", metavar="K", min=1, help="Leads that can be worked in a period; by default a tenth.")]
Budget = Annotated[str | None, typer.Option("--budget", metavar="SECONDS", help="Wall time of each training, e.g. 20 or '2 minutes'.")]
Page = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write one self-contained page.")]


def backtest(
    source: Source, *, target: Target = None, positive: Positive = None, classes: Classes = None, key: Key = None, order: Order = None,
    created_at: CreatedAt = None, exclude: Exclude = None, accept: Accept = None, periods: Periods = 5, every: Every = None, first: First = 0.5,
    delay: Delay = None, policy: Policy = "refit,recalibrate,frozen", capacity: Capacity = None, budget: Budget = None, trials: Trials = None,
    threads: Threads = None, seed: Seed = None, value: Value = None, cost: Cost = None, threshold: Threshold = None, output: Page = None,
    json: Json = False, rejected: RejectedFile = None,
) -> None:
    """Roll the cutoff through time: train on what was known, score what came next, wait, judge.

    At each boundary only outcomes that were known then are learned from, and leaks are looked for among them alone. Beside ours: the newest
    first, naive Bayes, logistic regression, and a scorecard written by hand.
    """
    from leadrank.backtest import backtest as roll
    from leadrank.backtest import past_of, said

    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at, exclude=tuple(exclude or ()),
        accept=tuple(accept or ()), budget=budget, trials=trials, threads=threads, seed=seed, value=value, cost=cost,
        threshold=threshold_of(threshold),
    )
    rolling = _rolling(periods, every, first, delay)
    policies = tuple(name.strip() for name in policy.split(",") if name.strip())
    if output is not None:
        check_folder(output)
    declared = _hurried(declare(source, flags))
    say_void(declared, flags)
    project, raw = read_declared(declared)
    keep_rejected(raw, rejected)
    say_evaluator()
    with naming(raw), progress() as told:
        past = _of_tables(declared, raw, rolling) if declared.relational else past_of(project, raw.frame, rolling)
        result = roll(past, clock=time.monotonic, policies=policies, capacity=capacity, delay=_waiting(past, rolling), progress=told)
    _give(result, output, json=json, text=said(result))


def _of_tables(declared: Project, raw: RawTable, rolling: Rolling) -> Past:
    from leadrank.backtest import past_of_tables
    from leadrank.cli.gathered import Gathered

    assert isinstance(raw, Gathered)  # noqa: S101 - a project of several tables was read
    assert raw.history is not None  # noqa: S101 - and to learn from them
    return past_of_tables(placeless(declared), raw.frames, raw.history, rolling)


def _give(result: Backtest, output: Path | None, *, json: bool, text: str) -> None:
    if output is not None:
        from leadrank.pages import backtest_page

        write_text(output, backtest_page(result, version=__version__))
    if json:
        from leadrank.records import write_record

        emit_json(writing.loads(write_record(result)))
        return
    emit(text)
    if output is not None:
        say(f"Page: {output}")


def _rolling(periods: int, every: str | None, first: float, delay: str | None) -> Rolling:
    from leadrank.backtest import Rolling

    return Rolling(periods=periods, every=_span("--every", every), first=first, delay=_span("--delay", delay))


def _span(flag: str, text: str | None) -> float | None:
    from leadrank.project import days_of

    if text is None:
        return None
    try:
        length = float(days_of(text))  # type: ignore[arg-type]
    except ValueError as problem:
        raise UsageError(f"{flag}: {problem}.") from None
    if length <= 0:
        raise UsageError(f"{flag} expects a length above 0; {text!r} came.")
    return length


def _hurried(project: Project) -> Project:
    """Train in less time than a single training may take, since there are several."""
    from leadrank.project import parse_project

    if "budget" in project.model.model_fields_set:
        return project
    declared = project.model_dump(exclude_unset=True)
    return parse_project({**declared, "model": {**declared.get("model", {}), "budget": BUDGET}})


def _waiting(past: Past, rolling: Rolling) -> str:
    if past.rewind is not None and rolling.delay is None:
        return "outcomes are known when they are final"
    if rolling.delay is None:
        return "outcomes are known when their period ends"
    return f"outcomes take {rolling.delay:g} {'days' if past.dated else 'leads'}"
