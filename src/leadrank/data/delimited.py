"""Delimited text: which delimiter, which lines do not split, and the rest at Polars' speed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadrank.types import BoolArray, IntArray

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "\x01", ":")
_BLOCK = 1 << 24
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_LOOKAHEAD, _TRIES = 4_000_000, 50


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


def sniff_delimiter(text: str, hint: str | None = None) -> str:
    r"""Choose the delimiter that splits the first records most evenly.

    Parameters
    ----------
    text
        The beginning of the file, complete lines.
    hint
        The delimiter that the file's suffix suggests; it wins a tie.

    Examples
    --------
    >>> sniff_delimiter('a;b\n"1,5";2\n"2,5";3\n')
    ';'
    """
    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(record[1]) for record, _ in zip(records(text, delimiter), range(200), strict=False)]
        if not widths or widths[0] < 2:
            return 0.0, 0
        same = sum(width == widths[0] for width in widths) / len(widths)
        return (round(same, 1), widths[0]) if same >= 0.5 else (0.0, 0)

    ranked = sorted(DELIMITERS, key=lambda d: (d == hint, evenness(d)[0] > 0), reverse=True)
    best = max(ranked, key=evenness)
    return best if evenness(best)[0] > 0 else hint or ","


def records(text: str, delimiter: str, width: int | None = None) -> Iterator[tuple[int, list[str], str]]:
    """Yield (1-based line, fields, text) of each record that is not blank; a quoted field may span lines.

    A quote that is never closed (or, where the width is known, whose closing would not give that many fields) does not swallow what
    follows: its line is a record of its own.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        span, fields, record = _record(lines, at, delimiter, width)
        if record.strip(" \r"):
            yield at + 1, fields, record
        at += span


def _record(lines: list[str], at: int, delimiter: str, width: int | None) -> tuple[int, list[str], str]:
    """Join lines until the quoted field closes; give up where it does not within reach."""
    first = lines[at].removesuffix("\r")
    fields = split_fields(first, delimiter)
    if not _open(first, fields):
        return 1, fields, first
    size, tries = len(first), 0
    for last in range(at + 1, len(lines)):
        size += len(lines[last]) + 1
        if size > _LOOKAHEAD or tries > _TRIES:
            break
        if '"' in lines[last]:
            tries += 1
            joined = "\n".join(lines[at:last + 1]).removesuffix("\r")
            whole = split_fields(joined, delimiter)
            if not _open(joined, whole) and len(whole) == (width or len(whole)):
                return last + 1 - at, whole, joined
    return 1, fields, first


def _open(record: str, fields: list[str]) -> bool:
    """Whether a quote opens a field and none closes it: such a field keeps its quote."""
    return '"' in record and any(field.startswith('"') and record.count('"') % 2 for field in fields)


def split_fields(record: str, delimiter: str) -> list[str]:
    """Split one record; a field is quoted only where a quote opens it, and a quote inside an unquoted field is a character.

    Examples
    --------
    >>> split_fields('1,"a ""b"", c",5" pipe', ",")
    ['1', 'a "b", c', '5" pipe']
    """
    if '"' not in record:
        return record.split(delimiter)
    mark = re.escape(delimiter)
    pattern = re.compile(rf'(?:"((?:[^"]|"")*+)"|([^{mark}]*+))({mark}|\Z)', re.DOTALL)
    fields, at = [], 0
    while match := pattern.match(record, at):
        fields.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if not match[3]:
            break
    return fields


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
    while 0 <= end < _LOOKAHEAD and (data.count(b'"', 0, end) % 2 or not data[:end].strip()):
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
    rejected = tuple(_refused(body, starts, ends, fields, np.flatnonzero(bad), first_line, len(names)))
    good = ~(bad | blank)
    if not good.any():
        return Split(tuple(names), _no_rows(names), rejected, delimiter)
    whole = body if good.all() else _kept(body, starts, ends, good)
    frame = pl.read_csv(whole, has_header=False, separator=delimiter, schema=_no_rows(names).schema, empty_string_is_null=False)
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
        running = np.cumsum(mark, dtype=np.int64)
        newlines.append(places + at)
        counts.append(running[places] + seen)
        seen += int(running[-1])
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
    after = np.where(places < len(whole) - 1, whole[np.minimum(places + 1, len(whole) - 1)], _NEWLINE)
    starts_well = np.isin(before, (delimiter, _NEWLINE, _QUOTE))
    ends_well = np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE))
    return bool(np.where(opening, starts_well, ends_well).all())


def _split_odd(body: bytes, delimiter: str, names: list[str], first_line: int) -> Split:
    """Split record by record in Python, where quotes stand in places that the standard does not know."""
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    found = list(records(body.decode(), delimiter, len(names)))
    widths = Counter(len(fields) for _, fields, _ in found)
    if widths and widths[len(names) + 1] > 0.99 * len(found):
        names = [*names, ""]
    for line, fields, record in found:
        if len(fields) == len(names):
            rows.append(fields)
        else:
            rejected.append(Rejected(first_line + line - 1, record, _reason(len(fields), len(names))))
    return Split(tuple(names), _from_rows(rows, names), tuple(rejected), delimiter)


def _from_rows(rows: Sequence[Sequence[str]], names: Sequence[str]) -> pl.DataFrame:
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(cells)])
