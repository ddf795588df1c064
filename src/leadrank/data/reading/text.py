"""A stored text, looked through: where its first character is, and delimited text with its header read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from leadrank.data.reading.decode import Encoded, as_utf8, look_through
from leadrank.data.reading.delimited import Split
from leadrank.data.reading.records import late_header, sniff_delimiter
from leadrank.data.reading.stored import Stored, empty
from leadrank.data.reading.windows import Delimited
from leadrank.errors import DataError

_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text that can be read more than once, and how it is written."""

    stored: Stored
    how: Encoded

    def blocks(self) -> Iterator[bytes]:
        """Yield it as UTF-8."""
        return as_utf8(self.stored.blocks(), self.how)

    def begins_with(self, marks: bytes) -> bool:
        """Say whether its first character is one of these."""
        first = next((stripped for block in self.blocks() if (stripped := block.lstrip())), b"")
        if not first:
            raise empty(self.stored.label)
        return first[:1] in marks

    def delimited(self) -> Delimited:
        """Read the header of delimited text.

        Raises
        ------
        DataError
            If there is nothing, or a title stands above the header.
        """
        blocks, label = self.blocks(), self.stored.label
        body = _beginning(blocks)
        hint = "\t" if ".tsv" in label.lower() or ".tab" in label.lower() else None
        if body[:4].lower() == b"sep=" and body[5:6] in {b"\r", b"\n"}:
            hint, body = chr(body[4]), body[body.index(b"\n") + 1:] if b"\n" in body else b""
        if not body.strip():
            raise empty(label)
        sample = body[:_SAMPLE].decode(errors="ignore")
        sample = sample[: sample.rfind("\n") + 1] or sample
        if (line := late_header(sample)) is not None:
            said = f"{label}: line 1 is no header; the header seems to be line {line}."
            raise DataError(said, "Delete the lines above the header (a title, blank lines).")
        return Delimited(chain([body], blocks), sniff_delimiter(sample, hint))

    def splits(self) -> Iterator[Split]:
        """Yield the records of delimited text."""
        return self.delimited().splits()


def text_of(stored: Stored) -> Text:
    """Look through a stored text."""
    return Text(stored, look_through(stored.blocks(), stored.label))


def _beginning(blocks: Iterator[bytes]) -> bytes:
    """Read on until there is a sample of something."""
    body = b""
    for block in blocks:
        body += block
        if len(body) >= _SAMPLE and body.strip():
            break
    return body
