"""Scoring in the documentation: `serving/hot` answers these addresses before the framework sees them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from leadrank.serving.api.lines import NDJSON
from leadrank.serving.asking import Guarded
from leadrank.serving.hot.answer import Answer
from leadrank.serving.hot.asked import MOST_REASONS
from leadrank.serving.statuses import STORES_NOTHING
from leadrank.serving.words import Strict

router = APIRouter(route_class=Guarded, tags=["scores"])
LEAD: dict[str, Any] = {"$ref": "#/components/schemas/Lead"}
ONE: dict[str, Any] = {STORES_NOTHING: True, "requestBody": {"required": True, "content": {"application/json": {"schema": LEAD}}}}
MANY: dict[str, Any] = {STORES_NOTHING: True, "requestBody": {"required": True, "content": {
    "application/json": {"schema": {"anyOf": [
        {"type": "array", "items": LEAD},
        {"type": "object", "properties": {"leads": {"type": "array", "items": LEAD}}, "required": ["leads"], "additionalProperties": False},
    ]}},
    NDJSON: {"schema": {"type": "string", "description": "A lead in each line; the answer has a line for each, as they come."}},
}}}
ELSEWHERE = "serving/hot answers this address; here it is only documented"
Reasons = Annotated[int, Query(ge=0, le=MOST_REASONS, description="So many reasons with each score.")]
ANSWER: dict[str, Any] = {"$ref": f"#/components/schemas/{Answer.__name__}"}


def _answered(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Scored.", "content": {"application/json": {"schema": schema}}}}


@router.post("/predict", openapi_extra=ONE, responses=_answered(ANSWER))
def predict(reasons: Reasons = 0, strict: Strict = None) -> None:  # noqa: ARG001 - they are for the document
    """Score one lead: a flat object of field to value. An absent field counts as missing, and odd ones are told of."""
    raise AssertionError(ELSEWHERE)


@router.post("/predict/batch", openapi_extra=MANY, responses=_answered({"type": "array", "items": ANSWER}))
def predict_batch(reasons: Reasons = 0, strict: Strict = None) -> None:  # noqa: ARG001 - they are for the document
    """Score many leads, in their order: a list, an object with `leads`, or NDJSON."""
    raise AssertionError(ELSEWHERE)
