"""`leadrank serve` as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Served:
    """A running service."""

    def __init__(self, arguments: tuple[str, ...], folder: Path, given: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}  # noqa: TID251
        with (folder / "stderr").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "leadrank", "serve", *arguments], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=said,
            )
        self.said = folder / "stderr"
        assert self.process.stdin is not None
        self.process.stdin.write(given)
        self.process.stdin.close()
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        return self.ask_raw(method, path, None if body is None else json.dumps(body).encode())

    def ask_raw(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        start = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(20)
        return code, time.monotonic() - start


def total_of(figures: str, name: str) -> float:
    """Return the sum of one figure over all its labels, in what /metrics says."""
    return sum(float(line.split()[-1]) for line in figures.splitlines() if line.startswith((name + "{", name + " ")))
