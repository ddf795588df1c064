"""Who looks at a page, at what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from leadrank.errors import ForbiddenError, NotFoundError, ServiceError
from leadrank.local_days import day_of
from leadrank.operations.allowed import Owned, check
from leadrank.operations.desk import Desk
from leadrank.operations.who import Who

PLACES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("/app/queue", "Call list", "queue", ("rep", "manager", "admin")),
    ("/app/new", "New lead", "take_leads", ("rep", "manager", "admin")),
    ("/app/team", "Team", "plan", ("manager", "admin")),
    ("/app/upload", "Upload", "upload", ("manager", "analyst", "admin")),
    ("/app/model", "Model", "models", ("analyst", "admin")),
    ("/app/accounts", "Accounts", "accounts", ("admin",)),
)
"""The pages: address, name, the operation that it stands for, and whose bar shows it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who may be here.

    Attributes
    ----------
    csrf
        What each form must bring along.
    local
        Whether this is the one user of a machine without accounts.
    partial
        Whether a script asks for a part of the page.
    """

    desk: Desk
    who: Who
    now: datetime
    csrf: str
    local: bool = False
    partial: bool = False

    @property
    def zone(self) -> tzinfo:
        """The team's time zone; UTC as long as no model is in use."""
        try:
            return self.desk.champion.current().zone
        except ServiceError:
            return UTC

    @property
    def today(self) -> date:
        """The day that it is where the team works."""
        return day_of(self.now, self.zone)

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The pages of this visitor's bar."""
        return tuple((place, label) for place, label, _, roles in PLACES if self.who.role in roles)

    @property
    def home(self) -> str:
        """Where this visitor begins."""
        return self.places[0][0]

    def may(self, operation: str, lead: Owned | None = None) -> bool:
        """Say whether a button for this makes sense; the operation itself decides."""
        try:
            check(self.who, operation, lead)
        except (ForbiddenError, NotFoundError):
            return False
        return True
