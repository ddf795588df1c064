"""The served form of CatBoost's trees: the same margins and reasons from plain arrays, without CatBoost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadrank.forest import PART, Served, forest_from_parts, forest_to_parts, serve
from leadrank.types import FloatArray, Matrix

if TYPE_CHECKING:
    from leadrank.models.predictor import Scale

__all__ = ["PART", "Symmetric", "load_symmetric"]


@dataclass(frozen=True, slots=True)
class Symmetric:
    """One forest over small integer codes, several seeds already averaged."""

    served: Served
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the log-odds of each row."""
        return self.served.margins(X.numbers, X.codes)

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return exact path-dependent SHAP values (Lundberg et al. 2020): a look-up per tree."""
        return self.served.contributions(X.numbers, X.codes), self.served.forest.base

    def parts(self) -> dict[str, bytes]:
        """Return the arrays."""
        return forest_to_parts(self.served.forest)


def load_symmetric(parts: Mapping[str, bytes]) -> Symmetric:
    """Build the forest again from its arrays.

    Raises
    ------
    ValueError
        The arrays do not fit each other.
    """
    return Symmetric(serve(forest_from_parts(parts)))
