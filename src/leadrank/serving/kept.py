"""The last good answers, for as long as the database is out of reach: each for the caller who got it, and said to be stale."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import NamedTuple

from leadrank.operations.who import Role
from leadrank.serving.callers import Caller

KEPT = 600.0
"""Seconds for which an answer is kept."""
MOST, LARGEST = 64 << 20, 1 << 20
"""Bytes of all answers, and of one."""
MARK = "<!-- as it was -->"
"""Where a page says that it is stale."""


class Asked(NamedTuple):
    """Who asked for what: another caller, another session of the same one, or another filter is another question."""

    caller: Caller
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given, and when."""

    body: bytes
    media: str
    at: float


class Keeping:
    """Keeps answers in memory, the last used the longest; safe to share between threads."""

    def __init__(self) -> None:
        self._answers, self._size, self._lock = OrderedDict[Asked, Answer](), 0, Lock()
        self._given = Counter[tuple[str, Role]]()

    def keep(self, asked: Asked, answer: Answer) -> None:
        """Keep an answer in the place of the one before."""
        with self._lock:
            self._drop(asked)
            if len(answer.body) > LARGEST:
                return
            self._answers[asked] = answer
            self._size += len(answer.body)
            while self._size > MOST:
                self._drop(next(iter(self._answers)))

    def find(self, asked: Asked, now: float) -> Answer | None:
        """Return the last answer to this caller, if it is not too old; it is counted as given."""
        with self._lock:
            answer = self._answers.get(asked)
            if answer is None or now - answer.at > KEPT:
                self._drop(asked)
                return None
            self._given[asked.caller.who.name, asked.caller.who.role] += 1
            return answer

    def taken(self) -> dict[tuple[str, Role], int]:
        """Return how many answers each caller was given since the last time, and begin anew."""
        with self._lock:
            given, self._given = self._given, Counter()
        return dict(given)

    def put_back(self, given: Mapping[tuple[str, Role], int]) -> None:
        """Count again what could not be written down."""
        with self._lock:
            self._given.update(given)

    def _drop(self, asked: Asked) -> None:
        gone = self._answers.pop(asked, None)
        self._size -= len(gone.body) if gone is not None else 0


def asked_by(caller: Caller, path: str, query: str) -> Asked:
    """Return what is asked, whatever the number of the request."""
    return Asked(replace(caller, who=replace(caller.who, request="")), f"{path}?{query}")


def said_to_be_stale(answer: Answer, now: float) -> tuple[bytes, dict[str, str]]:
    r"""Mark an answer, and return it with the headers that say so.

    Examples
    --------
    >>> said_to_be_stale(Answer(b'{"total":1,"stale":false}', "application/json", 5.0), 65.0)
    (b'{"total":1,"stale":true}', {'age': '60', 'x-stale': 'true'})
    """
    headers = {"age": str(round(max(0.0, now - answer.at))), "x-stale": "true"}
    if answer.media.startswith("text/html"):
        return answer.body.replace(MARK.encode(), _banner(now - answer.at), 1), headers
    told = json.loads(answer.body) | {"stale": True}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), headers


def _banner(seconds: float) -> bytes:
    minutes = int(seconds // 60)
    ago = "a moment ago" if not minutes else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    said = f"The database cannot be reached. You see this page as it was {ago}; what you enter now may not be kept."
    return f'<p class="note care" role="status" id="stale"><strong>Not up to date.</strong> {said}</p>'.encode()
