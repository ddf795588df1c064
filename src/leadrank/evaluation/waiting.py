"""How long leads wait, with those that still do."""

from __future__ import annotations

import numpy as np

from leadrank.types import BoolArray, Figure, FloatArray


def waiting_quantile(hours: FloatArray, answered: BoolArray, q: float, *, z: float = 1.959964) -> Figure | None:
    """Return the time within which the share `q` is answered, with its interval (95 % by default); None while fewer than that have been.

    Leads that still wait say only that their time is longer: Kaplan and Meier (1958). The interval holds the times at which the curve is within
    z standard errors (Greenwood's) of 1 − q: Brookmeyer and Crowley (1982). Where the curve does not get low enough for the upper end, it is the
    longest wait.

    Parameters
    ----------
    hours
        Time to the answer, or waited so far, shape (n,).
    answered
        Whether there was one, shape (n,).

    Examples
    --------
    >>> waiting_quantile(np.arange(1.0, 101.0), np.ones(100, dtype=np.bool_), 0.5)
    Figure(value=50.0, low=41.0, high=60.0)
    >>> waiting_quantile(np.arange(1.0, 101.0), np.arange(100) < 40, 0.5) is None
    True
    """
    times, counts = np.unique(hours[answered], return_counts=True)
    waiting = len(hours) - np.searchsorted(np.sort(hours), times, side="left")
    left = np.cumprod(1 - counts / waiting)
    reached = left <= 1 - q + 1e-12
    if not reached.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = left * np.sqrt(np.cumsum(counts / (waiting * (waiting - counts))))
    # Where nobody waits any longer the standard error is 0 · ∞; the curve is then at 0 for sure.
    spread = np.nan_to_num(spread, nan=0.0, posinf=0.0)
    low, high = left - z * spread <= 1 - q, left + z * spread < 1 - q
    last = float(times[np.argmax(high)]) if high.any() else float(hours.max())
    return Figure(float(times[np.argmax(reached)]), float(times[np.argmax(low)]), last)


def share_inside(hours: FloatArray, answered: BoolArray, due: FloatArray) -> tuple[int, int]:
    """Count the leads that were answered inside their deadline, and those of which it is decided: answered, or past it.

    Examples
    --------
    >>> share_inside(np.array([1.0, 30.0, 30.0, 2.0]), np.array([True, True, False, False]), np.full(4, 24.0))
    (1, 3)
    """
    decided = np.isfinite(due) & (answered | (hours > due))
    return int((decided & answered & (hours <= due)).sum()), int(decided.sum())
