"""The templates of the pages, and how they write figures and moments."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from leadrank.errors import ServiceError
from leadrank.explain import number_text
from leadrank.local_days import clock_time
from leadrank.operations.titles import title_of
from leadrank.pages.words import between, count, money, percent, plural
from leadrank.serving.web import moments
from leadrank.serving.web.pictures.gauge import strip
from leadrank.serving.web.visit import Visit
from leadrank.store.records import LeadRow

STATIC = Path(__file__).parent / "static"


def page(visit: Visit | None, template: str, *, status: int = 200, here: str = "", **content: Any) -> HTMLResponse:
    """Render one page, or a part of one; everything that it is given is escaped.

    Parameters
    ----------
    visit
        Who looks at it; None before somebody has logged in.
    template
        Its file.
    status
        The HTTP status.
    here
        The address in the bar that is this page's own.
    content
        What the template needs.
    """
    filled = environment().get_template(template).render(visit=visit, here=here, **(_terms(visit) | content))
    return HTMLResponse(filled, status_code=status, headers={"cache-control": "no-store"})


def _terms(visit: Visit | None) -> dict[str, Any]:
    """Return the currency, the tiers, best first, and the cut, where that is a probability; nothing as long as no model is in use."""
    try:
        active = visit.desk.champion.current() if visit else None
    except ServiceError:
        active = None
    if active is None:
        return {"currency": "", "tier_names": (), "cut": None, "titles": ()}
    policy = active.bundle.policy
    cut = policy.threshold.cut if policy.threshold.on == "probability" else None
    return {"currency": policy.currency, "tier_names": tuple(tier.name for tier in policy.tiers), "cut": cut, "titles": active.project.serving.title}


@cache
def environment() -> Environment:
    """Return where templates are found, with the filters that they use."""
    made = Environment(
        loader=PackageLoader("leadrank.serving.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        ago=_ago, due=_due, amount=_amount, tier_place=_tier_place, percent=percent, count=count, plural=plural, interval=_interval,
        moment=_moment, machine=_machine, anchor=anchor, urlencode_all=_urlencode_all,
        points=_points, called=_called, why_aside=_why_aside, value=_value,
    )
    made.globals.update(strip=strip, static=static, number=lambda: secrets.token_urlsafe(12))
    return made


@cache
def static(name: str) -> str:
    """Return the address of a file that is served as it is; it changes with the file, so that browsers may keep it for ever.

    Examples
    --------
    >>> static("base.css").startswith("/app/static/base.css?v=")
    True
    """
    return f"/app/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def anchor(key: str) -> str:
    """Make an HTML id of a key, whatever letters it has.

    Examples
    --------
    >>> len(anchor("L 1")), anchor("L 1") == anchor("L-1")
    (12, False)
    """
    return hashlib.sha256(key.encode()).hexdigest()[:12]


@pass_context
def _ago(context: Context, moment: datetime | None) -> str:
    return moments.ago(moment, context["visit"].now)


@pass_context
def _due(context: Context, lead: LeadRow) -> moments.Due:
    return moments.due(lead.due_at, lead.contacted_at, context["visit"].now)


@pass_context
def _amount(context: Context, amount: float | None) -> str:
    return "–" if amount is None else money(context["currency"])(amount)


@pass_context
def _called(context: Context, lead: LeadRow) -> str:
    """Return what people call a lead, where the project says which fields tell."""
    return title_of(context["titles"], lead.fields)


@pass_context
def _why_aside(context: Context, lead: LeadRow) -> str:
    """Say why a lead is not worth a contact, where its action does not say so already."""
    if lead.do_not_call or lead.contact:
        return ""
    if lead.expected_profit is not None and lead.expected_profit <= 0:
        return f"A contact is expected to lose {_amount(context, -lead.expected_profit)}."
    cut = context["cut"]
    return f"Its probability is below {percent(cut)}, from which a contact is worth it." if cut is not None and lead.probability < cut else ""


@pass_context
def _tier_place(context: Context, name: str) -> str:
    """Name the place of a tier, on which its colour depends."""
    tiers = context["tier_names"]
    return "" if name not in tiers or name == tiers[-1] else "first" if name == tiers[0] else "middle"


def _interval(lead: LeadRow) -> str:
    low, high = round(100 * lead.probability_low), round(100 * lead.probability_high)
    return between(low, high, count) or str(low)


def _value(text: str) -> str:
    """Write a value that came as a text; numbers without what a computer adds.

    Examples
    --------
    >>> _value("14500.0"), _value("1-9")
    ('14,500', '1-9')
    """
    try:
        return number_text(float(text))
    except ValueError:
        return text


def _points(points: float) -> str:
    return f"{points:+.1f} points".replace("-", "−")


@pass_context
def _moment(context: Context, moment: datetime) -> str:
    return clock_time(moment, context["visit"].zone)


def _machine(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"


def _urlencode_all(text: str) -> str:
    return quote(text, safe="")
