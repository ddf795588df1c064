"""A team can work k leads in a period: which ones, and in which order."""

from __future__ import annotations

import numpy as np

from leadrank.decisions.profit import between, tie_ends
from leadrank.types import Finding, FloatArray, IntArray


def capacity_cut(score: FloatArray, capacity: int, *, floor: float = 0.0) -> tuple[float, str, tuple[Finding, ...]]:
    """Turn a capacity into a fixed cut, so that one lead and a batch are decided alike.

    Parameters
    ----------
    score
        Probabilities, or expected profits, of one period's leads, shape (n,).
    capacity
        Leads that can be worked in such a period. Of leads tied at the border none is called, so that the capacity is not exceeded.
    floor
        The break-even: room that is left is not filled with leads that cost more than they bring.

    Returns
    -------
    tuple
        The cut, why in words, and findings.

    Examples
    --------
    >>> capacity_cut(np.array([0.9, 0.1, 0.5, 0.3]), 2)[0]
    0.4
    """
    ranked = -np.sort(-score)
    ends = tie_ends(ranked)
    fitting = np.flatnonzero(ends + 1 <= capacity)
    # When even the first tie is too long nobody would be called: the cut lies above it.
    cut = float(between(ranked, ends)[fitting[-1]]) if len(fitting) else float(np.nextafter(ranked[0], np.inf))
    findings: tuple[Finding, ...] = ()
    if capacity >= len(score):
        findings = (
            Finding(
                "M454", "info", None, len(score),
                f"The capacity of {capacity} leads is not less than the {len(score)} leads of the period.",
                "Nothing, if the team can really work them all.",
            ),
        )
    elif not len(fitting):
        findings = (
            Finding(
                "M455", "warning", None, int(ends[0] + 1),
                f"{int(ends[0] + 1)} leads share the highest score, more than the capacity of {capacity}: none can be preferred.",
                "Give the model columns that tell leads apart, or use `--top` to cut a batch.",
            ),
        )
    because = f"the best {capacity} of {len(score)} leads"
    return (floor, because + ", those worth their contact", findings) if floor > cut else (cut, because, findings)


def rank_leads(score: FloatArray) -> IntArray:
    """Rank leads from 1, the highest score first, equal ones in the order given.

    `score` is the expected profit where economics are known, else the probability.

    Examples
    --------
    >>> rank_leads(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 3]
    """
    ranks = np.empty(len(score), np.int64)
    ranks[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return ranks


def top_leads(score: FloatArray, capacity: int) -> IntArray:
    """Return the row numbers of the best `capacity` leads, best first (`--top N`)."""
    return np.argsort(-score, kind="stable")[:capacity].astype(np.int64)
