"""From a clean table to the numbers and codes that a model reads."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import numpy as np

from leadrank import project
from leadrank.errors import UsageError, nearest
from leadrank.frames import pl
from leadrank.types import AT, FIRST_LEVEL, MISSING, UNSEEN, CodeArray, Feature, FloatArray, Labels, Matrix

RARE = 2
"""A level needs this many training rows; rarer ones share the code of unseen levels, so that `unseen` is learned too."""

LARGEST = 1e37
"""Numbers farther out are pulled in to here: boosters read single precision."""

TWO_YEARS = timedelta(days=730)

How = Literal["number", "category", "month", "weekday", "hour", "days_before", "words"]
_SECONDS_PER_DAY = 86_400.0
_NAMES = {"month": "month", "weekday": "weekday", "hour": "hour", "days_before": "days before creation", "words": "words"}


@dataclass(frozen=True, slots=True)
class Input:
    """How one feature is made from its column."""

    feature: Feature
    how: How


@dataclass(frozen=True, slots=True)
class Encoder:
    """The inputs of a model, in order, and the column that says when a lead was created."""

    inputs: tuple[Input, ...]
    created_at: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The user's columns that are needed to score."""
        needed = dict.fromkeys(i.feature.column for i in self.inputs)
        if any(i.how == "days_before" for i in self.inputs) and self.created_at is not None:
            needed[self.created_at] = None
        return tuple(needed)


def fit_encoder(
    frame: pl.DataFrame, columns: Sequence[str], *, declared: Mapping[str, project.Column] | None = None, texts: Collection[str] = (),
    created_at: str | None = None,
) -> Encoder:
    """Learn the levels of each categorical column and how each date is read.

    An absolute date is no feature: every future lead would have a value that training never saw. Its month, weekday,
    hour (where times of day differ) and, with `created_at`, its distance to the lead's creation are.

    Parameters
    ----------
    frame
        Clean training rows: Float64 numbers, String categories and texts, Datetime dates; null = blank.
    columns
        The columns that may be used, in order.
    declared
        What the project file says about columns: `missing`, `bins`.
    texts
        Columns of free text: only the number of words is used.
    created_at
        The column with the moment a lead was created.

    Examples
    --------
    >>> frame = pl.DataFrame({"source": ["web", "web", "fair", "fair", "once"], "visits": [1.0, 2.0, None, 4.0, 5.0]})
    >>> [f.name for f in encode(fit_encoder(frame, ["source", "visits"]), frame).features]
    ['visits', 'source']
    """
    declared = declared or {}
    inputs: list[Input] = []
    for name in columns:
        if name in texts:
            inputs.append(Input(Feature(f"{name} (words)", name, "number"), "words"))
        else:
            inputs.extend(_inputs_of(frame, name, declared.get(name, project.Column()), created_at, columns))
    return Encoder(tuple(inputs), created_at)


def encode(encoder: Encoder, frame: pl.DataFrame, labels: Mapping[str, Labels] | None = None) -> Matrix:
    """Turn clean rows into a matrix.

    Parameters
    ----------
    encoder
        What `fit_encoder` learned.
    frame
        Clean rows with every column of `encoder.columns`.
    labels
        Columns that come as labels instead; there each text is looked up once.

    Returns
    -------
    Matrix
        One row for each row of `frame`, in order.
    """
    created, labels = _created(encoder, frame), labels or {}
    rows = len(next(iter(labels.values())).numbers) if labels else frame.height
    numeric = [i for i in encoder.inputs if i.feature.kind == "number"]
    categorical = [i for i in encoder.inputs if i.feature.kind == "category"]
    # Column after column, as they come and as trees read them.
    numbers = np.empty((rows, len(numeric)), order="F")
    codes = np.empty((rows, len(categorical)), dtype=np.int32, order="F")
    for j, item in enumerate(numeric):
        found = _number(item, frame[item.feature.column], created)
        np.clip(found, -LARGEST, LARGEST, out=numbers[:, j])
    for j, item in enumerate(categorical):
        name = item.feature.column
        if name in labels:
            _put_codes(item.feature.levels, labels[name], codes[:, j])
        else:
            codes[:, j] = _codes(item.feature.levels, frame[name])
    return Matrix(numbers, codes, tuple(i.feature for i in numeric), tuple(i.feature for i in categorical))


def encode_one(encoder: Encoder, cells: Mapping[str, float | str | datetime | None]) -> Matrix:
    """Turn one clean lead into a matrix of one row, without a frame; an absent column counts as blank."""
    numeric = [i for i in encoder.inputs if i.feature.kind == "number"]
    categorical = [i for i in encoder.inputs if i.feature.kind == "category"]
    created = cells.get(encoder.created_at) if encoder.created_at is not None else None
    numbers = np.array([[_number_of(i, cells.get(i.feature.column), created) for i in numeric]], dtype=np.float64)
    codes = np.array([[_code_of(i.feature.levels, cells.get(i.feature.column)) for i in categorical]], dtype=np.int32)
    return Matrix(numbers.reshape(1, -1), codes.reshape(1, -1), tuple(i.feature for i in numeric), tuple(i.feature for i in categorical))


def _code_of(levels: tuple[str, ...], cell: object) -> int:
    if cell is None:
        return MISSING
    place = _places(levels).get(cell)
    return UNSEEN if place is None else place


@lru_cache(maxsize=4096)
def _places(levels: tuple[str, ...]) -> dict[object, int]:
    return {level: k + FIRST_LEVEL for k, level in enumerate(levels)}


def _number_of(item: Input, cell: object, created: object) -> float:
    if item.how == "words":
        return float(len(cell.split(" "))) if isinstance(cell, str) else 0.0
    if item.how == "number":
        return min(max(float(cell), -LARGEST), LARGEST) if isinstance(cell, float | int) else math.nan
    if not isinstance(cell, datetime):
        return math.nan
    if item.how == "days_before":
        return _whole_seconds(created - cell) / _SECONDS_PER_DAY if isinstance(created, datetime) else math.nan
    return float({"month": cell.month, "weekday": cell.isoweekday(), "hour": cell.hour}[item.how])


def _whole_seconds(apart: timedelta) -> int:
    """Cut towards zero as Polars does; as a float, centuries with microseconds would be rounded."""
    whole = abs(apart) // timedelta(seconds=1)
    return whole if apart >= timedelta() else -whole


def _inputs_of(frame: pl.DataFrame, name: str, column: project.Column, created_at: str | None, columns: Sequence[str]) -> list[Input]:
    series, column = frame[name], _with_groups(name, column, frame.columns, columns)
    if series.dtype == pl.Float64:
        return [Input(_with_rules(Feature(name, name, "number"), column), "number")]
    if series.dtype.is_temporal():
        return _date_inputs(series, name, created_at)
    return [Input(_with_rules(Feature(name, name, "category", _levels(series)), column), "category")]


def _with_groups(name: str, column: project.Column, there: Collection[str], columns: Sequence[str]) -> project.Column:
    """Group by the columns that entered the model; one that was set aside or is constant groups nothing."""
    if not isinstance(column.missing, project.GroupMedian):
        return column
    for by in column.missing.group_median:
        if by not in there:
            raise UsageError(f"{name!r} is to be filled by the median of its {by!r}, and no such column is read.", nearest(by, columns))
    kept = tuple(by for by in column.missing.group_median if by in columns and by != name)
    return column.model_copy(update={"missing": project.GroupMedian(group_median=kept) if kept else "median"})


def _with_rules(feature: Feature, column: project.Column) -> Feature:
    if isinstance(column.missing, project.GroupMedian):
        feature = replace(feature, missing="group_median", by=column.missing.group_median)
    elif column.missing is not None:
        feature = replace(feature, missing=column.missing)
    return replace(feature, bins=tuple(sorted(set(column.bins or ()))))


def _date_inputs(series: pl.Series, name: str, created_at: str | None) -> list[Input]:
    # Of less than two years a month is a place on a line, which nobody comes back to: a clock, where dates go with the cutoff.
    seasons = created_at != AT or _span(series) >= TWO_YEARS
    hows: list[How] = ["month", "weekday"] if seasons else ["weekday"]
    if series.drop_nulls().dt.hour().n_unique() > 1:
        hows.append("hour")
    if created_at is not None and name != created_at:
        hows.append("days_before")
    named = _NAMES if created_at != AT else _NAMES | {"days_before": "days before the cutoff"}
    return [Input(Feature(f"{name} ({named[how]})", name, "number"), how) for how in hows]


def _span(series: pl.Series) -> timedelta:
    first, last = series.min(), series.max()
    return last - first if isinstance(first, datetime) and isinstance(last, datetime) else timedelta(0)


def _levels(series: pl.Series) -> tuple[str, ...]:
    counts = series.alias("level").drop_nulls().value_counts()
    kept = counts.filter(pl.col("count") >= RARE).sort(["count", "level"], descending=[True, False])
    return tuple(kept["level"].to_list())


def _codes(levels: tuple[str, ...], series: pl.Series) -> CodeArray:
    known = pl.Series(levels, dtype=pl.String)
    codes = pl.Series(np.arange(FIRST_LEVEL, FIRST_LEVEL + len(levels), dtype=np.int32))
    found = series.replace_strict(known, codes, default=UNSEEN, return_dtype=pl.Int32)
    result: CodeArray = found.zip_with(series.is_not_null(), pl.repeat(MISSING, series.len(), dtype=pl.Int32, eager=True)).to_numpy()
    return result


def _put_codes(levels: tuple[str, ...], labels: Labels, out: CodeArray) -> None:
    places = _places(levels)
    codes = np.array([MISSING if text is None else places.get(text, UNSEEN) for text in labels.texts], dtype=np.int32)
    codes.take(labels.numbers, out=out, mode="clip")  # every number is in place; "raise" would go through a copy


def _created(encoder: Encoder, frame: pl.DataFrame) -> pl.Series | None:
    name = encoder.created_at
    return frame[name] if name is not None and name in frame.columns else None


def _number(item: Input, series: pl.Series, created: pl.Series | None) -> FloatArray:
    if item.how == "days_before":
        if created is None:
            return np.full(series.len(), np.nan)
        series = (created - series).dt.total_seconds()
    elif item.how == "words":
        series = series.str.split(" ").list.len().fill_null(0)
    elif item.how != "number":
        series = {"month": series.dt.month, "weekday": series.dt.weekday, "hour": series.dt.hour}[item.how]()
    result: FloatArray = series.cast(pl.Float64).to_numpy()
    # Divided here: Polars' own division may differ from Python's in the last bit, and one lead must equal a table.
    return result / _SECONDS_PER_DAY if item.how == "days_before" else result
