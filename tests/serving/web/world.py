"""A small world to look at: a model that learned from simulated leads, a team, and leads in every state."""

from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from leadrank.bundle import save_bundle
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.operations import accounts, intake, work
from leadrank.operations.desk import Desk
from leadrank.operations.tick import tick
from leadrank.operations.who import LOCAL, Role, Who
from leadrank.project import parse_project
from leadrank.train import train

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
PEOPLE: dict[str, tuple[Role, str | None, int | None]] = {
    "ada": ("admin", None, None), "mia": ("manager", None, None), "ann": ("analyst", None, None),
    "rob": ("rep", "Inbound", 60), "sue": ("rep", "Inbound", 40),
}


CLOSED = (40, 110)
"""Of the leads, those that came weeks ago and were worked."""
GREW = (8, 12, 13)
"""Those that were scored before, when less was known of them."""


def make_bundle(folder: Path, *, seed: int = 1) -> Path:
    """Learn from 3,000 simulated leads."""
    told = tomllib.loads(SIMULATIONS["leads"].project) | {
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 2}, "routing": {"shared": True},
        "serving": {"do_not_call": "do_not_call", "do_not_email": "do_not_email"},
    }
    told["lead"]["columns"] = {
        "planned_start": {"actionable": "any", "description": "when they want to begin"}, "emails_opened": {"actionable": "up"},
        "phone_given": {"actionable": "any"}, "visits": {"actionable": "up"},
    }
    table = simulate("leads", rows=3_000, seed=seed).table
    path = folder / "leads.leadrank"
    save_bundle(train(parse_project(told), table, clock=time.monotonic), path, version="0")
    return path


def new_leads(rows: int, seed: int = 7) -> pl.DataFrame:
    """Leads that the model has not seen, without what is known later."""
    return simulate("leads", rows=rows, seed=seed).table.drop("converted", "close_reason")


def _age(k: int) -> timedelta:
    """Some came weeks ago, the others within the last day and a half."""
    return timedelta(days=3 + (k * 7) % 80) if CLOSED[0] <= k < CLOSED[1] else timedelta(minutes=20 + (k * 131) % 2200)


def _before(lead: intake.NewLead) -> intake.NewLead:
    """A lead as it was before it had looked around."""
    return replace(lead, fields={**lead.fields, "visits": "1", "pages_viewed": "1", "minutes_on_site": "0.5", "planned_start": None})


def hire(desk: Desk, now: datetime) -> None:
    """Open the accounts."""
    for k, (name, (role, team, capacity)) in enumerate(PEOPLE.items()):
        accounts.add_account(desk, LOCAL, name, password=PASSWORD, role=role, team=team, capacity=capacity, salt=bytes([k] * 16), now=now)


def settle(desk: Desk, now: datetime, *, rows: int = 160) -> None:
    """Fill the store: leads of the last three months, some worked, some closed, some put off, one set by hand, one not to be called."""
    table = new_leads(rows)
    came = [now - _age(k) for k in range(table.height)]
    leads = [
        intake.NewLead(row["lead_id"], row | ({"do_not_call": "yes"} if k % 17 == 3 else {}), "web form", moment)
        for k, (row, moment) in enumerate(zip(table.to_dicts(), came, strict=True))
    ]
    keys = [lead.key for lead in leads]
    intake.take_leads(desk, LOCAL, [_before(leads[k]) for k in GREW], now=min(came[k] for k in GREW))
    intake.take_leads(desk, LOCAL, leads, now=now)
    boss = Who("mia", "manager")
    for k, key in enumerate(keys[CLOSED[0] : CLOSED[1]]):
        at = max(now - timedelta(days=2 + (k * 7) % 60), came[CLOSED[0] + k])
        work.contact(desk, boss, key, channel="meeting", note="Spoke for ten minutes; wants an offer." if k % 4 else "", cost=75.0, at=at, now=now)
        if k % 6:
            work.outcome(desk, boss, key, converted=k % 4 == 0, value=2400.0 + 50 * k if k % 4 == 0 else None, at=at + timedelta(days=1), now=now)
    work.snooze(desk, boss, keys[5], until=now + timedelta(days=2), because="on holiday", now=now)
    work.override(desk, boss, keys[8], tier="High", because="Their director called.", expires_at=now + timedelta(days=5), now=now)
    work.feedback(desk, boss, keys[8], verdict="too low", because="They asked for us by name.", now=now)
    tick(desk, now=now)  # what is overdue by now has found its next owner
