"""A file that appears whole or not at all, wherever its name leads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadrank.errors import UsageError


def place_of(path: Path) -> Path:
    """Return where a file will stand: a link is followed, so that it stays one. A device is its own place."""
    device = path.exists() and not path.is_file()
    return Path(os.path.realpath(path)) if path.is_symlink() and not device else path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a draft beside the file's place; it moves there when all is written, so that a reader sees the old file or the new one.

    Each writer has a draft of its own. A device is written to itself.

    Raises
    ------
    UsageError
        The place cannot be written.
    """
    try:
        place = place_of(path)
        if place.exists() and not place.is_file():
            yield place
            return
        # Its end is how an interrupted command finds its own drafts.
        draft = place.with_name(f".{place.name[:32]}.{os.urandom(4).hex()}.{os.getpid()}.part")
        try:
            yield draft
            _settle(draft)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror or problem}.", "Check that the folder is there and has room.") from problem


def _settle(draft: Path) -> None:
    """Have it on the disk: a power cut after the move could leave a whole name on half a file."""
    with draft.open("r+b") as file:
        os.fsync(file.fileno())
