"""Ways to spoil a bundle, and the ones that an accident finds: damage, with the digest left as it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadrank.bundle.archive import archive_bytes, read_archive
from leadrank.bundle.seal import seal_length

KEY = b"the key that only the owner has."
LOCAL = 30


@dataclass(frozen=True, slots=True)
class Base:
    """A good bundle, unsigned and signed."""

    plain: bytes
    signed: bytes
    manifest: dict
    parts: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A spoilt file, the key it is loaded with, and what it holds if it is honest about being a forgery."""

    data: bytes
    key: bytes | None = None
    forged: dict[str, bytes] | None = None


Mutation = Callable[[Base, np.random.Generator], Attempt]
KINDS: dict[str, Mutation] = {}


def kind(function: Mutation) -> Mutation:
    KINDS[function.__name__] = function
    return function


def base_of(plain: bytes) -> Base:
    manifest, parts = read_archive(plain)
    return Base(archive_bytes(parts, manifest), archive_bytes(parts, manifest, key=KEY), manifest, parts)


def damage(spoil: Callable[[bytearray, np.random.Generator], bytes | bytearray]) -> Mutation:
    """Register damage, done to the signed or the unsigned file, loaded with the key or without."""

    @functools.wraps(spoil)
    def mutation(base: Base, rng: np.random.Generator) -> Attempt:
        signed = bool(rng.integers(2))
        good = base.signed if signed else base.plain
        data = bytes(spoil(bytearray(good), rng))
        return Attempt(data if data != good else good[:-1], KEY if signed and rng.integers(2) else None)

    return kind(mutation)


def positions(data: bytes | bytearray, magic: bytes) -> list[int]:
    found, at = [], data.find(magic)
    while at >= 0:
        found.append(at)
        at = data.find(magic, at + 1)
    return found


def span(data: bytes | bytearray, rng: np.random.Generator, longest: int = 4096) -> slice:
    start = int(rng.integers(len(data)))
    return slice(start, min(len(data), start + 1 + int(rng.integers(longest))))


@damage
def one_bit(data, rng):
    data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    return data


@damage
def many_bits(data, rng):
    for position in rng.integers(len(data), size=rng.integers(2, 50)):
        data[position] ^= 1 << int(rng.integers(8))
    return data


@damage
def byte_edits(data, rng):
    for position in rng.integers(len(data), size=3):
        data[position] = int(rng.integers(256))
    return data


@damage
def header_edit(data, rng):
    begins = [at for magic in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06") for at in positions(data, magic)]
    data[begins[rng.integers(len(begins))] + int(rng.integers(LOCAL - 8))] ^= int(rng.integers(1, 256))
    return data


@damage
def seal_edit(data, rng):
    data[len(data) - 1 - int(rng.integers(seal_length(signed=False)))] ^= int(rng.integers(1, 256))
    return data


@damage
def truncated(data, rng):
    return data[: rng.integers(len(data))]


@damage
def beginning_lost(data, rng):
    return data[1 + rng.integers(len(data) - 1) :]


@damage
def extended(data, rng):
    return data + rng.bytes(int(rng.integers(1, 3000)))


@damage
def preceded(data, rng):
    return rng.bytes(int(rng.integers(1, 3000))) + data


@damage
def inserted(data, rng):
    at = int(rng.integers(len(data)))
    return data[:at] + rng.bytes(int(rng.integers(1, 300))) + data[at:]


@damage
def deleted(data, rng):
    del data[span(data, rng)]
    return data


@damage
def zeroed(data, rng):
    block = span(data, rng)
    data[block] = bytes(block.stop - block.start)
    return data


@damage
def repeated(data, rng):
    block = span(data, rng)
    return data[: block.stop] + data[block] + data[block.stop :]


@damage
def blocks_swapped(data, rng):
    a, b, c = sorted(rng.integers(1, len(data), size=3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


@damage
def line_ends_converted(data, rng):
    return data.replace(b"\n", b"\r\n") if rng.integers(2) else data.replace(b"\r", b"")


@damage
def two_bundles_in_one(data, _):
    return data + data
