"""From a fitted predictor to the form that scores: CatBoost's models become one symmetric forest wherever they can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from leadrank.forest import NotExportableError, export_forest, serve
from leadrank.models import catboost_forest
from leadrank.models.blend import Blend
from leadrank.models.predictor import Predictor
from leadrank.models.resample import Shifted
from leadrank.models.symmetric_forest import PART, Symmetric, load_symmetric
from leadrank.types import FIRST_LEVEL, Matrix


@dataclass(frozen=True, slots=True)
class Formless(catboost_forest.Forest):
    """CatBoost's models, which score by CatBoost itself: why our form cannot hold them."""

    because: str = ""


def deployed(predictor: Predictor, X: Matrix) -> Predictor:
    """Return a fitted predictor in the form that scores: CatBoost's models become one symmetric forest, everything else stays.

    Models that have no such form (other tree shapes asked for in the project file, pairs of categories with a thousand levels each) become
    `Formless`.

    Parameters
    ----------
    X
        A row or more as the learner saw them: the features, and the levels of each category.
    """
    if isinstance(predictor, Blend):
        return replace(predictor, members=tuple(deployed(member, X) for member in predictor.members))
    if isinstance(predictor, Shifted):
        return replace(predictor, inner=deployed(predictor.inner, X))
    if not isinstance(predictor, catboost_forest.Forest):
        return predictor
    try:
        forest = export_forest(predictor.models, len(X.numeric), [FIRST_LEVEL + len(c.levels) for c in X.categorical])
    except NotExportableError as problem:
        return Formless(predictor.models, predictor.scale, str(problem))
    return Symmetric(serve(forest))


def why_formless(predictor: Predictor) -> str:
    """Say why CatBoost's trees in what `deployed` returned have no form of ours, as a sentence; nothing where they have one, or there are none."""
    if isinstance(predictor, Blend):
        return next(filter(None, map(why_formless, predictor.members)), "")
    if isinstance(predictor, Shifted):
        return why_formless(predictor.inner)
    return predictor.because if isinstance(predictor, Formless) else ""


def load_deployed(parts: Mapping[str, bytes]) -> Predictor:
    """Build the forest again from its arrays, or from CatBoost's own parts where it has no such form.

    Raises
    ------
    ValueError
        The arrays do not fit each other, or a part is not a model that CatBoost can read without harm.
    """
    return load_symmetric(parts) if PART in parts else catboost_forest.load_forest(parts)


CATBOOST = replace(catboost_forest.CATBOOST, load=load_deployed)
