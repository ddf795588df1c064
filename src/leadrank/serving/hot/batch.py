"""Many leads in one request: a list in, a list out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from leadrank.serving.callers import Caller
from leadrank.serving.hot.asked import asked_of
from leadrank.serving.hot.body import Receive, read_body
from leadrank.serving.hot.gate import Gate
from leadrank.serving.hot.leads import many_leads
from leadrank.serving.hot.scoring import PIECE, check_all

SMALL = 1 << 20
"""Bytes that are read and scored at once; larger bodies in a thread, so that others are answered meanwhile."""
_encode = msgspec.json.Encoder().encode


async def score_batch(gate: Gate, scope: Mapping[str, Any], caller: Caller, receive: Receive) -> bytes:
    """Return the answers to the leads of one body, in their order."""
    asked = asked_of(scope["query_string"])
    body = await read_body(receive, gate.limits.batch)
    answers, strict = gate.answers()
    strict = strict if asked.strict is None else asked.strict
    small = len(body) <= SMALL and (not asked.reasons or len(body) <= SMALL // 8)
    leads = many_leads(body, gate.limits.leads) if small else await asyncio.to_thread(many_leads, body, gate.limits.leads)
    parts = []
    for at in range(0, len(leads), PIECE):
        piece = leads[at : at + PIECE]
        found = answers.many(piece, asked) if small else await asyncio.to_thread(answers.many, piece, asked)
        if strict:
            check_all(found, at)
        gate.scored_all(caller, found)
        parts.append(_encode(found)[1:-1])
    return b"[" + b",".join(parts) + b"]"
