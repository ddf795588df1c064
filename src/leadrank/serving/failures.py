"""From whatever goes wrong in the API to one shape of answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from leadrank.errors import LeadrankError, nearest
from leadrank.operations.notices import Oddity
from leadrank.serving.hot.leads import unrepeated_json
from leadrank.serving.problems import MEDIA_TYPE, Notice, Problem, fault, phrase, problem_of, written

_KINDS: dict[str, Oddity] = {"missing": "missing", "extra_forbidden": "unknown"}
_DETAILS = {404: "There is nothing at this address.", 405: "This address does not know that method.", 400: "The body is no JSON in UTF-8."}
_REMEDIES = {404: "GET /openapi.json lists what there is.", 405: "The header Allow tells which ones it knows.", 400: "Send JSON in UTF-8."}
_LONGEST = 200
G = TypeVar("G", bound=BaseModel)


def answer_problems(app: FastAPI) -> None:
    """Answer every failure of an API with a problem."""
    app.add_exception_handler(Problem, told)  # type: ignore[arg-type]
    app.add_exception_handler(LeadrankError, lambda request, error: told(request, problem_of(error)))
    app.add_exception_handler(RequestValidationError, lambda request, error: told(request, invalid(error.errors(), _body_of(request))))
    app.add_exception_handler(Exception, lambda request, _: told(request, fault(str(request.scope.get("leadrank.number", "")))))
    app.add_exception_handler(HTTPException, lambda request, error: told(request, _plain(error)))


def told(request: Request, problem: Problem) -> Response:
    """Write a problem as an answer."""
    body = written(problem, str(request.scope.get("leadrank.number", "")))
    return Response(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


async def read_one(request: Request, kind: type[G]) -> G:
    """Read a body as one record.

    Raises
    ------
    Problem
        It is no JSON (400), or does not fit (422).
    """
    given = unrepeated_json(await request.body())
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False), kind) from error


def invalid(errors: Iterable[Mapping[str, Any]], kind: Any = None) -> Problem:
    """Tell all that is wrong with a request at once; what is no JSON at all is a problem of its own.

    Parameters
    ----------
    errors
        As pydantic has them.
    kind
        What the body should have been: a name that it does not know may have been meant for one that it does.
    """
    found = list(errors)
    if any(error["type"] == "json_invalid" for error in found):
        return _of_status(400)
    return Problem(422, "The request does not fit.", "Mend each of its problems.", [_notice(error, kind) for error in found])


def _notice(error: Mapping[str, Any], kind: Any) -> Notice:
    place = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
    field = _clean(place)
    words = {"missing": f"{field} is missing", "unknown": f"There is no field {field!r}."}
    problem = _KINDS.get(error["type"], "wrong value")
    said = words.get(problem) or f"{field}: {_clean(str(error['msg'])).removeprefix('Value error, ')}"
    return Notice(field, problem, said, _near(error, field, kind))


def _near(error: Mapping[str, Any], field: str, kind: Any) -> str:
    """Say which field, or which of the values that would do, may have been meant."""
    if error["type"] == "extra_forbidden":
        return nearest(field.rpartition(".")[2], _names(kind, [part for part in error["loc"][:-1] if part != "body"]))
    if error["type"] == "literal_error":
        return nearest(_clean(str(error["input"])), re.findall(r"'([^']*)'", error["ctx"]["expected"]))
    return ""


def _names(kind: Any, place: list[str | int]) -> tuple[str, ...]:
    """Return the names of the fields at a place of a body."""
    record = _record_in(kind)
    for part in place:
        if record is not None and isinstance(part, str):
            found = record.model_fields.get(part)
            record = None if found is None else _record_in(found.annotation)
    return () if record is None else tuple(record.model_fields)


def _record_in(kind: Any) -> type[BaseModel] | None:
    """Return the record that a type is made of: it may be a list of them, or none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _record_in(part)) is not None), None)


def _body_of(request: Request) -> Any:
    """Return what the body of a request should be, where the framework read it."""
    found = getattr(request.scope.get("route"), "body_field", None)
    return None if found is None else found.field_info.annotation


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:_LONGEST]


def _plain(error: HTTPException) -> Problem:
    if isinstance(error.__cause__, Problem):
        return error.__cause__  # the framework wraps whatever goes wrong with a body
    problem = _of_status(error.status_code, _clean(str(error.detail)))
    problem.headers.update(error.headers or {})
    return problem


def _of_status(status: int, said: str = "") -> Problem:
    known = said if said and said not in {phrase(status), "There was an error parsing the body"} else ""
    return Problem(status, known or _DETAILS.get(status, phrase(status)), _REMEDIES.get(status, ""))
