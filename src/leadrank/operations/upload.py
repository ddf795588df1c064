"""A table that somebody drops: what is odd about it, and the same table scored, kept for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.records import FileRow

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Kinds of file that can be given out, with their media types."""
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a table: its rows, what was noticed, leads by tier, where it can be fetched by kind, and how many leads were taken."""

    rows: int
    findings: tuple[str, ...]
    outlook: tuple[str, ...]
    tiers: dict[str, int]
    files: dict[str, str]
    expires_at: datetime
    taken: int = 0


def upload(desk: Desk, who: Who, name: str, content: bytes, *, token: str, take: bool = False, now: datetime) -> Uploaded:
    """Score the rows of a CSV.

    Parameters
    ----------
    name
        The file's name.
    token
        A random text, from which the names of the files to fetch are made.
    take
        Take the leads into the queue as well; the caller must be allowed to `take_leads`.

    Raises
    ------
    DataError
        It is no table, is empty, or lacks a column that the model uses.
    UsageError
        It has more than 200,000 rows; leads cannot be taken without keys.
    """
    raise NotImplementedError


def kept_file(desk: Desk, who: Who, identity: str, *, now: datetime) -> FileRow:
    """Return a file that the caller uploaded less than an hour ago.

    Raises
    ------
    NotFoundError
        There is none, or not for this caller.
    """
    raise NotImplementedError
