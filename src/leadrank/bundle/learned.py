"""Rows that a model learned from, remembered by keyed hash, so that figures on them are not taken for figures on new leads."""

from __future__ import annotations

import hmac
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadrank.frames import pl

MOST = 20_000
"""Rows remembered; of more, those with the smallest hashes, which is a sample drawn by the salt."""
HASH = np.dtype(">u8")
DIGITS = 16
"""Of a hash, in hexadecimal: 8 bytes, among which a chance meeting of two rows has odds below one in a billion."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Hashes of training rows, one after the other in one text, in rising order.

    `limit` is the largest hash that could have been kept; rows with larger ones cannot be told. `by_chance` is the share of new rows that would
    be recognised although nobody learned from them, because they look like one that was.
    """

    salt: str = ""
    hashes: str = ""
    limit: str = ""
    by_chance: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hashes) % DIGITS or not set(self.hashes + self.limit) <= set("0123456789abcdef") or not 0.0 <= self.by_chance <= 1.0:
            raise ValueError("the learned rows are not remembered by hashes")


@dataclass(frozen=True, slots=True)
class Recognised:
    """How many of the rows that can be told were learned from, and how many of them chance would explain."""

    rows: int
    told: int
    by_chance: float

    @property
    def share(self) -> float:
        """Share of the rows that were learned from."""
        return self.rows / self.told if self.told else 0.0

    @property
    def beyond_chance(self) -> bool:
        """Whether there are more of them than rows that merely look alike would make, by three standard errors."""
        expected = self.told * self.by_chance
        return self.rows > expected + 3.0 * math.sqrt(expected * (1.0 - self.by_chance))


def row_names(frame: pl.DataFrame, key: str | None, columns: Sequence[str]) -> list[str]:
    """Name clean rows by their key (a blank one names nobody), or without one by the cells of the columns given."""
    if key is not None:
        return frame[key].drop_nulls().cast(pl.String).to_list()
    cells = [frame[name].cast(pl.String).fill_null("\x00").alias(str(k)) for k, name in enumerate(columns)]
    return pl.DataFrame(cells).select(pl.concat_str(pl.all(), separator="\x1f")).to_series().to_list() if cells else []


def remember(names: Sequence[str], salt: str) -> Learned:
    """Remember the rows that no other row looks like.

    What share of new rows will look like one of them is known from those that look like exactly one other (Good 1953, "The population
    frequencies of species and the estimation of population parameters").

    Examples
    --------
    >>> learned = remember(["anna", "bert", "twin", "twin"], "salt")
    >>> recognise(learned, ["anna", "bert", "twin", "carl"]).rows, learned.by_chance
    (2, 0.5)
    """
    counts = Counter(names)
    alone = np.sort(_hashes(salt, [name for name, rows in counts.items() if rows == 1]))
    pairs = sum(rows == 2 for rows in counts.values())
    limit = f"{int(alone[MOST - 1]):0{DIGITS}x}" if len(alone) > MOST else "f" * DIGITS
    return Learned(salt, alone[:MOST].tobytes().hex(), limit, min(2.0 * pairs / max(len(names), 1), 1.0))


def recognise(learned: Learned, names: Sequence[str]) -> Recognised:
    """Count the rows that a model learned from."""
    known = np.frombuffer(bytes.fromhex(learned.hashes), dtype=HASH)
    if not len(known):
        return Recognised(0, 0, learned.by_chance)
    every = _hashes(learned.salt, names)
    told = every[every <= int(learned.limit, 16)]
    return Recognised(int(np.isin(told, known).sum()), len(told), learned.by_chance)


def _hashes(salt: str, names: Sequence[str]) -> npt.NDArray[np.uint64]:
    key = salt.encode()
    hashes: npt.NDArray[np.uint64] = np.frombuffer(b"".join(hmac.digest(key, name.encode(), "sha256")[: DIGITS // 2] for name in names), dtype=HASH)
    return hashes
