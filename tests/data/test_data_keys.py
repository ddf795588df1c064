from __future__ import annotations

import polars as pl
import pytest

from leadrank.data import choose_key
from leadrank.project import Column, LeadTable

ROWS = 40
TOKENS = [f"K{n:05d}" for n in range(ROWS)]
NUMBERS = [str(n * 37 + 5) for n in range(ROWS)]


def chosen(lead: LeadTable | None = None, repeats: float = 0.0, **columns: list[str] | list[int]) -> str | None:
    frame = pl.DataFrame({**columns, "won": ["yes", "no"] * (ROWS // 2)})
    return choose_key(frame, lead or LeadTable(), target="won", repeats=repeats)[0]


@pytest.mark.parametrize(("name", "cells"), [
    ("Kundennr", TOKENS), ("anything", TOKENS), ("lead_id", NUMBERS), ("id", list(range(ROWS))), ("Prospect Number", NUMBERS),
])
def test_an_identifier_with_a_value_of_its_own_in_every_row_is_adopted(name: str, cells: list[str]) -> None:
    assert chosen(**{"visits": ["3"] * ROWS, name: cells}) == name


@pytest.mark.parametrize(("name", "cells"), [
    ("income", NUMBERS), ("house_no", NUMBERS), ("employee_number", NUMBERS), ("score", [f"{n}.5" for n in range(ROWS)]),
    ("at", [f"2024-01-{n % 28 + 1:02d} 10:{n:02d}" for n in range(ROWS)]),
    ("note", [f"called back about offer number {n} again" for n in range(ROWS)]),
    ("lead_id", [*TOKENS[1:], "K00001"]), ("lead_id", [*TOKENS[3:], "", " ", ""]), ("email", [f"ann{n}@example.com" for n in range(ROWS)]),
    ("Telefonnummer", [f"0176{n:07d}" for n in range(ROWS)]),
])
def test_what_could_be_a_feature_repeats_is_blank_or_reaches_a_person_is_not_adopted(name: str, cells: list[str]) -> None:
    assert chosen(**{name: cells}) is None


def test_a_name_that_speaks_of_a_lead_comes_before_other_tokens() -> None:
    assert chosen(session=[t.lower() for t in TOKENS], lead_id=TOKENS) == "lead_id"


def test_what_is_declared_wins_and_what_is_excluded_or_sensitive_is_left_alone() -> None:
    assert chosen(LeadTable(key="other"), lead_id=TOKENS, other=TOKENS) == "other"
    assert chosen(LeadTable(exclude=("lead_id",)), lead_id=TOKENS) is None
    assert chosen(LeadTable(order="lead_id"), lead_id=NUMBERS) is None
    assert chosen(LeadTable(columns={"lead_id": Column(sensitive=True)}), lead_id=TOKENS) is None
    assert chosen(LeadTable(columns={"lead_id": Column(type="number")}), lead_id=NUMBERS) is None
    assert chosen(LeadTable(columns={"count": Column(type="id")}), count=NUMBERS) == "count"


def test_a_lead_without_a_name_does_not_keep_the_others_from_having_one() -> None:
    frame = pl.DataFrame({"id": [*(f"K{n}" for n in range(200)), ""]})
    assert choose_key(frame, LeadTable())[0] == "id"


def test_the_adoption_is_said_once_and_a_declared_key_is_not() -> None:
    frame = pl.DataFrame({"lead_id": TOKENS})
    assert [(f.code, f.column, f.severity) for f in choose_key(frame, LeadTable())[1]] == [("D133", "lead_id", "info")]
    assert choose_key(frame, LeadTable(key="lead_id"))[1] == ()


def test_a_draft_may_propose_a_key_that_a_few_rows_repeat() -> None:
    cells = [f"K{max(n, 3):05d}" for n in range(400)]
    for name, found in (("lead_id", "lead_id"), ("anything", None)):
        key, said = choose_key(pl.DataFrame({name: cells}), LeadTable(), repeats=0.05)
        assert key == found
        assert ["3 rows repeat" in f.message for f in said] == [True] * (found is not None)
    assert choose_key(pl.DataFrame({"lead_id": cells[:200] * 2}), LeadTable(), repeats=0.05)[0] is None
    assert choose_key(pl.DataFrame({"lead_id": cells}), LeadTable())[0] is None
