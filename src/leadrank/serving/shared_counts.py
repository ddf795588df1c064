"""Figures of several processes: each leaves its own in a folder, where whoever is asked finds those of all.

A file stays when its process dies, so that no sum ever goes down. Each process leaves its own figures before it tells of them: the next one that is
asked tells of no less.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import msgspec

from leadrank.serving.counted import Counted, RouteCounted

RECENT = 600.0
"""Seconds for which the last requests of a process that tells nothing any more count as recent."""


class SharedCounts:
    """What one process shares with the others.

    Parameters
    ----------
    folder
        Where all of them leave their figures.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._name = folder, f"{secrets.token_hex(8)}.counts"
        self._left: Counted | None = None
        self._lock = Lock()

    def leave(self, count: Callable[[], Counted]) -> Counted:
        """Count, leave the figures for the others, and return them."""
        with self._lock:
            counted = count()
            # Where the disk is full the others tell of older figures; nothing else depends on it.
            with suppress(OSError):
                if counted != self._left:
                    self._write(counted)
                    self._left = counted
            return counted

    def others(self) -> Iterator[Counted]:
        """Give what the other processes left, also those that are gone."""
        for place in self._folder.glob("*.counts"):
            if place.name != self._name:
                with suppress(OSError, msgspec.DecodeError):
                    counted = msgspec.msgpack.decode(place.read_bytes(), type=Counted)
                    yield counted if time.time() - place.stat().st_mtime < RECENT else _settled(counted)

    def _write(self, counted: Counted) -> None:
        draft = self._folder / f"{self._name}.part"
        draft.write_bytes(msgspec.msgpack.encode(counted))
        draft.replace(self._folder / self._name)


def _settled(counted: Counted) -> Counted:
    """Leave out the last requests, which were long ago."""
    routes = {name: RouteCounted(route.statuses, route.buckets, route.seconds, []) for name, route in counted.routes.items()}
    return Counted(routes, counted.scores, counted.tiers)
