"""Ways to spoil a bundle that take intent: the digest is made to fit again, with a key in the way or none; and foreign files."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import replace

import numpy as np

from bundle_mutations import KEY, LOCAL, Attempt, Base, kind, positions
from leadrank.bundle.layout import Entry, deflate, pack
from leadrank.bundle.seal import seal, seal_length

STRANGER = b"another key, which the owner has not"
CENTRAL = 46
FIELDS = {
    "flags": (6, 8, "<H"),
    "method": (8, 10, "<H"),
    "time": (10, 12, "<H"),
    "crc": (14, 16, "<I"),
    "packed": (18, 20, "<I"),
    "size": (22, 24, "<I"),
}

deflated = functools.lru_cache(maxsize=512)(deflate)


def body_of(base: Base) -> bytearray:
    return bytearray(base.plain[: -seal_length(signed=False)])


def resealed(body: bytes | bytearray) -> Attempt:
    return Attempt(seal(bytes(body), None))


def entries_of(base: Base) -> list[Entry]:
    return [deflated("manifest.json", rendered(base)), *(deflated(name, base.parts[name]) for name in sorted(base.parts))]


def rendered(base: Base) -> bytes:
    return json.dumps(base.manifest, sort_keys=True, separators=(",", ":")).encode()


def laid(entries: list[Entry]) -> Attempt:
    return resealed(pack(entries, seal_length(signed=False)))


def any_part(entries: list[Entry], rng: np.random.Generator) -> int:
    return 1 + int(rng.integers(len(entries) - 1))


@kind
def resealed_after_bit_flips(base, rng):
    body = body_of(base)
    for position in rng.integers(len(body), size=rng.integers(1, 4)):
        body[position] ^= 1 << int(rng.integers(8))
    return resealed(body)


@kind
def resealed_after_truncation(base, rng):
    body = body_of(base)
    return resealed(body[: rng.integers(len(body))])


@kind
def resealed_with_bytes_before_or_between(base, rng):
    body, junk = body_of(base), rng.bytes(int(rng.integers(1, 200)))
    at = [0, *positions(body, b"PK\x01\x02"), *positions(body, b"PK\x05\x06"), len(body)]
    chosen = at[rng.integers(len(at))]
    return resealed(body[:chosen] + junk + body[chosen:])


@kind
def header_field_forged(base, rng):
    """Before the entry, in the directory, or in both alike: encryption and descriptor flags, methods, times, sums, sizes."""
    body = body_of(base)
    low, high, code = FIELDS[str(rng.choice(list(FIELDS)))]
    entries, where = entries_of(base), int(rng.integers(3))
    which = int(rng.integers(len(entries)))
    local = sum(LOCAL + len(entry.name) + len(entry.packed) for entry in entries[:which])
    central = directory_start(body) + sum(CENTRAL + len(entry.name) for entry in entries[:which])
    value = int(rng.choice([0, 1, 8, 9, 0x0801, 0xFFFF, 0xFFFFFFFF])) & (0xFFFF if code == "<H" else 0xFFFFFFFF)
    for at in [local + low] * (where != 1) + [central + high] * (where != 0):
        if struct.unpack_from(code, body, at)[0] == value:
            value ^= 1
        struct.pack_into(code, body, at, value)
    return resealed(body)


def directory_start(body: bytearray) -> int:
    return struct.unpack_from("<I", body, body.rfind(b"PK\x05\x06") + 16)[0]


@kind
def directory_forged(base, rng):
    body = body_of(base)
    start = directory_start(body)
    body[start + int(rng.integers(len(body) - start))] ^= int(rng.integers(1, 256))
    return resealed(body)


@kind
def contents_swapped(base, rng):
    entries = entries_of(base)
    a, b = rng.choice(np.arange(1, len(entries)), size=2, replace=False)
    entries[a], entries[b] = replace(entries[b], name=entries[a].name), replace(entries[a], name=entries[b].name)
    return laid(entries)


@kind
def entries_reordered(base, rng):
    entries = entries_of(base)
    a, b = rng.choice(len(entries), size=2, replace=False)
    entries[a], entries[b] = entries[b], entries[a]
    return laid(entries)


@kind
def entry_duplicated(base, rng):
    entries = entries_of(base)
    twin = entries[rng.integers(len(entries))]
    entries.insert(int(rng.integers(len(entries) + 1)), twin if rng.integers(2) else deflate(twin.name, b"{}"))
    return laid(entries)


@kind
def entry_missing(base, rng):
    entries = entries_of(base)
    del entries[rng.integers(len(entries))]
    return laid(entries)


@kind
def entry_renamed(base, rng):
    entries = entries_of(base)
    which = any_part(entries, rng)
    entries[which] = replace(entries[which], name=entries[which].name + "x" if rng.integers(2) else entries[which].name.upper())
    return laid(entries)


@kind
def path_traversal(base, rng):
    names = ["../canary", "/canary", "a/../../canary", "..\\canary", "C:\\canary", "~/canary", "./canary", "a/./b", "canary\0.json", "a//x"]
    entries = entries_of(base)
    extra = deflate(str(rng.choice(names)), pickle_of(rng))
    return laid([*entries, extra] if rng.integers(2) else [entries[0], extra, *entries[2:]])


@kind
def pickle_added(base, rng):
    return laid([*entries_of(base), deflate("zz.pkl", pickle_of(rng))])


@kind
def part_corrupted_but_sums_right(base, rng):
    entries = entries_of(base)
    which = any_part(entries, rng)
    content = bytearray(base.parts[entries[which].name])
    for position in rng.integers(len(content), size=3):
        content[position] ^= int(rng.integers(1, 256))
    entries[which] = deflate(entries[which].name, bytes(content) if content != base.parts[entries[which].name] else b"")
    return laid(entries)


@kind
def bomb(base, rng):
    entries = entries_of(base)
    which = int(rng.integers(len(entries)))
    packed = bombs()[rng.integers(len(bombs()))]
    claim = int(rng.choice([0, 1, entries[which].size, 99 * len(packed), 64 << 20, 0x7FFFFFFF, 0xFFFFFFFF]))
    entries[which] = Entry(name=entries[which].name, method=8, crc=int(rng.integers(2**32)), size=claim, packed=packed)
    return laid(entries)


@functools.cache
def bombs() -> list[bytes]:
    return [zlib.compress(bytes(size << 20), 9)[2:-4] for size in (1, 16, 64)]


@kind
def many_entries(base, rng):
    names = [f"p{number:05d}" for number in range(int(rng.choice([5, 300, 5000])))]
    return laid([*entries_of(base), *(deflated(name, b"") for name in names)])


@kind
def manifest_spoilt(base, rng):
    entries = entries_of(base)
    good = rendered(base).decode()
    part = next(iter(base.parts))
    tails = [',"zz":NaN}', ',"zz":1e999}', ',"version":"9"}', ',"zz":' + "9" * 5000 + "}", ',"zz":"\u00e9"}', "} "]
    changes = [
        ("format", "1", "2"),
        ("format", "1", "true"),
        ("format", "1", "1.0"),
        ("size", "", "-"),
        ("size", "", "9"),
        ("sha256", '"', '"0'),
    ]
    spoilt = ["", "[]", "null", "{", "[" * 200_000, '{"a":' * 100_000, " " + good, "\ufeff" + good, good.replace('"version"', '"versiom"')]
    spoilt += [good[:-1] + tail for tail in tails]
    spoilt += [good.replace(f'"{name}":{old}', f'"{name}":{new}') for name, old, new in changes]
    spoilt += [good.replace(part, f"../{part}"), good.replace('"parts":{', '"parts":{"a":1,')]
    entries[0] = deflate("manifest.json", spoilt[rng.integers(len(spoilt))].encode())
    return laid(entries)


@kind
def written_by_zipfile(base, rng):
    """The right contents as another program lays them out: zip64 fields, data descriptors, times, folders, bzip2 and lzma."""
    way, stream = int(rng.integers(6)), io.BytesIO()
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED]
    with zipfile.ZipFile(stream, "w", methods[way]) as made:
        for name, content in (("manifest.json", rendered(base)), *sorted(base.parts.items())):
            about = zipfile.ZipInfo(name)
            about.compress_type = methods[way]
            with made.open(about, "w", force_zip64=way == 2) as entry:
                entry.write(content)
        if way == 5:
            made.writestr(zipfile.ZipInfo("model/"), b"")
        made.comment = b" " * seal_length(signed=False)
    return resealed(stream.getvalue()[: -seal_length(signed=False)])


def forged_parts(base: Base, rng: np.random.Generator) -> dict[str, bytes]:
    name = sorted(base.parts)[rng.integers(len(base.parts))]
    if not rng.integers(4):
        return {**base.parts, name: pickle_of(rng)}
    content = bytearray(base.parts[name])
    content[rng.integers(len(content))] ^= int(rng.integers(1, 256))
    return {**base.parts, name: bytes(content)}


def rebuilt(base: Base, parts: dict[str, bytes], key: bytes | None) -> bytes:
    table = {name: {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)} for name, part in parts.items()}
    entries = entries_of(replace(base, parts=parts, manifest={**base.manifest, "parts": table}))
    return seal(pack(entries, seal_length(signed=key is not None)), key)


@kind
def key_given_forgery_unsigned(base, rng):
    return Attempt(rebuilt(base, forged_parts(base, rng), None), KEY)


@kind
def key_given_forgery_signed_by_a_stranger(base, rng):
    return Attempt(rebuilt(base, forged_parts(base, rng), STRANGER), KEY)


@kind
def key_given_signature_transplanted(base, rng):
    forged = rebuilt(base, forged_parts(base, rng), STRANGER)
    end = len(forged) - 64 - len(" sha256=")
    own = base.signed[len(base.signed) - 136 : len(base.signed) - 72]
    assert base.signed[len(base.signed) - 141 : len(base.signed) - 136] == b"hmac="
    data = forged[: end - 64] + own + b" sha256="
    return Attempt(data + hashlib.sha256(data).hexdigest().encode(), KEY)


@kind
def key_given_signature_stripped(base, _):
    return Attempt(base.plain, KEY)


@kind
def no_key_consistent_forgery(base, rng):
    """The one forgery that nothing can tell from an original: without a key it loads as what it says it is."""
    parts = forged_parts(base, rng)
    return Attempt(rebuilt(base, parts, None), None, parts)


@kind
def no_key_untouched(base, _):
    """The control: what was not spoilt must load and score as before."""
    return Attempt(rebuilt(base, base.parts, None))


@kind
def no_key_part_left_out(base, rng):
    parts = dict(base.parts)
    del parts[sorted(parts)[rng.integers(len(parts))]]
    return Attempt(rebuilt(base, parts, None), None, parts)


@kind
def no_key_values_forged(base, rng):
    """One value of a record, or a few words of a binary part, becomes something that a careless reader would trip over."""
    name = sorted(base.parts)[rng.integers(len(base.parts))]
    part = retold(base.parts[name], rng) if name.endswith(".json") else reworded(base.parts[name], rng)
    parts = {**base.parts, name: part}
    return Attempt(rebuilt(base, parts, None), None, parts)


def retold(part: bytes, rng: np.random.Generator) -> bytes:
    inside = json.loads(part)
    places = list(places_in(inside))
    if not places:
        return b"[]"
    holder, at = places[rng.integers(len(places))]
    values = [None, -1, 0, 1e308, 1 << 40, "", "x", [], {}, True]
    if rng.integers(4):
        holder[at] = values[rng.integers(len(values))]
    else:
        del holder[at]
    return json.dumps(inside).encode()


def places_in(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for at, inner in list(pairs):
        yield value, at
        yield from places_in(inner)


def reworded(part: bytes, rng: np.random.Generator) -> bytes:
    words = bytearray(part)
    for at in rng.integers(max(len(part) // 8, 1), size=rng.integers(1, 4)):
        struct.pack_into("<q", words, 8 * int(at), int(rng.choice([-2, -1, 0, 1, 7, 1 << 31, 1 << 62])))
    return bytes(words)


def pickle_of(rng: np.random.Generator) -> bytes:
    """A pickle that would leave a file named canary behind if anything ever opened it."""
    old = b"cos\nsystem\n(S'touch canary'\ntR."
    new = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0ctouch canary\x85R."
    return old if rng.integers(2) else new


@kind
def foreign_file(base, rng):
    pickled = pickle_of(rng)
    stream = io.BytesIO()
    np.savez(stream, x=np.arange(3))
    part = base.parts[sorted(base.parts)[rng.integers(len(base.parts))]]
    packed = [gzip.compress(pickled, mtime=0), zlib.compress(pickled), gzip.compress(base.plain, 1, mtime=0)]
    files = [pickled, *packed, stream.getvalue(), part, b"", rng.bytes(500)]
    return Attempt(files[rng.integers(len(files))], KEY if rng.integers(2) else None)
