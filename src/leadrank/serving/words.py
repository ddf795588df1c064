"""The words of which requests are made: texts that every store can keep, moments in UTC, amounts within reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from msgspec import json, to_builtins
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from leadrank.operations.notices import Notice
from leadrank.operations.queue import LONGEST_CURSOR
from leadrank.serving.envelope import SLASH

LARGEST = 1e15
MOST_FIELDS = 2_000
_NUMBER = re.compile(r"\s*[-+]?[\d.]+\s*")


class Given(BaseModel):
    """Something that a caller sends; a field that nobody knows is refused, and so is what is of another type: `true` is no amount."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """Something that a caller is told, read off a record."""

    model_config = ConfigDict(from_attributes=True)


def plain_text(text: str) -> str:
    """Refuse what a store cannot keep.

    Examples
    --------
    >>> plain_text("Ann")
    'Ann'
    """
    if "\0" in text:
        raise ValueError("a text holds no NUL character")
    text.encode("utf-8")
    return text


def written_moment(given: object) -> object:
    """Refuse a number where a moment belongs: it could be seconds, or a year.

    Examples
    --------
    >>> written_moment("2026-03-01T12:00:00Z")
    '2026-03-01T12:00:00Z'
    """
    if not isinstance(given, str | datetime) or (isinstance(given, str) and _NUMBER.fullmatch(given)):
        raise ValueError("a moment is a text as 2026-03-01T12:00:00Z")
    return given


def whole(number: object) -> object:
    """Take 3.0 for 3, as JSON does.

    Examples
    --------
    >>> whole(3.0), whole(3.5)
    (3, 3.5)
    """
    return int(number) if isinstance(number, float) and number.is_integer() else number


def naive_utc(moment: datetime) -> datetime:
    """Turn a moment into naive UTC; without a zone it is UTC already.

    Examples
    --------
    >>> naive_utc(datetime.fromisoformat("2026-03-01T12:00:00+02:00"))
    datetime.datetime(2026, 3, 1, 10, 0)
    """
    try:
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("no date in UTC stands for this moment") from None


def flat(cell: object) -> object:
    """Refuse a list or an object where a single value belongs.

    Examples
    --------
    >>> flat(3)
    3
    """
    if isinstance(cell, list | dict):
        raise ValueError(f"a text, a number, true, false or null was expected, {'a list' if isinstance(cell, list) else 'an object'} came")
    return cell


def plain_cells(cells: dict[str, Any]) -> dict[str, Any]:
    """Refuse fields that a store cannot keep, or too many of them."""
    if len(cells) > MOST_FIELDS:
        raise ValueError(f"a lead has at most {MOST_FIELDS:,} fields")
    for name, cell in cells.items():
        plain_text(name)
        if isinstance(cell, str):
            plain_text(cell)
    return cells


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


Text = Annotated[str, AfterValidator(plain_text), Field(max_length=2_000)]
Name = Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=200)]
ShortName = Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=100)]
Moment = Annotated[datetime, Field(strict=False), BeforeValidator(written_moment), AfterValidator(naive_utc)]
Stamp = Annotated[datetime, PlainSerializer(_moment, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment that is told, with its Z."""
Noticed = Annotated[Any, PlainSerializer(to_builtins), WithJsonSchema(json.schema(Notice)["$defs"]["Notice"])]
"""A notice that is told, as /predict tells it."""
Amount = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Cell = Annotated[str | int | float | bool | None, BeforeValidator(flat)]
Cells = Annotated[dict[str, Cell], AfterValidator(plain_cells)]


def _key(text: str) -> str:
    return plain_text(text.replace(SLASH, "/"))


Key = Annotated[str, AfterValidator(_key), Path(min_length=1, max_length=200, description="The lead's key; a slash in it is written %2F.")]
Identity = Annotated[str, AfterValidator(_key), Path(min_length=1, max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500, description="So many at most.")]
Strict = Annotated[bool | None, Query(description="Refuse odd fields (422) instead of telling of them; left out, as the service is set.")]
After = Annotated[str | None, Query(max_length=LONGEST_CURSOR, description="`after` of the page before.")]
