"""What is done to one lead from a form: each act posts, then leads back to where it came from."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from leadrank.local_days import days_later, end_of
from leadrank.operations import work
from leadrank.serving.web.amounts import amount
from leadrank.serving.web.entry import PageRoute, Posting
from leadrank.serving.web.moments import day_given
from leadrank.serving.web.once import once
from leadrank.serving.words import Key

pages = APIRouter(prefix="/leads", route_class=PageRoute)

Text = Annotated[str, Form(max_length=2000)]
Channel = Annotated[str, Form(max_length=50)]
Number = Annotated[str, Form(alias="once", max_length=50)]
Ticked = Annotated[bool, Form()]
Back = Annotated[str | None, Form(max_length=4000)]
"""The filters of the list that the form stood in, after a question mark; None for the lead's own page."""


def back_to(back: str | None, key: str, said: str) -> RedirectResponse:
    """Lead back to the list or to the lead, and say what was done; only to pages of ours, whatever the form says."""
    told = urlencode({"said": said, "lead": key} if back is not None else {"said": said})
    place = "/app/queue" if back is not None else f"/app/leads/{quote(key, safe='')}"
    filters = [part for part in (back or "").removeprefix("?").split("&") if part and not part.startswith(("said=", "lead=")) and "#" not in part]
    return RedirectResponse(f"{place}?{'&'.join([*filters, told])}", 303)


@pages.post("/{key:path}/done")
def done(
    visit: Posting, key: Key, did: Annotated[Literal["contacted", "converted", "lost"], Form()], channel: Channel = "call", back: Back = None,
    number: Number = "",
) -> RedirectResponse:
    """Take the click of the list: contacted, won or lost."""
    if did == "contacted":
        once(visit, number, ("contact", key, channel, ""), lambda desk: work.contact(desk, visit.who, key, channel=channel, now=visit.now))
    else:
        # The list offers this for open leads alone.
        work.outcome(visit.desk, visit.who, key, converted=did == "converted", seen=0, now=visit.now)
    return back_to(back, key, did)


@pages.post("/{key:path}/take")
def take(visit: Posting, key: Key, back: Back = None) -> RedirectResponse:
    """Let a rep have a lead that nobody has."""
    work.take(visit.desk, visit.who, key, now=visit.now)
    return back_to(back, key, "yours")


@pages.post("/{key:path}/contact")
def contact(visit: Posting, key: Key, channel: Channel, note: Text = "", back: Back = None, number: Number = "") -> RedirectResponse:
    """Write down a contact with its note."""
    told = ("contact", key, channel, note)
    once(visit, number, told, lambda desk: work.contact(desk, visit.who, key, channel=channel, note=note, now=visit.now))
    return back_to(back, key, "contacted")


@pages.post("/{key:path}/contact/back")
def take_back_contact(visit: Posting, key: Key, back: Back = None, number: Number = "") -> RedirectResponse:
    """Take the last own contact back."""
    once(visit, number, ("contact back", key), lambda desk: work.take_back_contact(desk, visit.who, key, now=visit.now))
    return back_to(back, key, "uncontacted")


@pages.post("/{key:path}/outcome")
def outcome(
    visit: Posting, key: Key, converted: Annotated[Literal["yes", "no"], Form()], value: Annotated[str, Form(max_length=30)] = "",
    note: Annotated[str, Form(max_length=work.LONGEST_NOTE)] = "", back: Back = None, seen: Annotated[int | None, Form()] = None,
) -> RedirectResponse:
    """Write down how it ended, with its value where there is one."""
    won = converted == "yes"
    work.outcome(visit.desk, visit.who, key, converted=won, value=amount(value) if won else None, note=note, seen=seen, now=visit.now)
    return back_to(back, key, "converted" if won else "lost")


@pages.post("/{key:path}/reopen")
def reopen(visit: Posting, key: Key, back: Back = None) -> RedirectResponse:
    """Take back how it ended."""
    work.reopen(visit.desk, visit.who, key, now=visit.now)
    return back_to(back, key, "reopened")


@pages.post("/{key:path}/consent")
def consent(visit: Posting, key: Key, no_call: Ticked = False, no_email: Ticked = False) -> RedirectResponse:
    """Take what a lead agrees to; a box without a tick is not sent."""
    work.consent(visit.desk, visit.who, key, do_not_call=no_call, do_not_email=no_email, now=visit.now)
    return back_to(None, key, "consent")


@pages.post("/{key:path}/snooze")
def snooze(visit: Posting, key: Key, days: Annotated[int, Form(ge=1, le=365)], because: Text = "", back: Back = None) -> RedirectResponse:
    """Put a lead off for some days, until the clock shows the same."""
    work.snooze(visit.desk, visit.who, key, until=days_later(visit.now, days, visit.zone), because=because, now=visit.now)
    return back_to(back, key, "snoozed")


@pages.post("/{key:path}/wake")
def wake(visit: Posting, key: Key, back: Back = None) -> RedirectResponse:
    """Take a lead back into the list."""
    work.wake(visit.desk, visit.who, key, now=visit.now)
    return back_to(back, key, "woken")


@pages.post("/{key:path}/feedback")
def feedback(
    visit: Posting, key: Key, verdict: Annotated[Literal["right", "too high", "too low"], Form()], because: Text = "", back: Back = None,
    number: Number = "",
) -> RedirectResponse:
    """Take what somebody thinks of the score."""
    told = ("feedback", key, verdict, because)
    once(visit, number, told, lambda desk: work.feedback(desk, visit.who, key, verdict=verdict, because=because, now=visit.now))
    return back_to(back, key, "feedback")


@pages.post("/{key:path}/override")
def override(visit: Posting, key: Key, tier: Annotated[str, Form(max_length=100)], because: Text, until: Annotated[str, Form()]) -> RedirectResponse:
    """Let a person's tier count until a day ends."""
    ends = end_of(day_given(until), visit.zone)
    work.override(visit.desk, visit.who, key, tier=tier, because=because, expires_at=ends, now=visit.now)
    return back_to(None, key, "overridden")


@pages.post("/{key:path}/override/end")
def end_override(visit: Posting, key: Key) -> RedirectResponse:
    """Let the model's tier count again."""
    work.end_override(visit.desk, visit.who, key, now=visit.now)
    return back_to(None, key, "ended")


@pages.post("/{key:path}/reassign")
def reassign(visit: Posting, key: Key, owner: Annotated[str, Form(max_length=200)] = "", because: Text = "") -> RedirectResponse:
    """Give a lead to somebody, or to nobody."""
    work.reassign(visit.desk, visit.who, key, owner=owner or None, because=because, now=visit.now)
    return back_to(None, key, "reassigned")
