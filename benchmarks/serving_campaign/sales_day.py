"""People and programs who read and write without a pause, while the database comes and goes; what they were told is kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.serving_campaign.service import Answer, Service

PATIENCE = 2.0
"""Seconds within which each answer is due."""
PAUSE = 0.01
READ = "/leads?limit=20", "/leads?status=converted&limit=20", "/models", "/health/live"


@dataclass
class SalesDay:
    """A thread for each who asks; `leads` and `outcomes` were acknowledged."""

    service: Service
    fields: list[dict[str, Any]]
    leads: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    wrote_at: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def begin(self, writers: int = 3, readers: int = 2) -> None:
        """Begin to ask."""
        acts = [*((self._write, k) for k in range(writers)), *((self._read, k) for k in range(readers))]
        self.threads = [threading.Thread(target=self._go, args=act, daemon=True) for act in acts]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Let everybody finish what is under way."""
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _go(self, act: Any, who: int) -> None:
        number = 0
        while not self.ended.is_set():
            act(who, number)
            number += 1
            time.sleep(PAUSE)

    def _write(self, who: int, number: int) -> None:
        key = f"{who}-{number}"
        taken = self._ask("POST", "/leads", {"key": key, "fields": self.fields[number % len(self.fields)]})
        if taken.status not in {200, 201}:
            return
        self.leads.add(key)
        self.wrote_at = time.monotonic()
        if self._ask("POST", f"/leads/{key}/outcome", {"converted": True, "value": 10.0}).status == 200:
            self.outcomes.add(key)

    def _read(self, who: int, number: int) -> None:
        self._ask("GET", READ[(who + number) % len(READ)])

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        answer = self.service.ask(method, path, body)
        self.longest = max(self.longest, answer.seconds)
        told = f"{answer.status} {answer.kind}"
        self.answers[told] += 1
        fine = 200 <= answer.status < 300 or (answer.status, answer.kind) == (503, "application/problem+json")
        if not fine:
            self.wrong[f"{method} {path.partition('?')[0] if method == 'GET' else path.rpartition('/')[2]}: {told} {answer.body[:200].decode()}"] += 1
        if answer.seconds > PATIENCE:
            self.wrong[f"an answer after more than {PATIENCE:g} s"] += 1
        return answer
