"""What is shown when something goes wrong: a page, or for a script a sentence where it does no harm."""

from __future__ import annotations

from html import escape
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from leadrank.errors import LeadrankError
from leadrank.serving.failures import invalid
from leadrank.serving.problems import Problem, problem_of
from leadrank.serving.web.templating import page

LOGIN = "/app/login"
TITLES = {
    403: "Not for you", 404: "Not here", 405: "Not like this", 409: "Somebody was quicker", 413: "Too large", 422: "That will not do",
    429: "Too often", 503: "Not now",
}


def failed(request: Request, error: LeadrankError | Problem | RequestValidationError | HTTPException) -> Response:
    """Show what went wrong and what to do about it.

    Parameters
    ----------
    request
        What was asked.
    error
        What happened.
    """
    problem = _problem(error)
    if request.headers.get("hx-request") == "true":
        # Into the corner of the page, never in place of what the visitor works on.
        said = escape(f"{problem.detail} {problem.remedy}".strip())
        return HTMLResponse(said, problem.status if problem.status < 500 else 422, headers={"hx-retarget": "#toast", "hx-reswap": "innerHTML"})
    visit = getattr(request.state, "visit", None)
    answer = page(
        visit, "error.html", status=problem.status, title=TITLES.get(problem.status, "Something went wrong"), message=sentence(problem),
        remedy=problem.remedy, back=_back(request), typed=problem.status == 422, request=str(request.scope.get("leadrank.number", "")),
    )
    answer.headers.update(problem.headers)
    return answer


def to_log_in(request: Request) -> Response:
    """Ask who is there, and remember where they wanted to go."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return Response(status_code=401)
    script = request.headers.get("hx-request") == "true"
    # A script asks for a part of the page that its visitor has open.
    place = _within(urlsplit(request.headers.get("hx-current-url", ""))) if script else _asked(request) if request.method == "GET" else ""
    wanted = f"{LOGIN}?next={quote(place, safe='/')}" if place.removesuffix("/") not in {"", "/app"} else LOGIN
    return Response(status_code=200, headers={"hx-redirect": wanted}) if script else RedirectResponse(wanted, 303)


def _problem(error: LeadrankError | Problem | RequestValidationError | HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, LeadrankError):
        return problem_of(error)
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    return Problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def sentence(problem: Problem) -> str:
    """Say in one line what is wrong, with the first problems of all."""
    return " ".join([problem.detail, *(one.message for one in problem.problems[:5])])


def _back(request: Request) -> str:
    """Return the page that the visitor came from, if it is one of ours."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = came.netloc == request.headers.get("host", "") and came.path.startswith("/app/") and came.path != urlsplit(_asked(request)).path
    return _within(came) if ours else "/app"


def _asked(request: Request) -> str:
    """Return the page that was asked for with its filters, as the address has it."""
    path = bytes(request.scope["raw_path"]).partition(b"?")[0].decode("latin-1")
    return f"{path}?{request.url.query}".removesuffix("?")


def _within(address: SplitResult) -> str:
    """Return the part of an address that names a page of ours."""
    return f"{address.path}?{address.query}".removesuffix("?")
