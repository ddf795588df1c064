"""The cookie of a session: never over plain HTTP, but on this machine itself."""

from __future__ import annotations

from fastapi import Request, Response

from leadrank.serving.callers import COOKIE, SAFE_COOKIE
from leadrank.serving.origin import is_local


def is_safe(request: Request) -> bool:
    """Say whether the cookie must travel over HTTPS only: everywhere but over plain HTTP on loopback."""
    return request.url.scheme == "https" or not is_local(request.scope["leadrank.headers"])


def is_lost(request: Request) -> bool:
    """Say whether a browser drops the cookie: the request came over plain HTTP, as far as anybody told, from another machine."""
    return is_safe(request) and request.url.scheme != "https"


def give(response: Response, request: Request, token: str) -> None:
    """Give a browser its cookie."""
    safe = is_safe(request)
    response.set_cookie(SAFE_COOKIE if safe else COOKIE, token, httponly=True, samesite="lax", secure=safe, path="/")


def take_back(response: Response, request: Request) -> None:
    """Take the cookie away."""
    safe = is_safe(request)
    response.delete_cookie(SAFE_COOKIE if safe else COOKIE, httponly=True, samesite="lax", secure=safe, path="/")
