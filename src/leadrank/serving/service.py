"""One running service: the desk, who calls, what is counted, and what is due."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import BoundedSemaphore

from leadrank.errors import UsageError
from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk
from leadrank.operations.registry import register
from leadrank.serving.callers import Keeper
from leadrank.serving.changes import Changes
from leadrank.serving.hot.gate import Gate
from leadrank.serving.kept import Keeping
from leadrank.serving.metrics import Meter
from leadrank.serving.rates import MovingMinutes
from leadrank.serving.settings import Settings
from leadrank.serving.shared_counts import SharedCounts
from leadrank.store.connect import open_store
from leadrank.store.migrate import migrate
from leadrank.store.registry import champion

PASSWORDS = 2
"""So many passwords are looked at at once."""


def utc_now() -> datetime:
    """Return the moment, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class State:
    """How the service is: what its last look at the store found."""

    reached: bool = True
    said: str = ""
    seen_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Service:
    """What all requests of one process share."""

    settings: Settings
    desk: Desk
    keeper: Keeper
    gate: Gate
    meter: Meter
    changes: Changes
    calls: MovingMinutes
    tries: MovingMinutes
    strangers: MovingMinutes
    state: State = field(default_factory=State)
    kept: Keeping = field(default_factory=Keeping)
    looking: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(PASSWORDS))

    def now(self) -> datetime:
        """Return the moment, naive UTC."""
        return utc_now()

    def clock(self) -> float:
        """Return the seconds since 1970."""
        return time.time()


def open_service(settings: Settings) -> Service:
    """Open the store, bring it up to date, and make the model ready.

    Raises
    ------
    ServiceError
        The database is out of reach.
    BundleError
        The bundle cannot be used.
    UsageError
        There is no model at all.
    """
    desk = Desk(open_store(settings.database), Champion(settings.key))
    try:
        migrate(desk.store)
        if settings.bundle is not None:
            register(desk, settings.bundle.read_bytes(), now=utc_now())
        with desk.store.reading() as connection:
            if champion(connection) is None:
                raise UsageError("The database holds no model yet.", "Name one: leadrank serve FILE.leadrank")
        desk.champion.refresh(desk.store)
        return service_of(settings, desk)
    except BaseException:
        desk.store.close()
        raise


def service_of(settings: Settings, desk: Desk) -> Service:
    """Put a service together around a desk."""
    keeper = Keeper(desk, on_loopback=settings.on_loopback, monotonic=time.monotonic, now=utc_now)
    keeper.look()
    meter = Meter(desk.champion.tally, None if settings.figures is None else SharedCounts(settings.figures))
    limits = settings.limits
    strangers = MovingMinutes(limits.tries, "strangers")
    gate = Gate(desk.champion, keeper, meter, limits, strict=settings.strict, strangers=strangers.count, monotonic=time.monotonic)
    return Service(
        settings, desk, keeper, gate, meter, Changes(limits.streams), MovingMinutes(limits.calls, "calls"), MovingMinutes(limits.tries, "tries"),
        strangers,
    )
