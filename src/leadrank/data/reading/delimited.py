"""Delimited text: which delimiter, which lines do not split, and the rest at Polars' speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.data.reading.records import LOOKAHEAD, records
from leadrank.frames import pl
from leadrank.types import BoolArray, IntArray

_BLOCK = 1 << 21
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that does not split into the header's columns: 1-based line in the file, its text, and why."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Split:
    """A delimited text taken apart: the header's names, the cells as text, and what did not split."""

    names: tuple[str, ...]
    frame: pl.DataFrame
    rejected: tuple[Rejected, ...]
    delimiter: str


def split_text(data: bytes, delimiter: str) -> Split:
    """Take a UTF-8 text apart: header, cells, and the records with another number of fields than the header.

    Parameters
    ----------
    data
        UTF-8 without a byte-order mark; lines end in LF or CRLF.
    delimiter
        One ASCII character.

    Returns
    -------
    Split
        All cells as text, untouched.
    """
    head = data[:_head_end(data)].decode()
    line, names, record = next(records(head, delimiter))
    start = sum(len(part) + 1 for part in head.encode().split(b"\n")[: line - 1]) + len(record.encode())
    newline = data.find(b"\n", start)
    body = b"" if newline < 0 else data[newline + 1:]
    first_line = line + record.count("\n") + 1
    even = _split_even(body, delimiter, names, first_line)
    return even if even is not None else _split_odd(body, delimiter, names, first_line)


def _head_end(data: bytes) -> int:
    """Where the beginning that surely holds the header ends: a line's end, and an even number of quotes before it."""
    end = data.find(b"\n")
    while 0 <= end < LOOKAHEAD and (data.count(b'"', 0, end) % 2 or not data[:end].strip()):
        end = data.find(b"\n", end + 1)
    return len(data) if end < 0 else end


def _split_even(body: bytes, delimiter: str, names: list[str], first_line: int) -> Split | None:
    """Cut out what does not split and give the rest to Polars; None where quotes stand in odd places."""
    if not body.strip():
        return Split(tuple(names), _no_rows(names), (), delimiter)
    layout = _layout(body, ord(delimiter))
    if layout is None:
        return None
    starts, ends, fields = layout
    names, fields = _trailing(names, fields)
    blank = _blank(body, starts, ends) if len(names) > 1 or (ends - starts).min() <= 1 else np.zeros(len(starts), bool)
    bad = (fields != len(names)) & ~blank
    if any(b"\n" in body[starts[i]:ends[i]] for i in np.flatnonzero(bad)):
        return None  # a quote may have been left open: line by line, less is lost
    rejected = tuple(_refused(body, starts, ends, fields, np.flatnonzero(bad), first_line, len(names)))
    good = ~(bad | blank)
    if not good.any():
        return Split(tuple(names), _no_rows(names), rejected, delimiter)
    whole = body if good.all() else _kept(body, starts, ends, good)
    try:
        frame = pl.read_csv(whole, has_header=False, separator=delimiter, schema=_no_rows(names).schema, empty_string_is_null=False)
    except pl.exceptions.PolarsError:
        return None
    return Split(tuple(names), frame, rejected, delimiter) if frame.height == int(good.sum()) else None


def _refused(
    body: bytes, starts: IntArray, ends: IntArray, fields: IntArray, bad: IntArray, first_line: int, width: int,
) -> Iterator[Rejected]:
    line, at = first_line, 0
    for i in bad.tolist():
        line, at = line + body.count(b"\n", at, int(starts[i])), int(starts[i])
        yield Rejected(line, body[at:ends[i]].decode().removesuffix("\r"), _reason(int(fields[i]), width))


def _no_rows(names: Sequence[str]) -> pl.DataFrame:
    """Make an empty table whose columns are numbered, since a header may name one twice."""
    return pl.DataFrame(schema={str(i): pl.String for i in range(len(names))})


def _reason(found: int, expected: int) -> str:
    return f"{found} fields where the header has {expected}"


def _trailing(names: list[str], fields: IntArray) -> tuple[list[str], IntArray]:
    """Where all rows have one field more than the header, the header lacks a last name (a delimiter ends each row)."""
    if len(fields) and np.mean(fields == len(names) + 1) > 0.99:
        return [*names, ""], fields
    return names, fields


def _kept(body: bytes, starts: IntArray, ends: IntArray, good: BoolArray) -> bytes:
    """Join the runs of good records."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return b"\n".join(body[starts[a]:ends[b - 1]] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _blank(body: bytes, starts: IntArray, ends: IntArray) -> BoolArray:
    """Find records that hold nothing but white space."""
    short = np.flatnonzero(ends - starts <= 80)
    blank = np.zeros(len(starts), bool)
    if len(short):
        first = np.frombuffer(body, np.uint8)[np.minimum(starts[short], len(body) - 1)]
        maybe = short[(first <= 32) | (ends[short] == starts[short])]
        blank[maybe] = [not body[starts[i]:ends[i]].strip(b" \r") for i in maybe]
    return blank


def _layout(body: bytes, delimiter: int) -> tuple[IntArray, IntArray, IntArray] | None:
    """Find where each record starts and ends and how many fields it has, by counting bytes; None where quotes are odd."""
    whole = np.frombuffer(body, np.uint8)
    newlines, counts, inside, seen = [], [], 0, 0
    for at in range(0, len(whole), _BLOCK):
        block = whole[at:at + _BLOCK]
        quote = block == _QUOTE
        newline, mark = block == _NEWLINE, block == delimiter
        if inside or quote.any():
            open_ = (np.bitwise_xor.accumulate(quote) ^ bool(inside)) if quote.any() else np.full(len(block), inside, bool)
            if not _tidy_quotes(whole, at + np.flatnonzero(quote), open_[quote], delimiter):
                return None
            newline &= ~open_
            mark &= ~open_
            inside = int(open_[-1])
        places = np.flatnonzero(newline)
        marks_here = np.flatnonzero(mark)
        newlines.append(places + at)
        counts.append(np.searchsorted(marks_here, places) + seen)
        seen += len(marks_here)
    if inside:
        return None
    ends, marks = np.concatenate(newlines), np.concatenate(counts)
    if body[-1] != _NEWLINE:
        ends, marks = np.append(ends, len(body)), np.append(marks, seen)
    starts = np.concatenate([[0], ends[:-1] + 1])
    return starts, ends, np.diff(marks, prepend=0) + 1


def _tidy_quotes(whole: np.ndarray[tuple[int], np.dtype[np.uint8]], places: IntArray, opening: BoolArray, delimiter: int) -> bool:
    """Whether each quote opens a field, closes one, or stands doubled inside one."""
    before = np.where(places > 0, whole[np.maximum(places - 1, 0)], _NEWLINE)
    after, second = (np.where(places + k < len(whole), whole[np.minimum(places + k, len(whole) - 1)], _NEWLINE) for k in (1, 2))
    after = np.where((after == _RETURN) & (second != _NEWLINE), 0, after)
    starts_well = np.isin(before, (delimiter, _NEWLINE, _QUOTE))
    ends_well = np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE))
    return bool(np.where(opening, starts_well, ends_well).all())


def _split_odd(body: bytes, delimiter: str, names: list[str], first_line: int) -> Split:
    """Split piece by piece, where quotes stand in places that the standard does not know: only odd pieces go through Python."""
    names = _with_last(body, delimiter, names)
    frames: list[pl.DataFrame] = []
    rejected: list[Rejected] = []
    at, line = 0, first_line
    while at < len(body):
        end = _line_end(body, at + _PIECE)
        piece = _split_even(body[at:end], delimiter, names, line)
        if piece is None or len(piece.names) > len(names):
            piece, end = _split_slowly(body, at, delimiter, names, line)
        frames.append(piece.frame)
        rejected += piece.rejected
        line += body.count(b"\n", at, end)
        at = end
    return Split(tuple(names), pl.concat([_no_rows(names), *frames]), tuple(rejected), delimiter)


def _line_end(body: bytes, at: int) -> int:
    end = body.find(b"\n", min(at, len(body)))
    return len(body) if end < 0 else end + 1


def _with_last(body: bytes, delimiter: str, names: list[str]) -> list[str]:
    head = body[:_line_end(body, _PIECE)].decode()
    widths = Counter(len(fields) for _, fields, _ in records(head, delimiter))
    return [*names, ""] if widths[len(names) + 1] > 0.99 * widths.total() else names


def _split_slowly(body: bytes, at: int, delimiter: str, names: list[str], first_line: int) -> tuple[Split, int]:
    """Split about one piece record by record; return it with the place where the next record begins."""
    lines = body[at:_line_end(body, at + _PIECE + LOOKAHEAD)].split(b"\n")
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    end = len(body)
    for line, fields, record in records(b"\n".join(lines).decode(), delimiter, len(names)):
        if starts[line - 1] >= _PIECE:
            end = at + int(starts[line - 1])
            break
        if len(fields) == len(names):
            rows.append(fields)
        else:
            rejected.append(Rejected(first_line + line - 1, record, _reason(len(fields), len(names))))
    return Split(tuple(names), _from_rows(rows, names), tuple(rejected), delimiter), end


def _from_rows(rows: Sequence[Sequence[str]], names: Sequence[str]) -> pl.DataFrame:
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(cells)])
