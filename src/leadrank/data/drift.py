"""Old rows against new rows: whether the leads, or the outcome, have changed."""

from __future__ import annotations

import math

import numpy as np

from leadrank.frames import pl
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

NEWEST = 0.2
"""Share of the rows, at the end of the order, that are the new ones."""

SHIFTED = 0.25
"""Population stability index from which a column is named."""

_FEWEST = 100
_LEVELS = 20


def stability_index(old: pl.Series, new: pl.Series) -> float:
    """Measure how far two samples of a column lie apart (population stability index, blanks as a bin of their own).

    Numbers and dates are cut at the deciles of the old sample, labels beyond the 20 most frequent share a bin; half a row is added to
    each bin, so that an empty one gives no infinity.

    Examples
    --------
    >>> stability_index(pl.Series(["a", "b"] * 50), pl.Series(["a", "b"] * 50))
    0.0
    """
    was, now = _shares(old, new)
    return float(np.sum((now - was) * np.log(now / was)))


def _shares(old: pl.Series, new: pl.Series) -> tuple[FloatArray, FloatArray]:
    if old.dtype == pl.String:
        both = [_label_counts(old), _label_counts(new)]
        top = sorted(both[0], key=lambda label: (-both[0][label], label))[:_LEVELS]
        counts = [_binned(found, top) for found in both]
    else:
        edges = np.unique(np.quantile(_numbers(old), np.linspace(0.1, 0.9, 9))) if old.count() else np.array([0.0])
        counts = [np.bincount(np.searchsorted(edges, _numbers(s), side="left"), minlength=len(edges) + 1).astype(float) for s in (old, new)]
    counts = [np.append(found, sample.null_count()) for found, sample in zip(counts, (old, new), strict=True)]
    kept = (counts[0] + counts[1]) > 0
    was, now = ((found[kept] + 0.5) / (found[kept] + 0.5).sum() for found in counts)
    return was, now


def _binned(found: dict[str, int], top: list[str]) -> FloatArray:
    kept = [found.get(label, 0) for label in top]
    return np.array([*kept, sum(found.values()) - sum(kept)], dtype=np.float64)


def _label_counts(series: pl.Series) -> dict[str, int]:
    return dict(series.alias("label").to_frame().drop_nulls().group_by("label").len().iter_rows())


def _numbers(series: pl.Series) -> FloatArray:
    return series.drop_nulls().cast(pl.Int64 if series.dtype.is_temporal() else pl.Float64).to_numpy().astype(np.float64)


def drift_findings(frame: pl.DataFrame, y: IntArray | None, order: FloatArray) -> list[Finding]:
    """Compare the oldest 80 % of the rows with the newest 20 %: columns (D151) and outcome (D152)."""
    ranks = np.argsort(np.argsort(order, kind="stable"), kind="stable")
    new = ranks >= round((1 - NEWEST) * frame.height)
    if min(int(new.sum()), int((~new).sum())) < _FEWEST:
        return []
    findings = [] if y is None else _outcome(y, new)
    for name in frame.columns:
        old_cells, new_cells = frame[name].filter(pl.Series(~new)), frame[name].filter(pl.Series(new))
        index = stability_index(old_cells, new_cells)
        if index >= SHIFTED:
            how = _how(old_cells, new_cells)
            said = f"{name} has shifted between the oldest 80 % and the newest 20 % of rows (stability index {index:.2f}): {how}."
            remedy = "Judge on an ordered split; train on recent rows if there are enough."
            findings.append(Finding("D151", "warning", name, int(new.sum()), said, remedy, {"stability_index": index}))
    return findings


def _how(old: pl.Series, new: pl.Series) -> str:
    blanks = old.null_count() / len(old), new.null_count() / len(new)
    if abs(blanks[0] - blanks[1]) > 0.1:
        return f"blanks {blanks[0]:.0%}, now {blanks[1]:.0%}"
    if old.dtype != pl.String:
        middle = (old.median(), new.median(), "median")
        was_, now_, word = middle if middle[0] != middle[1] else (old.mean(), new.mean(), "mean")
        return f"{word} {_short(was_)}, now {_short(now_)}"
    was, now = _label_counts(old), _label_counts(new)
    moved = max(sorted({*was, *now}), key=lambda label: abs(was.get(label, 0) / len(old) - now.get(label, 0) / len(new)))
    return f"{moved!r:.40} {was.get(moved, 0) / len(old):.0%}, now {now.get(moved, 0) / len(new):.0%}"


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else f"{value!s:.19}"


def _outcome(y: IntArray, new: BoolArray) -> list[Finding]:
    """Compare the share of the best class (the positives) by a two-sample z statistic."""
    best = y == y.max()
    was, now, rate = float(best[~new].mean()), float(best[new].mean()), float(best.mean())
    error = math.sqrt(rate * (1 - rate) * (1 / new.sum() + 1 / (~new).sum()))
    z = (now - was) / error if error else 0.0
    if abs(z) < 3.3 or abs(now - was) < 0.02:
        return []
    said = f"The outcome has shifted: {was:.1%} converted in the oldest 80 % of rows, {now:.1%} in the newest 20 %."
    remedy = "Judge on an ordered split and consider the recent-window prior correction."
    return [Finding("D152", "warning", None, int(new.sum()), said, remedy, {"old_rate": was, "new_rate": now, "z": z})]
