"""One cell: the scalar rules on which whole-table cleaning rests."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

import numpy as np

from leadrank.data.dates import parse_date
from leadrank.data.numbers import parse_number
from leadrank.data.schema import ColumnSchema
from leadrank.data.words import BLANK_WORDS, NONE_WORD, NOT_A_NUMBER_WORDS, NOT_ANSWERED, UNANSWERED_WORDS, fold, squash, tidy

Clean = float | str | datetime | None

EXPECTED = {
    "number": "a finite number", "date": "a date such as 2024-02-29", "category": "a label", "text": "a text", "id": "an identifier",
}
_WHOLE = re.compile(r"([+-]?\d+)\.0+", re.ASCII)
_TRUTH = {"true": 1.0, "false": 0.0}


def clean_cell(column: ColumnSchema, value: object) -> Clean:
    """Clean one cell exactly as `clean_frame` does.

    Parameters
    ----------
    column
        How the column is read.
    value
        A raw text as in a CSV, or a typed value: bool, int, float, Decimal, date, datetime, timedelta, numpy scalar, None.

    Returns
    -------
    float, str, datetime or None
        A float for a number, a naive UTC datetime for a date, else a text; None for a missing or unreadable cell.

    Examples
    --------
    >>> clean_cell(ColumnSchema("income", "number"), "$1,200.50")
    1200.5
    >>> clean_cell(ColumnSchema("city", "category", spellings={"paris": "Paris"}), " PARIS ")
    'Paris'
    """
    return read_cell(column, value)[0]


def read_cell(column: ColumnSchema, value: object) -> tuple[Clean, bool]:
    """Clean one cell and say whether it could be read."""
    plain = plain_value(value)
    if plain is None:
        return column.blank or None, True
    if column.type == "number":
        return _number(column, plain)
    if column.type == "date":
        return _date(column, plain)
    text = text_of(plain)
    return (None, False) if text is None else (_label(column, text), True)


def plain_value(value: object) -> object:
    """Turn numpy scalars into Python's own values, and what stands for nothing (NaN, NaT) into None."""
    if isinstance(value, np.datetime64):
        value = None if np.isnat(value) else value.astype("datetime64[us]").item()
    elif isinstance(value, np.timedelta64):
        value = None if np.isnat(value) else value.astype("timedelta64[us]").item()
    elif isinstance(value, np.generic):
        value = value.item()
    if (isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan()):
        return None
    return value


def text_of(value: object) -> str | None:
    """Write a typed value as the text that a CSV would hold; None for what has no such text (lists, dicts, bytes) or none that Python writes.

    Examples
    --------
    >>> text_of(3.0), text_of(10**5000), text_of(b"3")
    ('3', None, None)
    """
    try:
        return _written(value)
    except (ValueError, ArithmeticError):  # an integer of very many digits; a moment that no UTC date stands for
        return None


def _written(value: object) -> str | None:
    text = None
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, Decimal):
        text = format(value.normalize() if value else Decimal(0), "f")
    elif isinstance(value, datetime):
        text = _naive(value).isoformat(sep=" ")
    elif isinstance(value, int | date | time):
        text = str(value)
    elif isinstance(value, timedelta):
        text = repr(value.total_seconds())
    return text


def word_meaning(column: ColumnSchema, word: str) -> Literal["value", "missing", "unanswered"]:
    """Say what a squashed text means in a column of labels."""
    if word in column.kept_words:
        return "value"
    if word in BLANK_WORDS or (column.none_is_blank and word == NONE_WORD):
        return "missing"
    return "unanswered" if word in UNANSWERED_WORDS or word in column.null_words else "value"


def _no_value(column: ColumnSchema, word: str) -> bool:
    return word in BLANK_WORDS or word in NOT_A_NUMBER_WORDS or word in column.null_words


def _number(column: ColumnSchema, value: object) -> tuple[float | None, bool]:
    if isinstance(value, str):
        text = tidy(value)
        number = parse_number(text, column.decimal)
        if number is None:
            word = squash(text)
            return _TRUTH.get(word), word in _TRUTH or _no_value(column, word)
    else:
        number = _typed_number(value)
    if number is None or not math.isfinite(number):
        return None, False
    return (None if number in column.null_numbers else number), True


def _typed_number(value: object) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return _as_float(value) if isinstance(value, bool | int | float | Decimal) else None


def _as_float(value: float | Decimal) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _date(column: ColumnSchema, value: object) -> tuple[datetime | None, bool]:
    text = text_of(value)
    if text is None or isinstance(value, bool):
        return None, False
    word = squash(text)
    if _no_value(column, word) or word.removesuffix("00:00:00") in column.null_words:
        return None, True
    if isinstance(value, datetime):
        return _naive(value), True
    moment = parse_date(tidy(text), column.day_first)
    return moment, moment is not None


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _label(column: ColumnSchema, text: str) -> str | None:
    text = tidy(text)
    word = squash(text)
    meaning = word_meaning(column, word)
    if meaning == "unanswered" and column.type == "category" and column.unanswered == "level":
        return NOT_ANSWERED
    if meaning != "value":
        return column.blank or None
    if column.code and (match := _WHOLE.fullmatch(text)):
        text = match[1]
    return column.spellings.get(fold(text), text) if column.spellings else text
