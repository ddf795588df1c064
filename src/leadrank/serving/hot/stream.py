"""NDJSON: a lead in each line, answered as they come; a line that is wrong is answered by what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from leadrank.serving.callers import Caller
from leadrank.serving.hot.asked import Asked, asked_of
from leadrank.serving.hot.body import Gone, Receive, Send, body_pieces
from leadrank.serving.hot.gate import Gate
from leadrank.serving.hot.leads import Lead, one_lead
from leadrank.serving.hot.scoring import refused
from leadrank.serving.problems import Problem, written

MEDIA_TYPES = (b"application/x-ndjson", b"application/ndjson", b"application/jsonl", b"application/x-jsonlines")
AHEAD = 64
"""Pieces of answers that wait for a caller who sends everything before reading anything; after that, reading waits as well."""
_encode = msgspec.json.Encoder().encode


def is_stream(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a body is NDJSON.

    Examples
    --------
    >>> is_stream({b"content-type": b"application/x-ndjson; charset=utf-8"}), is_stream({})
    (True, False)
    """
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() in MEDIA_TYPES


async def score_stream(gate: Gate, scope: Mapping[str, Any], caller: Caller, number: str, receive: Receive, send: Send) -> None:
    """Answer each line by a line, in their order; what is wrong before the first is raised."""
    asked = asked_of(scope["query_string"])
    gate.answers()
    await send({"type": "http.response.start", "status": 200, "headers": [
        (b"content-type", MEDIA_TYPES[0]), (b"x-request-id", number.encode()), (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]})
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
    writer = asyncio.create_task(_write(waiting, send))
    try:
        first = 1
        async for lines in _lines(receive, gate.limits.stream, gate.limits.one):
            found = await asyncio.to_thread(_answered, gate, caller, asked, lines, first, number)
            first += len(lines)
            await waiting.put(found)
    except Problem as problem:
        await waiting.put(_told(problem, first, number))
    except Gone:
        writer.cancel()
        return
    await waiting.put(None)
    await writer


async def _write(waiting: asyncio.Queue[bytes | None], send: Send) -> None:
    while (piece := await waiting.get()) is not None:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _lines(receive: Receive, most: int, longest: int) -> AsyncIterator[list[bytes]]:
    rest = b""
    async for piece in body_pieces(receive, most):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > longest or any(len(line) > longest for line in lines):
            raise Problem(413, f"A line has at most {longest:,} bytes.", "Send one lead in each line.")
        if lines:
            yield lines
    if rest:
        yield [rest]


def _answered(gate: Gate, caller: Caller, asked: Asked, lines: list[bytes], first: int, number: str) -> bytes:
    """Score the lines that hold leads together, and put the problems of the others where they belong."""
    answers, strict = gate.answers()
    out: list[bytes] = [b""] * len(lines)
    leads: list[Lead] = []
    places: list[int] = []
    for k, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            leads.append(one_lead(line))
            places.append(k)
        except Problem as problem:
            out[k] = _told(problem, first + k, number)
    found = answers.many(leads, asked) if leads else []
    for place, answer in zip(places, found, strict=True):
        refusing = (strict if asked.strict is None else asked.strict) and answer.warnings
        out[place] = _told(refused(answer.warnings), first + place, number) if refusing else _encode(answer) + b"\n"
    gate.scored_all(caller, found)
    return b"".join(out)


def _told(problem: Problem, line: int, number: str) -> bytes:
    return b'{"line":%d,' % line + written(problem, number)[1:] + b"\n"

