"""Which horizon to promise and how long to wait for an outcome, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.labels.delay import Delay
from leadrank.types import Finding

REACH = 0.9
"""Share of those who ever convert that should do so within the horizon."""
ROUND = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 545, 730)
"""Horizons that people plan with, in days."""
FEW = 20
"""Conversions below which a suggestion is hardly more than a guess."""
SHORT = 0.75
"""A declared horizon that holds less of those who ever convert is worth a warning."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Days within which a conversion should count, days after which an outcome should be final, and why."""

    days: float
    maturity: float
    because: tuple[str, ...]


def suggest_horizon(delay: Delay, *, reach: float = REACH, lag: float = 0.0) -> Horizon:
    """Suggest the shortest round horizon within which nearly all who ever convert do so.

    Parameters
    ----------
    delay
        How long conversions take.
    reach
        How many of them should count.
    lag
        Days that pass until nearly every conversion is written down; outcomes are final so much later.

    Examples
    --------
    >>> import numpy as np
    >>> from leadrank.labels.delay import conversion_delay
    >>> rng = np.random.default_rng(0)
    >>> waits, ever = rng.exponential(20, 5_000), rng.random(5_000) < 0.3
    >>> found = suggest_horizon(conversion_delay(np.where(ever, waits, 400.0), ever))
    >>> found.days, found.because[0]
    (45.0, '90% of those who ever convert do so within 45 days (42–49).')
    """
    most = delay.quantile(reach)
    days = float(next((round_ for round_ in ROUND if round_ >= most.value), most.value))
    inside = delay.within(days)
    because = [f"{reach:.0%} of those who ever convert do so within {most.value:g} days ({most.low:g}–{most.high:g})."]
    late = f"With a horizon of {days:g} days {_share(1 - inside.value)} of conversions come too late to count"
    because.append(f"{late}, and each outcome must be waited for {days + lag:.0f} days.")
    if lag:
        because.append(f"{lag:.0f} of these are for conversions that are written down late.")
    if not delay.enough:
        because.append(
            f"Leads were watched for {delay.watched:.0f} days, and conversions had not ceased by then: later ones are not seen, so the true "
            "figures are longer."
        )
    if delay.conversions < FEW:
        because.append(f"There are only {delay.conversions} conversions: take this for a guess.")
    return Horizon(days, days + lag, tuple(because))


def judge_horizon(within: float, delay: Delay) -> list[Finding]:
    """Compare the declared horizon with how long conversions take."""
    if delay.conversions < FEW:
        return []
    inside, suggested = delay.within(within), suggest_horizon(delay)
    short = inside.high < SHORT
    ends = f"({_share(inside.low)}–{_share(inside.high)})"
    said = f"{_share(inside.value)} of those who ever convert do so within the horizon of {within:g} days {ends}."
    if suggested.days == within:
        return [Finding("T507", "info", None, delay.conversions, said, "It is the horizon that the data suggest.", _evidence(within, delay))]
    longer = "waits longer than needed for the rest" if suggested.days < within else "leaves the later ones out, on purpose or not"
    remedy = f"The data suggest {suggested.days:g} days; {within:g} {longer}. {suggested.because[0]}"
    return [Finding("T507", "warning" if short else "info", None, delay.conversions, said, remedy, _evidence(within, delay))]


def open_horizon(suggested: Horizon) -> Finding:
    """Say after how many days rows are taken for final where nothing is declared."""
    said = "No horizon is declared: a conversion counts however late it comes, and a lead without one is taken for lost after "
    said += f"{suggested.maturity:.0f} days. {suggested.because[0]}"
    return Finding("T505", "warning", None, 0, said, f'Declare it: [target] within = "{suggested.days:g} days".')


def _evidence(within: float, delay: Delay) -> dict[str, float]:
    shares = {f"within_{day:g}": delay.within(day).value for day in (7.0, 30.0, 90.0)}
    return {"horizon": within, "within_horizon": delay.within(within).value, "ever": delay.ever.value, **shares}


def _share(share: float) -> str:
    return f"{share:.0%}" if share == 0 or share >= 0.1 else f"{share:.1%}"
