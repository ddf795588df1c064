"""Rows that nobody looks at until `verify`: chosen and remembered by keyed hash."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np

from leadrank.frames import pl
from leadrank.types import BoolArray


def row_names(frame: pl.DataFrame, key: str | None, target: str) -> list[str]:
    """Name each raw row by its key, or without one by all its cells but the outcome."""
    columns = [key] if key is not None and key in frame.columns else [c for c in frame.columns if c != target]
    cells = [pl.col(c).cast(pl.String, strict=False).fill_null("\x00").str.strip_chars() for c in columns]
    return frame.select(pl.concat_str(cells, separator="\x1f")).to_series().to_list()


def keyed_hash(salt: str | bytes, name: str) -> str:
    """Return the hash by which a row is remembered: without the salt nobody can test a guess at a name.

    Examples
    --------
    >>> keyed_hash("a", "lead 7") == keyed_hash("b", "lead 7")
    False
    """
    return hmac.new(salt if isinstance(salt, bytes) else salt.encode(), name.encode(), hashlib.sha256).hexdigest()[:32]


def set_aside(names: list[str], share: float, salt: str) -> BoolArray:
    """Choose about `share` of the rows; a copy of a row goes where the row goes."""
    if share == 0:
        return np.zeros(len(names), dtype=bool)
    limit = int(share * 16**8)
    return np.array([int(keyed_hash(salt, name)[:8], 16) < limit for name in names])
