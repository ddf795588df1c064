"""Tables out, piece by piece: whole or not at all, as `write_table` writes them."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from leadrank.data.whole import whole_file
from leadrank.data.write import encoded
from leadrank.frames import pl

Piece = Callable[["pl.DataFrame", bool], "pl.DataFrame | bytes"]


def piece_writer(suffix: str) -> Piece:
    """Return what makes of each piece what `write_pieces` takes: frames for Parquet, bytes for text, a header on the first only.

    It may run in any thread.
    """
    if suffix == ".parquet":
        return lambda frame, first: frame  # noqa: ARG005
    return lambda frame, first: encoded(frame, suffix, header=first)


def write_pieces(target: Path | BinaryIO, pieces: Iterator[pl.DataFrame | bytes], plain: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Write a file from its pieces, or a stream from pieces of text.

    Parameters
    ----------
    target
        A path, where the file appears whole or not at all, or a binary stream.
    pieces
        In order, from the function that `piece_writer` gives.
    plain
        Makes text of the Enum columns that readers of a Parquet file shall find as text. Inside the file they look alike, and Enum is
        written several times faster; so only the note about types that Arrow leaves in the file is taken from the plain form.

    Raises
    ------
    UsageError
        If the place cannot be written.
    """
    if not isinstance(target, Path):
        for piece in pieces:
            target.write(piece)  # type: ignore[arg-type]
        target.flush()
        return
    with whole_file(target) as draft:
        first = next(pieces)
        if isinstance(first, bytes):
            _write_text(draft, chain([first], pieces))
        else:
            _write_parquet(draft, chain([first], pieces), first.schema, _note_of_types(plain(first.clear())))


def _note_of_types(nothing: pl.DataFrame) -> dict[str, str]:
    buffer = io.BytesIO()
    nothing.write_parquet(buffer)
    buffer.seek(0)
    return {"ARROW:schema": pl.read_parquet_metadata(buffer)["ARROW:schema"]}


def _write_text(draft: Path, pieces: Iterable[Any]) -> None:
    with draft.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def _write_parquet(draft: Path, pieces: Iterable[Any], schema: pl.Schema, note: dict[str, str]) -> None:
    """Let Polars encode while the next pieces are made; an error of theirs comes through as it is."""
    failed: list[Exception] = []

    def given(_columns: object, _predicate: object, _rows: object, _size: object) -> Iterator[pl.DataFrame]:
        try:
            yield from pieces
        except Exception as problem:
            failed.append(problem)
            raise

    try:
        pl.io.plugins.register_io_source(given, schema=schema).sink_parquet(
            draft, compression="snappy", statistics=False, metadata=note
        )
    except Exception as problem:
        if failed:
            raise failed[0] from None
        if isinstance(problem, pl.exceptions.ComputeError):  # Polars' word for a disk that is full
            raise OSError(errno.EIO, str(problem).rpartition("error: ")[2]) from problem
        raise
