"""By which day leads convert: learned from when past leads did, those among them whose outcome is still open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadrank import labels, models
from leadrank.bundle import Bundle
from leadrank.history import History
from leadrank.prepare import Prepared
from leadrank.score import Scorer
from leadrank.types import AT, FloatArray


def timed(bundle: Bundle, history: History, prepared: Prepared, fitted: models.Fitted) -> Bundle:
    """Return the bundle with its times to conversion, where the outcome is an event with a horizon.

    Parameters
    ----------
    bundle
        Judges the leads that are too young to have been learned from.
    history
        When each lead converted, or how long nothing was seen of it.
    prepared, fitted
        The rows that were learned from, each with a score of a model that did not see it.
    """
    ahead, horizon = history.ahead, history.project.target.within
    if ahead is None or horizon is None:
        return bundle
    learned = prepared.rows[fitted.rows]
    young = np.flatnonzero(~labels.settled(ahead) & history.frame[AT].is_not_null().to_numpy())
    rows = np.concatenate([learned, young])
    odds = np.concatenate([fitted.log_odds[:, -1], _log_odds(bundle, history, young)])
    moments = history.frame[AT].dt.epoch("ms").to_numpy()[rows] / 86_400_000
    timing = models.fit_timing(odds, ahead.days[rows], ahead.converted[rows], horizon=horizon, cohort=moments - moments.min())
    return replace(bundle, timing=timing, findings=(*bundle.findings, *models.judge_level(timing)))


def _log_odds(bundle: Bundle, history: History, rows: np.typing.NDArray[np.int64]) -> FloatArray:
    if not len(rows):
        return np.empty(0)
    p = np.clip(Scorer(bundle).many(history.frame[rows])["probability"].to_numpy(), 1e-9, 1 - 1e-9)
    found: FloatArray = np.log(p / (1 - p))
    return found
