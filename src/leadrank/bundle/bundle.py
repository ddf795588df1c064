"""Everything that can score, and everything that was found while it learned to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from leadrank import data, decisions, evaluation, explain, features, models
from leadrank.bundle.archive import read_archive, write_archive
from leadrank.bundle.learned import Learned
from leadrank.bundle.parts import from_part, to_part
from leadrank.errors import BundleError, MissingExtraError
from leadrank.project import Project
from leadrank.types import Finding


@dataclass(frozen=True, slots=True)
class ColumnEffect:
    """What the model would lose without one column: log loss with it and without it."""

    column: str
    with_it: float
    without_it: float
    why: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows set aside before anything was looked at, remembered by keyed hash with the score that was recorded."""

    salt: str = ""
    share: float = 0.0
    hashes: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """How the model came about.

    `classes` are the outcome's names, worst first; `base` the model's base contribution per threshold, raw and calibrated.
    """

    classes: tuple[str, ...]
    rows: int
    trained_at: str | None
    seconds: float | None
    chosen: str
    settings: dict[str, dict[str, Any]]
    trials: int
    seed: int
    measured: str
    scale: str
    quarantined: tuple[str, ...]
    accepted: tuple[str, ...]
    excluded: tuple[str, ...]
    importance: tuple[explain.Importance, ...] = ()
    effects: tuple[ColumnEffect, ...] = ()
    drift: models.Drift | None = None
    speed: str = ""
    not_worth: decisions.NotWorth | None = None
    business: decisions.BusinessCase | None = None
    with_quarantined: dict[str, float] = field(default_factory=dict)

    @property
    def learned_tiers(self) -> bool:
        """Whether the outcome has more than two ordered classes."""
        return len(self.classes) > 2


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model with all that scoring, deciding and explaining need."""

    project: Project
    schema: data.Schema
    encoder: features.Encoder
    model: models.Model
    policy: decisions.Policy
    evidence: explain.Evidence
    profile: data.Profile
    report: evaluation.Report
    findings: tuple[Finding, ...]
    facts: Facts
    held_out: HeldOut = HeldOut()
    learned: Learned = field(default_factory=Learned)
    identity: str = ""
    """Name and fingerprint of what scores; made once at training, since learners do not write themselves the same way twice."""


_RECORDS: dict[str, Any] = {
    "project": Project, "schema": data.Schema, "encoder": features.Encoder, "policy": decisions.Policy, "evidence": explain.Evidence,
    "profile": data.Profile, "report": evaluation.Report, "findings": tuple[Finding, ...], "facts": Facts, "held_out": HeldOut,
    "learned": Learned,
}
UNFIT = "Do not use this file; train again, or take it from where it was made."
_SCORING = ("schema", "encoder", "policy", "evidence")


def fingerprint(bundle: Bundle) -> str:
    """Return the project's name and a digest of everything that scores: equal for equal models.

    Parameters
    ----------
    bundle
        As training made it.
    """
    digest = hashlib.sha256()
    for name, part in sorted(_scoring_parts(bundle).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(part).digest())
    return f"{bundle.project.name}-{digest.hexdigest()[:8]}"


def save_bundle(bundle: Bundle, path: str | Path, *, version: str, key: bytes | None = None) -> None:
    """Write a bundle; the file appears whole or not at all.

    Parameters
    ----------
    path
        Usually ending in `.leadrank`.
    version
        The product's version, for the manifest.
    key
        Signs the bundle (HMAC-SHA256) when given.
    """
    parts = {f"{name}.json": to_part(getattr(bundle, name), kind) for name, kind in _RECORDS.items()}
    parts |= {f"model/{name}": part for name, part in bundle.model.parts().items()}
    ours = {name: figure.value for name, figure in bundle.report.ours.items()}
    manifest: dict[str, Any] = {"version": version, "model": bundle.identity, "target": bundle.project.target.column, "figures": ours}
    write_archive(Path(path), parts, manifest, key=key)


def load_bundle(path: str | Path, *, key: bytes | None = None) -> Bundle:
    """Read a bundle; everything is checked before anything is built, and a blank lead is scored before it is given out.

    Raises
    ------
    BundleError
        The file is missing, damaged, foreign, of a format this version cannot read, or its parts do not make a model that scores.
    MissingExtraError
        The model's own library is not installed.
    """
    manifest, parts = read_archive(Path(path), key=key)
    absent = [name for name in (*(f"{record}.json" for record in _RECORDS), "model/shape.json") if name not in parts]
    if absent:
        raise BundleError(f"The bundle lacks {', '.join(absent)}.", UNFIT)
    try:
        bundle = _built(manifest, parts)
        _check_scoring(bundle)
    except (BundleError, MissingExtraError):
        raise
    except Exception as error:  # the parts may come from anybody, and every learner's library has errors of its own
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise BundleError(f"The bundle's parts do not make a model that scores: {said:.500}.", UNFIT) from error
    return bundle


def _built(manifest: dict[str, Any], parts: dict[str, bytes]) -> Bundle:
    model = {name.removeprefix("model/"): part for name, part in parts.items() if name.startswith("model/")}
    records = {name: from_part(kind, parts[f"{name}.json"]) for name, kind in _RECORDS.items()}
    return Bundle(model=models.load_model(model), identity=str(manifest.get("model", "")), **records)


def _check_scoring(bundle: Bundle) -> None:
    """Score a blank lead: parts that are each in order may still not fit each other."""
    classes, thresholds = len(bundle.facts.classes), bundle.model.shape.thresholds
    if classes != thresholds + 1:
        raise ValueError(f"{classes} classes have {thresholds} thresholds")
    X = features.encode_one(bundle.encoder, {})
    odds = bundle.model.log_odds(X)
    if odds.shape != (1, thresholds) or not np.isfinite(odds).all():
        raise ValueError("a blank lead gets no score")
    if tuple(seen.feature for seen in bundle.evidence.features) != X.features:
        raise ValueError("the evidence is not about the model's features")
    for threshold in range(thresholds):
        explain.phrasebook(bundle.evidence, threshold=threshold, outcome="")


def _scoring_parts(bundle: Bundle) -> dict[str, bytes]:
    parts = {name: to_part(getattr(bundle, name), _RECORDS[name]) for name in _SCORING}
    return parts | {f"model/{name}": part for name, part in bundle.model.parts().items()}
