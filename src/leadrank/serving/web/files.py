"""Styles, scripts and the guide: the same for everybody, logged in or not."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from fastapi import APIRouter
from fastapi.responses import Response

from leadrank.errors import NotFoundError
from leadrank.serving.web.entry import PageRoute
from leadrank.serving.web.templating import STATIC

KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"
pages = APIRouter(route_class=PageRoute)


@pages.get("/static/{name:path}")
def file(name: str) -> Response:
    """Give a file out; its address changes with it, so that it may be kept for ever."""
    found = _files().get(name)
    if found is None:
        raise NotFoundError(f"There is no file {name[:100]!r} here.")
    return Response(found, media_type=KINDS[PurePosixPath(name).suffix], headers={"cache-control": FOR_EVER})


@cache
def _files() -> dict[str, bytes]:
    """Read all of them once: what is asked for is looked up by name, never on the disk."""
    return {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in STATIC.rglob("*") if path.suffix in KINDS}
