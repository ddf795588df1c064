"""Records and arrays to the bytes of a part and back: JSON for records, raw little-endian numbers for arrays; no code in either."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from leadrank.errors import BundleError

T = TypeVar("T")

MAGIC = b"leadrank arrays\n"
ALIGNMENT = 16
ARRAY_TYPES = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f4", "<f8"})


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


def arrays_to_part(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Write named arrays of numbers or booleans: a line of JSON, then each array's bytes, 16-byte aligned, names sorted.

    Raises
    ------
    BundleError
        An array holds objects, text, dates or complex numbers.

    Examples
    --------
    >>> arrays_from_part(arrays_to_part({"x": np.array([1.5, 2.5])}))["x"]
    array([1.5, 2.5])
    """
    lines: list[list[Any]] = []
    blocks: list[bytes] = []
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        dtype = array.dtype.newbyteorder("<")
        if dtype.str not in ARRAY_TYPES:
            raise BundleError(f"Array {name!r} holds {array.dtype}; a bundle holds booleans, integers and floats of 32 or 64 bits.")
        lines.append([name, dtype.str, list(array.shape)])
        block = array.astype(dtype, copy=False).tobytes()
        blocks.append(block + bytes(-len(block) % ALIGNMENT))
    header = MAGIC + json.dumps(lines, separators=(",", ":")).encode("ascii")
    return b"".join([header, b" " * (-(len(header) + 1) % ALIGNMENT), b"\n", *blocks])


def arrays_from_part(part: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read named arrays as read-only views on the part; every bound is checked before an array is made.

    Raises
    ------
    BundleError
        The part is not what `arrays_to_part` writes.
    """
    end = part.find(b"\n", len(MAGIC)) + 1
    try:
        lines = json.loads(part[len(MAGIC) : end]) if part.startswith(MAGIC) else None
        return _views(part, lines, end)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BundleError(f"A part of the bundle does not hold arrays: {error}") from None


def _views(part: bytes, lines: Any, offset: int) -> dict[str, npt.NDArray[Any]]:
    if not isinstance(lines, list) or offset % ALIGNMENT:
        raise ValueError("its first line is not a table of arrays")
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, code, shape in lines:
        if not isinstance(name, str) or name in arrays or code not in ARRAY_TYPES or not _is_shape(shape):
            raise ValueError(f"{name!r:.80} is not described as an array of numbers")
        dtype, count = np.dtype(code), math.prod(shape)
        if offset + count * dtype.itemsize > len(part):
            raise ValueError(f"{name!r:.80} is longer than the part")
        flat = np.frombuffer(part, dtype=np.uint8 if code == "|b1" else dtype, count=count, offset=offset)
        if code == "|b1" and (flat > 1).any():
            raise ValueError(f"{name!r:.80} holds booleans other than 0 and 1")
        arrays[name] = flat.view(dtype).reshape(shape)
        offset += -(-count * dtype.itemsize // ALIGNMENT) * ALIGNMENT
    if offset != len(part):
        raise ValueError(f"its arrays end at byte {offset:,}, the part at byte {len(part):,}")
    return arrays


def _is_shape(shape: object) -> bool:
    return isinstance(shape, list) and len(shape) <= 32 and all(type(length) is int and 0 <= length < 1 << 48 for length in shape)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _made_adapter(kind)


@cache
def _made_adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", None) or str(kind)
