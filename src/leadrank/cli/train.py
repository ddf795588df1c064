"""`leadrank train`: from past leads to a bundle that can score."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadrank import __version__
from leadrank.cli.check import grave, gravest_first
from leadrank.cli.declare import STANDARD, Flags, classes_of, declare, say_void, threshold_of
from leadrank.cli.intake import keep_rejected, naming, read_declared
from leadrank.cli.options import (
    Accept,
    Budget,
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
    SignKey,
    Source,
    Strict,
    Target,
    Threads,
    Threshold,
    Trials,
    Value,
)
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import emit, emit_json, progress, say, say_evaluator, say_findings
from leadrank.cli.whole import check_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadrank.bundle import Bundle
    from leadrank.data import RawTable
    from leadrank.evaluation import Report
    from leadrank.prepare import Prepared
    from leadrank.project import Project
    from leadrank.types import Finding

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="BUNDLE", help="The bundle; by default NAME.leadrank beside the data.")]


def train(
    source: Source, *, target: Target = None, positive: Positive = None, classes: Classes = None, key: Key = None, order: Order = None,
    created_at: CreatedAt = None, exclude: Exclude = None, accept: Accept = None, budget: Budget = None, trials: Trials = None,
    threads: Threads = None, seed: Seed = None, value: Value = None, cost: Cost = None, threshold: Threshold = None, output: Output = None,
    key_file: SignKey = None, json: Json = False, strict: Strict = False, rejected: RejectedFile = None,
) -> int:
    """Learn from past leads: fit, calibrate, judge, decide.

    Columns that know the answer are set aside, loudly. Flags override the project file. With --trials and --threads 1 the bundle is
    the same, byte for byte, on every run.
    """
    started = time.monotonic()
    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at, exclude=tuple(exclude or ()),
        accept=tuple(accept or ()), budget=budget, trials=trials, threads=threads, seed=seed, value=value, cost=cost,
        threshold=threshold_of(threshold),
    )
    signing = key_of(key_file)
    declared = declare(source, flags)
    say_void(declared, flags)
    output = output or beside(declared)
    check_folder(output)
    project, raw = read_declared(declared)
    keep_rejected(raw, rejected or Path(f"{output}.rejected.csv"))
    try:
        bundle = learn(project, raw, started, approve=_refuse_grave if strict else _accept_all)
    except _RefusedError as refused:
        say_findings(refused.findings)
        say("Nothing was trained (--strict): exclude these columns with --exclude COL, or accept them with --accept COL.")
        return 1
    _save(bundle, output, signing)
    if json:
        emit_json(figures_document(bundle.report, bundle, bundle.findings, time.monotonic() - started))
    else:
        say_findings(bundle.findings, all_of_them=False)
        emit(summary(bundle, output))
    return 0


def learn(project: Project, raw: RawTable, started: float, *, approve: Callable[[Prepared], None] | None = None) -> Bundle:
    """Train on a table that was read, with a progress bar; what reading noticed is kept with the other findings.

    The rows to set aside are drawn by a salt that nobody can guess, unless a number of trials asks for the same bytes on every run.
    """
    from leadrank.train import train as fit

    say_evaluator()
    salt = secrets.token_hex(16) if project.model.trials is None else None
    with naming(raw), progress() as told:
        bundle = fit(
            project, getattr(raw, "history", None) or raw.frame, clock=time.monotonic, started=started, at=datetime.now(UTC), salt=salt,
            progress=told, approve=approve or _accept_all, skipped=raw.skipped,
        )
    return replace(bundle, findings=gravest_first([*raw.findings, *bundle.findings]))


def beside(project: Project) -> Path:
    """Name the bundle after the project, in the folder of its table."""
    table = project.lead.table or STANDARD
    folder = Path() if table == STANDARD or "://" in table else Path(table).parent
    return folder / f"{project.name}.leadrank"


def figures_document(report: Report, bundle: Bundle, findings: Sequence[Finding], seconds: float) -> dict[str, Any]:
    """Return what `--json` prints for a trained or judged model."""
    return {
        "metrics": {name: asdict(figure) for name, figure in report.ours.items()},
        "threshold": bundle.policy.threshold.cut,
        "findings": [asdict(f) for f in findings],
        "model": bundle.identity,
        "rows": report.rows,
        "seconds": round(seconds, 3),
    }


def summary(bundle: Bundle, output: Path) -> str:
    """Say how good the model is, where the call list is cut, and where the bundle is."""
    cut = bundle.policy.threshold
    lines = [str(bundle.report), "", f"Threshold: {cut.cut:.3g} on {cut.on.replace('_', ' ')} ({cut.because})."]
    if bundle.facts.quarantined:
        lines.append(f"Set aside: {', '.join(bundle.facts.quarantined)}.")
    if bundle.facts.speed:
        lines.append(bundle.facts.speed)
    return "\n".join([*lines, f"Bundle: {output} ({bundle.identity})"])


class _RefusedError(Exception):
    """`--strict`: grave findings stop the training before anything is learned."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__()
        self.findings = findings


def _accept_all(prepared: Prepared) -> None:
    """Let every finding pass."""


def _refuse_grave(prepared: Prepared) -> None:
    found = tuple(f for f in prepared.findings if grave([f]))
    if found:
        raise _RefusedError(found)


def _save(bundle: Bundle, output: Path, key: bytes | None) -> None:
    from leadrank.bundle import save_bundle

    save_bundle(bundle, output, version=__version__, key=key)
