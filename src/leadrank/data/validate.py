"""Checks on a clean table: what is constant, blank, lopsided, a clock, or no longer what it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from leadrank.data.clocks import clock_findings
from leadrank.data.drift import drift_findings
from leadrank.data.said import grouped, listing
from leadrank.data.schema import Schema
from leadrank.data.words import NOT_ANSWERED
from leadrank.frames import pl
from leadrank.types import Finding, FloatArray, IntArray

BLANK_HEAVY = 0.4
DOMINANT = 0.95


def validate(
    frame: pl.DataFrame, schema: Schema, y: IntArray | None = None, *, order: FloatArray | None = None, order_name: str = "the order",
    counted: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Check the features of a clean table; nothing is changed.

    Parameters
    ----------
    frame
        A table as `clean_frame` gives it, the rows with a label.
    schema
        Its columns; only features are checked.
    y
        Shape (n,): class numbers, for the drift of the outcome.
    order
        Shape (n,), larger is later: turns on the checks for clocks and drift.
    order_name
        What the order is called in messages.
    counted
        Columns that were counted from events: nobody fills them in, and where nothing happened they are blank.

    Returns
    -------
    tuple
        Findings D140 (constant), D141 (blank-heavy), D142 (one level dominates), D143 (mostly unanswered), D146 (counted and blank-heavy),
        D150 (clock-like), D151 and D152 (drift of columns and of the outcome).
    """
    names = [c.name for c in schema.features if c.name in frame.columns]
    constant = constant_columns(frame, names)
    varying = [name for name in names if name not in constant]
    blank = blank_heavy_columns(frame, varying)
    findings = [*_constant(frame, constant), *_blank(frame, [name for name in blank if name not in counted])]
    findings += [*_nothing_to_count(frame, [name for name in blank if name in counted]), *_dominant(frame, varying), *_unanswered(frame, varying)]
    if order is not None and frame.height:
        findings += clock_findings(frame.select(varying), order, order_name)
        findings += drift_findings(frame.select(varying), y, order)
    return tuple(grouped(findings))


def constant_columns(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """Name the columns that hold one value in all rows, blanks counted as a value: they can tell nothing apart.

    Examples
    --------
    >>> constant_columns(pl.DataFrame({"a": [1, 1], "b": [1, None], "c": [None, None]}), ["a", "b", "c"])
    ('a', 'c')
    """
    return tuple(name for name in columns if frame[name].n_unique() <= 1)


def blank_heavy_columns(frame: pl.DataFrame, columns: Sequence[str], *, share: float = BLANK_HEAVY) -> tuple[str, ...]:
    """Name the columns whose share of blanks is at least `share`, the blankest first: candidates for dropping, once the cost is known."""
    shares = {name: frame[name].null_count() / max(frame.height, 1) for name in columns}
    return tuple(sorted((n for n, s in shares.items() if s >= share), key=lambda n: -shares[n]))


def little_said(frame: pl.DataFrame, columns: Sequence[str], *, most: int = 12) -> dict[str, str]:
    """Name the columns that are mostly blank or mostly one value, with the reason: candidates for dropping, once the cost is known.

    Examples
    --------
    >>> little_said(pl.DataFrame({"a": [1, None, None], "b": [1, 2, 3]}), ["a", "b"])
    {'a': 'blank in 2 of 3 rows'}
    """
    found = {name: f"blank in {frame[name].null_count()} of {frame.height} rows" for name in blank_heavy_columns(frame, columns)}
    for name in columns:
        if name not in found and frame.height:
            top, cells = frame[name].alias("value").value_counts(sort=True).row(0)
            if top is not None and cells >= DOMINANT * frame.height:
                found[name] = f"{top!s:.40} in {cells} of {frame.height} rows"
    return dict(list(found.items())[:most])


def labelled_rows(labels: pl.Series) -> tuple[IntArray, tuple[Finding, ...]]:
    """Set aside rows without a label.

    Returns
    -------
    tuple
        The rows with a label, ascending, and finding D144.

    Examples
    --------
    >>> labelled_rows(pl.Series("won", ["1", None, "0"]))[0].tolist()
    [0, 2]
    """
    rows = labels.is_not_null().arg_true().to_numpy().astype(np.int64)
    blank = len(labels) - len(rows)
    if not blank:
        return rows, ()
    said = f"{blank} of {len(labels)} rows have no {labels.name}; they were set aside, and can be scored later."
    return rows, (Finding("D144", "info", labels.name, blank, said, "Nothing to do if their outcome is still open."),)


def _constant(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    if not names:
        return []
    said = f"{len(names)} columns hold one value in all rows and were dropped: {listing(names, 20)}."
    column = names[0] if len(names) == 1 else None
    remedy = "Nothing to do; leave them out of the export."
    return [Finding("D140", "info", column, frame.height, said, remedy, {"columns": float(len(names))})]


def _blank(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    found = []
    for name in names:
        blank = frame[name].null_count()
        said = f"{name} is blank in {blank} of {frame.height} rows ({blank / frame.height:.0%})."
        remedy = "Ask when it is filled in: a field that is filled in during the sale knows the answer. Drop it if it costs little."
        found.append(Finding("D141", "warning", name, blank, said, remedy, {"share": blank / frame.height}))
    return found


def _nothing_to_count(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    if not names:
        return []
    said = f"{len(names)} counted columns are blank in {BLANK_HEAVY:.0%} of the rows or more, where nothing of the kind happened: {listing(names)}."
    column = names[0] if len(names) == 1 else None
    return [Finding("D146", "info", column, frame.height, said, "Nothing to do: that is what the events say.", {"columns": float(len(names))})]


def _dominant(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    found = []
    for name in names:
        counts = frame[name].alias("value").to_frame().drop_nulls().group_by("value").len().sort(["len", "value"], descending=[True, False])
        top, cells = counts.row(0)
        if cells >= DOMINANT * frame.height:
            said = f"{name} is {top!s:.40} in {cells} of {frame.height} rows ({cells / frame.height:.2%})."
            found.append(Finding("D142", "info", name, cells, said, "It can help with few leads only.", {"share": cells / frame.height}))
    return found


def _unanswered(frame: pl.DataFrame, names: Sequence[str]) -> list[Finding]:
    found = []
    for name in names:
        cells = int((frame[name] == NOT_ANSWERED).sum()) if frame[name].dtype == pl.String else 0
        if cells >= BLANK_HEAVY * frame.height:
            said = f"{name} was asked and not answered in {cells} of {frame.height} rows ({cells / frame.height:.0%})."
            found.append(Finding("D143", "warning", name, cells, said, "Make the field useful to the lead, or stop asking.",
                                 {"share": cells / frame.height}))
    return found
