"""What is due by itself: done again and again by a door, by one worker or several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class Ticked:
    """How many leads woke up, lost an override, went to another rep, were scored anew; how many expired rows were removed."""

    woken: int = 0
    ended: int = 0
    reassigned: int = 0
    rescored: int = 0
    purged: int = 0


def tick(desk: Desk, *, now: datetime) -> Ticked:
    """Wake what was snoozed, end overrides, reassign what is overdue, score anew what depends on time, and remove what has expired."""
    raise NotImplementedError
