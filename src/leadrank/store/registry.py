"""The registry: bundles that were added, and which of them is the champion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from leadrank.store import schema
from leadrank.store.records import ActivationRow, ModelRow
from leadrank.store.rows import add, many, new_ones, one

_LIST = select(*(column for column in schema.models.c if column is not schema.models.c.bundle))


def add_model(c: Connection, row: ModelRow) -> bool:
    """Keep a bundle; say whether it is new. The same bundle again changes nothing."""
    return bool(new_ones(c, schema.models, [row], schema.models.c.id))


def models(c: Connection) -> list[ModelRow]:
    """Read what is registered, newest first, without the bytes."""
    return many(c, _LIST.order_by(schema.models.c.added_at.desc(), schema.models.c.id), ModelRow)


def bundle_of(c: Connection, model: str) -> bytes | None:
    """Read the bytes of a bundle."""
    found = c.execute(select(schema.models.c.bundle).where(schema.models.c.id == model)).scalar()
    return None if found is None else bytes(found)


def activate(c: Connection, model: str, at: datetime, by: str, because: str = "") -> int:
    """Make a registered model the champion; return the number of the activation."""
    return add(c, schema.activations, ActivationRow(model=model, at=at, by=by, because=because))


def activation(c: Connection) -> ActivationRow | None:
    """Read the last activation, which names the model in use."""
    return one(c, select(schema.activations).order_by(schema.activations.c.id.desc()).limit(1), ActivationRow)


def champion(c: Connection) -> str | None:
    """Name the model in use."""
    found = activation(c)
    return None if found is None else found.model


def former(c: Connection) -> str | None:
    """Name the champion before the present one."""
    now = champion(c)
    query = select(schema.activations.c.model).where(schema.activations.c.model != now)
    return c.execute(query.order_by(schema.activations.c.id.desc()).limit(1)).scalar()


def activations(c: Connection) -> list[ActivationRow]:
    """Read all activations, newest first."""
    return many(c, select(schema.activations).order_by(schema.activations.c.id.desc()), ActivationRow)
