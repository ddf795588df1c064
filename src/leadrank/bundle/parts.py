"""Records to the bytes of a part and back, as JSON; no code in either."""

from __future__ import annotations

from typing import Any, TypeVar

from leadrank.errors import BundleError
from leadrank.records import read_record, write_record

T = TypeVar("T")


def to_part(record: Any, kind: Any = None) -> bytes:
    """Write a frozen dataclass, a tuple of such or the project as JSON, and check that it reads back equal.

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
        part: bytes = record.to_json() if hasattr(kind, "to_json") else write_record(record)
        same = from_part(kind, part) == record
    except BundleError:
        same = False
    except Exception as error:  # a field may be anything
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
    own = getattr(kind, "from_json", None)
    try:
        record: T = read_record(kind, part) if own is None else own(part)
    except Exception as error:  # a record may check itself, and raise anything
        raise BundleError(f"A part of the bundle is not a {_name(kind)}: {error}") from None
    return record


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", None) or str(kind)
