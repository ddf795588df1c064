"""Named parts and a manifest to one file and back: every byte is vouched for before anything is parsed, and nothing is ever executed.

The order in which `read_archive` checks, and why nothing can be skipped, is in `docs/bundle-format.md`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadrank.bundle.layout import MOST_ENTRIES, NOT_OURS, deflate, inflate, pack, unpack
from leadrank.bundle.manifest import JSON, MOST_BYTES, NAME, check_part, parse_manifest, render_manifest
from leadrank.bundle.seal import seal, seal_length, unseal
from leadrank.data.whole import whole_file
from leadrank.errors import BundleError, UsageError

MOST = 2 << 30
"""The largest bundle, in bytes, packed or unpacked."""


def write_archive(path: Path, parts: Mapping[str, bytes], manifest: Mapping[str, JSON], *, key: bytes | None = None) -> None:
    """Write a bundle, whole or not at all; identical inputs give identical bytes.

    Parameters
    ----------
    path
        Where; an existing file is replaced in one step.
    parts
        Name to content. Names are lower-case paths such as ``model/forest.cbm``.
    manifest
        What `read_archive` gives back; must hold ``version``. ``format`` and ``parts`` are filled in here.
    key
        Signs the bundle (HMAC-SHA256), at least 16 bytes.

    Raises
    ------
    BundleError
        Something cannot be stored as given, or the file cannot be written.
    """
    _replace(Path(path), archive_bytes(parts, manifest, key=key))


def archive_bytes(parts: Mapping[str, bytes], manifest: Mapping[str, JSON], *, key: bytes | None = None) -> bytes:
    """Give the bytes that `write_archive` writes.

    Examples
    --------
    >>> bundle = archive_bytes({"a.json": b"[1]"}, {"version": "0.1.0"})
    >>> manifest, parts = read_archive(bundle)
    >>> parts, manifest["format"]
    ({'a.json': b'[1]'}, 1)
    """
    if len(parts) >= MOST_ENTRIES:
        raise BundleError(f"A bundle holds fewer than {MOST_ENTRIES} parts; {len(parts)} were given.")
    if sum(map(len, parts.values())) > MOST - 2 * MOST_BYTES:
        raise BundleError(f"A bundle holds at most {MOST >> 30} GiB; these parts hold more.")
    entries = [deflate(NAME, render_manifest(manifest, parts)), *(deflate(name, parts[name]) for name in sorted(parts))]
    return seal(pack(entries, seal_length(signed=key is not None)), key)


def read_archive(
    source: Path | str | bytes | bytearray | memoryview, *, key: bytes | None = None, most: int = MOST
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Check a bundle and give its manifest and its parts.

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    key
        When given, only a bundle signed with this key is accepted. Without one the digest shows damage, not forgery.
    most
        Most bytes to read and to unpack, at most 2 GiB.

    Raises
    ------
    BundleError
        The file is missing, foreign, damaged, forged, too large, or of an unknown format. Nothing else is ever raised.
    """
    limit = min(most, MOST)
    try:
        return _parts_of(*unseal(_bytes_of(source, limit), key), limit)
    except MemoryError:
        raise BundleError("There is not enough memory to load this bundle.", "Free some, or use a machine with more.") from None


def _parts_of(body: memoryview, comment_length: int, most: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    entries = unpack(body, comment_length)
    unpacked = sum(entry.size for entry in entries)
    if unpacked > most:
        raise BundleError(f"The bundle unpacks to {unpacked:,} bytes; at most {most:,} are allowed.")
    if not entries or entries[0].name != NAME or entries[0].size > MOST_BYTES:
        raise BundleError("A bundle begins with its manifest; this one does not.", NOT_OURS)
    manifest = parse_manifest(inflate(entries[0]))
    names = [entry.name for entry in entries[1:]]
    if names != list(manifest["parts"]):
        raise BundleError("The bundle does not hold exactly the parts that its manifest names.", NOT_OURS)
    parts: dict[str, bytes] = {}
    for entry in entries[1:]:
        parts[entry.name] = inflate(entry)
        check_part(manifest, entry.name, parts[entry.name])
    return manifest, parts


def _bytes_of(source: Path | str | bytes | bytearray | memoryview, most: int) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, Path | str):
        data = _read(Path(source), most)
    else:
        raise BundleError(f"A bundle is a path or bytes; {type(source).__name__} came.")
    if len(data) > most:
        raise BundleError(f"The bundle is larger than the {most:,} bytes allowed.")
    return data


def _read(path: Path, most: int) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BundleError(f"{path} is a folder; a bundle is one file.", "Name the .leadrank file in it.")
        if not stat.S_ISREG(mode):
            raise BundleError(f"{path} is a device or a pipe; a bundle is a regular file.")
        with path.open("rb") as file:
            return file.read(min(os.fstat(file.fileno()).st_size, most) + 1)  # as many bytes as are asked for are reserved first
    except FileNotFoundError:
        raise BundleError(f"There is no file {path}.", "Check the path; `leadrank train … -o FILE` writes one.") from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _replace(path: Path, data: bytes) -> None:
    try:
        if path.exists() and not path.is_file():
            raise BundleError(f"{path} is not a file that can be replaced.", "Name a file, such as leads.leadrank.")
        with whole_file(path) as draft:
            draft.write_bytes(data)
    except UsageError as problem:
        raise BundleError(problem.message, "Nothing was changed.") from None
    except (OSError, ValueError) as problem:  # no path at all
        raise BundleError(f"{path} cannot be written: {getattr(problem, 'strerror', None) or problem}.", "Nothing was changed.") from None
