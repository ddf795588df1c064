"""Who calls: the local user of a machine without accounts, the holder of a key, or somebody who logged in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from starlette.requests import cookie_parser

from leadrank.errors import ServiceError
from leadrank.operations.accounts import any_account
from leadrank.operations.desk import Desk
from leadrank.operations.keys import key_holder
from leadrank.operations.sessions import signed_in
from leadrank.operations.who import LOCAL, Who
from leadrank.serving.origin import is_foreign, is_local
from leadrank.serving.problems import Problem

COOKIE, SAFE_COOKIE = "leadrank", "__Host-leadrank"
"""The cookie over plain HTTP on loopback, and everywhere else."""
CSRF_HEADER = "x-csrf-token"
UNATTENDED = b"x-unattended"
"""The header of what an open page asks for by itself: it is answered, and lets no session last longer."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LIFE, STALE, LATELY = 1.0, 60.0, 600.0
"""Seconds in which a credential is not looked up again; and while the store is out of reach, in which it counts for scores, and for kept answers."""
_MOST = 10_000
Headers = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may call, how that is known, and what a form of theirs must bring along."""

    who: Who
    how: Literal["local", "key", "session"]
    csrf: str = ""

    def numbered(self, request: str) -> Caller:
        """Return the same caller, for one request."""
        return replace(self, who=replace(self.who, request=request))

    def proves(self, given: str) -> bool:
        """Say whether a form brought what it must; a key cannot be used by another site, and the local user's requests are told by their origin."""
        return self.how != "session" or hmac.compare_digest(self.csrf.encode(), given.encode())


LOCAL_CALLER = Caller(LOCAL, "local")


class _Seen(NamedTuple):
    """Who showed a credential last, when, and whether somebody asked rather than an open page by itself."""

    at: float
    caller: Caller
    attended: bool


class Keeper:
    """Recognises callers; each credential is looked up once a second at most, and remembered by its hash only.

    Parameters
    ----------
    desk
        Where accounts are.
    on_loopback
        Whether only this machine can connect.
    monotonic, now
        Clocks.
    """

    def __init__(self, desk: Desk, *, on_loopback: bool, monotonic: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._desk, self._on_loopback, self._monotonic, self._now = desk, on_loopback, monotonic, now
        self._known: dict[bytes, _Seen] = {}
        self.local = False

    def look(self) -> None:
        """See whether there are accounts: from the first one on, nobody is the local user any more."""
        self.local = self._on_loopback and not any_account(self._desk)

    def known(self, headers: Headers) -> Caller | None:
        """Recognise a caller without the store; None if that takes a look at it.

        Raises
        ------
        Problem
            Nobody is logged in (401), or another site sent this (403).
        """
        return self._within(headers, LIFE, attended=UNATTENDED not in headers)

    def find(self, headers: Headers, *, stale: bool = False) -> Caller:
        """Recognise a caller, by the store where need be; the session lasts longer, unless an open page asks by itself.

        Parameters
        ----------
        headers
            Names in lower case.
        stale
            Whether somebody who was recognised lately still counts while the store is out of reach.

        Raises
        ------
        Problem
            Nobody is logged in (401), or another site sent this (403).
        ServiceError
            The store is out of reach.
        """
        known = self.known(headers)
        if known is not None:
            return known
        kind, text = given = credential(headers)
        mark, attended = fingerprint(given), UNATTENDED not in headers
        try:
            found = self._looked_up(kind, text, attended=attended)
        except ServiceError:
            before = self._known.get(mark)
            if stale and before is not None and self._monotonic() - before.at < STALE:
                return before.caller
            raise
        if found is None:
            self._known.pop(mark, None)
            raise nobody("The key or session is not valid, or no longer.")
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[mark] = _Seen(self._monotonic(), found, attended)
        return found

    def lately(self, headers: Headers) -> Caller | None:
        """Return who was recognised in the last ten minutes; for answers that were given to the same caller before, and nothing else.

        Raises
        ------
        Problem
            Nobody is logged in (401), or another site sent this (403).
        """
        return self._within(headers, LATELY)

    def _within(self, headers: Headers, seconds: float, *, attended: bool = False) -> Caller | None:
        if self.local and b"authorization" not in headers:
            return self._local(headers)
        found = self._known.get(fingerprint(credential(headers)))
        if found is None or self._monotonic() - found.at >= seconds or (attended and not found.attended):
            return None
        return found.caller

    def forget(self, headers: Headers) -> None:
        """Look a credential up anew at its next use."""
        self._known.pop(fingerprint(credential(headers)), None)

    def forget_all(self) -> None:
        """Look all credentials up anew."""
        self._known.clear()

    def _looked_up(self, kind: str, text: str, *, attended: bool) -> Caller | None:
        if kind == "key":
            who = key_holder(self._desk, text, now=self._now())
            return None if who is None else Caller(who, "key")
        signed = signed_in(self._desk, text, attended=attended, now=self._now())
        return None if signed is None else Caller(signed.who, "session", signed.csrf)

    def _local(self, headers: Headers) -> Caller:
        if not is_local(headers):
            raise Problem(403, "Without accounts only this machine's own programs and pages are answered.", "Create an account: --create-admin NAME.")
        if is_foreign(headers):
            raise Problem(403, "Another site sent this request.", "Send it from the pages of this service, or from a program.")
        return LOCAL_CALLER


def guard(caller: Caller, headers: Headers, method: str) -> None:
    """Refuse what another site may have made a browser send.

    Raises
    ------
    Problem
        A session's unsafe request lacks its token, or comes from elsewhere (403).
    """
    if caller.how != "session" or method in SAFE:
        return
    if is_foreign(headers):
        raise Problem(403, "Another site sent this request.", "Send it from the pages of this service.")
    if not caller.proves(headers.get(CSRF_HEADER.encode(), b"").decode("latin-1")):
        raise Problem(403, f"The header {CSRF_HEADER} is missing or not this session's.", "GET /session tells it.")


def credential(headers: Headers) -> tuple[Literal["key", "session"], str]:
    """Return what a caller shows.

    Raises
    ------
    Problem
        Nothing (401).
    """
    shown = headers.get(b"authorization")
    if shown is not None:
        scheme, _, text = shown.decode("latin-1").partition(" ")
        if scheme.casefold() != "bearer" or not text.strip():
            raise nobody("The header Authorization holds no Bearer key.")
        return "key", text.strip()
    token = cookie_of(headers.get(b"cookie", b""))
    if not token:
        raise nobody("Nobody is logged in.")
    return "session", token


def cookie_of(header: bytes) -> str:
    """Return our own cookie of a header, or nothing; whatever cookies of others on the same host look like.

    Examples
    --------
    >>> cookie_of(b'g_state={"i_l":0}; leadrank=xyz')
    'xyz'
    """
    if b"leadrank=" not in header:
        return ""
    jar = cookie_parser(header.decode("latin-1"))
    return jar.get(SAFE_COOKIE) or jar.get(COOKIE, "")


def fingerprint(given: tuple[str, str]) -> bytes:
    """Return what a credential is remembered by."""
    return hashlib.sha256("\0".join(given).encode("utf-8", "surrogatepass")).digest()


def nobody(said: str) -> Problem:
    """Ask who calls."""
    return Problem(401, said, "Send a key as `Authorization: Bearer lr_…`, or log in at /app.", headers={"www-authenticate": "Bearer"})
