"""The models: added after a full check, put in use and taken back by one insert."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from leadrank.errors import BundleError, ConflictError, NotFoundError, UsageError, nearest
from leadrank.local_days import clock_time
from leadrank.moments import read_moment
from leadrank.operations.champion import Active, made_ready
from leadrank.operations.desk import Desk, reading, trying, writing
from leadrank.operations.intake import ALIVE
from leadrank.operations.scoring import depends_on_time
from leadrank.operations.standing import Restless, settle
from leadrank.operations.who import LEADRANK, Who
from leadrank.store import access, parents
from leadrank.store import registry as store
from leadrank.store.connect import once_kept
from leadrank.store.leads import lock_leads, open_keys
from leadrank.store.records import AccessRow, ActivationRow, LeadRow, ModelRow

CHUNK = 100
"""Leads that are scored anew in one transaction: no other writer of a SQLite file waits longer than these take."""
LARGEST, LONGEST_REASON = 64 << 20, 2_000


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

    def __add__(self, more: Rescored) -> Rescored:
        """Count further leads."""
        return Rescored(self.leads + more.leads, self.changed + more.changed)


def register(desk: Desk, content: bytes, *, now: datetime) -> str:
    """Take the bundle that a service starts with, and return the champion's identity.

    A bundle that the store does not know is added and put in use; one that it knows leaves the champion as it is, so that a restart does not undo
    what was activated since.

    Raises
    ------
    UsageError
        The store holds leads of another project: name, key column or target of its champion differ from those of a bundle that it does not know.
    """
    ready = made_ready(content, desk.champion.key)
    row = _row(ready, content, LEADRANK.name, now)
    with desk.store.writing() as c:
        new = store.add_model(c, row)
        if new:
            _refuse_another_project(c, desk, ready)
        if new or store.champion(c) is None:
            store.activate(c, row.id, now, LEADRANK.name, "Given at the start")
        did = [AccessRow(at=now, by=LEADRANK.name, role=LEADRANK.role, did="register", what=row.id, result="done")]
        access.add(c, did)
    desk.champion.refresh(desk.store)
    return desk.champion.current().identity


def _refuse_another_project(c: Connection, desk: Desk, ready: Active) -> None:
    """Refuse to score the leads of one project with the model of another; a champion that cannot be read any more may be replaced by any."""
    try:
        held = None if store.champion(c) is None else desk.champion.of(c)
    except BundleError:
        held = None
    if held is not None and _told(held) != _told(ready):
        raise UsageError(
            f"The database holds {_told(held)}; the bundle {ready.identity} is of {_told(ready)}.",
            "Give each project a database of its own: --database sqlite:///FILE.db",
        )


def _told(active: Active) -> str:
    project = active.project
    target = project.target.column if project.target.event is None else f"event {project.target.event}"
    return f"project {project.name!r} (key {project.lead.key or 'none'}, target {target})"


def models(desk: Desk, who: Who, *, now: datetime) -> Models:
    """List the models."""
    with reading(desk, who, "models", now=now) as c:
        return _models(c)


def add_model(desk: Desk, who: Who, content: bytes, *, now: datetime) -> ModelRow:
    """Check a bundle in full, and keep it; it is not yet in use. The same again changes nothing.

    Raises
    ------
    BundleError
        It is damaged, foreign, or does not score.
    ConflictError
        Another bundle has the same identity.
    UsageError
        It is of another project than the leads.
    """
    with trying(desk, who, "add_model", now=now):
        if len(content) > LARGEST:
            raise BundleError(f"A bundle has up to {LARGEST >> 20} MB; {len(content) >> 20} came.", "Check that it is the right file.")
        ready = made_ready(content, desk.champion.key)
        row = _row(ready, content, who.name, now)
    with writing(desk, who, "add_model", row.id, now=now) as c:
        _refuse_another_project(c, desk, ready)
        if not store.add_model(c, row):
            known = next(model for model in store.models(c) if model.id == row.id)
            if known.sha256 != row.sha256:
                raise ConflictError(f"Another bundle named {row.id!r} is registered.", "It scores and works alike: keep the one that is there.")
            return known
        return replace(row, bundle=b"")


def activate(desk: Desk, who: Who, model: str, *, because: str = "", now: datetime) -> Models:
    """Put a model in use, for all workers; scores that are under way end with the model that they began with.

    Raises
    ------
    NotFoundError
        There is no such model.
    """
    return _activated(desk, who, "activate", model, because, now)


def rollback(desk: Desk, who: Who, *, leaving: str | None = None, because: str = "", now: datetime) -> Models:
    """Put the model in use that was before.

    Parameters
    ----------
    leaving
        The model that shall no longer be in use; None: whichever is. Without it a second rollback undoes the first.

    Raises
    ------
    ConflictError
        There was none before, or another model than the one to leave is in use.
    """
    return _activated(desk, who, "rollback", None, because, now, leaving=leaving)


def rescore_open(desk: Desk, who: Who, *, now: datetime, chunk: int = CHUNK) -> Rescored:
    """Score all open and snoozed leads with the champion, page by page, each page in a transaction of its own."""
    done, keys = Rescored(0, 0), [""]
    with trying(desk, who, "rescore_open", now=now):
        while keys:
            with desk.store.writing() as c:
                keys = open_keys(c, after=keys[-1], limit=chunk)
                done += rescored(c, desk.champion.of(c), keys, by=who.name, now=now)
            desk.store.breathe()
    with writing(desk, who, "rescore_open", now=now, times=max(done.leads, 1)):
        return done


def rescored(c: Connection, active: Active, keys: Sequence[str], *, by: str, now: datetime) -> Rescored:
    """Score some leads anew: those of another model or without a chance that plans count with, and all where scores change as time passes."""
    rows = [row for row in lock_leads(c, keys).values() if row.status in ALIVE]
    told = parents.newest(c) if depends_on_time(active) else None
    reasons = [_why(active, row, told) for row in rows if row.model != active.identity or row.chance is None or depends_on_time(active)]
    found = settle(c, active, reasons, by=by, now=now)
    return Rescored(len(found), sum(lead.before is not None and found[lead.row.key][0].score != lead.before.score for lead in reasons))


def _why(active: Active, row: LeadRow, told: datetime | None) -> Restless:
    if row.model != active.identity:
        return Restless(row, row, "new model", f"{active.identity} took the place of {row.model or 'none'}")
    if told is not None and row.scored_at < told:
        return Restless(row, row, "new data", f"News of {clock_time(told, active.zone)} of what leads and events belong to", routine=True)
    return Restless(row, row, "time passing", f"Last scored {clock_time(row.scored_at, active.zone)}", routine=True)


def _activated(
    desk: Desk, who: Who, operation: str, model: str | None, because: str, now: datetime, *, leaving: str | None = None
) -> Models:
    """Make a model ready before anything is locked, so that nobody waits for it; one insert names it, for all workers at once."""
    with trying(desk, who, operation, model or "", now=now):
        ready = _ready(desk, model)
    with writing(desk, who, operation, model or "", now=now) as c:
        if (model is None and store.former(c) != ready.identity) or leaving not in {None, store.champion(c)}:
            raise ConflictError("Somebody put another model in use meanwhile.", "Look which is in use, and activate the one you want by its name.")
        _refuse_another_project(c, desk, ready)
        found = store.activation(c)
        used = found is not None and found.model == ready.identity
        number = found.id if found is not None and used else store.activate(c, ready.identity, now, who.name, because[:LONGEST_REASON])
        once_kept(c, partial(desk.champion.install, ready, number))
        return _models(c)


def _ready(desk: Desk, model: str | None) -> Active:
    """Read a model, or the one that was in use before, and make it ready to score; what is registered under a name never changes."""
    with desk.store.reading() as c:
        wanted = store.former(c) if model is None else model
        if wanted is None:
            raise ConflictError("There is no model from before.", "Activate one of the models by its name.")
        content = store.bundle_of(c, wanted)
        if content is None:
            raise NotFoundError(f"There is no model {wanted!r}.", nearest(wanted, [row.id for row in store.models(c)]))
        held = desk.champion.of(c)
    return held if held.identity == wanted else made_ready(content, desk.champion.key)


def _models(c: Connection) -> Models:
    return Models(tuple(store.models(c)), store.champion(c), store.former(c), tuple(store.activations(c)))


def _row(ready: Active, content: bytes, by: str, now: datetime) -> ModelRow:
    told = ready.bundle.facts.trained_at
    figures = {name: {"value": f.value, "low": f.low, "high": f.high} for name, f in ready.bundle.report.ours.items()}
    return ModelRow(
        id=ready.identity, name=ready.project.name, sha256=hashlib.sha256(content).hexdigest(), bundle=content, figures=figures,
        trained_at=None if told is None else read_moment(told), added_at=now, by=by,
    )
