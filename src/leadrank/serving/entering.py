"""Who wants to come in: few passwords are looked at at once, and none from an address that failed too often."""

from __future__ import annotations

import secrets

from fastapi import Request

from leadrank.operations import sessions
from leadrank.operations.sessions import Signed
from leadrank.serving.origin import is_foreign
from leadrank.serving.problems import Problem
from leadrank.serving.service import Service

BYTES = 32
WRONG = "Name and password do not fit, or the account is locked for a while."
"""Which of them, is not told."""
PATIENCE = 5.0
"""Seconds in which a try waits for those before it."""


def log_in(service: Service, request: Request, name: str, password: str) -> tuple[str, Signed] | None:
    """Open a session; return its token and what it is, or None where name and password do not fit.

    A password takes 64 MB and a tenth of a second to look at, so that strangers could else fill the memory.

    Raises
    ------
    Problem
        Another site sent this (403), the address tries too often (429), or too many try at once (503).
    """
    if is_foreign(request.scope["leadrank.headers"]):
        raise Problem(403, "Another site sent this.", "Log in from the pages of this service.")
    address = request.client.host if request.client else ""
    service.tries.check(address)
    token, csrf = secrets.token_urlsafe(BYTES), secrets.token_urlsafe(BYTES)
    if not service.looking.acquire(timeout=PATIENCE):
        raise Problem(503, "Too many log in at once.", "Try again in a few seconds.", headers={"retry-after": "5"})
    try:
        service.tries.check(address)  # once more: those before it may have been the last ones
        signed = sessions.log_in(service.desk, name, password, token=token, csrf=csrf, request=request.scope["leadrank.number"], now=service.now())
        if signed is None:
            service.tries.count(address)
    finally:
        service.looking.release()
    return None if signed is None else (token, signed)
