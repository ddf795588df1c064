"""Several tables that were read, as the one table that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadrank.data.reading.read import RawTable
from leadrank.data.relations import RejectedRow
from leadrank.frames import pl
from leadrank.history import History
from leadrank.types import Finding


@dataclass(frozen=True, slots=True)
class Gathered(RawTable):
    """Several tables as one: `lost` are the rows of each that could not be used. Of tables to learn from, their history, and they themselves."""

    lost: tuple[RejectedRow, ...] = ()
    history: History | None = None
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def counted(self) -> tuple[str, ...]:
        """The columns that were counted from what was known at each cutoff."""
        return () if self.history is None else self.history.counted

    @property
    def noticed(self) -> tuple[Finding, ...]:
        """What was noticed while reading, and while the tables were put together."""
        return self.findings if self.history is None else (*self.findings, *self.history.findings)
