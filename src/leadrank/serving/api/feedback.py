"""What the team says of the scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from leadrank.operations.feedback import feedback_log
from leadrank.serving.asking import Asker, At, Guarded
from leadrank.serving.payloads import FeedbackListed
from leadrank.serving.words import Limit

router = APIRouter(prefix="/feedback", route_class=Guarded, tags=["feedback"])


@router.get("")
def listed(
    asker: Asker, service: At, limit: Limit = 100,
    before: Annotated[int | None, Query(ge=0, le=1 << 60, description="`id` of the last one on the page before.")] = None,
) -> tuple[FeedbackListed, ...]:
    """Return what was said of the scores of all leads, the newest first."""
    found = feedback_log(service.desk, asker.who, limit=limit, before=before, now=service.now())
    return tuple(FeedbackListed.model_validate(row) for row in found)
