"""Several models averaged in log-odds, with weights that add up to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.calibrate import sigmoid
from leadrank.models.predictor import Predictor, Scale
from leadrank.types import FloatArray, IntArray, Matrix


@dataclass(frozen=True, slots=True)
class Blend:
    """Fitted members and their weights."""

    members: tuple[Predictor, ...]
    names: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def scale(self) -> Scale:
        """Log-odds, unless a member adds up on another scale."""
        return "probability" if any(m.scale == "probability" for m in self.members) else "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the weighted mean of the members' log-odds."""
        margin: FloatArray = np.sum([w * m.margin(X) for w, m in zip(self.weights, self.members, strict=True)], axis=0, dtype=float)
        return margin

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return the weighted mean of the members' contributions."""
        each = [m.contributions(X) for m in self.members]
        values: Any = sum(w * c for w, (c, _) in zip(self.weights, each, strict=True))
        return values, float(sum(w * b for w, (_, b) in zip(self.weights, each, strict=True)))

    def parts(self) -> dict[str, bytes]:
        """Return every member's parts, each in a folder of its own."""
        named = enumerate(zip(self.names, self.members, strict=True))
        return {f"{k}-{name}/{part}": held for k, (name, member) in named for part, held in member.parts().items()}


def fit_weights(margins: Sequence[FloatArray], y: IntArray) -> tuple[float, ...]:
    """Find the convex weights with the lowest log loss (super learner with a log-odds link; van der Laan et al. 2007).

    Examples
    --------
    >>> good, bad = np.array([2.0, -2.0] * 50), np.array([-1.0, 1.0] * 50)
    >>> fit_weights([good, bad], np.array([1, 0] * 50))[0] > 0.99
    True
    """
    try:
        from scipy.optimize import minimize
    except ImportError as problem:
        raise MissingExtraError("A blend needs SciPy to be fitted.", "pip install 'leadrank[train]'") from problem
    Z = np.stack(margins, axis=1)
    start = np.full(Z.shape[1], 1.0 / Z.shape[1])

    def loss(w: FloatArray) -> tuple[float, FloatArray]:
        odds = Z @ w
        return float(np.logaddexp(0.0, np.where(y == 1, -odds, odds)).mean()), Z.T @ (sigmoid(odds) - y) / len(y)

    sums_to_one = {"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": np.ones_like}
    found = minimize(loss, start, jac=True, method="SLSQP", bounds=[(0.0, 1.0)] * len(start), constraints=[sums_to_one], options={"ftol": 1e-10})
    weights = np.clip(found.x, 0.0, None)
    return tuple(float(w) for w in weights / weights.sum())
