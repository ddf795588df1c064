"""Whether the evidence carries a decision: one word, the reasons for it, and what is missing.

The rule, in this order (the rarer class is what limits knowledge):

    not enough evidence   fewer than 20 outcomes of the rarer class; or ROC AUC cannot be told from 0.5 (its lower bound is 0.5 or less);
                          or log loss is no better than a constant's
    provisional           fewer than 120 outcomes of the rarer class; or the interval of ROC AUC is wider than 0.10; or ROC AUC is below
                          0.60; or the gain in log loss over a constant is within noise; or the calibration error exceeds 0.02, and by
                          more than 0.01 what a perfectly calibrated model shows once in twenty times; or the calibration slope's
                          interval leaves out 1 and the slope is below 0.8 or above 1.25
    ready                 none of these

Whether there is signal at all is judged on the best of the model and its rivals: a constant has ROC AUC 0.5 whatever the columns hold. That
there is none is said only where there are outcomes enough for an AUC of 0.58 to show.

120 is what Salesforce Einstein asks for (conversions), 40 + 40 is Dynamics 365's minimum, where an AUC of 0.8 is still known to ± 0.1 only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from leadrank.types import Figure, IntArray

Word = Literal["ready", "provisional", "not enough evidence"]

FEWEST = 20
ENOUGH = 120
WIDEST = 0.10
CALIBRATION_BAR = 0.02
BEYOND_NOISE = 0.01
BOLD, TIMID = 0.8, 1.25
"""Calibration slopes beyond these are off by more than a fifth."""
NOTHING = 0.55
"""A ROC AUC whose interval holds 0.5 and ends below this is no signal, not a lack of rows."""
FAINT = 0.60
SHOWN = 0.58
"""The faintest ROC AUC worth collecting outcomes for."""
Z95 = 1.959964
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One word, why, and how many more outcomes of the rarer class it would take (0: none needed, or none would help)."""

    word: Word
    because: tuple[str, ...]
    outcomes_needed: int

    def __str__(self) -> str:
        more = f" About {self.outcomes_needed:,} more outcomes of the rarer class are needed." if self.outcomes_needed else ""
        return f"{self.word}: " + " ".join(self.because) + more


def verdict(
    y: IntArray, auc: Figure | None, *, gain: Figure | None, calibration_error: float | None, noise: float, rival: tuple[str, Figure] | None = None,
    slope: Figure | None = None,
) -> Verdict:
    """Judge whether a model may be relied on.

    Parameters
    ----------
    y
        Outcomes 0/1, or class numbers.
    auc
        ROC AUC (mean over classes for tiers) with its 95 % interval; None where undefined.
    gain
        Log loss of a constant at the base rate less the model's, paired, with its 95 % interval.
    calibration_error, noise
        ECE, and the 95th percentile that a perfectly calibrated model would show (`calibration_noise`).
    rival
        Name and ROC AUC of the best other model that learned from the same columns; None where there is none.
    slope
        Slope of the outcome on the log-odds with its 95 % interval; None where undefined.

    Returns
    -------
    Verdict
        By the rule at the head of this module.

    Examples
    --------
    >>> y = np.array([0, 1] * 500)
    >>> verdict(y, Figure(0.5, 0.47, 0.53), gain=Figure(-0.01, -0.02, 0.0), calibration_error=0.01, noise=0.03).because[0][:58]
    'There is no signal here: ROC AUC is 0.500 (0.470–0.530), a'
    """
    _, counts = np.unique(y, return_counts=True)
    rarer = int(counts.min()) if len(counts) > 1 else 0
    to_show = outcomes_to_show(SHOWN, (len(y) - rarer) / rarer if rarer else 1.0)
    missing = _missing(rarer, to_show, auc, rival, gain)
    if missing:
        return Verdict("not enough evidence", missing, _to_see(rarer, to_show, _best(auc, rival)))
    assert auc is not None  # noqa: S101 - `_missing` has ruled it out
    doubts = (*_doubts(rarer, auc, gain, calibration_error, noise), *_slanted(slope))
    if doubts:
        return Verdict("provisional", (*doubts, *_strengths(rarer, auc, gain)[:1]), _to_trust(rarer, auc))
    return Verdict("ready", (*_strengths(rarer, auc, gain), _calibrated(calibration_error, noise)), 0)


def doubted(found: Verdict, reason: str) -> Verdict:
    """Put a doubt that no figure shows before all others; what was ready is provisional with it.

    Examples
    --------
    >>> str(doubted(Verdict("ready", ("All is well.",), 0), "But the column is odd."))
    'provisional: But the column is odd. All is well.'
    """
    return Verdict("provisional" if found.word == "ready" else found.word, (reason, *found.because), found.outcomes_needed)


def outcomes_to_show(auc: float, others: float) -> int:
    """Count the outcomes of the rarer class at which the 95 % interval of such a ROC AUC leaves out 0.5.

    Parameters
    ----------
    auc
        Above 0.5, below 1.
    others
        Other rows per outcome of the rarer class, 1 or more.

    Returns
    -------
    int
        By the standard error of Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve", for exponential scores; the
        rarer class is taken for the one to be found.

    Examples
    --------
    >>> outcomes_to_show(0.58, 1.0), outcomes_to_show(0.58, 10.0), outcomes_to_show(0.8, 1.0)
    (98, 59, 5)
    """
    first, second = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    # Variance (auc (1 - auc) + (m - 1) first + (m others - 1) second) / (m² others) at its largest, ((auc - 0.5) / Z95)², solved for m.
    a = others * ((auc - 0.5) / Z95) ** 2
    b, c = first + others * second, auc * (1 - auc) - first - second
    return math.ceil((b + math.sqrt(b * b + 4 * a * c)) / (2 * a))


def _best(auc: Figure | None, rival: tuple[str, Figure] | None) -> Figure | None:
    """Take the clearer sight of signal; a constant sees none whatever there is."""
    if rival is not None and (auc is None or rival[1].value > auc.value):
        return rival[1]
    return None if auc is None or _flat(auc) else auc


def _flat(auc: Figure) -> bool:
    return max(abs(auc.low - 0.5), abs(auc.high - 0.5)) < 1e-9


def _no_signal(rarer: int, to_show: int, best: Figure | None) -> bool:
    return best is not None and best.low <= 0.5 and best.high < NOTHING and rarer >= to_show


def _missing(
    rarer: int, to_show: int, auc: Figure | None, rival: tuple[str, Figure] | None, gain: Figure | None
) -> tuple[str, ...]:
    said, best = [], _best(auc, rival)
    if auc is None or auc.low <= 0.5:
        said.append(_unseen(auc, best, rival, nothing=_no_signal(rarer, to_show, best)))
        if best is not None and best.low <= 0.5 <= best.value < SHOWN and best.high >= NOTHING and rarer >= to_show:
            said.append(f"With {rarer:,} outcomes of the rarer class an AUC of {SHOWN} would probably show; any signal here is likely fainter.")
    elif gain is not None and gain.value <= 0:
        said.append(f"The probabilities are no better than a constant: log loss is {-gain.value:.4f} worse.")
    if rarer < FEWEST:
        said.append(f"There are {rarer} outcomes of the rarer class; below {FEWEST} no figure holds.")
    return tuple(said)


def _unseen(auc: Figure | None, best: Figure | None, rival: tuple[str, Figure] | None, *, nothing: bool) -> str:
    beside = f"; the best other model, {rival[0]}, has {_spoken(rival[1])}" if rival is not None and rival[1] is best else ""
    if nothing and auc is not None:
        return (
            f"There is no signal here: ROC AUC is {_spoken(auc)}{beside}, and 0.5 is chance; "
            "more rows of the same columns will not help, other columns may."
        )
    if auc is None:
        return "ROC AUC cannot be told from chance (0.5)."
    if beside and best is not None and best.low > 0.5:
        return f"This model's ROC AUC cannot be told from chance (0.5): it is {_spoken(auc)}{beside}, so the columns do hold some signal."
    if _flat(auc):
        return f"This model gives all leads the same probability, so its ROC AUC is 0.5 whatever the columns hold{beside}."
    return f"ROC AUC cannot be told from chance (0.5): it is {_spoken(auc)}{beside}."


def _doubts(rarer: int, auc: Figure, gain: Figure | None, error: float | None, noise: float) -> tuple[str, ...]:
    said = []
    if rarer < ENOUGH:
        said.append(f"There are {rarer} outcomes of the rarer class; {ENOUGH} are a sound base.")
    if auc.high - auc.low > WIDEST:
        said.append(f"ROC AUC is known to within {auc.high - auc.low:.2f} only: {_spoken(auc)}.")
    if auc.value < FAINT:
        said.append(f"The signal is faint: ROC AUC is {_spoken(auc)}, and 0.5 is chance.")
    if gain is not None and gain.low <= 0:
        said.append(f"The gain in log loss over a constant, {gain.value:.4f}, is within noise.")
    if error is not None and error > max(noise + BEYOND_NOISE, CALIBRATION_BAR):
        said.append(f"Probabilities are off by {error:.3f} on average; chance alone explains {noise:.3f}.")
    return tuple(said)


def _slanted(slope: Figure | None) -> tuple[str, ...]:
    if slope is None or slope.low <= 1 <= slope.high or BOLD <= slope.value <= TIMID:
        return ()
    how = "too bold: high ones are too high, low ones too low" if slope.value < 1 else "too timid: high ones are too low, low ones too high"
    return (f"Calibration slope is {slope.value:.2f} ({slope.low:.2f}–{slope.high:.2f}), 1 is right: probabilities are {how}.",)


def _strengths(rarer: int, auc: Figure, gain: Figure | None) -> tuple[str, ...]:
    first = f"With {rarer:,} outcomes of the rarer class ROC AUC is {_spoken(auc)}, above chance (0.5)."
    return (first,) if gain is None else (first, f"Log loss is {gain.value:.4f} better than a constant's.")


def _calibrated(error: float | None, noise: float) -> str:
    if error is None:
        return "Calibration was not measured."
    if error <= noise:
        return f"Calibration error {error:.3f} is within what a perfectly calibrated model shows ({noise:.3f})."
    return f"Calibration error is {error:.3f}, hardly above what a perfectly calibrated model shows ({noise:.3f})."


def _to_see(rarer: int, to_show: int, best: Figure | None) -> int:
    """Count the outcomes after which signal could be told from chance: an AUC's interval shrinks as one over the root of their number.

    Where the edge is small, or too few outcomes have shown it, those at which an AUC of 0.58 would show; none where there are as many.
    """
    if best is None or rarer < FEWEST or best.value < SHOWN:
        return _rounded(max(to_show - rarer, 0))
    if best.low > 0.5:
        return _rounded(max(ENOUGH - rarer, 0))
    return _rounded(max(rarer * (((best.value - best.low) / (best.value - 0.5)) ** 2 - 1), FEWEST))


def _to_trust(rarer: int, auc: Figure) -> int:
    """Count the outcomes that are missing to a sound number and to a narrow interval; 0 where only calibration or gain is in doubt."""
    for_width = rarer * (((auc.high - auc.low) / WIDEST) ** 2 - 1)
    return _rounded(max(ENOUGH - rarer, for_width, 0.0))


def _rounded(outcomes: float) -> int:
    return min(MOST, math.ceil(outcomes / 10) * 10 if outcomes > 20 else math.ceil(outcomes))


def _spoken(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
