"""How leads that come in through the service are treated."""

from __future__ import annotations

from typing import Literal

from leadrank.project.frozen import Frozen


class Serving(Frozen):
    """What the service does with what it does not know, and which fields say what a lead agreed to.

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
    """

    unknown_events: Literal["create", "refuse"] = "create"
    do_not_call: str | None = None
    do_not_email: str | None = None
    strict: bool = False
    title: tuple[str, ...] = ()
