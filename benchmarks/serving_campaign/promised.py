"""What a store promises of its models whatever happened: each whole, one of them in use, and their scores the same to the bit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from leadrank.errors import LeadrankError
from leadrank.operations.champion import Active, Champion, made_ready
from leadrank.operations.desk import Desk
from leadrank.operations.registry import activate
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now
from leadrank.store import registry
from leadrank.store.connect import open_store

Leads = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Found:
    """How a store was found: its champion, how often that changed, and what is wrong."""

    champion: str
    models: int
    changes: int
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """The scores of some leads by each of the models that may be there."""

    leads: Leads
    scores: Mapping[str, list[float]]

    def looked_at(self, url: str) -> Found:
        """Open a store as a service does after a crash, and use it."""
        desk = Desk(open_store(url), Champion())
        try:
            desk.champion.refresh(desk.store)
            with desk.store.reading() as c:
                models, changes = [model.id for model in registry.models(c)], len(registry.activations(c)) - 1
                wrong = [f"{model} is not whole" for model in models if not self._whole(c, model)]
            champion = desk.champion.current()
            if not self._kept(champion):
                wrong.append("the champion is another, or scores otherwise")
            for model in models:
                activate(desk, LOCAL, model, now=utc_now())
            return Found(champion.identity, len(models), changes, tuple(wrong))
        except LeadrankError as error:
            return Found("", 0, 0, (f"the store cannot be used: {error.message}",))
        finally:
            desk.store.close()

    def _whole(self, c: Connection, model: str) -> bool:
        content = registry.bundle_of(c, model) or b""
        row = next(row for row in registry.models(c) if row.id == model)
        return hashlib.sha256(content).hexdigest() == row.sha256 and self._kept(made_ready(content))

    def _kept(self, active: Active) -> bool:
        return probabilities(active, self.leads) == self.scores.get(active.identity)


def promise_of(bundles: Sequence[Path], leads: Leads) -> Promise:
    """Score leads with each bundle, before anything happens."""
    ready = [made_ready(bundle.read_bytes()) for bundle in bundles]
    return Promise(leads, {active.identity: probabilities(active, leads) for active in ready})


def probabilities(active: Active, leads: Leads) -> list[float]:
    """Score leads one by one."""
    return [active.scorer.one(lead).probability for lead in leads]
