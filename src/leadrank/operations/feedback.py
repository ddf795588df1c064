"""What the team says of the scores: those who train the model read it before they train the next one."""

from __future__ import annotations

from datetime import datetime

from leadrank.errors import UsageError
from leadrank.operations.desk import Desk, reading
from leadrank.operations.who import Who
from leadrank.store import feedback
from leadrank.store.records import FeedbackRow

MOST = 500


def feedback_log(desk: Desk, who: Who, *, limit: int = 100, before: int | None = None, now: datetime) -> list[FeedbackRow]:
    """Return what was said of any lead's score, newest first.

    Parameters
    ----------
    limit
        1 to 500.
    before
        The number of the last one on the page before.

    Raises
    ------
    UsageError
        The limit is none.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"A page has 1 to {MOST} verdicts; {limit} were asked for.", "Ask for the next page with `before`.")
    with reading(desk, who, "feedback_log", now=now) as c:
        return feedback.page(c, limit=limit, before=before)
