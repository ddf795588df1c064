"""A team can work k leads: which ones, and in which order."""

from __future__ import annotations

import numpy as np

from leadrank.decisions.profit import between, tie_ends
from leadrank.types import Finding, FloatArray, IntArray


def capacity_cut(score: FloatArray, capacity: int, *, floor: float = 0.0) -> tuple[float, str, tuple[Finding, ...]]:
    """Turn a capacity into a fixed cut, so that one lead and a batch are decided alike.

    Parameters
    ----------
    score
        Probabilities, or expected profits, of the leads judged, shape (n,).
    capacity
        Leads to call out of these n; a file of m leads will have about m · capacity / n above the cut. Of leads tied at the border none is
        called, so that the capacity is not exceeded.
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
    worth = floor > cut
    every = capacity >= len(score)
    findings = _beyond(capacity, len(score), worth=worth) if every else () if len(fitting) else _tied(capacity, int(ends[0] + 1))
    best = f"the best {capacity:,} of the {len(score):,} leads judged, a fixed cut for every file"
    if every:
        best = f"the capacity of {capacity:,} is no limit to the {len(score):,} leads judged: all are called, in every file"
    return (floor, best + ", those worth their contact", findings) if worth else (cut, best, findings)


def _beyond(capacity: int, judged: int, *, worth: bool) -> tuple[Finding, ...]:
    how = "exceeds" if capacity > judged else "equals"
    return (
        Finding(
            "M454", "warning", None, judged,
            f"The capacity of {capacity:,} leads {how} the {judged:,} that the model was judged on: it cuts nothing, and all leads "
            f"{'that are worth their contact ' if worth else ''}are called, in every file.",
            "Give the capacity of the time in which the judged leads came in, or leave it out and take the best of each file with --top.",
            {"capacity": float(capacity), "judged": float(judged)},
        ),
    )


def _tied(capacity: int, tied: int) -> tuple[Finding, ...]:
    return (
        Finding(
            "M455", "warning", None, tied, f"{tied} leads share the highest score, more than the capacity of {capacity}: none can be preferred.",
            "Give the model columns that tell leads apart, or use `--top` to cut a batch.",
        ),
    )


def best_first(p: FloatArray, profit: FloatArray | None = None) -> IntArray:
    """Return the row numbers in the order in which to call, the best first; equal ones keep the order given.

    Parameters
    ----------
    p
        Probabilities, shape (n,).
    profit
        Expected profits where economics are known, shape (n,); they rank first, and the probability among equal ones.

    Examples
    --------
    >>> best_first(np.array([0.2, 0.9, 0.2, 0.5])).tolist()
    [1, 3, 0, 2]
    >>> best_first(np.array([0.2, 0.9, 0.2]), np.array([7.0, 7.0, 8.0])).tolist()
    [2, 1, 0]
    """
    order: IntArray = np.lexsort((-p, -(p if profit is None else profit))).astype(np.int64)
    return order
