"""Sign-ups from a form or another service, vouched for by a signature instead of a key."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from leadrank.operations import intake
from leadrank.operations.who import Who
from leadrank.serving.api.leads import LeadGiven
from leadrank.serving.asking import At, strict_for
from leadrank.serving.failures import read_one
from leadrank.serving.payloads import TakenTold
from leadrank.serving.problems import Problem
from leadrank.serving.telling import tell

router = APIRouter(prefix="/webhooks", route_class=APIRoute, tags=["webhooks"])
TOLERANCE = 300
"""Seconds that a signature is good for, before and after its moment."""
SIGNATURE, TIMESTAMP = "x-leadrank-signature", "x-leadrank-timestamp"
BODY = {"security": [], "requestBody": {"required": True, "content": {"application/json": {"schema": LeadGiven.model_json_schema()}}}}

REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "The signature does not fit."}, 404: {"description": "No sign-ups are taken here."},
    409: {"description": "Somebody else sent the same lead at the same time."},
}


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Sign a body at a moment.

    Examples
    --------
    >>> signature(b"secret", "1772366400", b"{}")[:16]
    'sha256=b0c2c5e28'
    """
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check(secret: bytes, timestamp: str, given: str, body: bytes, *, seconds: float) -> None:
    """Refuse what was not signed by who has the secret, or not lately.

    Raises
    ------
    Problem
        The signature does not fit, or its moment is too far from `seconds`, those of our own clock (401).
    """
    whole = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    fits = hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode("utf-8", "replace")) if whole else False
    if not fits:
        raise Problem(401, "The signature does not fit.", f"Send {SIGNATURE}: sha256=HMAC-SHA256(secret, timestamp + '.' + body) in hexadecimal.")
    if abs(seconds - int(timestamp)) > TOLERANCE:
        raise Problem(401, f"The signature is older than {TOLERANCE} seconds, or of the future.", "Sign anew; check the clock.")


@router.post("/signup", openapi_extra=BODY, responses=REFUSED)
async def signup(
    request: Request, service: At, signed: Annotated[str, Header(alias=SIGNATURE, max_length=200)] = "",
    timestamp: Annotated[str, Header(alias=TIMESTAMP, max_length=20)] = "",
) -> TakenTold:
    """Take a lead that another service vouches for; sent again, it is the same lead."""
    secret = service.settings.webhook_secret
    if secret is None:
        raise Problem(404, "This service takes no sign-ups.", "Start it with --webhook-secret-file.")
    body = await request.body()
    check(secret, timestamp, signed, body, seconds=service.clock())
    given = await read_one(request, LeadGiven)
    who = Who("webhook", "admin", scopes=frozenset({"intake"}), request=request.scope["leadrank.number"])
    try:
        (found,) = await run_in_threadpool(intake.take_leads, service.desk, who, [given.new()], now=service.now(), strict=strict_for(service))
    finally:
        service.changes.poke()
    return tell(service, TakenTold, found)
