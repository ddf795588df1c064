"""The bytes of a file or a stream, unzipped, block by block, and as often as they are asked for."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, BinaryIO

from leadrank.errors import DataError, UsageError, nearest

BLOCK = 1 << 22
_IN_MEMORY = 1 << 26
"""A stream longer than this waits in a temporary file without a name."""
_GZIP = b"\x1f\x8b"
_KNOWN_BINARY = {
    b"PK\x03\x04": "a zip archive or an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database", b"\x28\xb5\x2f\xfd": "a zstd archive", b"\xfd7zXZ": "an xz archive",
}


class Stored:
    """Bytes that can be read from the beginning more than once.

    Parameters
    ----------
    label
        What they are called in messages.
    opened
        Opens them.
    place
        The file that holds them just so.
    """

    def __init__(self, label: str, opened: Callable[[], AbstractContextManager[IO[bytes]]], place: Path | None = None) -> None:
        self.label, self._opened = label, opened
        with self._open() as file:
            zipped = file.read(2) == _GZIP
        self._zipped = zipped
        self.place = None if zipped else place

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes, in blocks of one size but for the last."""
        with self._open() as file:
            source = gzip.GzipFile(fileobj=file, mode="rb") if self._zipped else file
            while block := self._read(source):
                yield block

    def head(self) -> bytes:
        """Return the first block.

        Raises
        ------
        DataError
            If there is none, or it belongs to a kind of file that cannot be read.
        """
        head = next(self.blocks(), b"")
        if not head:
            raise empty(self.label)
        for magic, kind in _KNOWN_BINARY.items():
            if head.startswith(magic):
                raise DataError(f"{self.label} is {kind}; a CSV, Parquet or JSON lines file was expected.", "Export the table as CSV or Parquet.")
        return head

    def _open(self) -> AbstractContextManager[IO[bytes]]:
        try:
            return self._opened()
        except OSError as problem:
            raise DataError(f"{self.label} cannot be read: {problem}.", "Check the path and its permissions.") from problem

    def _read(self, source: IO[bytes] | gzip.GzipFile) -> bytes:
        try:
            return source.read(BLOCK)
        except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
            raise DataError(f"{self.label} is a damaged gzip file: {problem}.", "Fetch or export it again.") from problem
        except OSError as problem:
            raise DataError(f"{self.label} cannot be read: {problem}.", "Check the path and its permissions.") from problem


def stored(source: str | Path, stream: BinaryIO | None = None) -> Stored:
    """Take hold of a file, or of a stream where the source is `-`; what can be read only once is put aside as it comes."""
    if str(source) == "-":
        if stream is None:
            raise UsageError("'-' stands for standard input, and none was given.", "Give a file, or pass `stream`.")
        return Stored("standard input", _kept(stream))
    path = Path(source)
    try:
        with path.open("rb") as file:
            return Stored(str(path), lambda: path.open("rb"), path) if path.is_file() else Stored(str(path), _kept(file))
    except FileNotFoundError:
        raise DataError(f"{path} is not there.", _neighbour(path)) from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; a file was expected.", "Name the file inside it.") from None
    except (OSError, ValueError) as problem:
        raise DataError(f"{path} cannot be read: {problem}.", "Check the path and its permissions.") from problem


def empty(label: str) -> DataError:
    """Say that there is nothing to read."""
    return DataError(f"{label} is empty.", "Export it again; a header and at least one row are expected.")


class _Again(AbstractContextManager[IO[bytes]]):
    """A file that is wound back instead of being closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> IO[bytes]:
        self._file.seek(0)
        return self._file

    def __exit__(self, *_: object) -> None:
        """Leave it open."""


def _kept(stream: BinaryIO) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it lives as long as what is returned
    try:
        shutil.copyfileobj(stream, kept, BLOCK)
    except OSError as problem:
        raise DataError(
            f"standard input cannot be put aside in {tempfile.gettempdir()}: {problem.strerror or problem}.",
            "Give a file instead, or set TMPDIR to a folder with room.",
        ) from problem
    again = _Again(kept)
    weakref.finalize(again, kept.close)
    return lambda: again


def _neighbour(path: Path) -> str:
    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return f"The folder {path.parent} is not there either."
    return nearest(path.name, names) or "Check the path."
