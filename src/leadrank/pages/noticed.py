"""What the checks noticed: columns set aside with their evidence, and all else by how bad it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.evaluation.report import COLUMNS, TIERS
from leadrank.pages.words import NONE, clip, count, listed, percent, plural
from leadrank.types import Finding

MOST = 100
"""Findings shown of each severity; a table of a thousand columns would drown the rest."""
HEADINGS = {"error": "Errors", "warning": "Warnings: kept, with a question to answer", "info": "For information"}
EVIDENCE = {
    "auc": "ROC AUC of the column alone", "blank_auc": "ROC AUC of whether it is filled in", "auc_with": "ROC AUC of the table with it",
    "auc_without": "ROC AUC of the table without it", "points": "points of suspicion (set aside from 5)",
}
SHARES = ("rate", "share", "first", "middle", "last")


@dataclass(frozen=True, slots=True)
class SetAside:
    """One quarantined column."""

    column: str
    code: str
    message: str
    remedy: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one severity."""

    severity: str
    heading: str
    findings: tuple[Finding, ...]
    hidden: int


def set_aside(bundle: Bundle) -> tuple[SetAside, ...]:
    """Return the quarantined columns with what speaks against them."""
    found = [f for f in bundle.findings if f.severity == "quarantine" and not f.code.startswith("F")]
    named = {f.column for f in found}
    silent = [name for name in bundle.facts.quarantined if name not in named]
    return tuple(
        [SetAside(clip(f.column or "the table", 80), f.code, clip(f.message, 1000), clip(f.remedy, 500), evidence_of(f)) for f in found[:MOST]]
        + [SetAside(clip(name, 80), "", "Set aside.", "", ()) for name in silent[:MOST]]
    )


def evidence_of(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Say a finding's evidence as pairs of label and figure; the points of single probes are left out."""
    kept = {key: value for key, value in finding.evidence.items() if not key.startswith("points_") and not key.endswith("_error")}
    return tuple((EVIDENCE.get(key, key.replace("_", " ")), _figure(key, value)) for key, value in kept.items())


def with_and_without(bundle: Bundle) -> tuple[tuple[str, str, str], ...]:
    """Compare the figures of a quick model with the quarantined columns and without them, figure by figure."""
    known, found = COLUMNS | TIERS, bundle.facts.with_quarantined
    rows = []
    for key in dict.fromkeys(key.removesuffix("_with").removesuffix("_without") for key in found):
        label, form = known.get(key, (key.replace("_", " "), "{:.3f}"))
        theirs, honest = (form.format(found[end]) if end in found else NONE for end in (f"{key}_with", f"{key}_without"))
        rows.append((label, theirs, honest))
    return tuple(rows)


def accepted(bundle: Bundle) -> tuple[tuple[str, str, str], ...]:
    """Return the columns kept on the user's word, the word, and the evidence where they would have been set aside."""
    columns = bundle.project.lead.columns
    against = {f.column: f.message for f in bundle.findings if f.code == "L201" and f.severity == "warning"}
    kept = dict.fromkeys([*bundle.facts.accepted, *(name for name in against if name is not None)])
    return tuple((clip(name, 80), columns[name].because if name in columns else "", clip(against.get(name, ""), 1000)) for name in kept)


def groups(bundle: Bundle) -> tuple[Group, ...]:
    """Group all findings but the quarantined, the policy's included, the gravest first."""
    every = dict.fromkeys(_keyed(f) for f in (*bundle.findings, *bundle.policy.findings))
    by_key = {_keyed(f): f for f in (*bundle.findings, *bundle.policy.findings)}
    made = []
    for severity, heading in HEADINGS.items():
        own = tuple(by_key[key] for key in every if by_key[key].severity == severity)
        if own:
            made.append(Group(severity, heading, own[:MOST], max(0, len(own) - MOST)))
    return tuple(made)


def counted(bundle: Bundle) -> str:
    """Say how many findings of each kind there are."""
    kinds: Counter[str] = Counter(f.severity for f in bundle.findings)
    words = {"error": ("error", ""), "quarantine": ("column", "columns"), "warning": ("warning", ""), "info": ("note", "")}
    said = [plural(kinds[k], *forms) + (" to set aside" if k == "quarantine" else "") for k, forms in words.items() if kinds[k]]
    return listed(tuple(said)) or "nothing"


def _keyed(finding: Finding) -> tuple[str, str | None, str]:
    return finding.code, finding.column, finding.message


def _figure(key: str, value: float) -> str:
    if key == "points":
        return f"{value:.1f}"
    if key in EVIDENCE or not any(key.endswith(word) for word in SHARES):
        return count(value) if value == int(value) and abs(value) >= 2 else f"{value:.3f}"
    return percent(value)
