"""Sums of numbers that stand in place of their members: a lead with an unheard-of member is read by its total.

`pursuit` finds them. What a model makes of a sum is shared among its members for the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leadrank.models.logistic import Linear
from leadrank.models.predictor import Predictor, Scale
from leadrank.records import read_record, write_record
from leadrank.types import Feature, FloatArray, Matrix

FAR = 20.0
"""Standardised numbers are pulled in to here, so that no sum overflows."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One weighted sum of standardised numbers: which columns, their weights, means and scales."""

    members: tuple[int, ...]
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.members) == len(set(self.members)) == len(self.weights) == len(self.means) == len(self.scales):
            raise ValueError(f"a sum of {len(self.members)} columns has {len(self.weights)} weights")
        if min(self.members) < 0 or not np.isfinite([*self.weights, *self.means, *self.scales]).all() or min(self.scales) <= 0:
            raise ValueError("a sum holds a member, weight, mean or scale that cannot be")

    def pulls(self, X: Matrix) -> FloatArray:
        """Return by how much each member moves the sum off its average, shape (rows, members); a blank moves nothing."""
        with np.errstate(over="ignore"):
            z = (X.numbers[:, self.members] - np.asarray(self.means)) / np.asarray(self.scales)
        pulls: FloatArray = np.nan_to_num(np.clip(z, -FAR, FAR)) * np.asarray(self.weights)
        return pulls


@dataclass(frozen=True, slots=True)
class Summed:
    """A model over the remaining columns and the sums."""

    inner: Predictor
    sums: tuple[Sum, ...]

    @property
    def scale(self) -> Scale:
        """The inner model's."""
        return self.inner.scale

    def margin(self, X: Matrix) -> FloatArray:
        """Return the inner log-odds."""
        return self.inner.margin(with_sums(X, self.sums))

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return the inner contributions; a sum's is shared by those members that moved it to the side on which it stands."""
        inner, base = self.inner.contributions(with_sums(X, self.sums))
        kept, numbers = kept_numbers(len(X.numeric), self.sums), len(X.numeric)
        values = np.zeros((len(X), len(X.features)))
        values[:, kept] = inner[:, : len(kept)]
        values[:, numbers:] = inner[:, len(kept) + len(self.sums) :]
        for k, each in enumerate(self.sums):
            values[:, each.members] += shares(each.pulls(X)) * inner[:, [len(kept) + k]]
        return values, base

    def parts(self) -> dict[str, bytes]:
        """Return the inner parts and the sums."""
        return {**self.inner.parts(), "sums.json": write_record(self.sums)}


def shares(pulls: FloatArray) -> FloatArray:
    """Return each member's share of its sum's contribution; rows add up to one.

    Examples
    --------
    >>> shares(np.array([[3.0, 1.0, -1.0], [0.0, 0.0, 0.0]])).round(2).tolist()
    [[0.75, 0.25, 0.0], [0.33, 0.33, 0.33]]
    """
    side = np.where(pulls.sum(axis=1, keepdims=True) >= 0, 1.0, -1.0)
    own = np.maximum(pulls * side, 0.0)
    total = own.sum(axis=1, keepdims=True)
    share: FloatArray = np.where(total > 0, own / np.where(total > 0, total, 1.0), 1.0 / pulls.shape[1])
    return share


def with_sums(X: Matrix, sums: tuple[Sum, ...]) -> Matrix:
    """Return the matrix with each sum in place of its members, after the remaining numbers."""
    kept = kept_numbers(len(X.numeric), sums)
    totals = [each.pulls(X).sum(axis=1, keepdims=True) for each in sums]
    return Matrix(
        np.concatenate([X.numbers[:, kept], *totals], axis=1), X.codes,
        (*(X.numeric[j] for j in kept), *(_named(X, each) for each in sums)), X.categorical,
    )


def kept_numbers(numbers: int, sums: tuple[Sum, ...]) -> list[int]:
    """Return which of the numbers stand in no sum."""
    gone = {j for each in sums for j in each.members}
    return [j for j in range(numbers) if j not in gone]


def _named(X: Matrix, each: Sum) -> Feature:
    name = " + ".join(X.numeric[j].name for j in each.members)
    return Feature(name, name, "number")


def load_sums(inner: Predictor, parts: Mapping[str, bytes]) -> Summed:
    """Put the sums of `sums.json` around a model that was loaded without them.

    Raises
    ------
    ValueError
        The sums are none that training makes, or do not fit the model.
    """
    sums = read_record(tuple[Sum, ...], parts["sums.json"])
    members = [j for each in sums for j in each.members]
    if len(set(members)) < len(members):
        raise ValueError("a column stands in two sums")
    if isinstance(inner, Linear) and max(members, default=-1) >= len(inner.design.numbers) - len(sums) + len(members):
        raise ValueError(f"a sum holds column {max(members)}, which the model does not have")
    return Summed(inner, sums)
