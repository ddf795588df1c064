"""What people call a lead: the fields that the project names, before the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadrank.data.cell import text_of

LONGEST = 80


def title_of(columns: Sequence[str], fields: Mapping[str, object]) -> str:
    """Return the texts of these fields; nothing where all of them are blank.

    Examples
    --------
    >>> title_of(("first_name", "company"), {"first_name": "Ann", "company": "Acme", "age": 40})
    'Ann, Acme'
    >>> title_of(("first_name",), {"first_name": None})
    ''
    """
    told = (str(text_of(fields.get(column)) or "").strip() for column in columns)
    return ", ".join(part for part in told if part)[:LONGEST]
