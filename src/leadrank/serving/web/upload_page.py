"""A table that somebody drops, and gets back scored."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response

from leadrank.errors import LeadrankError
from leadrank.operations import upload
from leadrank.serving.problems import problem_of
from leadrank.serving.web.asked_fields import names_of
from leadrank.serving.web.entry import PageRoute, Posting, Visiting
from leadrank.serving.web.failed import sentence
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit

HERE = "/app/upload"
pages = APIRouter(route_class=PageRoute)


@pages.get("/upload")
def form(visit: Visiting) -> Response:
    """Show where to drop a file."""
    return _page(visit)


@pages.post("/upload")
def take(visit: Posting, table: UploadFile, take: Annotated[str, Form(max_length=5)] = "") -> Response:
    """Score the table; what is wrong with it is said on the same page."""
    content, name = table.file.read(), (table.filename or "leads.csv")[:200]
    if not content:
        return _page(visit, wrong="No file was chosen, or it is empty.", remedy="Choose a CSV with one lead in each row.", status=422)
    try:
        done = upload.upload(visit.desk, visit.who, name, content, token=secrets.token_hex(16), take=bool(take), now=visit.now)
    except LeadrankError as error:
        return _page(visit, wrong=sentence(problem_of(error)), remedy=error.remedy, status=422)
    return _page(visit, done=done, name=name)


@pages.get("/files/{identity}")
def fetch(visit: Visiting, identity: str) -> Response:
    """Give a scored table out."""
    kept = upload.kept_file(visit.desk, visit.who, identity, now=visit.now)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in kept.name)
    return Response(kept.content, media_type=kept.kind, headers={"content-disposition": f'attachment; filename="{safe}"'})


def _page(visit: Visit, *, done: upload.Uploaded | None = None, name: str = "", wrong: str = "", remedy: str = "", status: int = 200) -> Response:
    return page(
        visit, "upload.html", status=status, here=HERE, done=done, name=name, wrong=wrong, remedy=remedy, may_take=visit.may("take_leads"),
        needed=names_of(visit.desk.champion.current().bundle), key=visit.desk.champion.current().scorer.key, most=upload.MOST_ROWS,
    )
