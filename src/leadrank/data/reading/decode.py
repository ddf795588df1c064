"""Bytes to UTF-8: which encoding, and what it cost."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from leadrank.errors import DataError
from leadrank.types import Finding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """UTF-8 bytes without a mark, lines ended by LF or CRLF, and what was noticed."""

    data: bytes
    encoding: str
    findings: tuple[Finding, ...]


def decode(data: bytes, label: str) -> Decoded:
    """Re-encode a text as UTF-8.

    A byte-order mark decides; without one, valid UTF-8 is UTF-8, text with a zero in every other byte is UTF-16, a mostly valid UTF-8
    text keeps its good characters, and anything else is Windows-1252, or Latin-1 where it uses one of the five bytes unknown there.

    Raises
    ------
    DataError
        If the bytes are no text.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", _guess(data)))
    data = data[len(mark):]
    if encoding == "utf-8":
        text, encoding, lost = _utf8(data)
    else:
        text, lost = data.decode(encoding, errors="replace"), 0
        lost = text.count("\ufffd")
    if "\x00" in (text if text is not None else data[:1_000_000].decode(errors="ignore")):
        raise DataError(f"{label} is binary; a CSV, Parquet or JSON lines file was expected.", "Export the table as CSV or Parquet.")
    clean = data if text is None else text.encode()
    if b"\n" not in clean and b"\r" in clean:
        clean = clean.replace(b"\r", b"\n")
    return Decoded(clean, encoding, _said(encoding, lost))


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


def _utf8(data: bytes) -> tuple[str | None, str, int]:
    """Return None where the bytes are UTF-8 already, else the text, its encoding and the characters lost."""
    try:
        data.decode()
    except UnicodeDecodeError:
        lenient = data.decode(errors="replace")
        lost = lenient.count("\ufffd")
        wide = len(data) - len(lenient)
        if wide > 10 * lost:
            return lenient, "utf-8", lost
        try:
            return data.decode("cp1252"), "cp1252", 0
        except UnicodeDecodeError:
            return data.decode("latin-1"), "latin-1", 0
    return None, "utf-8", 0


def _said(encoding: str, lost: int) -> tuple[Finding, ...]:
    if lost:
        said = f"{lost} characters are not valid {encoding} and were replaced."
        return (Finding("D102", "warning", None, lost, said, "Export the file as UTF-8."),)
    if encoding in {"cp1252", "latin-1"}:
        said = f"The file is not UTF-8; it was read as {encoding}."
        return (Finding("D102", "info", None, 0, said, "If accents look wrong, export it as UTF-8."),)
    return ()
