"""What can be told apart: the policies among each other, and the best of them beside what could be done without us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from leadrank.backtest.figures import Drawn, gain_of
from leadrank.backtest.result import Comparison
from leadrank.types import Figure

WORDS = {"log_loss": "log loss", "auc": "AUC"}


def comparisons(whole: Mapping[str, Drawn], policies: Sequence[str], *, void: Sequence[str] = ()) -> tuple[Comparison, ...]:
    """Compare every two policies by log loss, and the best policy with each rival by the ranking, and by log loss where it promises anything.

    Parameters
    ----------
    whole
        Figures of all periods together, with resamples.
    policies
        Those that took part.
    void
        Of these, the ones that nothing can be said of.
    """
    sound = [name for name in policies if name not in void]
    if not sound:
        return ()
    made = [_compared(whole, ours, theirs, "log_loss") for ours, theirs in combinations(sound, 2)]
    best = min(sound, key=lambda name: float(whole[name]["log_loss"][0]))
    for rival in (name for name in whole if name not in policies):
        made += [_compared(whole, best, rival, metric) for metric in ("auc", "log_loss")]
    return tuple(one for one in made if one is not None)


def _compared(whole: Mapping[str, Drawn], ours: str, theirs: str, metric: str) -> Comparison | None:
    gain = gain_of(whole[ours], whole[theirs], metric)
    return None if gain is None else Comparison(ours, theirs, metric, gain, words_of(ours, theirs, metric, gain))


def words_of(ours: str, theirs: str, metric: str, gain: Figure) -> str:
    """Say who is better, and whether that can be told at all.

    Examples
    --------
    >>> words_of("refit", "frozen", "log_loss", Figure(0.02, 0.01, 0.03))
    'refit beats frozen by 0.0200 log loss (0.0100 to 0.0300)'
    >>> words_of("refit", "frozen", "log_loss", Figure(-0.02, -0.03, -0.01))
    'frozen beats refit by 0.0200 log loss (0.0100 to 0.0300)'
    >>> words_of("refit", "frozen", "auc", Figure(0.001, -0.002, 0.004))
    'refit and frozen cannot be told apart on AUC (+0.0010, -0.0020 to +0.0040)'
    """
    what = WORDS[metric]
    if gain.low > 0:
        return f"{ours} beats {theirs} by {gain.value:.4f} {what} ({gain.low:.4f} to {gain.high:.4f})"
    if gain.high < 0:
        return f"{theirs} beats {ours} by {-gain.value:.4f} {what} ({-gain.high:.4f} to {-gain.low:.4f})"
    return f"{ours} and {theirs} cannot be told apart on {what} ({gain.value:+.4f}, {gain.low:+.4f} to {gain.high:+.4f})"
