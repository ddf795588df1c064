"""Learn when leads convert: a discrete-time hazard with a cured share, from leads that were watched for as long as they were."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from leadrank.models.cohorts import smooth_levels
from leadrank.models.hazard_cells import Cells, count_cells, stretches
from leadrank.models.hazard_curve import fit_curve, log_likelihood
from leadrank.models.timing import Timing
from leadrank.types import BoolArray, FloatArray, IntArray

BENDS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""From a mixture of converters and cured to proportional odds; the likelihood chooses."""
_COHORTS = 60
_PER_COHORT = 15
"""Conversions that a cohort has on average, at least."""
_LAPS = 2


def fit_timing(log_odds: FloatArray, days: FloatArray, converted: BoolArray, *, horizon: float, cohort: FloatArray) -> Timing:
    """Learn the curve of conversions over the days, and by how much the newest cohorts lie off the model.

    Every lead says what it can: one that has not converted yet speaks for the days it was watched and for no more. So the youngest leads,
    whose outcome is open, are learned from without being counted as lost.

    Parameters
    ----------
    log_odds
        Of converting within the horizon, by a model that did not learn from the lead.
    days, converted
        To the conversion, or to the end of observation, and which it is. Leads that were not watched at all are left out.
    horizon
        Days for which the log-odds stand.
    cohort
        When each lead began, in days from any start.

    Returns
    -------
    Timing
        A straight line up to the horizon where nothing was seen to convert.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> delay, age = rng.exponential(20, 4_000), rng.uniform(0, 200, 4_000)
    >>> comes = rng.random(4_000) < 0.3
    >>> converted = comes & (delay <= age)
    >>> odds = np.full(4_000, np.log(0.3 * (1 - np.exp(-1.5)) / (1 - 0.3 * (1 - np.exp(-1.5)))))
    >>> timing = fit_timing(odds, np.where(converted, delay, age), converted, horizon=30.0, cohort=200 - age)
    >>> expected = (1 - np.exp(-7 / 20)) / (1 - np.exp(-30 / 20))
    >>> round(timing.share[timing.days.index(7.0)], 2), round(float(expected), 2)
    (0.39, 0.38)
    """
    usable = np.isfinite(log_odds) & np.isfinite(cohort) & (days > 0)
    log_odds, days, converted, cohort = log_odds[usable], days[usable], converted[usable], cohort[usable]
    timing = Timing(float(horizon), (0.0, float(horizon)), (0.0, 1.0), rows=len(days))
    if not converted.any():
        return timing
    edges = stretches(days, converted, horizon)
    groups, began = _cohorts(cohort, int(converted.sum()), horizon)
    level = error = np.zeros(len(began))
    together = np.zeros_like(groups)
    for _ in range(_LAPS):
        timing = _best_curve(count_cells(log_odds + level[groups], days, converted, together, edges=edges, horizon=horizon), timing)
        cells = count_cells(log_odds, days, converted, groups, edges=edges, horizon=horizon)
        level, error = smooth_levels(partial(log_likelihood, cells, timing), began, level)
    return replace(
        timing, level=float(level[-1]), level_error=float(error[-1]), levels=tuple(level.tolist()), conversions=int(converted.sum())
    )


def _cohorts(cohort: FloatArray, conversions: int, horizon: float) -> tuple[IntArray, FloatArray]:
    """Return the number of each lead's cohort and when each began, in horizons: half a horizon each, or longer where little was seen."""
    start, span = float(cohort.min()), max(float(np.ptp(cohort)), 1e-9)
    many = int(np.clip(np.ceil(2 * span / horizon), 1, np.clip(conversions // _PER_COHORT, 1, _COHORTS)))
    number: IntArray = np.minimum(((cohort - start) / span * many).astype(np.int64), many - 1)
    return number, np.arange(many, dtype=np.float64) * (span / many / horizon)


def _best_curve(cells: Cells, start: Timing) -> Timing:
    """Fit curves from the bend 0 on to either side, for as long as they become likelier."""
    weight, odds = (cells.converted + cells.last_seen).sum(axis=(0, 2)), cells.log_odds[:, 0]
    centre = float(np.average(odds, weights=weight))
    spread = max(float(np.sqrt(np.average((odds - centre) ** 2, weights=weight))), 1e-6)
    best = middle = fit_curve(cells, replace(start, centre=centre, spread=spread, bend=0.0))
    for side in (-1.0, 1.0):
        before = middle
        for bend in sorted((b for b in BENDS if b * side > 0), key=abs):
            found = fit_curve(cells, replace(before[1], bend=bend))
            if found[0] <= before[0]:
                break
            before = found
        best = max(best, before, key=lambda one: one[0])
    return best[1]
