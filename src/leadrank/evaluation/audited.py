"""What the audit by group found, as one record."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.evaluation.alternatives import Alternative
from leadrank.evaluation.proxy import Proxy
from leadrank.evaluation.slices import Cut


@dataclass(frozen=True, slots=True)
class Gap:
    """What makes one group's scores lower than another's: mean log-odds apart, and each column's part in it, the largest first."""

    column: str
    group: str
    reference: str
    apart: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Fairness:
    """The audit of one model, on rows that it did not learn from.

    Attributes
    ----------
    rows, called
        How many leads were audited, and would be called.
    cuts
        Columns, then pairs of columns, by which leads were grouped.
    gaps
        What carries the differences that were found.
    tested
        Attributes of which it was tested whether the model's columns give them away.
    proxies
        What that test found for each group.
    alternatives
        Other ways to choose whom to call, where groups are called at different rates.
    notes
        What was not looked at, and why.
    """

    rows: int
    called: int
    cuts: tuple[Cut, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tested: tuple[str, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def uneven(self) -> tuple[Cut, ...]:
        """Single columns by which groups are called at rates that differ by more than four fifths and by more than chance."""
        return tuple(cut for cut in self.cuts if len(cut.columns) == 1 and any("rate" in s.beyond for s in cut.slices))
