"""The seal: the last bytes of a bundle, which vouch for every byte before them.

    leadrank-1 needs=0.1.0 hmac=<64 hex digits> sha256=<64 hex digits>      signed
    leadrank-1 needs=0.1.0 sha256=<64 hex digits>                           not signed

SHA-256 covers everything before its own digits, the signature included; HMAC-SHA256 covers everything before its own. To a zip reader the
seal is the archive's comment. It stays the same in every format to come, so that any version can say which version reads a file.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from leadrank.bundle.foreign import describe
from leadrank.errors import BundleError

FORMAT = 1
READS = {1: "0.1.0"}
"""Every format number that this version reads, with the first version that could."""

SHORTEST_KEY = 16
LONGEST_SEAL = 256
SEAL = re.compile(rb"leadrank-([1-9][0-9]{0,5}) needs=([0-9]{1,5}(?:\.[0-9]{1,5}){1,3}) (?:hmac=([0-9a-f]{64}) )?sha256=([0-9a-f]{64})\Z")


def seal_length(*, signed: bool) -> int:
    """How many bytes `seal` will add; a zip states the length of its comment before the comment."""
    return len(f"leadrank-{FORMAT} needs={READS[FORMAT]} sha256=") + 64 + (len("hmac= ") + 64 if signed else 0)


def seal(body: bytes, key: bytes | None) -> bytes:
    """Give the body with its seal, signed when there is a key."""
    digest = hashlib.sha256(body)
    text = f"leadrank-{FORMAT} needs={READS[FORMAT]} ".encode()
    if key is not None:
        signature = hmac.new(usable(key), body, hashlib.sha256)
        signature.update(text + b"hmac=")
        text += b"hmac=" + signature.hexdigest().encode() + b" "
    text += b"sha256="
    digest.update(text)
    return body + text + digest.hexdigest().encode()


def unseal(data: bytes, key: bytes | None) -> tuple[memoryview, int]:
    """Check the digest, the format number and (given a key) the signature; give what lies before the seal, and the seal's length.

    Raises
    ------
    BundleError
        The file has no seal, a byte was changed, the format is unknown, or the signature is absent or of another key.
    """
    tail_start = max(0, len(data) - LONGEST_SEAL)
    found = SEAL.search(data[tail_start:])
    if found is None:
        raise describe(data)
    view = memoryview(data)
    number, needs, signature, digest = found.groups()
    if hashlib.sha256(view[: tail_start + found.start(4)]).hexdigest().encode() != digest:
        raise BundleError(
            "The bundle is damaged: its SHA-256 is not the one that it was sealed with.",
            "Copy it again from where it was made, or train again.",
        )
    if int(number) not in READS:
        raise BundleError(
            f"The bundle has format {int(number)}; this version reads format {', '.join(map(str, sorted(READS)))}.",
            f"Format {int(number)} is read by leadrank {needs.decode()} or newer: pip install 'leadrank>={needs.decode()}'",
        )
    if key is not None:
        _check_signature(view[: tail_start + found.start(3)], signature, usable(key))
    start = tail_start + found.start()
    return view[:start], len(data) - start


def usable(key: bytes) -> bytes:
    """Give the key back if it is long enough to be one."""
    if not isinstance(key, bytes) or len(key) < SHORTEST_KEY:
        raise BundleError(
            f"A signing key is at least {SHORTEST_KEY} bytes; the one given is not.",
            "Make one and keep it: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return key


def _check_signature(covered: memoryview, signature: bytes | None, key: bytes) -> None:
    if signature is None:
        raise BundleError("A key was given, but the bundle is not signed.", "Sign it where it was made, or load it without a key.")
    if not hmac.compare_digest(hmac.new(key, covered, hashlib.sha256).hexdigest().encode(), signature):
        raise BundleError("The bundle's signature was not made with this key.", "If this is the right key, do not use the file.")
