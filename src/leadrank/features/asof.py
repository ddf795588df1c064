"""The one join: which events were known of each row's owner at its cutoff.

An owner is whoever a key names: a lead, or several leads that share events. Events are put in order by owner and moment once, so that all
that a row may see is one stretch of them, told by two numbers, and any window of it is another. Where a row's stretch holds events that
happened before its cutoff but were written down after it, what it may see is copied out for it, and told by two numbers again: what is
counted afterwards cannot tell the difference, and cannot look past the cutoff.

Owners are taken in chunks, each small enough for the processor's own memory; 50,000,000 events need little more than they take themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadrank.moments import NEVER
from leadrank.types import BoolArray, IntArray

CHUNK = 1 << 18
"""Events that are looked at together."""
COPIED = 1 << 20
"""Events that are copied out together for rows that may not see all of their stretch."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The events of one table.

    Attributes
    ----------
    owner
        Whose each event is; -1 is nobody's.
    occurred
        When each counts as having happened, in microseconds; events that never did are left out.
    known
        When it was known, no earlier than it happened; None where every event was known at once.
    ties
        Columns, as numbers, that put events of the same moment in an order that does not depend on how the table is sorted.
    """

    owner: IntArray
    occurred: IntArray
    known: IntArray | None = None
    ties: tuple[npt.NDArray[np.generic], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Rows: whose past each asks for, and at which cutoff (microseconds)."""

    owner: IntArray
    at: IntArray

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What some rows may see: row `k` the events `starts[k]` to `ends[k]` (exclusive), oldest first, all of them known at its cutoff.

    Attributes
    ----------
    rows
        Their places among the rows asked for, those of one owner together and in time order.
    owner, at
        Of each row.
    starts, ends
        The stretch of each row.
    occurred
        When each event happened.
    index
        The place of each event in its table.
    """

    rows: IntArray
    owner: IntArray
    at: IntArray
    starts: IntArray
    ends: IntArray
    occurred: IntArray
    index: IntArray

    def since(self, moments: IntArray) -> IntArray:
        """Return the place of each row's first event after a moment."""
        return first_after(self.occurred, self.starts, self.ends, moments)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some owners: the places of their events and of the rows that ask for them, in any order."""

    events: IntArray
    rows: IntArray


def share_out(past: Past, asked: Asked, *, size: int = CHUNK) -> list[Chunk]:
    """Share owners out over chunks of about `size` events and rows; events that nobody asks for are left out."""
    owners = int(max(asked.owner.max(initial=-1), past.owner.max(initial=-1))) + 1
    wanted = np.zeros(owners + 1, dtype=np.bool_)
    wanted[asked.owner] = True
    wanted[-1] = False  # -1, nobody
    weight = sum(np.bincount(owner + 1, minlength=owners + 1)[1:] for owner in (past.owner, asked.owner))
    counts = weight * wanted[:-1]
    number = np.append(np.cumsum(counts) // size, 0)
    chunks = int(number.max(initial=0)) + 1
    number[~wanted] = chunks
    # 16 bits are sorted by counting.
    small: npt.NDArray[np.integer] = number.astype(np.uint16) if chunks < 1 << 16 else number
    events, rows = _grouped(small[past.owner], chunks), _grouped(small[asked.owner], chunks)
    return [Chunk(e, r) for e, r in zip(events, rows, strict=True) if len(r)]


def _grouped(number: npt.NDArray[np.integer], groups: int) -> list[IntArray]:
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=groups + 1))[:groups]
    return np.split(order[: ends[-1]], ends[:-1])


def look(past: Past, asked: Asked, chunk: Chunk) -> Iterator[Seen]:
    """Find what the rows of a chunk may see."""
    index, owner = _in_order(past, chunk.events[past.occurred[chunk.events] != NEVER])
    rows = chunk.rows[np.lexsort((asked.at[chunk.rows], asked.owner[chunk.rows]))]
    whose, at, occurred = asked.owner[rows], asked.at[rows], past.occurred[index]
    starts, stops = np.searchsorted(owner, whose, "left"), np.searchsorted(owner, whose, "right")
    seen = Seen(rows, whose, at, starts, first_after(occurred, starts, stops, at), occurred, index)
    if past.known is None:
        yield seen
        return
    known = past.known[index]
    blind = _holds_unknown(seen, known)
    yield _some(seen, np.flatnonzero(~blind))
    yield from _copied_out(_some(seen, np.flatnonzero(blind)), known)


def every(past: Past, asked: Asked, work: Callable[[Seen], None], *, threads: int = 1) -> None:
    """Do some work with all that rows may see, chunk after chunk; chunks share no row."""
    def do(chunk: Chunk) -> None:
        for seen in look(past, asked, chunk):
            if len(seen.rows):
                work(seen)

    chunks = share_out(past, asked)
    if threads == 1 or len(chunks) == 1:
        for chunk in chunks:
            do(chunk)
        return
    with ThreadPoolExecutor(threads) as pool:
        _drain(pool.map(do, chunks))


def _drain(done: Iterable[None]) -> None:
    for _ in done:
        pass


def latest(past: Past, asked: Asked) -> IntArray:
    """Return the place of the newest event that each row may see, -1 where there is none."""
    found = np.full(len(asked), -1)

    def put(seen: Seen) -> None:
        some = seen.ends > seen.starts
        found[seen.rows[some]] = seen.index[seen.ends[some] - 1]

    every(past, asked, put)
    return found


def first_after(moments: IntArray, starts: IntArray, ends: IntArray, at: IntArray) -> IntArray:
    """Return, for each stretch of sorted moments, the place of the first one after `at`; the stretch's end where there is none.

    Examples
    --------
    >>> first_after(np.array([1, 5, 9, 2, 4]), np.array([0, 3]), np.array([3, 5]), np.array([5, 1])).tolist()
    [2, 3]
    """
    low, high = starts.copy(), ends.copy()
    if not len(moments):
        return low
    while (open_ := low < high).any():
        middle = (low + high) >> 1
        later = moments.take(middle, mode="clip") > at
        np.copyto(high, middle, where=open_ & later)
        np.copyto(low, middle + 1, where=open_ & ~later)
    return low


def _in_order(past: Past, index: IntArray) -> tuple[IntArray, IntArray]:
    """Sort events by owner and moment, and by `ties` where these are equal; return their places and owners."""
    owner, occurred = past.owner[index], past.occurred[index]
    if not len(index):
        return index, owner
    first, begin, low = int(owner.min()), int(occurred.min()), len(index).bit_length()
    high, bits = (int(owner.max()) - first).bit_length(), (int(occurred.max()) - begin).bit_length()
    # Owner, moment and place in one number: that is sorted ten times as fast as an order is found. What of the moment does not fit is settled after.
    coarse = max(0, high + bits + low - 63)
    key = ((owner - first) << (bits - coarse) | (occurred - begin) >> coarse) << low | np.arange(len(index))
    key.sort()
    order, key = key & ((1 << low) - 1), key >> low
    index, owner = index[order], owner[order]
    same = key[1:] == key[:-1]
    return (_settled(index, same, (past.occurred, *past.ties)) if same.any() else index), owner


def _settled(index: IntArray, same: BoolArray, by: Sequence[npt.NDArray[np.generic]]) -> IntArray:
    """Sort runs of events by columns; `same` says which event is in the run of the one before."""
    tied = np.append(same, False) | np.append(False, same)
    places = np.flatnonzero(tied)
    run = np.cumsum(np.append(True, ~same))[places]
    moved = index[places]
    result = index.copy()
    result[places] = moved[np.lexsort((*(column[moved] for column in reversed(by)), run))]
    return result


def _holds_unknown(seen: Seen, known: IntArray) -> BoolArray:
    """Mark the rows whose stretch holds an event that was written down after the cutoff."""
    blind = np.zeros(len(seen.rows), dtype=np.bool_)
    some = np.flatnonzero(seen.ends > seen.starts)
    newest = _largest(known, seen.starts[some], seen.ends[some])
    blind[some] = newest > seen.at[some]
    return blind


def _largest(values: IntArray, starts: IntArray, ends: IntArray) -> IntArray:
    """Return the largest value of each stretch; none is empty."""
    borders = np.stack((starts, ends), axis=1).ravel()
    largest: IntArray = np.maximum.reduceat(np.append(values, np.iinfo(np.int64).min), borders)[::2]
    return largest


def _some(seen: Seen, chosen: IntArray) -> Seen:
    return Seen(
        seen.rows[chosen], seen.owner[chosen], seen.at[chosen], seen.starts[chosen], seen.ends[chosen], seen.occurred, seen.index,
    )


def _copied_out(seen: Seen, known: IntArray) -> Iterator[Seen]:
    """Copy out what each row may see, some rows at a time."""
    lengths = seen.ends - seen.starts
    for chosen in in_portions(lengths, COPIED):
        places, row = spread(seen.starts[chosen], lengths[chosen])
        kept = known[places] <= seen.at[chosen][row]
        places, row = places[kept], row[kept]
        ends = np.cumsum(np.bincount(row, minlength=len(chosen)))
        starts = np.append(0, ends[:-1])
        # Each row has events of its own now, so each is an owner.
        yield Seen(seen.rows[chosen], np.arange(len(chosen)), seen.at[chosen], starts, ends, seen.occurred[places], seen.index[places])


def in_portions(lengths: IntArray, most: int) -> list[IntArray]:
    """Share stretches out over portions of about `most` events in all."""
    if not len(lengths):
        return []
    portion = np.cumsum(lengths) // most
    return np.split(np.arange(len(lengths)), np.flatnonzero(np.diff(portion)) + 1)


def spread(starts: IntArray, lengths: IntArray) -> tuple[IntArray, IntArray]:
    """Return all places of all stretches, and whose stretch each is.

    Examples
    --------
    >>> spread(np.array([7, 0]), np.array([2, 3]))
    (array([7, 8, 0, 1, 2]), array([0, 0, 1, 1, 1]))
    """
    row = np.repeat(np.arange(len(starts)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(row)) + (starts - before)[row], row
