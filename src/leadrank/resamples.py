"""Bootstrap resamples: how often each row counts, where a lead's rows come together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadrank.types import FloatArray, IntArray


def resamples(n: int, draws: int, seed: int, groups: IntArray | None = None) -> Iterator[FloatArray]:
    """Yield `draws` vectors of counts, each of shape (n,); they sum to n where each row stands for itself.

    Parameters
    ----------
    n
        Number of rows.
    draws, seed
        Number of resamples, and where they begin.
    groups
        Whose row each is, shape (n,): as many leads are drawn as there are, each with all its rows. Without it each row is a lead of its own.

    Examples
    --------
    >>> [counts.tolist() for counts in resamples(4, 2, seed=1, groups=np.array([7, 7, 3, 3]))]
    [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 2.0, 2.0]]
    """
    whose, leads = _numbered(groups) if groups is not None else (slice(None), n)
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(rng.integers(leads, size=leads), minlength=leads).astype(np.float64)[whose]


def _numbered(groups: IntArray) -> tuple[IntArray, int]:
    """Give leads numbers in the order in which they first come: where each has one row, the resamples are those of rows."""
    _, first, whose = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[whose], len(first)
