"""A table in, the same table scored back."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from leadrank.operations import exports, upload
from leadrank.serving.asking import Asker, At, Unkept
from leadrank.serving.words import Identity, ShortName, Stamp, Told

router = APIRouter(prefix="/uploads", route_class=Unkept, tags=["uploads"])
TABLE: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {
    media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in exports.KINDS.values()
}}}


class UploadedTold(Told):
    """What became of a table, and where it can be fetched, by kind of file."""

    rows: int
    findings: tuple[str, ...]
    outlook: tuple[str, ...]
    tiers: dict[str, int]
    files: dict[str, str]
    expires_at: Stamp
    taken: int


@router.post("", status_code=201, openapi_extra=TABLE, responses={404: {"description": "A lead is another rep's."}})
async def add(
    request: Request, asker: Asker, service: At, name: Annotated[ShortName, Query()] = "leads.csv", take: bool = False
) -> UploadedTold:
    """Score a CSV, sent as it is; `take` also takes its leads into the queue."""
    content, token = await request.body(), secrets.token_hex(24)
    found = await run_in_threadpool(upload.upload, service.desk, asker.who, name, content, token=token, take=take, now=service.now())
    return UploadedTold.model_validate(found)


@router.get("/{identity}", response_class=Response, responses=FILE)
def fetch(identity: Identity, asker: Asker, service: At) -> Response:
    """Fetch a scored table within an hour."""
    file = upload.kept_file(service.desk, asker.who, identity, now=service.now())
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in file.name)
    return Response(file.content, media_type=file.kind, headers={"content-disposition": f'attachment; filename="{safe}"'})
