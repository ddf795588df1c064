"""The served form of CatBoost's trees: the same margins and reasons from plain arrays, without CatBoost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from leadrank.forest import PART, NotExportableError, Served, export_forest, forest_from_parts, forest_to_parts, serve
from leadrank.models.blend import Blend
from leadrank.models.catboost_forest import Forest, load_forest
from leadrank.models.predictor import Predictor, Scale
from leadrank.models.resample import Shifted
from leadrank.types import FIRST_LEVEL, FloatArray, Matrix


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


def deployed(predictor: Predictor, X: Matrix) -> Predictor:
    """Return a fitted predictor in the form that scores: CatBoost's models become one symmetric forest, everything else stays.

    A model that has no such form (other tree shapes asked for in the project file) stays with CatBoost.

    Parameters
    ----------
    X
        A row or more as the learner saw them: the features, and the levels of each category.
    """
    if isinstance(predictor, Blend):
        return replace(predictor, members=tuple(deployed(member, X) for member in predictor.members))
    if isinstance(predictor, Shifted):
        return replace(predictor, inner=deployed(predictor.inner, X))
    if not isinstance(predictor, Forest):
        return predictor
    try:
        forest = export_forest(predictor.models, len(X.numeric), [FIRST_LEVEL + len(c.levels) for c in X.categorical])
    except NotExportableError:
        return predictor
    return Symmetric(serve(forest))


def load_deployed(parts: Mapping[str, bytes]) -> Predictor:
    """Build the forest again from its arrays, or from CatBoost's own parts where it has no such form.

    Raises
    ------
    ValueError
        The arrays do not fit each other, or a part is not a model that CatBoost can read without harm.
    """
    return Symmetric(serve(forest_from_parts(parts))) if PART in parts else load_forest(parts)
