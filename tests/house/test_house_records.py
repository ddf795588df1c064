"""Records are read as they were declared, and in no other way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from leadrank.records import NotARecordError, read_record, reader_of, write_record


@dataclass(frozen=True, slots=True)
class Inner:
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    name: str
    count: int
    sure: bool
    share: float | None
    kind: Literal["a", "b"]
    pair: tuple[str, int]
    inner: tuple[Inner, ...]
    table: dict[str, Inner]
    anything: dict[str, Any] = field(default_factory=dict)


GOOD = Whole("n", 3, True, 0.1, "b", ("x", -1), (Inner((1.5, -0.0)),), {"k": Inner()}, {"list": [1, "x", None, {"y": 2.5}]})
TEXT = write_record(GOOD).decode()


def test_a_record_reads_back_equal():
    assert read_record(Whole, TEXT.encode()) == GOOD
    assert repr(read_record(Whole, TEXT.encode())) == repr(GOOD)


def test_a_field_with_a_default_may_be_left_out():
    assert read_record(Inner, b"{}") == Inner()


def test_a_whole_number_is_a_number():
    assert read_record(Inner, b'{"edges":[1]}') == Inner((1.0,))


@pytest.mark.parametrize(("old", "new", "said"), [
    ('"name":"n"', '"name":1', "at name: a text was expected; a whole number came"),
    ('"name":"n"', '"name":null', "at name: a text was expected; nothing came"),
    ('"name":"n",', "", "at name: this field is missing"),
    ('"name":"n"', '"name":"n","more":1', "at more: nobody knows this field"),
    ('"name":"n"', '"name":"n","name":"m"', "a key stands twice"),
    ('"count":3', '"count":3.0', "at count: a whole number was expected; a number came"),
    ('"count":3', '"count":true', "at count: a whole number was expected; true or false came"),
    ('"sure":true', '"sure":1', "at sure: true or false was expected"),
    ('"share":0.1', '"share":"0.1"', "at share: a number was expected; a text came"),
    ('"share":0.1', '"share":true', "at share: a number was expected"),
    ('"share":0.1', '"share":NaN', "NaN is not JSON"),
    ('"share":0.1', '"share":1e999', "at share: a number was expected"),
    ('"share":0.1', f'"share":1{"0" * 400}', "at share: a number was expected"),
    ('"kind":"b"', '"kind":"c"', "at kind: one of 'a', 'b' was expected"),
    ('"kind":"b"', '"kind":["b"]', "at kind: one of"),
    ('["x",-1]', '["x"]', "at pair: 2 items were expected; 1 came"),
    ('["x",-1]', '["x","y"]', "at pair.1: a whole number was expected"),
    ('["x",-1]', '"x"', "at pair: a list was expected; a text came"),
    ("[1.5,-0.0]", '[1.5,"x"]', "at inner.0.edges.1: a number was expected"),
    ('"inner":[', '"inner":{}, "x":[', "at x: nobody knows"),
    ('{"k":{"edges":[]}}', '{"k":[]}', "at table.k: an object was expected; a list came"),
    ('{"k":{"edges":[]}}', "[]", "at table: an object was expected; a list came"),
])
def test_what_is_not_the_record_is_refused_with_its_place(old, new, said):
    assert old in TEXT
    with pytest.raises(ValueError, match="at ") as caught:
        read_record(Whole, TEXT.replace(old, new).encode())
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff{}", "{}".encode("utf-16"), b"{}{}", b"\xef\xbb\xbf{}"])
def test_what_is_not_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the JSON reader
        read_record(Inner, text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1}, object(), b"x", Inner])
def test_what_json_lacks_is_not_written(value):
    with pytest.raises((TypeError, ValueError)):
        write_record(value)


@pytest.mark.parametrize("kind", [object, str | int, dict[int, str], list[int], set[str], str | int | None])
def test_a_kind_that_json_lacks_is_told_when_it_is_declared(kind):
    with pytest.raises(TypeError):
        reader_of(kind)


def test_an_error_names_every_level():
    assert str(NotARecordError("x").inside(2).inside("a")) == "at a.2: x"
