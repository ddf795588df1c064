"""JSON lines (or one JSON array) to a table of text cells."""

from __future__ import annotations

import json

from leadrank.data.reading.delimited import Rejected
from leadrank.errors import DataError
from leadrank.frames import pl


def split_json_lines(data: bytes, label: str) -> tuple[pl.DataFrame, tuple[Rejected, ...]]:
    """Read one JSON object per line; scalars become text, null stays null, nested values keep their type.

    Parameters
    ----------
    data
        UTF-8. A single array of objects is read as well.
    label
        The file's name, for messages.

    Returns
    -------
    tuple
        The cells and the lines that are no JSON object.

    Raises
    ------
    DataError
        If the file is one array and no JSON.
    """
    if data.lstrip()[:1] == b"[":
        data = _lines_of_array(data, label)
    try:
        return _at_once(data), ()
    except (pl.exceptions.PolarsError, ValueError):
        good, rejected = _one_by_one(data)
        return (_at_once(good) if good else pl.DataFrame({"json": pl.Series([], dtype=pl.String)})), rejected


def _lines_of_array(data: bytes, label: str) -> bytes:
    try:
        items = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise DataError(f"{label} begins as a JSON array and is none: {problem}.", "Write one JSON object per line.") from problem
    return "\n".join(json.dumps(item) for item in items).encode()


def _at_once(data: bytes) -> pl.DataFrame:
    inferred = pl.read_ndjson(data, infer_schema_length=None).schema
    schema = {name: dtype if dtype.is_nested() else pl.String() for name, dtype in inferred.items()}
    return pl.read_ndjson(data, schema=schema)


def _one_by_one(data: bytes) -> tuple[bytes, tuple[Rejected, ...]]:
    """Keep the lines that are objects; values that change their kind between lines become text."""
    good, rejected = [], []
    for number, line in enumerate(data.decode().split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line, parse_constant=_refuse)
            good.append(json.dumps({key: _flat(value) for key, value in dict(item).items()}))
        except (ValueError, TypeError, RecursionError) as problem:
            rejected.append(Rejected(number, line.rstrip("\r"), f"no JSON object: {problem}"))
    return "\n".join(good).encode(), tuple(rejected)


def _flat(value: object) -> object:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
