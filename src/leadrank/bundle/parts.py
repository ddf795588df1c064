"""Records to the bytes of a part and back, as JSON; no code in either."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from leadrank.errors import BundleError

T = TypeVar("T")


def to_part(record: object, kind: Any = None) -> bytes:
    """Write a frozen dataclass, a pydantic model or a tuple of such as JSON, and check that it reads back equal.

    Parameters
    ----------
    record
        What to store. Fields keep their declared order, dicts theirs, and floats every bit. Use None for nan, and tuples for sets.
    kind
        The type that `from_part` will be asked for, where it is not the record's own class, as ``tuple[Finding, ...]``.

    Raises
    ------
    BundleError
        The record cannot be written as JSON, or would read back as something else.

    Examples
    --------
    >>> from leadrank.types import Figure
    >>> to_part(Figure(0.1, 0.0, 1e-300))
    b'{"value":0.1,"low":0.0,"high":1e-300}'
    """
    kind = type(record) if kind is None else kind
    try:
        part = _adapter(kind).dump_json(record, warnings="error")
        same = from_part(kind, part) == record
    except BundleError:
        same = False
    except Exception as error:  # a field may serialise itself, and raise anything
        raise BundleError(f"{_name(kind)} cannot be stored: {error}") from None
    if not same:
        raise BundleError(
            f"{_name(kind)} would not read back equal from a bundle.", "Nan, infinity and types that JSON lacks cannot be stored."
        )
    return part


def from_part(kind: type[T], part: bytes) -> T:
    """Read a record; unknown fields, missing fields and wrong types are refused, nothing is converted.

    Raises
    ------
    BundleError
        The part is not such a record.
    """
    try:
        record: T = _adapter(kind).validate_json(part, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "its top"
        said = f"at {where}: {first['msg']} ({error.error_count()} in all)"
        raise BundleError(f"A part of the bundle is not a {_name(kind)}: {said}.") from None
    except Exception as error:  # a record may check itself, and raise anything
        raise BundleError(f"A part of the bundle is not a {_name(kind)}: {error}") from None
    return record


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _made_adapter(kind)


@cache
def _made_adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", None) or str(kind)
