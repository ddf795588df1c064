"""Rows of the store with everything that a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadrank.store.records import AssignmentRow, ContactRow, EventRow, FeedbackRow, LeadRow, OutcomeRow, OverrideRow, ScoreRow, SnoozeRow

NOON = datetime.fromisoformat("2026-03-02 12:00")
SCORED = {"probability": 0.5, "probability_low": 0.4, "probability_high": 0.6, "score": 50, "tier": "High", "contact": True}
FILLED: dict[str, tuple[type, dict[str, Any]]] = {
    "lead": (LeadRow, {
        **SCORED, "fields": {}, "created_at": NOON, "updated_at": NOON, "model": "m", "scored_at": NOON, "worth": 1.0, "action": "Call",
        "due_within": "24 hours",
    }),
    "event": (EventRow, {"kind": "visit", "occurred_at": NOON, "known_at": NOON, "fields": {}}),
    "score": (ScoreRow, {**SCORED, "at": NOON, "model": "m", "inputs": "0" * 64, "reasons": [], "cause": "created", "because": "The lead came in."}),
    "contact": (ContactRow, {"at": NOON, "by": "ann", "channel": "phone", "tier": "High"}),
    "outcome": (OutcomeRow, {"at": NOON, "by": "ann", "converted": True}),
    "feedback": (FeedbackRow, {"at": NOON, "by": "ann", "verdict": "too high", "because": "moved away", "score": 50, "model": "m"}),
    "override": (OverrideRow, {"at": NOON, "by": "ann", "tier": "Low", "because": "I know them", "expires_at": NOON + timedelta(days=1)}),
    "assignment": (AssignmentRow, {"at": NOON, "by": "leadrank", "owner": "ann", "because": "least loaded"}),
    "snooze": (SnoozeRow, {"at": NOON, "by": "ann", "until": NOON + timedelta(days=3)}),
}


@pytest.fixture(scope="session")
def noon() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def row() -> Callable[..., Any]:
    """Make a row: `row("lead", key="a", worth=2.0)`."""

    def made(kind: str, /, **columns: Any) -> Any:
        record, filled = FILLED[kind]
        return record(**filled | columns)

    return made
