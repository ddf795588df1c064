"""Text files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from leadrank.cli.stopping import tidy_up
from leadrank.data.whole import place_of, whole_file
from leadrank.errors import UsageError

STANDARD = Path("-")


def check_folder(path: Path) -> None:
    """Refuse a place that cannot hold a file before the work is done, not after; an interrupted draft there is removed."""
    if path == STANDARD:
        raise UsageError("a file was expected as output, - is standard output.", "Name a file, or leave -o out.")
    if path.is_dir():
        raise UsageError(f"a file was expected as output, {path} is a folder.", "Name a file inside it.")
    path = place_of(path)
    if not path.parent.is_dir():
        raise UsageError(f"the folder {path.parent} was expected for {path.name}, and is not there.", "Make it first.")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"the folder {path.parent} cannot be written.", "Choose another with -o.")
    tidy_up(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file."""
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
