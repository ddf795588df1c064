"""The fitted whole: a predictor, its calibration, and how far it may be off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadrank.models.calibrate import Calibration
from leadrank.models.candidates import CANDIDATES
from leadrank.models.interval import Spread, interval_around
from leadrank.models.ordered import at_threshold, margins_of, non_increasing
from leadrank.models.resample import Resampling, load_shifted
from leadrank.models.symmetric_forest import PART, load_symmetric
from leadrank.records import read_record, write_record
from leadrank.types import FloatArray, IntArray, Matrix

if TYPE_CHECKING:
    from leadrank.models.predictor import Predictor


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a model but the fitted learners themselves; one JSON part of a bundle."""

    name: str
    members: tuple[str, ...]
    weights: tuple[float, ...]
    thresholds: int
    calibrations: tuple[Calibration, ...]
    spread: Spread
    resampling: Resampling = "none"


@dataclass(frozen=True, slots=True)
class Model:
    """From a matrix to calibrated log-odds of reaching each class."""

    shape: Shape
    predictor: Predictor

    def log_odds(self, X: Matrix) -> FloatArray:
        """Return calibrated log-odds of reaching each class, shape (rows, thresholds)."""
        return self.calibrated(margins_of(self.predictor, X, self.shape.thresholds))

    def calibrated(self, margins: FloatArray) -> FloatArray:
        """Put each threshold's margins through its map; a better class is never likelier reached than a lesser one."""
        mapped = np.stack([c(margins[:, t]) for t, c in enumerate(self.shape.calibrations)], axis=1)
        return non_increasing(mapped)

    def interval(self, log_odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the 90 % interval of a probability, given calibrated log-odds, shape (rows,)."""
        return interval_around(log_odds, self.shape.spread.standard_error(log_odds))

    def contributions(self, X: Matrix, threshold: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Explain each row at one threshold.

        Parameters
        ----------
        threshold
            For each row the threshold asked about, shape (rows,).

        Returns
        -------
        contributions
            Raw log-odds contributions, shape (rows, features); the threshold's own part belongs to the base.
        base, margin
            Raw log-odds of each row's base and of the row, shape (rows,).
        """
        values = np.zeros((len(X), len(X.features)))
        base = np.zeros(len(X))
        for t in np.unique(threshold):
            rows = np.flatnonzero(threshold == t)
            part, own = self.predictor.contributions(at_threshold(X.take(rows), int(t), self.shape.thresholds))
            numbers = len(X.numeric)
            if self.shape.thresholds > 1:
                base[rows] = own + part[:, numbers]
                part = np.delete(part, numbers, axis=1)
            else:
                base[rows] = own
            values[rows] = part
        return values, base, base + values.sum(axis=1)

    def parts(self) -> dict[str, bytes]:
        """Return the parts from which `load_model` builds the model again."""
        return {"shape.json": write_record(self.shape), **self.predictor.parts()}


def load_model(parts: Mapping[str, bytes]) -> Model:
    """Build a model again from its parts; the bundle has checked them before.

    Raises
    ------
    ValueError, KeyError
        A part is missing, or is not what `Model.parts` writes. A learner's own library may raise errors of its own.
    """
    shape = read_record(Shape, parts["shape.json"])
    _check(shape)
    rest = {name: held for name, held in parts.items() if name != "shape.json"}
    if len(shape.members) == 1:
        return Model(shape, _loaded(shape.members[0], rest))
    from leadrank.models.blend import Blend

    members = []
    for k, name in enumerate(shape.members):
        folder = f"{k}-{name}/"
        members.append(_loaded(name, {n.removeprefix(folder): h for n, h in rest.items() if n.startswith(folder)}))
    return Model(shape, Blend(tuple(members), shape.members, shape.weights))


def _check(shape: Shape) -> None:
    unknown = [name for name in shape.members if name not in CANDIDATES]
    if unknown:
        raise ValueError(f"no learner is called {unknown[0]!r:.80}")
    if not 1 <= len(shape.members) == len(shape.weights):
        raise ValueError(f"{len(shape.members)} learners have {len(shape.weights)} weights")
    if not 1 <= shape.thresholds == len(shape.calibrations):
        raise ValueError(f"{shape.thresholds} thresholds have {len(shape.calibrations)} calibrations")
    spread = shape.spread
    for table in (spread.model_variance, spread.shared_variance):
        if len(table) != len(spread.edges) + 1:
            raise ValueError(f"{len(spread.edges)} edges have {len(table)} variances")


def _loaded(name: str, parts: Mapping[str, bytes]) -> Predictor:
    if "constant.json" in parts:
        from leadrank.models.baseline import load_constant

        return load_constant(parts)
    # A forest of symmetric trees needs nothing of the learner that grew it.
    return load_shifted(load_symmetric if PART in parts else CANDIDATES[name].load, parts)
