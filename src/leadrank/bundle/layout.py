"""The one way in which the bytes of a bundle's zip may lie: entry after entry, the directory, the end, and nothing else.

A zip says most things twice (before each entry and in the directory at the end), and readers differ in whom they believe; tricks live
there. Here the reader takes the entries from the front, renders the headers that the writer would have written for them, and compares.
No gaps, no extra fields, no encryption, no zip64, no flags, no times: one archive, one reading.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from leadrank.errors import BundleError

STORED, DEFLATED = 0, 8
LARGEST_EXPANSION = 100
"""No entry may unpack to more than this times its packed size; the writer stores what would."""
LEAST_GAIN = 0.9
MOST_ENTRIES = 4096
NOT_OURS = "Leadrank did not write this file; do not use it."
PART_NAME = re.compile(r"(?=.{1,200}\Z)[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*\Z")

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_ZIP_2_0, _ON_UNIX, _FIRST_OF_1980, _PLAIN_FILE = 20, 3 << 8, 0x21, 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the zip, still packed."""

    name: str
    method: int
    crc: int
    size: int
    packed: bytes | memoryview


def deflate(name: str, content: bytes) -> Entry:
    """Pack one file, or store it where packing gains little or would expand too much."""
    stream = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = stream.compress(content) + stream.flush()
    worthwhile = len(packed) < LEAST_GAIN * len(content) and len(content) <= LARGEST_EXPANSION * len(packed)
    method, kept = (DEFLATED, packed) if worthwhile else (STORED, content)
    return Entry(name=name, method=method, crc=zlib.crc32(content), size=len(content), packed=kept)


def pack(entries: Sequence[Entry], comment_length: int) -> bytes:
    """Lay entries out as a zip that ends where its comment of the given length begins."""
    return b"".join([piece for entry in entries for piece in (_local(entry), entry.packed)] + [_directory(entries, comment_length)])


def unpack(body: memoryview, comment_length: int) -> list[Entry]:
    """Read the entries, unpacking none; their sizes are as claimed, within `LARGEST_EXPANSION` of the packed ones.

    Raises
    ------
    BundleError
        One byte lies other than `pack` would have laid it.
    """
    entries: list[Entry] = []
    offset = 0
    while bytes(body[offset : offset + 4]) == b"PK\x03\x04":
        entry = _read_entry(body, offset)
        entries.append(entry)
        offset += _LOCAL.size + len(entry.name) + len(entry.packed)
        if len(entries) > MOST_ENTRIES:
            raise BundleError(f"A bundle holds at most {MOST_ENTRIES} parts; this one holds more.")
    if body[offset:] != _directory(entries, comment_length):
        raise BundleError("The bundle's directory does not list what the bundle holds.", NOT_OURS)
    return entries


def inflate(entry: Entry) -> bytes:
    """Unpack one entry, never past the size that it claims."""
    if entry.method == STORED:
        content = bytes(entry.packed)
    else:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = stream.decompress(entry.packed, entry.size + 1)
        except zlib.error as error:
            raise BundleError(f"Part {entry.name!r} cannot be unpacked: {error}.") from None
        if not stream.eof or stream.unused_data:
            raise BundleError(f"Part {entry.name!r} does not unpack to the {entry.size:,} bytes that it claims.")
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise BundleError(f"Part {entry.name!r} does not unpack to the {entry.size:,} bytes that it claims.")
    return content


def _read_entry(body: memoryview, offset: int) -> Entry:
    if len(body) < offset + _LOCAL.size:
        raise BundleError("The bundle ends inside an entry's header.")
    _, _, _, method, _, _, crc, packed_size, size, name_length, _ = _LOCAL.unpack_from(body, offset)
    start = offset + _LOCAL.size + name_length
    name = bytes(body[offset + _LOCAL.size : start]).decode("latin-1")
    if not PART_NAME.match(name):
        raise BundleError(f"A bundle cannot hold a part named {name[:80]!r}.", NOT_OURS)
    entry = Entry(name=name, method=method, crc=crc, size=size, packed=body[start : start + packed_size])
    if body[offset:start] != _local(entry):
        raise BundleError(f"The header of part {name!r} is not as Leadrank writes it.", NOT_OURS)
    fits = size == packed_size if method == STORED else method == DEFLATED and size <= LARGEST_EXPANSION * packed_size
    if not fits:
        raise BundleError(f"Part {name!r} claims {size:,} bytes packed into {packed_size:,} by method {method}; that is not allowed.")
    return entry


def _common(entry: Entry) -> tuple[int, ...]:
    return (_ZIP_2_0, 0, entry.method, 0, _FIRST_OF_1980, entry.crc, len(entry.packed), entry.size, len(entry.name), 0)


def _local(entry: Entry) -> bytes:
    return _LOCAL.pack(b"PK\x03\x04", *_common(entry)) + entry.name.encode("ascii")


def _directory(entries: Sequence[Entry], comment_length: int) -> bytes:
    lines: list[bytes] = []
    offset = 0
    for entry in entries:
        fixed = _CENTRAL.pack(b"PK\x01\x02", _ON_UNIX | _ZIP_2_0, *_common(entry), 0, 0, 0, _PLAIN_FILE, offset)
        lines.append(fixed + entry.name.encode("ascii"))
        offset += _LOCAL.size + len(entry.name) + len(entry.packed)
    directory = b"".join(lines)
    return directory + _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), offset, comment_length)
