"""`manifest.json`: the first entry of a bundle, which names every part with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from leadrank.bundle.layout import NOT_OURS, PART_NAME
from leadrank.bundle.seal import FORMAT
from leadrank.errors import BundleError

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

NAME = "manifest.json"
MOST_BYTES = 64 << 20


def render_manifest(manifest: Mapping[str, JSON], parts: Mapping[str, bytes]) -> bytes:
    """Write the caller's manifest with the format number and the table of parts, keys sorted.

    Raises
    ------
    BundleError
        `version` is missing, a part's name is not allowed, or something is not JSON (nan and infinity are not).
    """
    if not isinstance(manifest.get("version"), str):
        raise BundleError("A manifest names the version of Leadrank that writes it, as `version`; this one does not.")
    for name, part in parts.items():
        if not isinstance(part, bytes):
            raise BundleError(f"A part is bytes; {name!r} is {type(part).__name__}.", "Make bytes of it with to_part.")
        if not isinstance(name, str) or not PART_NAME.match(name) or name == NAME:
            raise BundleError(
                f"A bundle cannot hold a part named {str(name)[:80]!r}.", "Use lower-case letters, digits, '_', '.', '-' and '/'."
            )
    table = {name: {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)} for name, part in parts.items()}
    try:
        rendered = _render({**manifest, "format": FORMAT, "parts": table})
        if _render(json.loads(rendered)) != rendered:
            raise ValueError("a key stands twice in it, once as a number and once as text")
    except (TypeError, ValueError, RecursionError) as error:
        raise BundleError(f"The manifest cannot be written as JSON: {error}.") from None
    if len(rendered) > MOST_BYTES:
        raise BundleError(
            f"A manifest has at most {MOST_BYTES >> 20} MiB; this one has {len(rendered):,} bytes.", "Put what is large into a part."
        )
    return rendered


def parse_manifest(raw: bytes) -> dict[str, Any]:
    """Read what `render_manifest` wrote, and nothing that it would have written otherwise.

    Raises
    ------
    BundleError
        It is not JSON, a key stands twice, the format is not that of the seal, or the table of parts is not one.
    """
    try:
        manifest: dict[str, Any] = json.loads(raw.decode("ascii"))
        canonical = isinstance(manifest, dict) and _render(manifest) == raw
    except (ValueError, RecursionError):
        canonical = False
    if not canonical:
        raise BundleError("The bundle's manifest is not as Leadrank writes it.", NOT_OURS)
    if type(manifest.get("format")) is not int or manifest["format"] != FORMAT:
        raise BundleError(f"The manifest says format {manifest.get('format')!r:.40}, the seal says {FORMAT}; they must agree.")
    if not isinstance(manifest.get("version"), str) or not _is_table(manifest.get("parts")):
        raise BundleError("The bundle's manifest lacks its version or its table of parts.", NOT_OURS)
    return manifest


def check_part(manifest: Mapping[str, Any], name: str, part: bytes) -> None:
    """Refuse a part that is not the one that the manifest names."""
    line = manifest["parts"][name]
    if len(part) != line["size"] or hashlib.sha256(part).hexdigest() != line["sha256"]:
        raise BundleError(f"Part {name!r} is not the one that the manifest names: its size or SHA-256 differs.", "Do not use this file.")


def _render(manifest: object) -> bytes:
    return json.dumps(manifest, allow_nan=False, sort_keys=True, separators=(",", ":")).encode("ascii")


def _is_table(parts: object) -> bool:
    return isinstance(parts, dict) and all(isinstance(line, dict) and set(line) == {"sha256", "size"} for line in parts.values())
