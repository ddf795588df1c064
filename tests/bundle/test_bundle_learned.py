"""Rows that a model learned from are recognised, new ones are not, and few bytes do."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from leadrank.bundle import Learned, recognise, remember, row_names
from leadrank.bundle.learned import DIGITS, MOST
from leadrank.bundle.parts import from_part
from leadrank.errors import BundleError

MANY = [f"lead {i}" for i in range(50_000)]


def test_rows_are_recognised_and_strangers_are_not() -> None:
    learned = remember(MANY[:1000], "salt")
    assert recognise(learned, MANY[:1000]).share == 1.0
    assert recognise(learned, MANY[1000:2000]).share == 0.0
    assert not recognise(learned, MANY[1000:2000]).beyond_chance
    assert recognise(learned, MANY[900:1900]).share == pytest.approx(0.1)


def test_of_many_rows_a_sample_is_remembered_that_still_tells_the_share() -> None:
    learned = remember(MANY, "salt")
    assert len(learned.hashes) == MOST * DIGITS
    everyone = recognise(learned, MANY)
    assert (everyone.rows, everyone.told) == (MOST, MOST)
    half = recognise(learned, [*MANY[:10_000], *(f"new {i}" for i in range(10_000))])
    assert half.share == pytest.approx(0.5, abs=0.03)
    assert half.told == pytest.approx(20_000 * MOST / len(MANY), rel=0.05)


def test_the_salt_decides_which_and_how() -> None:
    assert remember(MANY[:10], "a").hashes != remember(MANY[:10], "b").hashes
    assert remember(MANY[:10], "a") == remember(MANY[:10][::-1], "a")


def test_rows_that_look_alike_are_not_remembered_and_tell_what_chance_explains() -> None:
    learned = remember(["a", "a", "b", "b", "b", "c"], "salt")
    assert len(learned.hashes) == DIGITS
    assert learned.by_chance == pytest.approx(2 / 6)
    assert not recognise(learned, ["c", "x", "y"]).beyond_chance


@pytest.mark.parametrize("learned", [Learned(), remember([], "salt")])
def test_where_nothing_is_remembered_nothing_is_claimed(learned: Learned) -> None:
    found = recognise(learned, MANY[:5])
    assert (found.share, found.beyond_chance) == (0.0, False)


@pytest.mark.parametrize("wrong", [{"hashes": "zz" * 8}, {"hashes": "ab"}, {"limit": "?"}, {"by_chance": 2.0}])
def test_what_is_no_memory_of_rows_is_refused(wrong: dict[str, Any]) -> None:
    part = json.dumps({"salt": "s", "hashes": "", "limit": "", "by_chance": 0.0} | wrong).encode()
    with pytest.raises(BundleError):
        from_part(Learned, part)


def test_blank_keys_name_nobody() -> None:
    assert row_names(pl.DataFrame({"id": ["a", None, "b"]}), "id", []) == ["a", "b"]


def test_rows_without_a_key_are_named_by_all_their_cells() -> None:
    frame = pl.DataFrame({"x": [1.0, 1.0], "y": ["a", None]})
    assert len(set(row_names(frame, None, ["x", "y"]))) == 2
    assert row_names(frame, None, ["x"]) == ["1.0", "1.0"]
    assert row_names(frame, None, []) == []
