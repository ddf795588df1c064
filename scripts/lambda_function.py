"""Scores one lead in a serverless function. `make lambda` puts this file, a bundle, Leadrank and NumPy into one zip; edit it as you like.

Called with a lead, `{"TotalVisits": "5", "Lead Source": "Google"}`, or with `{"lead": {…}, "reasons": 3}` for reasons. Over HTTP (a function URL,
an API gateway) the lead is the body, and `?reasons=3` asks for reasons. The answer is the scored record.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from leadrank.errors import UsageError
from leadrank.score import Scorer

MOST_REASONS = 50
SCORER = Scorer(os.environ.get("LEADRANK_BUNDLE") or Path(__file__).with_name("leads.leadrank"))


def lambda_handler(event: object, context: object = None) -> dict[str, object]:  # noqa: ARG001 - the second argument is the platform's
    """Answer one call; what is no lead is the caller's error: 400 over HTTP, an exception otherwise."""
    if not isinstance(event, dict) or "requestContext" not in event:
        return scored(event)
    try:
        return response(200, scored(_of_request(event)))
    except (UsageError, ValueError) as problem:
        return response(400, {"error": str(problem)})


def scored(event: object) -> dict[str, object]:
    """Return the record of one lead, as JSON has it."""
    lead, reasons = event, 0
    if isinstance(event, dict) and isinstance(event.get("lead"), dict):
        lead, reasons = event["lead"], event.get("reasons", 0)
    if not isinstance(lead, dict):
        raise UsageError(f"A lead is an object of field to value; {type(lead).__name__} came.", 'Send e.g. {"City": "Rome"}.')
    if type(reasons) is not int or not 0 <= reasons <= MOST_REASONS:
        raise UsageError(f"`reasons` is a whole number from 0 to {MOST_REASONS}; {reasons!r:.40} came.")
    record = SCORER.one(lead, reasons=reasons)
    return {**record._asdict(), "reasons": [reason._asdict() for reason in record.reasons]}


def response(status: int, body: dict[str, object]) -> dict[str, object]:
    """Return what a function URL or an API gateway expects."""
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body, allow_nan=False)}


def _of_request(event: dict[str, object]) -> dict[str, object]:
    body = event.get("body") or ""
    text = base64.b64decode(str(body)) if event.get("isBase64Encoded") else str(body)
    try:
        lead = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("The body is not JSON.", 'Send a lead as its body, e.g. {"City": "Rome"}.') from None
    asked = event.get("queryStringParameters")
    if not isinstance(asked, dict) or "reasons" not in asked or not isinstance(lead, dict):
        return lead
    return {"lead": lead, "reasons": int(asked["reasons"]) if str(asked["reasons"]).isdecimal() else asked["reasons"]}
