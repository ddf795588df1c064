"""Records and arrays survive the trip into a part and back, bit for bit, or are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from leadrank.bundle.parts import ARRAY_TYPES, arrays_from_part, arrays_to_part, from_part, to_part
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


numeric = st.sampled_from(sorted(ARRAY_TYPES)).flatmap(
    lambda code: arrays_of.arrays(np.dtype(code), arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
)


@given(arrays=st.dictionaries(text, numeric, max_size=4))
@settings(deadline=None, max_examples=200)
def test_arrays_read_back_bit_for_bit_whatever_their_order(arrays: dict[str, np.ndarray]) -> None:
    part = arrays_to_part(arrays)
    back = arrays_from_part(part)
    assert set(back) == set(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()
        assert not back[name].flags.writeable
    assert arrays_to_part(dict(reversed(arrays.items()))) == part


def test_arrays_of_other_layouts_are_stored_by_value() -> None:
    values = np.arange(12.0).reshape(3, 4)
    for array in (values.T, values[::-1, ::2], np.asfortranarray(values), values.astype(">f8")):
        np.testing.assert_array_equal(arrays_from_part(arrays_to_part({"x": array}))["x"], array)


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["a"]), np.array([1j]), np.array(["2026-01-01"], dtype="M8[D]"), np.float16([1])]
)
def test_arrays_of_anything_but_numbers_are_refused(array: np.ndarray) -> None:
    with pytest.raises(BundleError, match="'x'"):
        arrays_to_part({"x": array})


def _part(lines: object, body: bytes = b"") -> bytes:
    header = b"leadrank arrays\n" + (lines if isinstance(lines, bytes) else json.dumps(lines).encode())
    return header + b" " * (-(len(header) + 1) % 16) + b"\n" + body


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"\x93NUMPY",
        b"leadrank arrays\n",
        _part({}),
        _part([["x", "<f8", [2]]], bytes(8)),
        _part([["x", "<f8", [1]]], bytes(8)),
        _part([["x", "<f8", [1]]], bytes(32)),
        _part([["x", "<f8", [-1]]]),
        _part([["x", "<f8", [True]]], bytes(16)),
        _part([["x", "<f8", [2**47, 2**47]]]),
        _part([["x", "<f8", [0, 2**47, 2**47]]]),
        _part([["x", "<f8", [1] * 70]], bytes(16)),
        _part([["x", "|O", [1]]], bytes(16)),
        _part([["x", "<U4", [1]]], bytes(16)),
        _part([["x", ["<f8"], [1]]], bytes(16)),
        _part([["x", "|b1", [1]]], b"\x02" + bytes(15)),
        _part([["x", "<f8", [0]], ["x", "<f8", [0]]]),
        _part([["x", "<f8"]]),
        _part([1]),
        _part(b"[" * 100_000),
        _part(b"[NaN]"),
    ],
)
def test_a_part_that_does_not_hold_arrays_is_refused(part: bytes) -> None:
    with pytest.raises(BundleError, match="does not hold arrays"):
        arrays_from_part(part)


@given(position=st.integers(0, 200), byte=st.integers(0, 255), keep=st.integers(0, 220))
@settings(deadline=None, max_examples=300)
def test_damaged_arrays_raise_nothing_but_a_bundle_error(position: int, byte: int, keep: int) -> None:
    part = bytearray(
        arrays_to_part({"codes": np.arange(12, dtype=np.int32).reshape(3, 4), "flags": np.array([True, False]), "x": np.ones(5)})
    )
    part[position % len(part)] = byte
    try:
        back = arrays_from_part(bytes(part[:keep]))
    except BundleError:
        return
    assert all(isinstance(array, np.ndarray) for array in back.values())
