"""The reasons of many scores as lines of text: each different item is put into words once, rows only number their items."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from leadrank.explain.phrases import Entry, Phrasebook
from leadrank.explain.reasons import item_text, select_top, speakers
from leadrank.frames import pl
from leadrank.types import BoolArray, FloatArray, IntArray, Matrix

_FEW = 1 << 14


def reason_lines(
    contributions: FloatArray,
    columns: Sequence[str],
    matrix: Matrix,
    book: Phrasebook,
    *,
    top: int = 3,
    never: Collection[str] = (),
    within: FloatArray | None = None,
) -> pl.Series:
    """Give the reasons of each row as one line, for tables.

    The line begins with the base and not with a sign, since spreadsheets take a cell that begins with "+" for a formula:
    "base 39 of 100; + Lead Source is Reference: 91 of 100; − City is blank: 21 of 100". "(with the rest)" stands where the
    counts alone point the other way. Parameters as for `reasons`.

    Returns
    -------
    Series
        One line for each row; only the base where no column may be named.
    """
    chosen, values = select_top(contributions, columns, top=top, never=never)
    words, numbers = _numbered(speakers(chosen, values, columns, book, within), values > 0.0, matrix, book)
    items = pl.Series(words, dtype=pl.String)
    slots = [items.gather(numbers[:, slot]).alias(str(slot)) for slot in range(numbers.shape[1])]
    base = pl.repeat(book.base, len(matrix), dtype=pl.String, eager=True).alias("base")
    return pl.DataFrame([base, *slots]).select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True)).to_series()


def _numbered(speaking: IntArray, raised: BoolArray, matrix: Matrix, book: Phrasebook) -> tuple[list[str | None], IntArray]:
    """Return the different items, None the first, and the number of each row's."""
    words: list[str | None] = [None]
    numbers = np.zeros(speaking.size, dtype=np.int64)
    if not speaking.size:
        return words, numbers.reshape(speaking.shape)
    kind = (speaking * 2 + raised).ravel()
    # Numbers this small are sorted by counting, several times faster.
    order = np.argsort(kind.astype(np.int16) if len(book.entries) < _FEW else kind, kind="stable")
    kinds, starts = np.unique(kind[order], return_index=True)
    slots = speaking.shape[1]
    for found, places in zip(kinds.tolist(), np.split(order, starts[1:]), strict=True):
        if found >= 0:
            said, own = _items(book.entries[found // 2], matrix, places // slots, found // 2, bool(found % 2))
            numbers[places] = own + len(words)
            words += said
    return words, numbers.reshape(speaking.shape)


def _items(entry: Entry, matrix: Matrix, rows: IntArray, j: int, up: bool) -> tuple[list[str], IntArray]:
    wide = matrix.numbers.shape[1]
    if j < wide:
        distinct, own = np.unique(matrix.numbers[rows, j], return_inverse=True)
        return [item_text(entry, value, up) for value in distinct.tolist()], own
    codes = matrix.codes[rows, j - wide]
    there = np.flatnonzero(np.bincount(codes))
    place = np.zeros(int(there[-1]) + 1, dtype=np.int64)
    place[there] = np.arange(len(there))
    return [item_text(entry, code, up) for code in there.tolist()], place.take(codes)
