"""Frozen records to JSON and back, strictly: what a record does not declare is refused, and nothing is converted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]
_SAID = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


class NotARecordError(ValueError):
    """What was read is not such a record; `place` leads to where it is not."""

    def __init__(self, expected: str, place: tuple[object, ...] = ()) -> None:
        super().__init__(f"at {'.'.join(map(str, place)) or 'its top'}: {expected}")
        self.expected, self.place = expected, place

    def inside(self, part: object) -> NotARecordError:
        """Return the same error, seen from one level above."""
        return NotARecordError(self.expected, (part, *self.place))


def write_record(record: object) -> bytes:
    """Write a frozen dataclass, or a tuple or dict of such, as JSON; every bit of its floats is kept.

    Raises
    ------
    TypeError, ValueError
        Something in it is not JSON; nan and infinity are not.

    Examples
    --------
    >>> from leadrank.types import Figure
    >>> write_record(Figure(0.1, 0.0, 1e-300))
    b'{"value":0.1,"low":0.0,"high":1e-300}'
    """
    return json.dumps(record, default=_fields, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def read_record(kind: type[T], text: bytes) -> T:
    """Read a record back.

    Parameters
    ----------
    kind
        A dataclass, or a tuple or dict of such, as ``tuple[Finding, ...]``. Its fields hold texts, numbers, truth values, None, tuples, dicts with
        texts for keys, literal texts, and other dataclasses.

    Raises
    ------
    ValueError
        It is not JSON, or not such a record: a field is unknown, missing (unless it has a default), of another type, or not finite.

    Examples
    --------
    >>> from leadrank.types import Figure
    >>> read_record(Figure, b'{"value":0.1,"low":0,"high":"1"}')
    Traceback (most recent call last):
    leadrank.records.NotARecordError: at high: a number was expected; a text came
    """
    return checked_record(kind, parse(text))


def checked_record(kind: type[T], value: object) -> T:
    """Make a record of what `parse` gave."""
    read: Callable[[object], T] = reader_of(kind)  # type: ignore[arg-type]
    return read(value)


def parse(text: bytes) -> Any:
    """Read JSON as the standard has it: UTF-8, neither `NaN` nor `Infinity`, no key twice."""
    return json.loads(text.decode(), parse_constant=_refuse, object_pairs_hook=_table)


@cache
def reader_of(kind: Any) -> Reader:
    """Return the function that makes a record of parsed JSON."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_dataclass(kind):
        return _dataclass(kind)
    if get_origin(kind) not in _MADE:
        raise TypeError(f"a record cannot hold {kind}")
    return _MADE[get_origin(kind)](get_args(kind))


def _fields(record: object) -> dict[str, object]:
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"{type(record).__name__} is not JSON")
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise NotARecordError("a key stands twice")
    return table


def _refuse(constant: str) -> object:
    raise NotARecordError(f"{constant} is not JSON")


def _came(value: object) -> str:
    return "nothing" if value is None else _SAID.get(type(value), "a number")


def _a(kind: Any, value: Any) -> Any:
    if type(value) is not kind:
        raise NotARecordError(f"{_SAID[kind]} was expected; {_came(value)} came")
    return value


def _number(value: Any) -> float:
    if type(value) is int and abs(value) < 1 << 1023:
        return float(value)
    if type(value) is not float or not math.isfinite(value):
        raise NotARecordError(f"a number was expected; {_came(value)} came")
    return value


def _optional(inner: tuple[Any, ...]) -> Reader:
    kinds = [kind for kind in inner if kind is not NoneType]
    if len(kinds) != 1 or len(inner) != 2:
        raise TypeError(f"a record cannot hold one of {inner}")
    read = reader_of(kinds[0])
    return lambda value: None if value is None else read(value)


def _one_of(words: tuple[str, ...]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not str or value not in words:
            raise NotARecordError(f"one of {', '.join(map(repr, words))} was expected")
        return value

    return read


def _tuple(inner: tuple[Any, ...]) -> Reader:
    return _items(reader_of(inner[0])) if inner[1:] == (...,) else _fixed([reader_of(kind) for kind in inner])


def _items(item: Reader) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        given, done = _a(list, value), list[Any]()
        try:
            for one in given:
                done.append(item(one))
        except NotARecordError as error:
            raise error.inside(len(done)) from None
        return tuple(done)

    return read


def _fixed(items: list[Reader]) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if len(_a(list, value)) != len(items):
            raise NotARecordError(f"{len(items)} items were expected; {len(value)} came")
        return tuple(_inside(k, item, one) for k, (item, one) in enumerate(zip(items, value, strict=True)))

    return read


def _by_name(inner: tuple[Any, ...]) -> Reader:
    item = reader_of(inner[1])
    if inner[0] is not str:
        raise TypeError("the keys of JSON are texts")
    return lambda value: {name: _inside(name, item, one) for name, one in _a(dict, value).items()}


def _dataclass(kind: Any) -> Reader:
    types = get_type_hints(kind)
    known = {field.name: reader_of(types[field.name]) for field in fields(kind) if field.init}
    needed = [field.name for field in fields(kind) if field.init and field.default is MISSING and field.default_factory is MISSING]

    def read(value: Any) -> Any:
        given = _a(dict, value)
        for name in given:
            if name not in known:
                raise NotARecordError("nobody knows this field", (name,))
        for name in needed:
            if name not in given:
                raise NotARecordError("this field is missing", (name,))
        return kind(**{name: _inside(name, known[name], one) for name, one in given.items()})

    return read


def _inside(part: object, read: Reader, value: Any) -> Any:
    try:
        return read(value)
    except NotARecordError as error:
        raise error.inside(part) from None


_PLAIN: dict[Any, Reader] = {
    Any: lambda value: value, float: _number, str: lambda value: _a(str, value), int: lambda value: _a(int, value),
    bool: lambda value: _a(bool, value),
}
_MADE: dict[Any, Callable[[tuple[Any, ...]], Reader]] = {
    Union: _optional, UnionType: _optional, Literal: _one_of, tuple: _tuple, dict: _by_name,
}
