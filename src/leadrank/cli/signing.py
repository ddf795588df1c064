"""The key that signs a bundle and checks its signature, from a file: a key on the command line would show in the list of processes."""

from __future__ import annotations

from pathlib import Path

from leadrank.errors import UsageError

SHORTEST = 16


def key_of(place: Path | None) -> bytes | None:
    """Read a key; one newline at its end, as an editor leaves it, is no part of it.

    Raises
    ------
    UsageError
        The file cannot be read, or holds fewer than 16 bytes.
    """
    if place is None:
        return None
    try:
        key = place.read_bytes().removesuffix(b"\n").removesuffix(b"\r")
    except OSError as problem:
        raise UsageError(f"--key-file {place} cannot be read: {problem.strerror or problem}.", "Name a file that holds the key.") from problem
    if len(key) < SHORTEST:
        remedy = f"Make one, e.g. `openssl rand -hex 32 > {place}`."
        raise UsageError(f"--key-file expects a key of at least {SHORTEST} bytes, {place} holds {len(key)}.", remedy)
    return key
