"""The model in use: one reference, swapped as a whole."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection

from leadrank.bundle import Bundle, load_bundle
from leadrank.errors import ServiceError
from leadrank.operations.belongings import Belongings
from leadrank.operations.lead_fields import lead_notices
from leadrank.operations.notices import Notices
from leadrank.operations.tally import Tally
from leadrank.project import Project
from leadrank.score import Scorer
from leadrank.snapshots import as_declared
from leadrank.store import registry
from leadrank.store.connect import Store


@dataclass(frozen=True, slots=True)
class Active:
    """A model ready to score, and what it was declared with; an operation takes one and keeps it to its end."""

    scorer: Scorer
    project: Project
    identity: str
    notices: Notices = field(compare=False, repr=False)
    tally: Tally = field(default_factory=Tally, compare=False, repr=False)
    belongings: Belongings = field(default_factory=Belongings, compare=False, repr=False)

    @property
    def bundle(self) -> Bundle:
        """The bundle that scores."""
        return self.scorer.bundle

    @property
    def zone(self) -> tzinfo:
        """The team's time zone: its days and clock times are those that people mean."""
        return self.project.serving.zone

    @property
    def created_at(self) -> str | None:
        """The field that says when a lead began; of several tables that of the lead table, and not the cutoff of the one made of them."""
        origin = self.bundle.origin
        return self.project.lead.created_at if origin is None else as_declared(self.project, origin).lead.created_at


class Champion:
    """The model that the store names as champion; safe to share between threads.

    Parameters
    ----------
    key
        Checks the signature of bundles, where they are signed.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self.key, self.tally = key, Tally()
        self._active: Active | None = None
        self._number = 0
        self._lock = Lock()

    def current(self) -> Active:
        """Return the model that was in use at the last look, without a look at the store.

        Raises
        ------
        ServiceError
            There is none yet.
        """
        if self._active is None:
            raise ServiceError("No model is in use yet.", "Start with one: leadrank serve FILE.leadrank")
        return self._active

    def of(self, connection: Connection) -> Active:
        """Return the champion that a transaction sees; it is loaded where it is not the one in use, and stays in use unless a newer one is."""
        found = registry.activation(connection)
        if found is None:
            return self.current()
        with self._lock:
            active = self._active
            if active is None or active.identity != found.model:
                active = replace(made_ready(registry.bundle_of(connection, found.model) or b"", self.key), tally=self.tally)
            self._use(active, found.id)
            return active

    def install(self, active: Active, number: int) -> None:
        """Use a model that an activation put in use just now, and that is ready."""
        with self._lock:
            self._use(replace(active, tally=self.tally), number)

    def _use(self, active: Active, number: int) -> None:
        # A transaction that began before the last activation still sees the former model.
        if number > self._number:
            self._active, self._number = active, number

    def refresh(self, store: Store) -> bool:
        """Look which model is the champion, and say whether it is another one than before."""
        before = self._active
        with store.reading() as connection:
            return self.of(connection) is not before


def made_ready(content: bytes, key: bytes | None = None) -> Active:
    """Check a bundle's bytes in full, and make it ready to score.

    Raises
    ------
    BundleError
        It is damaged, foreign, or does not score.
    """
    with tempfile.TemporaryDirectory(prefix="leadrank-") as folder:
        place = Path(folder, "model.leadrank")
        place.write_bytes(content)
        bundle = load_bundle(place, key=key)
    scorer = Scorer(bundle)
    return Active(scorer, bundle.project, bundle.identity, lead_notices(scorer))
