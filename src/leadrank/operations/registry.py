"""The models: added after a full check, put in use and taken back by one insert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.records import ActivationRow, ModelRow

CHUNK = 5_000
"""Leads that are scored anew in one transaction."""


@dataclass(frozen=True, slots=True)
class Models:
    """All models, the newest first, without their bytes; which is in use, which was before, and all changes of that."""

    models: tuple[ModelRow, ...]
    champion: str | None
    former: str | None
    activations: tuple[ActivationRow, ...]


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many open leads were scored anew, and how many of their scores changed."""

    leads: int
    changed: int


def register(desk: Desk, content: bytes, *, now: datetime) -> str:
    """Take the bundle that a service starts with, and return the champion's identity.

    A bundle that the store does not know is added and put in use; one that it knows leaves the champion as it is, so that a restart does not undo
    what was activated since.
    """
    raise NotImplementedError


def models(desk: Desk, who: Who, *, now: datetime) -> Models:
    """List the models."""
    raise NotImplementedError


def add_model(desk: Desk, who: Who, content: bytes, *, now: datetime) -> ModelRow:
    """Check a bundle in full, and keep it; it is not yet in use. The same again changes nothing.

    Raises
    ------
    BundleError
        It is damaged, foreign, or does not score.
    ConflictError
        Another bundle has the same identity.
    """
    raise NotImplementedError


def activate(desk: Desk, who: Who, model: str, *, because: str = "", now: datetime) -> Models:
    """Put a model in use, for all workers; scores that are under way end with the model that they began with.

    Raises
    ------
    NotFoundError
        There is no such model.
    """
    raise NotImplementedError


def rollback(desk: Desk, who: Who, *, because: str = "", now: datetime) -> Models:
    """Put the model in use that was before.

    Raises
    ------
    ConflictError
        There was none.
    """
    raise NotImplementedError


def rescore_open(desk: Desk, who: Who, *, now: datetime, chunk: int = CHUNK) -> Rescored:
    """Score all open and snoozed leads with the champion, page by page, each page in a transaction of its own."""
    raise NotImplementedError
