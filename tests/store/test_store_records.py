"""Records and tables say the same."""

from __future__ import annotations

from dataclasses import fields

import pytest

from leadrank.store import (
    records,
    schema,
)

ROWS = {name.removesuffix("Row"): kind for name, kind in vars(records).items() if name.endswith("Row") or name == "Reply"}
PLURAL = {"Access": "access", "Feedback": "feedback", "Reply": "replies", "Snooze": "snoozes"}


@pytest.mark.parametrize("name", ROWS)
def test_a_record_has_the_columns_of_its_table(name):
    table = schema.metadata.tables[PLURAL.get(name, f"{name.lower()}s")]
    assert {f.name for f in fields(ROWS[name])} == set(table.c.keys())


def test_every_table_has_a_record():
    """The rows of parent tables alone are read as their fields."""
    assert len(ROWS) == len(schema.metadata.tables) - 1
