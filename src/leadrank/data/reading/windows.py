"""Delimited text of any length, stretch after stretch: its header, then its records, each taken apart where it surely ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from leadrank.data.reading.delimited import Split, split_even, split_slowly
from leadrank.data.reading.records import LOOKAHEAD, records

STRETCH = 1 << 24
"""Bytes that are taken apart at a time."""
_ODD_STRETCH = 1 << 18
_SAMPLE = 1 << 18
"""Bytes that tell whether a delimiter ends each row."""
_REACH = 1 << 20
"""How far behind a stretch the partner of an odd quote is looked for."""


class Delimited:
    """A delimited text being read: the names in its header, and its records.

    How it is cut depends on the text alone, not on the blocks it comes in.

    Parameters
    ----------
    blocks
        UTF-8 without a byte-order mark; lines end in LF or CRLF.
    delimiter
        One ASCII character.
    """

    def __init__(self, blocks: Iterator[bytes], delimiter: str) -> None:
        self._window, self._delimiter = _Window(blocks), delimiter
        head = self._window.ahead(LOOKAHEAD)
        line, names, record = next(records(head[:_head_end(head)].decode(), delimiter))
        start = sum(len(part) + 1 for part in head.split(b"\n")[: line - 1]) + len(record.encode())
        newline = head.find(b"\n", start)
        self._window.drop(len(head) if newline < 0 else newline + 1)
        self.names = tuple(self._with_last(names))

    def splits(self) -> Iterator[Split]:
        """Yield the records."""
        rows = 0
        for split in self._parts():
            yield split.behind(rows)
            rows += split.frame.height

    def _parts(self) -> Iterator[Split]:
        window, width = self._window, len(self.names)
        while body := window.ahead(STRETCH + _REACH):
            end = _even_end(body, STRETCH)
            split = split_even(body[:end], self._delimiter, width, window.line)
            if split is not None:
                window.drop(end)
                yield split
            else:
                yield from self._odd(window.at + end)

    def _odd(self, end: int) -> Iterator[Split]:
        """Split in small steps where quotes stand in places that the standard does not know: only odd ones go through Python."""
        window, width = self._window, len(self.names)
        while window.at < end and (body := window.ahead(_ODD_STRETCH + LOOKAHEAD)):
            step = _line_end(body, _ODD_STRETCH)
            split = split_even(body[:step], self._delimiter, width, window.line)
            if split is None:
                reach = body[:_line_end(body, _ODD_STRETCH + LOOKAHEAD)]
                split, step = split_slowly(reach, self._delimiter, width, window.line, _ODD_STRETCH)
            window.drop(step)
            yield split

    def _with_last(self, names: list[str]) -> list[str]:
        """Add a nameless column where nearly all records begin with one field more than the header (a delimiter ends each row)."""
        body = self._window.ahead(_SAMPLE + _REACH)
        widths = Counter(len(fields) for _, fields, _ in records(body[:_even_end(body, _SAMPLE)].decode(), self._delimiter))
        return [*names, ""] if widths[len(names) + 1] > 0.99 * widths.total() else names


class _Window:
    """What lies ahead in a text, how many bytes lie behind, and the number of the line."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._data = blocks, b""
        self.at, self.line = 0, 1

    def ahead(self, size: int) -> bytes:
        """Return so many bytes and the rest of the line that they end in, or all there are; more may follow."""
        searched = size
        while self._data.find(b"\n", searched) < 0:
            searched = max(size, len(self._data))
            if not self._take(size + 1 - len(self._data)):
                break
        return self._data

    def _take(self, size: int) -> bool:
        """Read on, so many bytes or one block; say whether there was anything."""
        parts, there = [self._data], 0
        while there < max(size, 1) and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            there += len(block)
        self._data = b"".join(parts)
        return len(parts) > 1

    def drop(self, size: int) -> None:
        """Go on behind so many bytes."""
        self.line += self._data.count(b"\n", 0, size)
        self.at += size
        self._data = self._data[size:]


def _line_end(body: bytes, at: int) -> int:
    end = body.find(b"\n", min(at, len(body)))
    return len(body) if end < 0 else end + 1


def _even_end(body: bytes, at: int) -> int:
    """Find the first line's end behind a place with an even number of quotes before it; if there is none near, any line's end."""
    first = end = _line_end(body, at)
    even = body.count(b'"', 0, end) % 2 == 0
    while not even and end < min(at + _REACH, len(body)):
        last, end = end, _line_end(body, end)
        even ^= body.count(b'"', last, end) % 2 == 1
    return end if even else first


def _head_end(data: bytes) -> int:
    """Where the beginning that surely holds the header ends: a line's end, and an even number of quotes before it."""
    end = data.find(b"\n")
    while 0 <= end < LOOKAHEAD and (data.count(b'"', 0, end) % 2 or not data[:end].strip()):
        end = data.find(b"\n", end + 1)
    return len(data) if end < 0 else end
