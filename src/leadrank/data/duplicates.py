"""The same lead twice: by key, or as the same row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadrank.frames import pl
from leadrank.types import Finding, FloatArray, IntArray


def drop_repeated_keys(frame: pl.DataFrame, key: str, *, order: FloatArray | None = None) -> tuple[IntArray, tuple[Finding, ...]]:
    """Choose one row per key for training.

    Parameters
    ----------
    frame
        A clean table.
    key
        The key's column. Blank keys are all different.
    order
        Shape (n,), larger is later. With an order the last row of a key is kept (the latest state), without one the first.

    Returns
    -------
    tuple
        The rows kept, ascending, and findings D130 (repeated keys) and D132 (blank keys).

    Examples
    --------
    >>> rows, findings = drop_repeated_keys(pl.DataFrame({"id": ["a", "b", "a", None]}), "id")
    >>> rows.tolist(), findings[0].rows
    ([0, 1, 3], 1)
    """
    keys = frame[key].alias("key").to_frame().with_row_index("row").with_columns(
        pl.Series("order", np.zeros(frame.height) if order is None else -np.asarray(order, dtype=np.float64)))
    # The latest row of equal order is the one further down the file.
    sign = 1 if order is None else -1
    ranked = keys.filter(pl.col("key").is_not_null()).sort(pl.col("order").fill_nan(np.inf), pl.col("row").cast(pl.Int64) * sign)
    chosen = ranked.unique("key", keep="first", maintain_order=True)["row"]
    blank = keys.filter(pl.col("key").is_null())["row"]
    rows = np.sort(np.concatenate([chosen.to_numpy(), blank.to_numpy()]).astype(np.int64))
    return rows, _key_findings(frame, key, dropped=frame.height - len(rows), blank=len(blank), last=order is not None)


def _key_findings(frame: pl.DataFrame, key: str, *, dropped: int, blank: int, last: bool) -> tuple[Finding, ...]:
    findings = []
    if dropped:
        named = frame.filter(pl.col(key).is_not_null())
        differing = int(named.unique().height - named[key].n_unique())
        which = "latest" if last else "first"
        said = f"{dropped} rows repeat a {key}; the {which} row of each was kept for training; {differing} of the others differ from it."
        evidence = {"dropped": float(dropped), "differing": float(differing)}
        findings.append(Finding("D130", "warning", key, dropped, said, "If they are different leads, name another key.", evidence))
    if blank:
        said = f"{blank} rows have no {key}; each was kept as a lead of its own."
        findings.append(Finding("D132", "warning", key, blank, said, "Fill in the key."))
    return tuple(findings)


def duplicate_groups(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[IntArray, tuple[Finding, ...]]:
    """Give each row a number so that exact duplicates share a number, and can be kept in one fold.

    Parameters
    ----------
    frame
        A clean table.
    columns
        The columns that make a row the same (all features, and the outcome if it should count).

    Returns
    -------
    tuple
        Shape (n,): 0, 1, … in order of first appearance; and finding D131.

    Examples
    --------
    >>> duplicate_groups(pl.DataFrame({"a": [1, 2, 1], "b": ["x", "y", "x"]}), ["a", "b"])[0].tolist()
    [0, 1, 0]
    """
    if not columns or not frame.height:
        return np.arange(frame.height, dtype=np.int64), ()
    bare = frame.select([frame[name].alias(str(i)) for i, name in enumerate(columns)])
    listed = bare.with_row_index("row").group_by(bare.columns, maintain_order=True).agg("row")["row"]
    groups = np.empty(frame.height, dtype=np.int64)
    groups[listed.explode().to_numpy()] = np.repeat(np.arange(len(listed)), listed.list.len().to_numpy())
    surplus = frame.height - len(listed)
    if not surplus:
        return groups, ()
    said = f"{surplus} rows repeat another row exactly; they are kept, and always stay in one fold with their twin."
    remedy = "If they are the same lead twice, name the key, and the repeats are dropped."
    return groups, (Finding("D131", "info", None, surplus, said, remedy, {"groups": float(np.sum(np.bincount(groups) > 1))}),)
