"""Records and arrays survive the trip into a part and back, bit for bit, or are refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.bundle.parts import from_part, to_part
from leadrank.errors import BundleError
from leadrank.project.project import Project
from leadrank.types import Feature, Figure, Finding


@dataclass(frozen=True, slots=True)
class Inner:
    kind: Literal["inner"]
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    weight: float
    inner: Inner | None
    table: dict[str, tuple[int, float | None]]


finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
inners = st.builds(Inner, kind=st.just("inner"), edges=st.lists(finite, max_size=4).map(tuple))
records = st.builds(
    Record,
    name=text,
    weight=finite,
    inner=st.none() | inners,
    table=st.dictionaries(text, st.tuples(st.integers(-(2**63), 2**63 - 1), st.none() | finite), max_size=3),
)


@given(record=records)
@settings(deadline=None, max_examples=200)
def test_a_record_reads_back_equal_with_every_bit_of_its_floats(record: Record) -> None:
    part = to_part(record)
    back = from_part(Record, part)
    assert back == record
    assert repr(back) == repr(record)
    assert to_part(back) == part


def test_the_words_of_the_project_survive() -> None:
    for record in (
        Finding("D101", "warning", "City", 3, "seen", "do", {"share": 0.1}),
        Feature("City", "City", "category", ("Rome", "Città", "")),
        Figure(0.1 + 0.2, -0.0, 5e-324),
        Project.model_validate({"name": "x", "lead": {"table": "t.csv"}, "target": {"column": "y"}}),
    ):
        assert from_part(type(record), to_part(record)) == record


def test_a_tuple_of_records_is_read_by_its_type() -> None:
    figures = (Figure(1.0, 0.5, 1.5), Figure(2.0, 1.5, 2.5))
    assert from_part(tuple[Figure, ...], to_part(figures, tuple[Figure, ...])) == figures


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, {1}, object()])
def test_what_json_cannot_hold_is_refused_when_it_is_stored(value: Any) -> None:
    with pytest.raises(BundleError, match="Figure"):
        to_part(Figure(value, 0.0, 0.0))


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"value":1,"low":0}',
        b'{"value":"1","low":0,"high":0}',
        b'{"value":1,"low":0,"high":0,"x":0}',
    ],
)
def test_a_part_that_is_not_the_record_is_refused_with_where(part: bytes) -> None:
    with pytest.raises(BundleError, match="not a Figure"):
        from_part(Figure, part)


@dataclass(frozen=True)
class Choosy:
    share: float

    def __post_init__(self) -> None:
        if self.share > 1:
            raise RuntimeError("a share is at most 1")


def test_whatever_a_record_raises_about_itself_is_an_error_of_the_bundle() -> None:
    with pytest.raises(BundleError, match="at most 1"):
        from_part(Choosy, b'{"share":2}')
