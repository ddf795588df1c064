"""One stretch of delimited text: which records split as the header does, and the rest at Polars' speed."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadrank.data.reading.records import records
from leadrank.frames import pl
from leadrank.types import BoolArray, IntArray

_BLOCK = 1 << 21
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that does not split into the header's columns: 1-based line in the file, its text, why, and how many sound ones stand before it."""

    row: int
    text: str
    reason: str
    after: int = 0


def numbers_of(rejected: Sequence[Rejected], before: int = 0) -> list[int]:
    """Return the numbers of rejected records below the header, as all records are counted; `before` others were rejected earlier.

    Examples
    --------
    >>> numbers_of([Rejected(4, "bad,1", "2 fields", after=2), Rejected(6, "bad,2", "2 fields", after=3)])
    [3, 5]
    """
    return [bad.after + k for k, bad in enumerate(rejected, start=before + 1)]


@dataclass(frozen=True, slots=True)
class Split:
    """Records taken apart: the cells as text, in numbered columns since a header may name one twice, and what did not split."""

    frame: pl.DataFrame
    rejected: tuple[Rejected, ...]

    def behind(self, rows: int) -> Split:
        """Say of the same records that so many sound ones stand before all of them."""
        return self if not self.rejected or not rows else replace(self, rejected=tuple(replace(r, after=r.after + rows) for r in self.rejected))


def split_even(body: bytes, delimiter: str, width: int, first_line: int) -> Split | None:
    """Cut out what does not split and give the rest to Polars; None where quotes stand in odd places.

    Parameters
    ----------
    body
        UTF-8 that begins and ends where a record does; lines end in LF or CRLF.
    delimiter
        One ASCII character.
    width
        How many fields a record has.
    first_line
        The number of the first line in the file.
    """
    if not body.strip(b" \r\n"):
        return Split(no_rows(width), ())
    layout = _layout(body, ord(delimiter))
    if layout is None:
        return None
    starts, ends, fields = layout
    blank = _blank(body, starts, ends)
    bad = (fields != width) & ~blank
    if any(b"\n" in body[starts[i]:ends[i]] for i in np.flatnonzero(bad)):
        return None  # a quote may have been left open: line by line, less is lost
    good = ~(bad | blank)
    rejected = tuple(_refused(body, starts, ends, fields, np.flatnonzero(bad), np.cumsum(good), first_line, width))
    if not good.any():
        return Split(no_rows(width), rejected)
    whole = body if good.all() else _kept(body, starts, ends, good)
    if whole.startswith(BOM_UTF8):
        whole = BOM_UTF8 + whole  # Polars takes one off, which in the middle of a text is a character as any other
    try:
        frame = pl.read_csv(whole, has_header=False, separator=delimiter, schema=no_rows(width).schema, empty_string_is_null=False)
    except pl.exceptions.PolarsError:
        return None
    return Split(frame, rejected) if frame.height == int(good.sum()) else None


def split_slowly(body: bytes, delimiter: str, width: int, first_line: int, stretch: int) -> tuple[Split, int]:
    """Split record by record those that begin within a stretch; return them with the place where the next record begins."""
    lines = body.split(b"\n")
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    end = len(body)
    for line, fields, record in records(b"\n".join(lines).decode(), delimiter, width):
        if starts[line - 1] >= stretch:
            end = int(starts[line - 1])
            break
        if len(fields) == width:
            rows.append(fields)
        else:
            rejected.append(Rejected(first_line + line - 1, record, _reason(len(fields), width), len(rows)))
    return Split(_from_rows(rows, width), tuple(rejected)), end


def no_rows(width: int) -> pl.DataFrame:
    """Make an empty table of text."""
    return pl.DataFrame(schema={str(i): pl.String for i in range(width)})


def _refused(
    body: bytes, starts: IntArray, ends: IntArray, fields: IntArray, bad: IntArray, before: IntArray, first_line: int,
    width: int,
) -> Iterator[Rejected]:
    line, at = first_line, 0
    for i in bad.tolist():
        line, at = line + body.count(b"\n", at, int(starts[i])), int(starts[i])
        yield Rejected(line, body[at:ends[i]].decode().removesuffix("\r"), _reason(int(fields[i]), width), int(before[i]))


def _reason(found: int, expected: int) -> str:
    return f"{found} fields where the header has {expected}"


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


def _from_rows(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    cells = list(zip(*rows, strict=True)) if rows else [()] * width
    return pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(cells)])
