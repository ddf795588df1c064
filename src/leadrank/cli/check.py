"""`leadrank check`: what is wrong with a table, before anything is learned from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from leadrank.cli.declare import Flags, classes_of, declare
from leadrank.cli.intake import keep_rejected, naming, read_declared
from leadrank.cli.options import Accept, Classes, CreatedAt, Exclude, Json, Key, Order, Positive, RejectedFile, Seed, Source, Strict, Target
from leadrank.cli.terminal import counted, emit, emit_json, progress, say_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadrank.prepare import Prepared
    from leadrank.types import Finding

GRAVITY = {"error": 0, "quarantine": 1, "warning": 2, "info": 3}


def check(
    source: Source, *, target: Target = None, positive: Positive = None, classes: Classes = None, key: Key = None, order: Order = None,
    created_at: CreatedAt = None, exclude: Exclude = None, accept: Accept = None, seed: Seed = None, json: Json = False, strict: Strict = False,
    rejected: RejectedFile = None,
) -> int:
    """Look for bad data and for columns that know the answer.

    Every finding has a code, a count and a remedy: D data, L leaks. A column in quarantine would be set aside by `leadrank train`.
    """
    from leadrank.prepare import check as look

    flags = Flags(
        target=target, positive=positive, classes=classes_of(classes), key=key, order=order, created_at=created_at,
        exclude=tuple(exclude or ()), accept=tuple(accept or ()), seed=seed,
    )
    project, raw = read_declared(declare(source, flags))
    keep_rejected(raw, rejected)
    with naming(raw), progress() as told:
        prepared = look(project, raw.frame, counted=getattr(raw, "counted", ()), progress=told, skipped=raw.skipped)
    findings = gravest_first([*getattr(raw, "noticed", raw.findings), *prepared.findings])
    if json:
        emit_json({"findings": [asdict(f) for f in findings]})
    else:
        say_findings(findings)
        emit(_summary(prepared, findings))
    return int(strict and grave(findings))


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: errors, quarantined columns, warnings, notes."""
    return tuple(sorted(findings, key=lambda f: GRAVITY[f.severity]))


def grave(findings: Iterable[Finding]) -> bool:
    """Say whether anything is an error or in quarantine."""
    return any(f.severity in {"error", "quarantine"} for f in findings)


def _summary(prepared: Prepared, findings: tuple[Finding, ...]) -> str:
    shares = ", ".join(f"{int((prepared.y == k).sum()):,} {name}" for k, name in enumerate(prepared.classes))
    lines = [f"{len(prepared.y):,} leads to learn from ({shares}), {len(prepared.columns)} columns in use; {counted(findings)}."]
    if prepared.quarantined:
        lines.append(f"Quarantined: {', '.join(prepared.quarantined)}.")
    return "\n".join(lines)
