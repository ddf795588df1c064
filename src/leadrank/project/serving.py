"""How leads that come in through the service are treated."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

from leadrank.errors import nearest
from leadrank.project.frozen import Frozen


def known_zone(name: str) -> str:
    """Refuse what is no time zone of the IANA database; of a city alone its zone is named.

    Raises
    ------
    ValueError
        It is none; the nearest name is offered.

    Examples
    --------
    >>> known_zone("Asia/Kolkata")
    'Asia/Kolkata'
    >>> known_zone("Kolkata")
    Traceback (most recent call last):
    ValueError: a time zone such as 'Europe/Berlin' was expected; 'Kolkata' came. Did you mean 'Asia/Kolkata'?
    """
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        known = sorted(available_timezones())
        meant = next((f"Did you mean {zone!r}?" for zone in known if zone.rpartition("/")[2].casefold() == name.casefold()), nearest(name, known))
        said = f"a time zone such as 'Europe/Berlin' was expected; {name[:40]!r} came. {meant}"
        raise ValueError(said.rstrip()) from None


class Serving(Frozen):
    """What the service does with what it does not know, and which fields say what a lead agreed to, and whose days count.

    Attributes
    ----------
    unknown_events
        An event of a lead that is not in the store creates it, or is refused.
    do_not_call, do_not_email
        Fields of the lead that say so, in the model or not; while one does, no such contact is suggested.
    strict
        Whether a lead of which anything is odd (a field that nobody knows or that is missing, a value that cannot be read or that training never
        saw) is refused instead of scored with the problem told. An event, a table or a form is refused for what it brings, not for what is missing.
    title
        Fields that people know a lead by, such as its name and company: shown before its key, in the model or not.
    timezone
        Where the team works, by its name in the IANA database: people are shown, and mean, days and clock times of this zone.
    """

    unknown_events: Literal["create", "refuse"] = "create"
    do_not_call: str | None = None
    do_not_email: str | None = None
    strict: bool = False
    title: tuple[str, ...] = ()
    timezone: Annotated[str, AfterValidator(known_zone)] = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The team's time zone."""
        return ZoneInfo(self.timezone)
