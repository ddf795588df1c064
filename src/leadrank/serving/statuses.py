"""Which errors an operation can answer, told from what it is: who may call it, what it takes, and whether it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from leadrank.serving.asking import TOLD_ONCE

SAFE = frozenset({"get", "head", "options"})
STORES_NOTHING = "x-stores-nothing"
"""Marks operations that are sent something and keep nothing of it, so that nothing can contradict it."""


class Facts(NamedTuple):
    """What decides about the errors of an operation.

    Attributes
    ----------
    guarded
        Whether only those who are known may call: such an operation also refuses parameters that it does not know.
    writes
        Whether something is kept.
    keyed
        Whether it knows an Idempotency-Key, which another request may have.
    sent
        Whether it is sent something, of at most so many bytes.
    json
        Whether that may be JSON.
    named
        Whether its address names a thing, which may not be there.
    asked
        Whether it has parameters of any kind, which may not fit.
    """

    guarded: bool = True
    writes: bool = False
    keyed: bool = False
    sent: bool = False
    json: bool = False
    named: bool = False
    asked: bool = False


def facts_of(path: str, method: str, operation: Mapping[str, Any]) -> Facts:
    """Read off an operation of a document what it is.

    Examples
    --------
    >>> facts_of("/leads/{key}", "get", {"parameters": [{"name": "key", "in": "path"}]})
    Facts(guarded=True, writes=False, keyed=False, sent=False, json=False, named=True, asked=True)
    """
    guarded = operation.get("security") != []
    writes = method not in SAFE and not operation.get(STORES_NOTHING, False)
    content = operation.get("requestBody", {}).get("content", {})
    return Facts(
        guarded=guarded, writes=writes, keyed=guarded and writes and not operation.get(TOLD_ONCE, False), sent=bool(content),
        json=any("json" in media for media in content), named="{" in path, asked=bool(operation.get("parameters")),
    )


def errors_of(facts: Facts) -> frozenset[int]:
    """Return the statuses of the errors that it can answer; a handler that knows more of them says so itself.

    Examples
    --------
    >>> sorted(errors_of(Facts(guarded=False)))
    [500]
    >>> sorted(errors_of(Facts(named=True, asked=True)))
    [401, 403, 404, 422, 429, 500, 503]
    """
    possible = {
        400: facts.json, 401: facts.guarded, 403: facts.guarded, 404: facts.named, 409: facts.keyed, 413: facts.sent,
        422: facts.guarded or facts.sent or facts.asked, 429: facts.guarded, 500: True, 503: facts.guarded or facts.writes,
    }
    return frozenset(status for status, can in possible.items() if can)
