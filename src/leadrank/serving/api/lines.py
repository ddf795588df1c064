"""NDJSON for what is written: a record in each line in, what became of it in each line out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError

from leadrank.errors import LeadrankError
from leadrank.serving.failures import invalid
from leadrank.serving.hot.leads import unrepeated_json
from leadrank.serving.hot.stream import is_stream
from leadrank.serving.problems import Problem, problem_of, written
from leadrank.serving.service import Service

NDJSON = "application/x-ndjson"
PIECE = 500
"""Lines that are written in one transaction."""
G = TypeVar("G", bound=BaseModel)
T = TypeVar("T", bound=BaseModel)
Do = Callable[[list[G]], list[T]]


def is_lines(request: Request) -> bool:
    """Say whether a body is NDJSON."""
    return is_stream(request.scope["leadrank.headers"])


async def answer_lines(request: Request, service: Service, kind: type[G], do: Do[G, T]) -> Response:
    """Do something with each line, in pieces; a line that is wrong is answered by its problem, and the others are done.

    Parameters
    ----------
    kind
        What a line holds.
    do
        Does it with many at once, all or nothing.
    """
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    most = service.settings.limits.leads
    if len(lines) > most:
        raise Problem(413, f"At most {most:,} lines come at once; {len(lines):,} came.", "Send them in parts.")
    number, out = request.scope["leadrank.number"], list[bytes]()
    for at in range(0, len(lines), PIECE):
        out += await run_in_threadpool(_done, lines[at : at + PIECE], at + 1, kind, do, number)
    return Response(b"".join(out), media_type=NDJSON)


def _done(lines: list[bytes], first: int, kind: type[G], do: Do[G, T], number: str) -> list[bytes]:
    out, given, places = [b""] * len(lines), list[G](), list[int]()
    for k, line in enumerate(lines):
        try:
            given.append(kind.model_validate(unrepeated_json(line)))
            places.append(k)
        except ValidationError as error:
            out[k] = _told(invalid(error.errors(include_url=False), kind), first + k, number)
        except Problem as problem:
            out[k] = _told(problem, first + k, number)
    for k, answer in zip(places, _each(given, do), strict=True):
        out[k] = _told(problem_of(answer), first + k, number) if isinstance(answer, LeadrankError) else answer.model_dump_json().encode() + b"\n"
    return out


def _each(given: list[G], do: Do[G, T]) -> list[T | LeadrankError]:
    """Do all at once; where that fails for one of them, do them one by one."""
    if not given:
        return []
    try:
        return [*do(given)]
    except LeadrankError as error:
        if len(given) == 1 or problem_of(error).status == 503:
            return [error] * len(given)
    return [answer for one in given for answer in _each([one], do)]


def _told(problem: Problem, line: int, number: str) -> bytes:
    return b'{"line":%d,' % line + written(problem, number)[1:] + b"\n"
