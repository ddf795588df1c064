"""JSON lines (or one JSON array) of any length: looked through for the names of all columns, then read stretch after stretch as text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from leadrank.data.reading.delimited import Rejected
from leadrank.data.reading.text import Text
from leadrank.errors import DataError
from leadrank.frames import pl

STRETCH = 1 << 24
_LARGE = 1 << 63
_NO_OBJECT = re.compile(rb"\n[^{]")


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object per line: the columns, those that hold more than scalars, and whether each line can be read at Polars' speed."""

    blocks: Callable[[], Iterator[bytes]]
    names: tuple[str, ...]
    nested: frozenset[str]
    sound: bool

    def pieces(self, wanted: Sequence[str], rejected: list[Rejected]) -> Iterator[pl.DataFrame]:
        """Yield the columns wanted as text, nested values as JSON; the lines that are no object join the rejected."""
        schema, line, rows = dict.fromkeys(wanted, pl.String()), 0, 0
        for stretch in _stretches(self.blocks()):
            good = stretch
            if not self.sound:
                good, bad = _one_by_one(stretch)
                rejected.extend(Rejected(r.row + line, r.text, r.reason, r.after + rows) for r in bad)
            line += stretch.count(b"\n")
            frame = pl.read_ndjson(good, schema=schema) if good.strip() else pl.DataFrame(schema=schema)
            rows += frame.height
            yield frame

    def whole(self) -> tuple[pl.DataFrame, tuple[Rejected, ...]]:
        """Read all columns at once; nested values keep their type where all lines agree on one."""
        rejected: list[Rejected] = []
        if not self.names:
            return pl.DataFrame(schema={"json": pl.String()}), tuple(r for stretch in _stretches(self.blocks()) for r in _one_by_one(stretch)[1])
        typed = self._typed() if self.nested and self.sound else None
        return pl.concat(self.pieces(self.names, rejected)) if typed is None else typed, tuple(rejected)

    def _typed(self) -> pl.DataFrame | None:
        data = b"".join(self.blocks())
        try:
            inferred = _inferred(data)
            return pl.read_ndjson(data, schema={n: d if d.is_nested() else pl.String() for n, d in inferred.items()})
        except pl.exceptions.PolarsError:
            return None


def json_lines(text: Text) -> JsonLines:
    """Look through JSON lines.

    Raises
    ------
    DataError
        If the text is one array and no JSON.
    """
    blocks = text.blocks
    if text.begins_with(b"["):
        lines = _lines_of_array(b"".join(text.blocks()), text.stored.label)
        blocks = lambda: iter([lines])  # noqa: E731 - as short as it can be said
    names: dict[str, None] = {}
    nested, sound = set[str](), True
    for stretch in _stretches(blocks()):
        schema, simple = _columns(stretch)
        sound = sound and simple
        names |= dict.fromkeys(schema)
        nested |= {name for name, dtype in schema.items() if dtype.is_nested()}
    return JsonLines(blocks, tuple(names), frozenset(nested), sound)


def _columns(stretch: bytes) -> tuple[pl.Schema, bool]:
    """Return the columns of some lines, and whether all lines are objects that Polars can read."""
    if not stretch.strip():
        return pl.Schema(), True
    try:
        schema = _inferred(stretch)
    except pl.exceptions.PolarsError:
        good, _ = _one_by_one(stretch)
        # Where it is only that nested values differ in kind, all columns may hold some.
        sound = _readable(stretch)
        found = _inferred(good) if good.strip() else pl.Schema()
        return pl.Schema(dict.fromkeys(found, pl.List(pl.String()))) if sound else found, sound
    plain = stretch.startswith(b"{") and not _NO_OBJECT.search(stretch)
    return schema, plain or _readable(stretch)


def _inferred(data: bytes) -> pl.Schema:
    return pl.scan_ndjson(io.BytesIO(data), infer_schema_length=None).collect_schema()


def _readable(data: bytes) -> bool:
    try:
        pl.read_ndjson(data, schema={"": pl.String()})
    except pl.exceptions.PolarsError:
        return False
    return True


def _stretches(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut where a line ends."""
    kept: list[bytes] = []
    size = 0
    for block in blocks:
        kept.append(block)
        size += len(block)
        if size >= STRETCH and b"\n" in block:
            whole = b"".join(kept)
            end = whole.rfind(b"\n") + 1
            yield whole[:end]
            kept, size = [whole[end:]], len(whole) - end
    if size:
        yield b"".join(kept)


def _lines_of_array(data: bytes, label: str) -> bytes:
    try:
        items = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise DataError(f"{label} begins as a JSON array and is none: {problem}.", "Write one JSON object per line.") from problem
    return "\n".join(json.dumps(item) for item in items).encode()


def _one_by_one(data: bytes) -> tuple[bytes, tuple[Rejected, ...]]:
    """Keep the lines that are objects; nested values become JSON text."""
    good, rejected = [], []
    for number, line in enumerate(data.decode().split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line, parse_constant=_refuse)
            good.append(json.dumps({key: _flat(value) for key, value in dict(item).items()}))
        except (ValueError, TypeError, RecursionError) as problem:
            rejected.append(Rejected(number, line.rstrip("\r"), f"no JSON object: {problem}", len(good)))
    return "\n".join(good).encode(), tuple(rejected)


def _flat(value: object) -> object:
    """Leave what Polars reads, so that a number has one spelling whatever stands in other lines."""
    small = isinstance(value, int | float) and abs(value) < _LARGE
    return value if value is None or isinstance(value, str) or small else json.dumps(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
