"""Moments in the store: naive UTC in, naive UTC out, in order on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC without a time zone, to the microsecond, as everywhere in Leadrank; an aware one is converted."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Take the zone from a moment that has one."""
        return value if value is None or value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
