"""Scoring in the documentation: `serving/hot` answers these addresses before the framework sees them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from leadrank.serving.api.lines import NDJSON
from leadrank.serving.asking import Guarded
from leadrank.serving.hot.asked import MOST_REASONS

router = APIRouter(route_class=Guarded, tags=["scores"])
LEAD: dict[str, Any] = {"$ref": "#/components/schemas/Lead"}
ONE = {"requestBody": {"required": True, "content": {"application/json": {"schema": LEAD}}}}
MANY = {"requestBody": {"required": True, "content": {
    "application/json": {"schema": {"anyOf": [
        {"type": "array", "items": LEAD},
        {"type": "object", "properties": {"leads": {"type": "array", "items": LEAD}}, "required": ["leads"], "additionalProperties": False},
    ]}},
    NDJSON: {"schema": {"type": "string", "description": "A lead in each line; the answer has a line for each, as they come."}},
}}}
ELSEWHERE = "serving/hot answers this address; here it is only documented"
Reasons = Annotated[int, Query(ge=0, le=MOST_REASONS, description="So many reasons with each score.")]
Strict = Annotated[bool, Query(description="Refuse odd fields (422) instead of telling of them in `warnings`.")]


class NoticeTold(BaseModel):
    """One thing that is odd about one field, and what may have been meant."""

    field: str
    problem: Literal["unknown", "missing", "unreadable", "blank", "unseen", "out of range", "empty", "wrong type", "wrong value"]
    message: str
    suggestion: str = ""
    lead: int | None = None


class ReasonTold(BaseModel):
    """One column's part in a score, in calibrated log-odds, with its evidence."""

    column: str
    contribution: float
    direction: Literal["raises", "lowers"]
    value: str
    sentence: str
    rows: int
    conversions: int
    base_rate: float


class AnswerTold(BaseModel):
    """A score and what to do with it; `reasons` only where they were asked for."""

    lead_score: str
    confidence: float
    probabilities: dict[str, float]
    recommendation: str
    key: str | None
    probability: float
    probability_low: float
    probability_high: float
    score: int
    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    model: str
    by_day: dict[str, float]
    warnings: list[NoticeTold]
    reasons: list[ReasonTold] = []


@router.post("/predict", openapi_extra=ONE)
def predict(reasons: Reasons = 0, strict: Strict = False) -> AnswerTold:  # noqa: ARG001 - they are for the document
    """Score one lead: a flat object of field to value. An absent field counts as missing, and odd ones are told of."""
    raise AssertionError(ELSEWHERE)


@router.post("/predict/batch", openapi_extra=MANY)
def predict_batch(reasons: Reasons = 0, strict: Strict = False) -> list[AnswerTold]:  # noqa: ARG001 - they are for the document
    """Score many leads, in their order: a list, an object with `leads`, or NDJSON."""
    raise AssertionError(ELSEWHERE)
