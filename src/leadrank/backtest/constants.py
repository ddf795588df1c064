"""Trainings that ended with a constant: whether time or the leads are to blame, and what can then not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadrank.backtest.result import REFIT
from leadrank.bundle import Bundle

FIRST_TRIALS = 2
"""The constant and the first setting of one learner are tried whatever the budget."""
SPENT = 0.5
"""Share of the budget from which a training with no more trials was short of time."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a training ended: with one probability for all leads or not, and whether because there was no time to learn."""

    constant: bool
    hurried: bool


def ended(bundle: Bundle) -> Ended:
    """Say how a training ended; one that counts trials is never short of time."""
    facts, model = bundle.facts, bundle.project.model
    hurried = facts.seconds is not None and facts.trials <= FIRST_TRIALS and facts.seconds >= SPENT * model.budget
    return Ended(facts.chosen == "dummy", hurried)


def void(trained: Sequence[Ended], policies: Sequence[str]) -> tuple[str, ...]:
    """Name the policies that rest on a constant for want of time: of the first training, or of any where models are refitted.

    Examples
    --------
    >>> void([Ended(False, False), Ended(True, True)], ("refit", "frozen")), void([Ended(True, False)], ("refit",))
    (('refit',), ())
    """
    short = [one.constant and one.hurried for one in trained]
    return tuple(name for name in policies if (any(short) if name == REFIT else short[0]))


def warnings(trained: Sequence[Ended], without: Sequence[str], budget: float) -> tuple[str, ...]:
    """Say in how many trainings a constant was all there was, and why.

    Parameters
    ----------
    trained
        How each training ended.
    without
        The policies that cannot be compared.
    budget
        Seconds of each training.

    Examples
    --------
    >>> warnings([Ended(True, True), Ended(True, False), Ended(False, False)], ("refit",), 8)[1]
    'A constant won in 1 of 3 trainings: on the outcomes known then no learner told leads apart better than chance.'
    """
    short, won = sum(one.constant and one.hurried for one in trained), sum(one.constant and not one.hurried for one in trained)
    of_all = f"of {len(trained)} training{'s' * (len(trained) != 1)}"
    said = []
    if short:
        rest = "The line that rests on them is" if len(without) == 1 else "The lines that rest on them are"
        said.append(
            f"The budget of {budget:g} seconds did not reach a learner that beats a constant in {short} {of_all}: give more with --budget. "
            f"{rest} not to be compared with the others: {', '.join(without)}."
        )
    if won:
        said.append(f"A constant won in {won} {of_all}: on the outcomes known then no learner told leads apart better than chance.")
    return tuple(said)
