"""What went wrong, as RFC 9457 has it: one shape for every error of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from leadrank.errors import BundleError, ConflictError, DataError, ForbiddenError, LeadrankError, NotFoundError, ServiceError, UsageError
from leadrank.operations.notices import Notice as Notice  # noqa: PLC0414 - every door speaks of notices
from leadrank.operations.odd import OddError

MEDIA_TYPE = "application/problem+json"
SHOWN = 100
"""So many problems of one request are told one by one; the others are counted."""
STATUSES: tuple[tuple[type[LeadrankError], int], ...] = (
    (NotFoundError, 404), (ForbiddenError, 403), (ConflictError, 409), (ServiceError, 503), (BundleError, 422), (UsageError, 422), (DataError, 422),
)
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Where the library still has the names of an older standard."""


class Problem(Exception):  # noqa: N818 - the standard's own word
    """An answer that is an error.

    Parameters
    ----------
    status
        The HTTP status.
    detail
        What was expected and what came.
    remedy
        What to do about it.
    problems
        All that is wrong with the request, one by one.
    headers
        Beside those of every answer.
    """

    def __init__(
        self, status: int, detail: str, remedy: str = "", problems: Sequence[Notice] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.remedy, self.problems, self.headers = status, detail, remedy, problems, dict(headers or {})


def problem_of(error: LeadrankError) -> Problem:
    """Turn an error of ours into an answer; where a database is, and who it knows, is for the log.

    Examples
    --------
    >>> problem_of(NotFoundError("There is no lead 'a'.")).status
    404
    >>> problem_of(ServiceError("postgresql://ann@db/leads could not be reached.", outside="The database could not be reached.")).detail
    'The database could not be reached.'
    """
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    notices = error.notices if isinstance(error, OddError) else ()
    said = error.outside if isinstance(error, ServiceError) else error.message
    return Problem(status, said, error.remedy, notices, headers={"retry-after": "1"} if status == 503 else None)


def fault(number: str) -> Problem:
    """Say that it is our fault."""
    return Problem(500, "Something went wrong here.", f"Tell us the number of the request: {number}.")


def written(problem: Problem, request: str) -> bytes:
    r"""Write a problem as JSON.

    Examples
    --------
    >>> written(Problem(404, "There is no lead 'a'."), "r1")
    b'{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no lead \'a\'.","request":"r1"}'
    """
    told: dict[str, Any] = {"type": "about:blank", "title": phrase(problem.status), "status": problem.status, "detail": problem.detail}
    if problem.remedy:
        told["remedy"] = problem.remedy
    if problem.problems:
        told["problems"] = problem.problems[:SHOWN]
    if len(problem.problems) > SHOWN:
        told["more_problems"] = len(problem.problems) - SHOWN
    return msgspec.json.encode({**told, "request": request})


def phrase(status: int) -> str:
    """Return the standard's name of a status."""
    return PHRASES.get(status) or HTTPStatus(status).phrase
