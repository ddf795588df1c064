"""A table that somebody drops: what is odd about it, and the same table scored, kept for an hour."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from leadrank.data import RawTable, read_table
from leadrank.data.cell import text_of
from leadrank.data.write import write_table
from leadrank.errors import NotFoundError, UsageError, nearest
from leadrank.frames import pl
from leadrank.operations.allowed import check
from leadrank.operations.champion import Active
from leadrank.operations.composing import tables_around
from leadrank.operations.consent import agreed_rows
from leadrank.operations.desk import Desk, reading, trying, writing
from leadrank.operations.exports import KINDS, as_file, turn
from leadrank.operations.intake import NewLead, take_many
from leadrank.operations.scoring import REASONS
from leadrank.operations.who import Who
from leadrank.scored_table import problem_lines, unfamiliar_lines
from leadrank.store.files import get, keep
from leadrank.store.records import FileRow

MOST_ROWS, LONGEST_NAME = 200_000, 100
LASTS = timedelta(hours=1)
PACKED = "application/vnd.apache.parquet"
"""As which rows are kept until they are fetched; all kinds of file are made of them."""


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
        A random text, from which the name of the files to fetch is made.
    take
        Take the leads into the queue as well; the caller must be allowed to `take_leads`.

    Raises
    ------
    DataError
        It is no table, is empty, or lacks a column that the model uses.
    UsageError
        It has more than 200,000 rows; leads cannot be taken without keys.
    """
    active, label = desk.champion.current(), Path(name).stem[:LONGEST_NAME] or "leads"
    with trying(desk, who, "upload", label, now=now):
        if take:
            check(who, "take_leads")
        raw = read_table("-", stream=io.BytesIO(content))
        if raw.frame.height > MOST_ROWS:
            raise UsageError(f"A table of up to {MOST_ROWS:,} rows was expected; {raw.frame.height:,} came.", "Use `leadrank score`, or split it.")
        keys = _keys(active, raw.frame) if take else []
        found = active.scorer.table(tables_around(active, raw.frame), reasons=REASONS, at=None if active.bundle.origin is None else now)
    identity, content = hashlib.sha256(token.encode()).hexdigest(), _packed(agreed_rows(active, found.rows, raw.frame))
    with writing(desk, who, "upload", label, now=now, times=raw.frame.height) as c:
        keep(c, FileRow(id=identity, by=who.name, name=f"{label}.scored", kind=PACKED, content=content, at=now, expires_at=now + LASTS))
    taken = take_many(desk, who, _leads(raw.frame, keys, label), now=now) if take else 0
    odd = found.unfamiliar
    said = [*_rejected(raw), *problem_lines(found.problems, odd.unreadable, raw.skipped), *unfamiliar_lines(odd, raw.skipped)]
    tiers = {tier.name: int((found.rows["tier"] == tier.name).sum()) for tier in found.tiers}
    files = {kind: f"{identity}.{kind}" for kind in KINDS}
    return Uploaded(found.rows.height, tuple(said), tuple(map(str, found.tiers)), tiers, files, now + LASTS, taken)


def kept_file(desk: Desk, who: Who, identity: str, *, now: datetime) -> FileRow:
    """Return a file that the caller uploaded less than an hour ago, made of its rows when it is asked for.

    Raises
    ------
    NotFoundError
        There is none, or not for this caller.
    BusyError
        Other XLSX files are being made.
    """
    name, _, kind = identity.rpartition(".")
    with turn(desk, kind):
        with reading(desk, who, "kept_file", identity, now=now) as c:
            found = get(c, name, who.name, now) if kind in KINDS else None
            if found is None:
                raise NotFoundError("There is no such file, or its hour is over.", "Upload the table again.")
        return replace(found, name=f"{found.name}.{kind}", kind=KINDS[kind], content=as_file(pl.read_parquet(io.BytesIO(found.content)), kind))


def _packed(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    write_table(buffer, rows, ".parquet")
    return buffer.getvalue()


def _keys(active: Active, frame: pl.DataFrame) -> list[str]:
    """Return the name of each lead.

    Raises
    ------
    UsageError
        The table has no column of keys, or a key is blank or stands twice.
    """
    name = active.project.lead.key
    if name is None or name not in frame.columns:
        said = "The model knows no column of keys" if name is None else f"The table has no column {name!r}, which names leads"
        raise UsageError(f"{said}, so that its leads cannot be taken.", (nearest(name, frame.columns) if name else "") or "Have it scored only.")
    keys = [str(text_of(value) or "").strip() for value in frame[name].to_list()]
    if not all(keys) or len(set(keys)) < len(keys):
        raise UsageError(f"Some {name} are blank or stand twice, so that its leads cannot be taken.", "Mend them, or have the table scored only.")
    return keys


def _leads(frame: pl.DataFrame, keys: Sequence[str], label: str) -> list[NewLead]:
    rows = frame.iter_rows(named=True)
    return [NewLead(key, {n: _cell(v) for n, v in row.items()}, f"upload {label}") for key, row in zip(keys, rows, strict=True)]


def _cell(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else text_of(value)


def _rejected(raw: RawTable) -> list[str]:
    if not raw.rejected:
        return []
    first, many = raw.rejected[0], len(raw.rejected)
    said = "1 record does not split into the columns and is" if many == 1 else f"{many:,} records do not split into the columns and are"
    return [f"{said} left out; the first, line {first.row}: {first.reason}."]
