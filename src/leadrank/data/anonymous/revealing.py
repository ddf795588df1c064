"""Columns that say who somebody is, and columns that together may give somebody away: by name, and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from leadrank.data.kinds import snake
from leadrank.frames import pl

_WHO = re.compile(
    r"^(?:(?:full|first|last|middle|maiden|given|family|customer|client|contact|person|lead|user|buyer|owner)_)*name$|surname$"
    r"|(?:^|_)(?:e_?mail|mail|email_address|address|street|iban|passport|ip|ip_address|url|website|linkedin|facebook|twitter|username|login"
    r"|license_plate)$")
_WHO_NUMBER = re.compile(r"(?:^|_)(?:phone|mobile|telephone|tel|fax|ssn|iban|passport)(?:_(?:no|number|num|nr))?$")
_THING = re.compile(r"(?:^|_)(?:id|uuid|guid|key|hash)$")
_DESCRIBES = re.compile(
    r"(?:^|_)(?:age|birth|birthday|birthdate|dob|gender|sex|zip|zipcode|postal|postcode|plz|city|town|county|state|province|region|location|country"
    r"|district|neighbou?rhood|lat|latitude|lon|lng|longitude|income|salary|wage|earnings|marital|family|household|kids|children|dependents"
    r"|nationality|citizenship|ethnicity|race|religion|disability|language|occupation|job|profession|employer|company|organi[sz]ation|degree"
    r"|qualification|homeowner|ownership)(?:_|$)|^(?:[a-z]+_)?education(?:_(?:level|years|num))?$")
_CONTACT = r"^\S+@\S+\.\S+$|^(?:https?://|www\.)\S+$|^\+?[\d\s()/.-]{9,}\d$"
FEW_LABELS = 10
"""A column of no more labels says nothing about who somebody is, whatever its name ("Do not email": yes, no)."""
CONTACTS = 0.01
"""Share of cells that look like an address, a link or a telephone number from which a column is taken for one."""
RARELY = 0.01
"""Share of rows with a rare label from which a column counts as one that may give somebody away, whatever its name."""
_LETTERS, _DIGITS = 4, 6


def says_who(column: pl.Series) -> str:
    """Say why a column names a person or a thing, or return an empty text.

    Examples
    --------
    >>> says_who(pl.Series("AgentID", ["a", "b"])), says_who(pl.Series("Do Not Email", ["yes", "no"]))
    ('it names another thing', '')
    """
    name, labels = snake(column.name), column.drop_nulls().unique()
    if column.dtype == pl.String and _THING.search(name):
        return "it names another thing"
    if len(labels) > FEW_LABELS and (_WHO_NUMBER.search(name) or (column.dtype == pl.String and _WHO.search(name))):
        return "it says who somebody is"
    if column.dtype == pl.String and len(labels) > FEW_LABELS and labels.str.contains(_CONTACT).mean() >= CONTACTS:  # type: ignore[operator]
        return "its cells are addresses, links or telephone numbers"
    return ""


def numbers_things(column: pl.Series) -> bool:
    """Say whether the key of another table is a number of things ("Haus 35"), and no label that many leads share for what it says ("Old Town").

    Examples
    --------
    >>> numbers_things(pl.Series(["Haus 35", "Haus 4"])), numbers_things(pl.Series(["Old Town", "Harbour", "Block 7"]))
    (True, False)
    """
    labels = column.drop_nulls().unique()
    return column.dtype != pl.String or 2 * int(labels.str.contains(r"\d").sum()) >= max(len(labels), 1)


def holds_keys(column: pl.Series, keys: pl.Series) -> bool:
    """Say whether a column repeats the leads' keys, whole or inside a longer text.

    Short keys (fewer than 4 characters, or 6 digits) prove nothing: a 7 may be a number of rooms. A number gives a key away where
    most rows hold their own.

    Examples
    --------
    >>> holds_keys(pl.Series("ReferredBy", ["see L-7", None]), pl.Series(["L-0007", "see L-7"]))
    True
    """
    if column.dtype == pl.String:
        known, labels = keys.drop_nulls().unique(), column.drop_nulls().unique()
        digits = known.str.contains(r"^\d+$")
        worded = known.filter(~digits & (known.str.len_chars() >= _LETTERS))
        numbers = known.filter(digits & (known.str.len_chars() >= _DIGITS))
        inside = len(worded) > 0 and labels.str.contains_any(worded.implode()).any()
        return bool(inside or labels.is_in(numbers.implode()).any())
    if not column.dtype.is_numeric():
        return False
    same = column.cast(pl.Float64) == keys.cast(pl.Float64, strict=False)
    return int(same.sum() or 0) * 2 > len(column)


def quasi_identifiers(frame: pl.DataFrame, columns: Iterable[str], k: int) -> tuple[str, ...]:
    """Choose columns by which somebody who knows a person may find the row.

    Parameters
    ----------
    frame
        A clean table.
    columns
        Those in question.
    k
        A label held by fewer rows is rare.

    Returns
    -------
    tuple
        Columns whose name says so (age, gender, place, income, family, work …), and columns of labels of which one row in a hundred holds a rare one.

    Examples
    --------
    >>> quasi_identifiers(pl.DataFrame({"AgeGroup": ["a", "a"], "Visits": [1.0, 2.0]}), ["AgeGroup", "Visits"], 2)
    ('AgeGroup',)
    """
    return tuple(name for name in columns if _DESCRIBES.search(snake(name)) or _often_rare(frame.get_column(name), k))


def _often_rare(column: pl.Series, k: int) -> bool:
    if column.dtype != pl.String:
        return False
    held = column.alias("label").to_frame().drop_nulls().group_by("label").len()["len"]
    return int(held.filter(held < k).sum()) >= RARELY * max(len(column), 1)
