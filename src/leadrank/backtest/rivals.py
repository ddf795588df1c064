"""What could be done without us: naive Bayes, logistic regression, points by hand, the newest first. All know what we know, and no more."""

from __future__ import annotations

from collections.abc import Sequence

from leadrank import data, features
from leadrank.backtest.result import BAYES, CARD, LOGISTIC, NEWEST
from leadrank.backtest.scorecard import draft_scorecard, points_of
from leadrank.bundle import Bundle
from leadrank.frames import pl
from leadrank.models import sigmoid
from leadrank.models.baseline import NAIVE_BAYES
from leadrank.models.logistic import LOGISTIC as RIDGE
from leadrank.project import ScoreRule
from leadrank.types import FloatArray, IntArray, Matrix

PROMISING = (BAYES, LOGISTIC)
"""The rivals whose scores are probabilities."""


def rival_scores(
    bundle: Bundle, known: pl.DataFrame, hit: IntArray, coming: pl.DataFrame, moment: FloatArray, rules: Sequence[ScoreRule]
) -> dict[str, FloatArray]:
    """Score the leads of a period without our model.

    Parameters
    ----------
    bundle
        Trained at the boundary: its columns (none that knows the answer) and its encoding serve the rivals too.
    known, hit
        Raw rows whose outcome was known at the boundary, and that outcome.
    coming, moment
        Raw rows of the period, and when each came.
    rules
        The scorecard; without rules there is none.
    """
    X, unseen = encoded(bundle, known), encoded(bundle, coming)
    seed = bundle.project.model.seed
    scores = {NEWEST: moment}
    if rules:
        scores[CARD] = points_of(rules, bundle.schema, coming)
    for name, learner, setting in ((BAYES, NAIVE_BAYES, NAIVE_BAYES.first[0]), (LOGISTIC, RIDGE, RIDGE.first[0])):
        scores[name] = sigmoid(learner.fit(X, hit, None, setting, seed).margin(unseen))
    return scores


def encoded(bundle: Bundle, frame: pl.DataFrame) -> Matrix:
    """Turn raw rows into what the model sees."""
    needed = bundle.encoder.columns
    clean = data.clean_frame(bundle.schema.only(needed), frame, required=needed).frame
    return features.encode(bundle.encoder, clean if needed else frame)


def scorecard_of(bundle: Bundle, known: pl.DataFrame, hit: IntArray) -> tuple[ScoreRule, ...]:
    """Return the declared scorecard, or the one that somebody would write who saw the first window."""
    if bundle.project.scorecard:
        return bundle.project.scorecard
    needed = bundle.encoder.columns
    return draft_scorecard(data.clean_frame(bundle.schema.only(needed), known, required=needed).frame, hit, needed)
