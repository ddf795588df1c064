"""The base of everything a project file declares: frozen, and no key that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A declared record: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
