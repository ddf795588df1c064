"""Everything that can score, and everything that was found while it learned to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leadrank import bundle as waist
from leadrank import data, decisions, evaluation, explain, features, models
from leadrank import project as declared
from leadrank.bundle.archive import read_archive, write_archive
from leadrank.bundle.parts import from_part, to_part
from leadrank.bundle.terms import Terms, terms_of
from leadrank.errors import BundleError, MissingExtraError, UsageError
from leadrank.records import parse
from leadrank.types import Finding


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model with all that scoring, deciding and explaining need. Of a file, what scoring can do without is read when it is first asked for."""

    project: declared.Project
    schema: data.Schema
    encoder: features.Encoder
    model: models.Model
    policy: decisions.Policy
    evidence: explain.Evidence
    profile: data.Profile
    report: evaluation.Report
    findings: tuple[Finding, ...]
    facts: waist.Facts
    held_out: waist.HeldOut = field(default_factory=lambda: waist.HeldOut())  # noqa: PLW0108 - its module is loaded late
    learned: waist.Learned = field(default_factory=lambda: waist.Learned())  # noqa: PLW0108
    origin: waist.Origin | None = None
    """How rows come from several tables, where they do."""
    timing: models.Timing | None = None
    """By which day leads convert, where the days are known."""
    identity: str = ""
    """Name and fingerprint of what scores; made once at training, since learners do not write themselves the same way twice."""
    terms: Terms = field(init=False, repr=False, compare=False)
    """What scoring asks of the project, the profile and the facts."""
    unread: Mapping[str, bytes] = field(init=False, repr=False, compare=False, default_factory=dict)
    """The parts of a file from which records are still to be read."""

    def __reduce__(self) -> tuple[Callable[..., Bundle], tuple[dict[str, str], dict[str, bytes]]]:
        """Travel to another process as the parts of a file: what was made ready to score here is made ready there."""
        return _built, ({"model": self.identity}, _parts(self))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Read a record of a file when it is first asked for."""
            if name == "terms":
                found = _terms({own: _part(self, own) for own in _IN_TERMS})
            elif name in _LATER:
                found = from_part(_RECORDS[name](), self.unread[name])
            elif name in _OPTIONAL:
                found = from_part(_OPTIONAL[name](), self.unread[name]) if name in self.unread else None
            else:
                raise AttributeError(f"a bundle has no {name!r}")
            object.__setattr__(self, name, found)
            return found


_RECORDS: dict[str, Callable[[], Any]] = {
    "project": lambda: declared.Project, "schema": lambda: data.Schema, "encoder": lambda: features.Encoder, "policy": lambda: decisions.Policy,
    "evidence": lambda: explain.Evidence, "profile": lambda: data.Profile, "report": lambda: evaluation.Report,
    "findings": lambda: tuple[Finding, ...], "facts": lambda: waist.Facts, "held_out": lambda: waist.HeldOut, "learned": lambda: waist.Learned,
}
"""The records of a bundle, each with its kind, for which a room is opened only when the record is wanted."""
_OPTIONAL: dict[str, Callable[[], Any]] = {"origin": lambda: waist.Origin, "timing": lambda: models.Timing}
"""Records that a bundle may do without."""
_SCORING = ("schema", "encoder", "policy", "evidence")
_LATER = tuple(name for name in _RECORDS if name not in _SCORING)
_IN_TERMS = ("project", "profile", "facts")
UNFIT = "Do not use this file; train again, or take it from where it was made."


def fingerprint(bundle: Bundle) -> str:
    """Return the project's name and a digest of all that scores and of what the project says about working with scores: equal for equal models.

    A service takes a bundle in use whose name it does not know; so one that was trained again for another capacity or time zone alone needs another.

    Parameters
    ----------
    bundle
        As training made it.
    """
    digest = hashlib.sha256()
    for name, part in sorted(_scoring_parts(bundle).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(part).digest())
    digest.update(repr(_at_work(bundle.project)).encode())
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
    ours = {name: figure.value for name, figure in bundle.report.ours.items()}
    manifest: dict[str, Any] = {"version": version, "model": bundle.identity, "target": bundle.project.target.column, "figures": ours}
    write_archive(Path(path), _parts(bundle), manifest, key=key)


def load_bundle(path: str | Path, *, key: bytes | None = None) -> Bundle:
    """Read a bundle; everything is checked before anything is built, and a blank lead is scored before it is given out.

    What scoring can do without (project, profile, report, findings, facts, rows) is vouched for by the seal, and read when it is first asked for:
    only then is it a `BundleError` that such a part is no record.

    Raises
    ------
    UsageError
        What was given is no path.
    BundleError
        The file is missing, damaged, foreign, of a format this version cannot read, or its parts do not make a model that scores.
    MissingExtraError
        The model's own library is not installed.
    """
    if not isinstance(path, str | Path):
        raise UsageError(f"Expected a bundle or the path of one, got {type(path).__name__}.", "`leadrank train … -o FILE` writes one.")
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
    told = {name: parts[f"{name}.json"] for name in _RECORDS} | {name: parts[f"{name}.json"] for name in _OPTIONAL if f"{name}.json" in parts}
    bundle, read = object.__new__(Bundle), {name: from_part(_RECORDS[name](), told[name]) for name in _SCORING}
    known = {"model": models.load_model(model), "identity": str(manifest.get("model", "")), "terms": _terms(told), "unread": told}
    for name, value in (read | known).items():
        object.__setattr__(bundle, name, value)
    return bundle


def _parts(bundle: Bundle) -> dict[str, bytes]:
    model = {f"model/{name}": part for name, part in bundle.model.parts().items()}
    return {f"{name}.json": _part(bundle, name) for name in _RECORDS} | _optional_parts(bundle) | model


def _optional_parts(bundle: Bundle) -> dict[str, bytes]:
    held = {name: getattr(bundle, name) for name in _OPTIONAL}
    return {f"{name}.json": to_part(record, _OPTIONAL[name]()) for name, record in held.items() if record is not None}


def _part(bundle: Bundle, name: str) -> bytes:
    return to_part(getattr(bundle, name), _RECORDS[name]())


def _terms(told: Mapping[str, bytes]) -> Terms:
    return terms_of(*(parse(told[name]) for name in _IN_TERMS))


def _check_scoring(bundle: Bundle) -> None:
    """Score a blank lead: parts that are each in order may still not fit each other."""
    classes, thresholds = len(bundle.terms.classes), bundle.model.shape.thresholds
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


def _at_work(project: declared.Project) -> dict[str, object]:
    """Return what a project says that changes no score, but what a service does with it."""
    parts = {"routing": project.routing, "serving": project.serving, "economics": project.economics}
    columns = {f"column {name}": column for name, column in project.lead.columns.items()}
    return {name: part.model_dump(mode="json", exclude_defaults=True) for name, part in (parts | columns).items()}


def _scoring_parts(bundle: Bundle) -> dict[str, bytes]:
    parts = {name: _part(bundle, name) for name in _SCORING} | _optional_parts(bundle)
    return parts | {f"model/{name}": part for name, part in bundle.model.parts().items()}
