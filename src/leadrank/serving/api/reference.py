"""The API's documentation in a browser, from files of our own: nothing is fetched from elsewhere."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from leadrank.errors import NotFoundError
from leadrank.serving.asking import Asker, At, Guarded
from leadrank.serving.openapi import document

router = APIRouter(include_in_schema=False)
described = APIRouter(include_in_schema=False, route_class=Guarded)
KINDS = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "txt": "text/plain; charset=utf-8"}
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""These two libraries write styles into the page; scripts come from files only."""
_written: dict[str, dict[str, Any]] = {}


@cache
def asset(name: str) -> tuple[bytes, str]:
    """Return a file of the documentation, and its mark."""
    content = (files("leadrank.serving") / "reference" / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


NAMES = frozenset(file.name for file in (files("leadrank.serving") / "reference").iterdir())


@router.get("/docs")
def docs() -> HTMLResponse:
    """Show the API with Swagger UI."""
    return HTMLResponse(asset("docs.html")[0], headers={"content-security-policy": POLICY})


@router.get("/redoc")
def redoc() -> HTMLResponse:
    """Show the API with ReDoc."""
    return HTMLResponse(asset("redoc.html")[0], headers={"content-security-policy": POLICY})


@router.get("/docs/assets/{name}")
def file(name: str, request: Request) -> Response:
    """Give out a file of the documentation."""
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None or name not in NAMES:
        raise NotFoundError(f"There is no file {name[:100]!r}.")
    content, mark = asset(name)
    headers = {"etag": mark, "cache-control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


@described.get("/openapi.json")
def openapi(request: Request, asker: Asker, service: At) -> dict[str, Any]:  # noqa: ARG001 - who is logged in may read it
    """Give the document for the model in use."""
    active = service.desk.champion.current()
    if active.identity not in _written:
        _written.clear()
        _written[active.identity] = document(request.app, active)
    return _written[active.identity]
