"""One OpenAPI document for all: the framework's routes, the hot ones, and the columns of the model in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadrank import __version__
from leadrank.bundle import Bundle
from leadrank.operations.champion import Active
from leadrank.serving.asking import IDEMPOTENCY, KEY, TOLD_ONCE
from leadrank.serving.callers import COOKIE, CSRF_HEADER
from leadrank.serving.hot.answer import Answer, example
from leadrank.serving.problems import MEDIA_TYPE, Notice
from leadrank.serving.statuses import STORES_NOTHING, errors_of, facts_of

ABOUT = (
    "Who to call, by when, why, and when not to trust the model. Every error is a problem (RFC 9457) that says what was expected, what came and what "
    "to do. Every answer has the number of its request in x-request-id."
)
SAID = {
    400: "The body is no JSON in UTF-8.", 401: "Nobody is logged in.", 403: "The caller may not do this.",
    404: "It is not there, or not for this caller.",
    409: "Two requests contradict each other.", 413: "The body is too large.", 422: "The request does not fit; all that is wrong is told at once.",
    429: "The caller comes too often; Retry-After says when to come again.", 500: "A fault of ours.", 503: "The database is out of reach.",
}
CELL: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
SECURITY: list[dict[str, list[str]]] = [{"key": []}, {"session": []}]
PROBLEM: dict[str, Any] = {
    "type": "object", "description": "What went wrong.", "required": ["type", "title", "status", "detail", "request"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "remedy": {"type": "string"}, "request": {"type": "string"},
        "problems": {"type": "array", "items": {"$ref": f"#/components/schemas/{Notice.__name__}"}},
        "more_problems": {"type": "integer"},
    },
}


def document(app: FastAPI, active: Active) -> dict[str, Any]:
    """Write the document for the model in use."""
    found = get_openapi(title="Leadrank", version=__version__, description=ABOUT, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas |= msgspec.json.schema_components([Answer], ref_template="#/components/schemas/{name}")[1]
    schemas["Problem"], schemas["Lead"] = PROBLEM, lead_schema(active.bundle, active.scorer.needed, active.scorer.key)
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key: lr_…"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": f"A session; unsafe requests also bring {CSRF_HEADER}."},
    }
    found["security"] = SECURITY
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _finish(path, method, operation, active)
    return found


def _finish(path: str, method: str, operation: dict[str, Any], active: Active) -> None:
    facts, hot = facts_of(path, method, operation), operation.pop(STORES_NOTHING, False)
    operation.pop(TOLD_ONCE, None)
    _tell_errors(operation["responses"], errors_of(facts))
    if facts.keyed:
        operation.setdefault("parameters", []).append({
            "name": IDEMPOTENCY, "in": "header", "required": False, "description": "Sent again with the same key, a write is done once.",
            "schema": {"type": "string", "pattern": KEY},
        })
    if hot:
        terms = active.bundle.terms
        names = tuple(sorted(terms.classes)) if terms.learned_tiers else ()
        told = example(names, active.identity)
        operation["responses"]["200"]["content"]["application/json"]["example"] = [told] if path.endswith("batch") else told


def _tell_errors(responses: dict[str, Any], possible: Iterable[int]) -> None:
    """Tell of the errors that an operation can answer, beside those that its handler knows of; all have one shape."""
    responses.pop("422", None)  # the framework's own shape of it
    own = {int(status) for status in responses if status >= "400"}
    for status in sorted({*possible, *own}):
        said = responses.pop(str(status), {}).get("description") or SAID[status]
        responses[str(status)] = {"description": said, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def lead_schema(bundle: Bundle, needed: tuple[str, ...], key: str | None) -> dict[str, Any]:
    """Describe a lead by the columns that the model reads; values of other columns are told of and left out."""
    profiles = {column.name: column for column in bundle.profile.columns}
    properties: dict[str, Any] = {key: {**CELL, "description": "Names the lead."}} if key else {}
    for column in bundle.schema.only(needed).columns:
        properties[column.name] = {**CELL, "description": _said(column.type, column.description, profiles.get(column.name))}
    found = {"type": "object", "description": "A lead: field to value.", "properties": properties, "additionalProperties": CELL}
    seen = {name: _usual(profile) for name, profile in profiles.items() if name in needed}
    return {**found, "example": {name: value for name, value in seen.items() if value is not None}}


def _said(kind: str, description: str, profile: Any) -> str:
    parts = [description or kind]
    if profile is not None and profile.minimum is not None:
        parts.append(f"Training saw {profile.minimum:.15g} to {profile.maximum:.15g}.")
    elif profile is not None and profile.top:
        parts.append("Such as " + ", ".join(label for label, _ in profile.top[:5]) + ".")
    return " ".join(parts)


def _usual(profile: Any) -> object:
    if profile.median is not None:
        return profile.median
    return profile.top[0][0] if profile.top else None


