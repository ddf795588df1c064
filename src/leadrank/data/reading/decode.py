"""Bytes to UTF-8: which encoding, and what it cost. All of a text is looked through before any of it is given away."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leadrank.errors import DataError
from leadrank.types import Finding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_IN_1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_LOST = "\ufffd"
_LOOKED_AT = 1_000_000
"""Plain UTF-8 is searched so far for zeros."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """How a text is written: its encoding, the length of its mark, characters lost, and whether its lines end in LF."""

    encoding: str
    mark: int
    lost: int
    lines: bool

    @property
    def plain(self) -> bool:
        """Whether the bytes are to be taken as they are."""
        return self.encoding == "utf-8" and not self.lost and self.lines

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a reader should know."""
        if self.lost:
            said = f"{self.lost} characters are not valid {self.encoding} and were replaced."
            return (Finding("D102", "warning", None, self.lost, said, "Export the file as UTF-8."),)
        if self.encoding in {"cp1252", "latin-1"}:
            said = f"The file is not UTF-8; it was read as {self.encoding}."
            return (Finding("D102", "info", None, 0, said, "If accents look wrong, export it as UTF-8."),)
        return ()


def look_through(blocks: Iterable[bytes], label: str) -> Encoded:
    """Find the encoding of a text.

    A byte-order mark decides; without one, valid UTF-8 is UTF-8, text with a zero in every other byte is UTF-16, a mostly valid UTF-8
    text keeps its good characters, and anything else is Windows-1252, or Latin-1 where it uses one of the five bytes unknown there.

    Raises
    ------
    DataError
        If the bytes are no text.
    """
    blocks = iter(blocks)
    first = next(blocks, b"")
    mark, encoding = next(((m, e) for m, e in _MARKS if first.startswith(m)), (b"", _guess(first)))
    seen = _Utf8() if encoding == "utf-8" else _Wide(encoding)
    seen.take(first[len(mark):])
    for block in blocks:
        seen.take(block)
    seen.end()
    if seen.binary:
        raise DataError(f"{label} is binary; a CSV, Parquet or JSON lines file was expected.", "Export the table as CSV or Parquet.")
    return Encoded(seen.encoding, len(mark), seen.lost, seen.lines)


def as_utf8(blocks: Iterable[bytes], how: Encoded) -> Iterator[bytes]:
    """Re-encode a text as UTF-8 without a mark, lines ended by LF or CRLF."""
    decoder = codecs.getincrementaldecoder(how.encoding)("replace")
    skipped = how.mark
    for given in blocks:
        block, skipped = given[skipped:], 0
        if how.encoding != "utf-8" or how.lost:
            block = decoder.decode(block).encode()
        yield block if how.lines else block.replace(b"\r", b"\n")
    if how.encoding != "utf-8" or how.lost:
        yield decoder.decode(b"", final=True).encode()


class _Wide:
    """A text whose encoding is known: what does not fit is replaced."""

    def __init__(self, encoding: str) -> None:
        self.encoding, self.lost, self.lines, self.binary = encoding, 0, False, False
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def take(self, block: bytes) -> None:
        self._note(self._decoder.decode(block))

    def end(self) -> None:
        self._note(self._decoder.decode(b"", final=True))

    def _note(self, text: str) -> None:
        self.lost += text.count(_LOST)
        self.lines = self.lines or "\n" in text
        self.binary = self.binary or "\x00" in text


class _Utf8:
    """A text that may be UTF-8, and what it would be otherwise."""

    def __init__(self) -> None:
        self.lines = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid, self._bytes, self._characters, self._replaced = True, 0, 0, 0
        self._zero: int | None = None
        self._beyond_1252 = False

    def take(self, block: bytes) -> None:
        if self._zero is None and (zero := block.find(b"\x00")) >= 0:
            self._zero = self._bytes + zero
        self.lines = self.lines or b"\n" in block
        self._beyond_1252 = self._beyond_1252 or any(byte in block for byte in _NOT_IN_1252)
        self._bytes += len(block)
        self._decode(block, final=False)

    def end(self) -> None:
        self._decode(b"", final=True)

    def _decode(self, block: bytes, *, final: bool) -> None:
        before = self._decoder.getstate()
        try:
            text = self._decoder.decode(block, final)
        except UnicodeDecodeError:
            self._valid, self._decoder = False, codecs.getincrementaldecoder("utf-8")("replace")
            self._decoder.setstate(before)
            text = self._decoder.decode(block, final)
        self._characters += len(text)
        self._replaced += text.count(_LOST)

    @property
    def encoding(self) -> str:
        if self._valid or self._bytes - self._characters > 10 * self._replaced:
            return "utf-8"
        return "latin-1" if self._beyond_1252 else "cp1252"

    @property
    def lost(self) -> int:
        return 0 if self._valid or self.encoding != "utf-8" else self._replaced

    @property
    def binary(self) -> bool:
        return self._zero is not None and (not self._valid or self._zero < _LOOKED_AT)


def _guess(data: bytes) -> str:
    """Recognise UTF-16 without a mark by its zeros."""
    sample = data[:4096]
    if len(sample) >= 4:
        even, odd = sample[::2].count(0) / len(sample[::2]), sample[1::2].count(0) / len(sample[1::2])
        if odd > 0.4 and even < 0.1:
            return "utf-16-le"
        if even > 0.4 and odd < 0.1:
            return "utf-16-be"
    return "utf-8"
