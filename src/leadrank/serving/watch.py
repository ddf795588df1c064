"""What a service does by itself: follow the store, tell pages of changes, do what is due, write down what was counted."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from time import monotonic

from leadrank.errors import LeadrankError
from leadrank.operations.access import record_unstored
from leadrank.operations.desk import write_waiting
from leadrank.operations.tick import Ticked, tick
from leadrank.serving.service import Service

LOOK, DUE, WRITE = 1.0, 5.0, 60.0
"""Seconds between looks at model and accounts, at what is due, and between access records of scores."""
REST = 0.1
"""Seconds between two rounds at least, however much is written here."""
log = logging.getLogger("leadrank.serving")


async def watch(service: Service, ending: asyncio.Event) -> None:
    """Go round until told to end; while the store is out of reach, the last things known stay."""
    looked = due = written = monotonic()
    done, seen = Ticked(), None
    while not ending.is_set():
        now = monotonic()
        try:
            if now - looked >= LOOK:
                looked = now
                await asyncio.to_thread(_look, service)
            seen = await asyncio.to_thread(service.desk.look, seen)
            service.changes.tell(seen, monotonic())
            _reached(service, "")
            if now - due >= DUE:
                due = now
                done = await asyncio.to_thread(tick, service.desk, behind=done.behind, now=service.now())
            if now - written >= WRITE:
                written = now
                await asyncio.to_thread(write_predictions, service)
        except LeadrankError as error:
            _reached(service, error.message)
        except Exception:
            log.exception("The watch stumbled.")
        with suppress(TimeoutError):
            await asyncio.wait_for(service.changes.poked.wait(), service.settings.every)
        service.changes.poked.clear()
        await asyncio.sleep(max(0.0, now + REST - monotonic()))


def write_predictions(service: Service) -> None:
    """Write down how many leads each caller had scored, and was told of from memory; what cannot be written now is kept for later."""
    write_waiting(service.desk)
    for did, counted in (("predict", service.gate), ("kept_answer", service.kept)):
        times = counted.taken()
        try:
            record_unstored(service.desk, did, times, now=service.now())
        except LeadrankError:
            counted.put_back(times)
            raise


def _look(service: Service) -> None:
    service.meter.share()
    service.desk.champion.refresh(service.desk.store)
    service.keeper.look()


def _reached(service: Service, said: str) -> None:
    state = service.state
    if said and state.reached:
        log.warning("The store is out of reach: %s", said)
    if not said:
        state.seen_at = monotonic()
    state.reached, state.said = not said, said
